//! `GET /api/v1/who?near=LAT,LON&radius_nm=R&from=T&to=T`: who stopped, slowed, met or was dark near a place, ranked.
//!
//! Two sources are joined: the store has the alerts and facts of the period, the engine those that are open.

use std::path::PathBuf;

use axum::extract::{Query, State};
use axum::response::Response;
use tokio::time::timeout;
use tracing::warn;

use super::sources::Sources;
use crate::http::answering;
use crate::http::ask::DEADLINE;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{Clearance, Readers};
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::{Deed, Question, Search};

/// Path of the route.
pub(super) const PATH: &str = "/api/v1/who";

/// `from` is required; `to` is now if absent. 503 while too many other searches read the store.
pub(super) async fn show(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["near", "radius_nm", "from", "to"])?;
    let now = sources.clock.now();
    let search = answering::search(&given, now)?;
    let busy = || Problem::busy("as many searches as are allowed are running; ask again later");
    // Held until the answer is complete, so that slow searches do not pile up.
    let _place = sources.searches.try_acquire().map_err(|_| busy())?;
    let deeds = match sources.store.clone() {
        Some(store) => stored(store, search, now).await?,
        None => Vec::new(),
    };
    Ok(found(&sources.asker.ask(Question::Who(search, deeds)).await?))
}

/// The alerts and facts of the period. The engine adds those that are open.
/// Fails if the store cannot be read within [`DEADLINE`]. The reading itself then goes on and its result is dropped.
async fn stored(path: PathBuf, search: Search, now: Time) -> Result<Vec<Deed>, Problem> {
    let read = move || answering::deeds(&Readers::new(path), &search, &Clearance::everything(), now);
    match timeout(DEADLINE, tokio::task::spawn_blocking(read)).await {
        Ok(Ok(Ok(deeds))) => Ok(deeds),
        Ok(Ok(Err(error))) => {
            warn!(%error, "the store cannot be read for a question");
            Err(Problem::busy("the store cannot be read; the log says why"))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::busy("the store could not be read in time; ask again later")),
    }
}
