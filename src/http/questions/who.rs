//! `GET /api/v1/who?near=LAT,LON&radius_nm=R&from=T&to=T`: who stopped, slowed, met or was dark near a place, ranked.
//!
//! Two sources are joined: the store has the alerts and facts of the period, the engine those that are open.

use std::path::PathBuf;

use axum::extract::{Query, State};
use axum::response::Response;
use tokio::time::timeout;
use tracing::warn;

use super::sources::Sources;
use crate::http::ask::DEADLINE;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::questions::{Deed, Question, Search};

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/who";
/// Largest radius in nautical miles.
/// Much further away, a ranking by distance says nothing.
const RADIUS_NM: f64 = 100.0;
/// Longest period: as long as the engine remembers stops.
const LONGEST: Span = Span::from_hours(14 * 24);

/// `from` is required; `to` is now if absent. 503 while too many other searches read the store.
pub(super) async fn show(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["near", "radius_nm", "from", "to"])?;
    let (near, radius_nm) = (given.place("near")?, given.positive("radius_nm", RADIUS_NM)?);
    let missing = || Problem::parameter("from: is missing; write for instance from=2026-03-01T04:10:00Z");
    let from = given.time("from")?.ok_or_else(missing)?;
    let to = given.time("to")?.unwrap_or_else(|| sources.clock.now());
    if to <= from || LONGEST < to - from {
        return Err(Problem::parameter(format!(
            "to: write a time after from, at most {} days later",
            LONGEST.hours() / 24.0
        )));
    }
    let busy = || Problem::busy("as many searches as are allowed are running; ask again later");
    // Held until the answer is complete, so that slow searches do not pile up.
    let _place = sources.searches.try_acquire().map_err(|_| busy())?;
    let deeds = match sources.store.clone() {
        Some(store) => stored(store, from, to, sources.clock.now()).await?,
        None => Vec::new(),
    };
    let search = Search { near, radius_nm, from, to };
    Ok(found(&sources.asker.ask(Question::Who(search, deeds)).await?))
}

/// The alerts and facts of the period. The engine adds those that are open.
/// Fails if the store cannot be read within [`DEADLINE`]. The reading itself then goes on and its result is dropped.
async fn stored(path: PathBuf, from: Time, to: Time, now: Time) -> Result<Vec<Deed>, Problem> {
    let query = store::Query { facts: true, since: Some(from), until: Some(to), ..store::Query::default() };
    let read = tokio::task::spawn_blocking(move || store::listed(&path, &query, now));
    match timeout(DEADLINE, read).await {
        Ok(Ok(Ok(listed))) => {
            Ok(listed.iter().filter_map(|one| Deed::stored(&one.entry.id, &one.entry.body)).collect())
        }
        Ok(Ok(Err(error))) => {
            warn!(%error, "the store cannot be read for a question");
            Err(Problem::busy("the store cannot be read; the log says why"))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::busy("the store could not be read in time; ask again later")),
    }
}
