//! `GET /alerts/{id}/sentences`: the raw sentences of the vessels of an alert, from the journal.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

use super::detail::missing;
use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::journal::{PATIENCE, place};
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::{Sources, with_place};
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::platform::disk::RealDisk;
use crate::storage::evidence::{QuotedLine, quoted};
use crate::storage::store::{Act, Readers, Subject};

/// Sentences of an answer if the request names no number, and the largest number it may name.
const LIMIT: (usize, usize) = (200, 2000);

/// The sentences behind an alert.
#[derive(Serialize, ToSchema)]
struct SentenceList {
    /// The sentences, in order of receipt.
    items: Vec<Sentence>,
    /// Begin of the period: sentences that were received in it, or, of a recording, have their time in it.
    from: Option<String>,
    /// Its end.
    until: Option<String>,
    /// Whether the whole period was read, and the journal has all of it.
    complete: bool,
}

/// One sentence as it was received.
#[derive(Serialize, ToSchema)]
struct Sentence {
    /// When it was received; null for a line of a recording.
    received_at: Option<String>,
    /// The time that its TAG block states; null without one.
    claimed_at: Option<String>,
    /// The station that its TAG block states; null without one.
    station: Option<String>,
    /// Name of the input.
    input: String,
    /// The line. Bytes that are not UTF-8 are replaced.
    line: String,
}

impl From<QuotedLine> for Sentence {
    fn from(line: QuotedLine) -> Sentence {
        Sentence {
            received_at: line.received.map(|at| at.to_string()),
            claimed_at: line.claimed.map(|at| at.to_string()),
            station: line.station,
            input: line.input,
            line: line.line,
        }
    }
}

/// The sentences of the vessels of an alert, from ten minutes before it began until a quarter of an hour after it last held. Empty and not
/// complete without a journal of that time.
#[utoipa::path(get, path = "/alerts/{id}/sentences", tag = "alerts",
    params(
        ("id" = String, Path, description = "Full id of 26 characters"),
        ("limit" = Option<String>, Query, description = "1 to 2000; 200 if it is left out")),
    responses((status = 200, description = "The sentences", body = SentenceList), Refusals))]
pub(super) async fn list_sentences(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["limit"])?;
    let limit = given.count("limit", LIMIT.0, LIMIT.1)?;
    let (now, clearance, wanted) = (sources.clock.now(), reader.clearance.clone(), id.to_ascii_lowercase());
    let look = move |readers: &Readers| {
        let item = readers.item(&wanted, &clearance, now)?;
        item.map(|item| Ok((readers.stored_times(&item.id)?, item))).transpose()
    };
    let (stored, item) = sources.read(look).await?.ok_or_else(|| missing(&id))?;
    consulted(&sources, &reader, Act::SentencesRead, Subject::alert(&item.id), None).await?;
    let Some(folder) = sources.journal.clone() else {
        return Ok(found(&SentenceList { items: Vec::new(), from: None, until: None, complete: false }));
    };
    let busy = || Problem::busy("another request reads the journal; ask again later");
    let place = place().ok_or_else(busy)?;
    let body = item.value();
    let read = move || quoted(&RealDisk, &folder, (&body, stored), limit, PATIENCE);
    match with_place(place, read).await? {
        Ok(Some(quoted)) => {
            let (from, until) = (Some(quoted.from.to_string()), Some(quoted.until.to_string()));
            let items = quoted.lines.into_iter().map(Sentence::from).collect();
            Ok(found(&SentenceList { items, from, until, complete: quoted.complete }))
        }
        Ok(None) => Ok(found(&SentenceList { items: Vec::new(), from: None, until: None, complete: false })),
        Err(error) => {
            warn!(%error, "the journal cannot be read for a request");
            Err(Problem::busy("the journal cannot be read; the log says why"))
        }
    }
}
