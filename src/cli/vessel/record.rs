//! Everything known about one vessel, as it was put together for the answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::deed::Deed;
use super::deeds::Deeds;
use super::identity::Sayings;
use crate::daemon::PastReach;
use crate::storage::store::{CaseState, Entry};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::picture::tracks::flag_of;
use atalaia_core::zones::Match;

/// Everything known about one vessel. Made once, then printed as a page or as JSON.
pub(super) struct VesselRecord {
    /// The MMSI. Several ships may send it.
    pub(super) mmsi: u32,
    /// The wall clock, read after everything else.
    pub(super) now: Time,
    /// Event time at the end of the reading; the wall clock without a journal.
    pub(super) read_to: Time,
    /// Event time of the first report that was read. `None` if the daemon's saved state was restored, or without a journal.
    pub(super) since: Option<Time>,
    /// Whether there was a journal.
    pub(super) journal: bool,
    /// What the engine remembers; empty without a journal.
    pub(super) deeds: Deeds,
    /// How it identified itself, in the journal and in alerts.
    pub(super) sayings: Sayings,
    /// How far back earlier identities were looked for in the journal. `None` without a journal.
    pub(super) reach: Option<PastReach>,
    /// Row of a watchlist that names it; `None` if there is none, or without a journal.
    pub(super) listed: Option<Match>,
    /// Alerts and facts of the store that name it, the most recently active first.
    pub(super) alerts: Vec<Entry>,
    /// Cases of the store that name it, as they are stored.
    pub(super) cases: Vec<Value>,
    /// How cases stand, by id. The alerts of a case are counted as the list of cases does: without minor events.
    pub(super) standings: BTreeMap<String, CaseState>,
}

impl VesselRecord {
    /// The answer as one JSON object. Its keys are an interface; times are those of events, except in the
    /// rows of alerts.
    pub(super) fn json(&self) -> Value {
        let deeds = |list: &[Deed]| list.iter().map(Deed::json).collect::<Vec<_>>();
        let last = self.deeds.last.as_ref().map(|last| {
            json!({
                "at": last.at.to_string(), "lat": last.position.lat, "lon": last.position.lon, "knots": last.knots,
                "course": last.course, "status": last.status, "zones": last.zones,
            })
        });
        let listed = self.listed.as_ref().map(|found| {
            let row = &found.listed;
            json!({ "list": row.list, "by": found.by.name(), "fuzzy": found.fuzzy, "reason": row.reason, "owner": row.owner })
        });
        json!({
            "mmsi": self.mmsi, "flag": flag_of(Mmsi(self.mmsi)), "identity": self.sayings.json(),
            "identity_known_since": self.reach.map(|reach| reach.since.to_string()),
            "first_heard_at": self.deeds.first_at.map(|at| at.to_string()), "last": last,
            "known_since": self.since.map(|since| since.to_string()), "ships_under_this_number": self.deeds.tracks,
            "stops": deeds(&self.deeds.stops), "silences": deeds(&self.deeds.silences),
            "port_calls": deeds(&self.deeds.calls), "watchlist": listed,
            "alerts": self.alerts.iter().map(|entry| entry.value(&[])).collect::<Vec<_>>(), "cases": self.cases,
        })
    }
}
