//! The check of the audit trail. A long one takes longer than a request may, so it runs by itself, one at a time; a request that comes while
//! it runs waits for its result.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::store_problem::problem;
use crate::http::problem::Problem;
use crate::platform::clock::{Clock, Moment};
use crate::storage::store::{self, Verified};

/// Longest time that a request waits for the result: shorter than an answer may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the result is kept for the next request if the one that started the check has given up.
const KEPT: Duration = Duration::from_secs(60);

/// When a check ended, and its result; `None` if the trail could not be read. `None` as a whole while it runs.
type Outcome = Option<(Moment, Option<Verified>)>;

/// The check in progress, or a finished one whose result has not been collected.
#[derive(Debug, Default)]
pub(in crate::http) struct Checks(Mutex<Option<watch::Receiver<Outcome>>>);

impl Checks {
    /// The result of the check that runs, or of a new one of the trail of the store at this path.
    ///
    /// # Errors
    /// `busy` if it has not ended in time, or the trail cannot be read.
    pub(in crate::http) async fn result(&self, store: &Path, clock: Clock) -> Result<Verified, Problem> {
        let mut check = self.current(store, clock);
        let Ok(ended) = timeout(PATIENCE, check.wait_for(Option::is_some)).await else {
            return Err(Problem::busy("the check is still running; ask again for its result"));
        };
        let verified = ended.ok().and_then(|ended| ended.as_ref()?.1.clone());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The next request gets a check of its own.
        if kept.as_ref().is_some_and(|kept| kept.same_channel(&check)) {
            *kept = None;
        }
        verified.ok_or_else(|| Problem::busy("the audit trail could not be checked; the log says why"))
    }

    /// The check in progress, or a finished one whose result has not been collected, or a new one.
    fn current(&self, store: &Path, clock: Clock) -> watch::Receiver<Outcome> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.moment();
        let holds = |check: &&watch::Receiver<Outcome>| match &*check.borrow() {
            Some((ended, _)) => now.since(*ended) < KEPT,
            // A check that ended without a result has failed.
            None => check.has_changed().is_ok(),
        };
        if let Some(check) = kept.as_ref().filter(holds) {
            return check.clone();
        }
        let (sender, check) = watch::channel(None);
        let path = store.to_owned();
        tokio::task::spawn_blocking(move || run(path, clock, &sender));
        *kept = Some(check.clone());
        check
    }
}

/// Checks the trail and sends the result. Stops early when nobody can get it any more, as when the daemon stops.
fn run(path: PathBuf, clock: Clock, sender: &watch::Sender<Outcome>) {
    let verified = match store::verify_in_pieces(&path, &|| !sender.is_closed()) {
        Ok(verified) => verified,
        Err(error) => {
            // Logs it.
            problem(error);
            None
        }
    };
    sender.send_replace(Some((clock.moment(), verified)));
}
