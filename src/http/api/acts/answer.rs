//! What became of an act, as a response.

use crate::http::problem::Problem;
use crate::storage::store::{ActOutcome, AlertItem};

/// The alert after an act, or the problem.
pub(super) fn outcome(outcome: ActOutcome) -> Result<Box<AlertItem>, Problem> {
    match outcome {
        // The alert is as the request wanted it.
        ActOutcome::Done(item) | ActOutcome::Unchanged(item, _) => Ok(item),
        ActOutcome::Stale(item) => Err(Problem::stale("the alert has changed since; look at it again", item.value())),
        ActOutcome::Missing => Err(Problem::not_found("there is no such alert")),
        ActOutcome::Refused(text) => Err(Problem::refused(text)),
        ActOutcome::Lowers => Err(Problem::forbidden("your roles do not allow you to lower a marking")),
    }
}
