//! `GET /audit/verify` and `GET /audit/head`: whether the audit trail is as it was written.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{self, Head};
use crate::storage::store::{Act, Subject};

/// The end of the chain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChainHead {
    /// Number of the last row.
    seq: i64,
    /// Its hash, in hexadecimal digits.
    hash: String,
}

impl From<Head> for ChainHead {
    fn from(Head { seq, hash }: Head) -> ChainHead {
        ChainHead { seq, hash: HEXLOWER.encode(&hash) }
    }
}

/// The result of a check of the whole chain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChainCheck {
    /// Number of rows in the chain.
    rows: u64,
    /// Number of its first row.
    from_seq: i64,
    /// Its end.
    head: ChainHead,
    /// Number of rows before the chain, which are not checked.
    before: u64,
    /// Number of rows whose reason and result retention has emptied.
    without_text: u64,
    /// Number of rows that retention has emptied altogether.
    emptied: u64,
    /// Whether there is no fault.
    sound: bool,
    /// The faults in order, at most a hundred.
    faults: Vec<ChainFault>,
}

/// One fault of the chain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChainFault {
    /// Number of the row where it shows.
    seq: i64,
    /// What is wrong there.
    what: &'static str,
}

/// Checks the whole chain. A long trail takes longer than a request may: the answer is then 503, the check goes on, and a later request gets
/// its result.
#[utoipa::path(get, path = "/audit/verify", tag = "audit",
    responses((status = 200, description = "The result, also if there are faults", body = ChainCheck), Refusals))]
pub(super) async fn verify_audit(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    consulted(&sources, &reader, Act::TrailVerified, Subject::Trail, None).await?;
    let verified = sources.checks.result(&sources.store, sources.clock).await?;
    let fault = |fault: store::ChainFault| ChainFault { seq: fault.seq, what: fault.what };
    Ok(found(&ChainCheck {
        rows: verified.rows,
        from_seq: verified.from,
        head: verified.head.into(),
        before: verified.before,
        without_text: verified.without_text,
        emptied: verified.emptied,
        sound: verified.faults.is_empty(),
        faults: verified.faults.into_iter().map(fault).collect(),
    }))
}

/// The end of the chain. Not a reading of the trail, so no row: the row would be the new head.
#[utoipa::path(get, path = "/audit/head", tag = "audit",
    responses((status = 200, description = "Number and hash of the last row", body = ChainHead), Refusals))]
pub(super) async fn show_head(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    Ok(found(&ChainHead::from(sources.stored(store::head).await?)))
}
