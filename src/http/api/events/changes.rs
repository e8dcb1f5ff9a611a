//! `GET /changes`: a piece of the log.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use super::entry::{ChangeEntry, is_for};
use super::topics::{Topics, number};
use crate::http::access::Reader;
use crate::http::api::consulted::listed;
use crate::http::api::described;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// Most rows that one piece is made from.
const MOST: usize = 1000;
/// Usual number of rows.
const USUAL: usize = 100;
/// The parameters, with their meaning.
const PARAMETERS: [(&str, &str); 3] = [
    ("after", "Number of the last entry that you have; from the beginning of the log if absent"),
    (
        "limit",
        "1 to 1000 rows of the log; 100 if absent. Fewer entries can come back, because some rows are not for you",
    ),
    ("topics", "alert, act, case, silence, delivery, settings, person"),
];

/// A piece of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Changes {
    /// The entries in order.
    items: Vec<ChangeEntry>,
    /// Number up to which the log was read: `after` of the next piece.
    through: i64,
    /// Number of the last row of the log that you may see. There is more as long as `through` is smaller.
    last: i64,
    /// Whether the log does not reach back to `after`, or is another one: load everything again.
    reset: bool,
}

/// What happened after an entry, in order.
#[utoipa::path(get, path = "/changes", tag = "log", params(Listed),
    responses((status = 200, description = "A piece of the log", body = Changes), Refusals))]
pub(super) async fn list_changes(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let (topics, after) = (Topics::of(&given)?, number(&given, "after")?.unwrap_or_default());
    let limit = u32::try_from(given.count("limit", USUAL, MOST)?).unwrap_or(u32::MAX);
    listed(&sources, &reader, "log", "").await?;
    let now = sources.clock.now();
    let clearance = reader.clearance.clone();
    let page = sources.read(move |readers| readers.log(after, limit, &clearance, now)).await?;
    let entries = page.entries.iter().filter(|entry| is_for(entry, &reader, topics));
    Ok(found(&Changes {
        items: entries.map(ChangeEntry::from).collect(),
        through: page.through,
        last: page.last,
        reset: page.reset,
    }))
}

/// The parameters, for the description.
struct Listed;

impl utoipa::IntoParams for Listed {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        described::query(PARAMETERS)
    }
}
