//! `GET /api/v1/who?near=LAT,LON&radius_nm=R&from=T&to=T`: who stopped, slowed, met or was dark near a place, ranked.
//!
//! Two sources are joined: the store has the alerts and facts of the period, the engine those that are open.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tracing::warn;

use super::sources::Sources;
use crate::http::answering::{self, Searched};
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
    // Held until the reading has ended, so that slow searches do not pile up.
    let place = Arc::clone(&sources.searches).try_acquire_owned().map_err(|_| busy())?;
    let (deeds, complete) = match sources.store.clone() {
        Some(store) => stored(store, search, now, place).await?,
        None => (Vec::new(), true),
    };
    let answer = sources.asker.ask(Question::Who(search, deeds)).await?;
    Ok(found(&Searched { answer, complete }))
}

/// The alerts and facts of the period, and whether these are all of them. The engine adds those that are open.
/// Fails if the store cannot be read within [`DEADLINE`]. The reading itself then goes on and its result is dropped.
async fn stored(
    path: PathBuf,
    search: Search,
    now: Time,
    place: OwnedSemaphorePermit,
) -> Result<(Vec<Deed>, bool), Problem> {
    let read = move || {
        let deeds = answering::deeds(&Readers::new(path), &search, &Clearance::everything(), now);
        drop(place);
        deeds
    };
    match timeout(DEADLINE, tokio::task::spawn_blocking(read)).await {
        Ok(Ok(Ok(found))) => Ok(found),
        Ok(Ok(Err(error))) => {
            warn!(%error, "the store cannot be read for a question");
            Err(Problem::busy("the store cannot be read; the log says why"))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::busy("the store could not be read in time; ask again later")),
    }
}
