//! What the routes answer from: the store, the main loop, and the view that it publishes.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::answers::Answers;
use super::checks::Checks;
use super::ration::Ration;
use super::readings::Readings;
use super::recent::Recent;
use super::store_problem::problem;
use crate::http::access::{Access, Settings};
use crate::http::ask::Asker;
use crate::http::problem::Problem;
use crate::http::view::View;
use crate::platform::clock::Clock;
use crate::storage::store::{Readers, StoreError};
use atalaia_core::base::time::Time;

/// Number of requests that may read or write the store at the same time. SQLite has one writer, and two cores are fully used by four
/// readers.
const AT_ONCE: usize = 4;
/// Number of requests that may compute an answer from memory at the same time.
const SUMS: usize = 4;

/// What the routes answer from. Cheap to clone; each request has one.
#[derive(Clone, Debug)]
pub(in crate::http) struct Sources {
    /// Identifies readers.
    pub(in crate::http) access: Access,
    /// Path of the store's file.
    pub(in crate::http) store: PathBuf,
    /// Folder of the journal; `None` without one.
    pub(in crate::http) journal: Option<PathBuf>,
    /// The way to the main loop.
    pub(in crate::http) asker: Asker,
    /// The last view that the main loop published.
    pub(in crate::http) view: watch::Receiver<Arc<View>>,
    /// The wall clock, and the clock by which limits are measured.
    pub(in crate::http) clock: Clock,
    /// Connections to the store that are kept open for reading.
    readers: Arc<Readers>,
    /// Answers that are kept for a moment.
    answers: Arc<Answers>,
    /// Readings that wait to be recorded.
    pub(in crate::http) readings: Readings,
    /// What was recorded a moment ago.
    pub(in crate::http) recent: Arc<Recent>,
    /// How often the main loop is asked to explain.
    pub(in crate::http) explanations: Arc<Ration>,
    /// A permit for each request that may use the store.
    places: Arc<Semaphore>,
    /// A permit for each request that may compute an answer from memory.
    sums: Arc<Semaphore>,
    /// The check of the audit trail.
    pub(in crate::http) checks: Arc<Checks>,
}

impl Sources {
    /// Sources over the store at this path.
    pub(in crate::http) fn new(
        store: PathBuf,
        asker: Asker,
        view: watch::Receiver<Arc<View>>,
        clock: Clock,
    ) -> Sources {
        let access = Access::new(&store, clock, Settings::default(), false);
        let readers = Arc::new(Readers::new(store.clone()));
        let answers = Arc::default();
        Sources {
            access,
            readings: Readings::new(store.clone()),
            store,
            journal: None,
            asker,
            view,
            clock,
            readers,
            answers,
            recent: Arc::default(),
            explanations: Arc::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            sums: Arc::new(Semaphore::new(SUMS)),
            checks: Arc::default(),
        }
    }

    /// Engine time; `None` before the first report.
    pub(in crate::http) fn at(&self) -> Option<Time> {
        self.view.borrow().engine.time
    }

    /// Answers that are kept for a moment.
    pub(in crate::http) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers)
    }

    /// The same with the journal in this folder.
    pub(in crate::http) fn with_journal(self, journal: Option<PathBuf>) -> Sources {
        Sources { journal, ..self }
    }

    /// The same with the access of a listener: its settings, and whether it has TLS.
    pub(in crate::http) fn with_access(self, access: Access) -> Sources {
        Sources { access, ..self }
    }

    /// Runs `work` with the path of the store on a thread that may block. For short work: it goes on, and keeps its place, also when nobody
    /// waits for it any more. Errors as [`problem`].
    pub(in crate::http) async fn stored<T: Send + 'static>(
        &self,
        work: impl FnOnce(&std::path::Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let path = self.store.clone();
        self.blocking(move || work(&path)).await
    }

    /// The same with connections that are kept open. The reads stop when nobody waits for them any more, so this is for all lists.
    pub(in crate::http) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Readers) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        // Dropped with this future, after its time or when the client has gone: the place is then free for another request.
        let (readers, _stop) = self.readers.stoppable();
        self.blocking(move || work(&readers)).await
    }

    /// Runs `work` on a thread that may block, once a place is free.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| Problem::busy("the daemon is stopping"))?;
        with_place(place, work).await?.map_err(problem)
    }

    /// Runs `work` that computes an answer from memory on a thread that may block, once one of the places for that is free: long sums must
    /// not hold up other requests of their thread, nor take places of the store.
    pub(in crate::http) async fn computed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        // The semaphore is never closed.
        let place = Arc::clone(&self.sums).acquire_owned().await.map_err(|_| unanswered())?;
        with_place(place, work).await
    }
}

/// Runs `work` on a thread that may block. The place is free again when the work has ended: a request that is given up must not make room
/// for another while its work still runs.
pub(in crate::http) async fn with_place<P: Send + 'static, T: Send + 'static>(
    place: P,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    });
    done.await.map_err(|_| unanswered())
}

/// The problem of work that ended without an answer.
fn unanswered() -> Problem {
    Problem::busy("the request could not be answered; the log says why")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[test]
    fn a_place_is_free_again_when_the_work_has_ended_not_when_nobody_waits_for_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let places = Arc::new(Semaphore::new(1));
            let place = Arc::clone(&places).try_acquire_owned().expect("a place");
            let (end, until_end) = mpsc::channel::<()>();
            let work = with_place(place, move || until_end.recv().is_ok());
            assert!(timeout(Duration::from_millis(50), work).await.is_err(), "given up");
            assert_eq!(places.available_permits(), 0, "the work goes on");
            end.send(()).expect("the work waits");
            let free = timeout(Duration::from_secs(10), places.acquire()).await;
            assert!(free.is_ok(), "the work has ended");
        });
    }
}
