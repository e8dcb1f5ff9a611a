//! `GET /audit/export`: every row with its digest and hash, one JSON object a line.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tracing::warn;

use crate::http::access::{AskPurpose, Reader};
use crate::http::api::consulted::{asked, disclosed};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::{Sources, with_place};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store;

/// Length of a reason in characters.
const REASON: std::ops::RangeInclusive<usize> = 10..=500;
/// Number of pieces that may wait for a slow client. Together with the piece in hand, this bounds the memory of an export.
const PIECES: usize = 2;
/// Longest time that a client may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// A permit for each export that may run.
static PLACES: Semaphore = Semaphore::const_new(2);
/// Least length of a piece in bytes.
const PIECE: usize = 64 * 1024;

/// Every row with its digest and hash, as `atalaia audit export` writes it. The last line of a complete file is the row of this export, or
/// a later one.
#[utoipa::path(get, path = "/audit/export", tag = "audit",
    params(("why" = Option<String>, Query, description = "The reason for the export, 10 to 500 characters; it is recorded")), responses(
    (status = 200, description = "One JSON object a line", body = String, content_type = "application/jsonl"), Refusals))]
pub(super) async fn export_audit(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["why"])?;
    let why = given.text("why").map(str::trim);
    if why.is_some_and(|why| !REASON.contains(&why.chars().count())) {
        return Err(Problem::parameter("why: write the reason for the export, 10 to 500 characters"));
    }
    asked(&sources, &reader, AskPurpose::Always)?;
    let place = PLACES.try_acquire().map_err(|_| Problem::busy("as many exports as are allowed are running"))?;
    disclosed(&sources, &reader, "audit", why, "all rows").await?;
    let (sender, receiver) = mpsc::channel(PIECES);
    let path = sources.store.clone();
    tokio::spawn(with_place(place, move || write(path, &sender)));
    let body = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (Ok::<Bytes, Infallible>(piece), receiver))
    });
    let headers = [
        (CONTENT_TYPE, "application/jsonl"),
        (CONTENT_DISPOSITION, "attachment; filename=\"atalaia-audit.jsonl\""),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Sends all rows in pieces, until the client is gone.
fn write(path: PathBuf, sender: &mpsc::Sender<Bytes>) {
    let mut piece = String::new();
    let read = store::each_row(&path, &mut |row| {
        piece += &format!("{}\n", row.value());
        piece.len() < PIECE || send(sender, std::mem::take(&mut piece))
    });
    if let Err(error) = read {
        // The response has begun, so all that can be done is to end it.
        warn!(%error, "the audit trail cannot be read for an export");
    }
    if !piece.is_empty() {
        // A client that is gone needs no rest.
        send(sender, piece);
    }
}

/// Sends a piece. False if the client is gone, or has taken nothing for [`PATIENCE`]: it must not hold its place for ever. For threads that
/// may block.
fn send(sender: &mpsc::Sender<Bytes>, piece: String) -> bool {
    Handle::current().block_on(sender.send_timeout(piece.into(), PATIENCE)).is_ok()
}
