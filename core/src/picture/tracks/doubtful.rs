//! Numbers that were taken for damaged ones of other vessels, and what speaks for a ship of their own.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

use super::key::TrackKey;
use super::track::Vessel;

/// Number of reports from which a number that sends at least half as often as the vessel it resembles is another ship.
const JUDGED_FROM: u32 = 6;
/// How long a number is remembered after its latest report.
const REMEMBERED: Span = Span::from_hours(24);

/// Numbers that were taken for damaged forms of other vessels' MMSIs.
#[derive(Default, Serialize, Deserialize)]
pub struct DamagedNumbers {
    pub(super) numbers: FxHashMap<u32, Number>,
}

/// A number that was taken for a damaged one.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Number {
    /// The vessel whose MMSI it resembles.
    pub(super) of: TrackKey,
    /// Reports under this number that were left out.
    pub(super) reports: u32,
    /// Fixes of the resembled vessel before the first of these reports.
    pub(super) fixes_before: u32,
    /// Payload hash of the latest of these reports.
    pub(super) payload: u64,
    /// Time of the latest of these reports.
    pub(super) last_at: Time,
    /// Whether it proved to be a ship of its own.
    pub(super) is_own: bool,
}

impl Number {
    /// Whether it sends at least half as often as the vessel it resembles. Random damage does not repeat that often.
    pub(super) fn sends_as_often(&self, vessel: Vessel<'_>) -> bool {
        let fixes = vessel.fixes().saturating_sub(self.fixes_before);
        JUDGED_FROM <= self.reports && vessel.fixes() < u32::from(u16::MAX) && fixes < 2 * self.reports
    }
}

impl DamagedNumbers {
    /// Forgets numbers not heard for a day.
    pub(super) fn sweep(&mut self, now: Time) {
        self.numbers.retain(|_, number| now - number.last_at <= REMEMBERED);
    }
}
