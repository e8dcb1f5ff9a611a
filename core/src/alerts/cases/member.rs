//! One alert or fact of a case, and what links it to others.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::alerts::alert::{Alert, Sentence};
use crate::base::time::{Span, Time};
use crate::behaviours::{self, VesselRef};

/// Alerts of one vessel at most this far apart in time belong to one case (SPEC "Cases").
const REACH: Span = Span::from_hours(72);
/// Score from which an alert adds points to a case and links vessels (SPEC "Cases"). Alerts that never reached it, and facts, are only part
/// of the story.
pub(super) const COUNTS_FROM: i32 = 20;

/// An alert or fact, with what only its case needs. It can be used like the alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Member {
    /// The alert in its present state, without its tracks, which no story needs.
    pub(super) alert: Alert,
    /// The first sentence of its summary.
    pub(super) sentence: Sentence,
    /// Whether it names only one of several possible vessels; if so, it adds no points to a case.
    pub(super) is_uncertain: bool,
    /// Whether it counts, or counted before a correction lowered its score.
    pub(super) has_counted: bool,
}

impl Deref for Member {
    type Target = Alert;

    fn deref(&self) -> &Alert {
        &self.alert
    }
}

/// Whether an alert adds points to a case.
pub(super) fn counts(alert: &Member) -> bool {
    alert.announced && COUNTS_FROM <= alert.score
}

/// Whether an alert links vessels to a case. A correction takes its points away, but does not take a case apart that was told already.
pub(super) fn links(alert: &Member) -> bool {
    alert.has_counted
}

/// Whether an alert links a vessel to its case. One of several possible silent vessels may have nothing to do with it.
fn ties(alert: &Member, vessel: &VesselRef) -> bool {
    !(vessel.role == Some(behaviours::Role::Dark) && alert.is_uncertain)
}

/// The vessels that an alert links.
pub(super) fn tied(alert: &Member) -> impl Iterator<Item = (u32, u16)> {
    alert.vessels.iter().filter(|vessel| ties(alert, vessel)).map(|vessel| (vessel.mmsi, vessel.track))
}

/// Whether the time between two alerts is at most `REACH`. Alerts that overlap are near, however long they last.
pub(super) fn near_in_time(a: &Member, b: &Member) -> bool {
    a.started_at - b.last_at <= REACH && b.started_at - a.last_at <= REACH
}

/// Order of the alerts in a case: by start, then by id.
pub(super) fn order(alert: &Member) -> (Time, &str) {
    (alert.started_at, &alert.id)
}
