//! How grave the open alerts of each vessel are, for one clearance.

use std::collections::BTreeMap;

use super::row;
use crate::storage::store::{Clearance, OpenAlert};
use atalaia_core::alerts::Severity;
use atalaia_core::alerts::handling::Reality;
use atalaia_core::picture::tracks::TrackKey;

/// What the open alerts of one vessel come to.
#[derive(Clone, Copy)]
struct Sum {
    /// The worst of them.
    severity: Severity,
    /// Whether all of them are acknowledged.
    is_acknowledged: bool,
    /// Whether one belongs to a case.
    is_in_case: bool,
    /// Whether one belongs to an exercise.
    is_exercise: bool,
}

/// The flags of every vessel with an open alert that the clearance allows: those of alerts that count, and whether one says that the vessel is
/// on a watchlist.
pub(super) fn marks(alerts: &[OpenAlert], clearance: &Clearance) -> BTreeMap<TrackKey, u16> {
    let mut sums: BTreeMap<TrackKey, Sum> = BTreeMap::new();
    let mut marks: BTreeMap<TrackKey, u16> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| alert.is_cleared(clearance)) {
        for vessel in alert.vessels.iter().filter(|_| alert.lists) {
            marks.insert(*vessel, row::LISTED);
        }
        let one = Sum {
            severity: alert.severity,
            is_acknowledged: alert.is_acknowledged,
            is_in_case: alert.is_in_case(clearance),
            is_exercise: alert.handling.reality == Reality::Exercise,
        };
        for vessel in alert.vessels.iter().filter(|_| alert.counts) {
            sums.entry(*vessel).and_modify(|sum| *sum = sum.with(one)).or_insert(one);
        }
    }
    for (vessel, sum) in sums {
        *marks.entry(vessel).or_default() |= sum.flags();
    }
    marks
}

impl Sum {
    /// Together with another alert of the same vessel.
    fn with(self, other: Sum) -> Sum {
        Sum {
            severity: self.severity.max(other.severity),
            is_acknowledged: self.is_acknowledged && other.is_acknowledged,
            is_in_case: self.is_in_case || other.is_in_case,
            is_exercise: self.is_exercise || other.is_exercise,
        }
    }

    fn flags(self) -> u16 {
        // 1 to 5, because 0 means that there is no alert.
        let severity = self.severity as u16 + 1;
        severity << row::SEVERITY_SHIFT
            | row::flag(row::ACKNOWLEDGED, self.is_acknowledged)
            | row::flag(row::IN_CASE, self.is_in_case)
            | row::flag(row::EXERCISE, self.is_exercise)
    }
}
