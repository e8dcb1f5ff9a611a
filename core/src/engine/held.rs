//! Vessels in an open alert, which a flood of invented vessels must not push out of the picture.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::alerts::{Change, Status};
use crate::base::units::Mmsi;
use crate::picture::tracks::{TrackKey, Tracks};

/// Open announced alerts with their vessels, and the number of these alerts for each vessel.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Held {
    /// Vessels of each alert as it opened, by the alert's id.
    alerts: FxHashMap<String, Vec<TrackKey>>,
    /// Number of open alerts of each vessel; at least 1.
    vessels: FxHashMap<TrackKey, u32>,
}

impl Held {
    /// Takes in a change, and marks the vessels of its alert as being in an open alert or not.
    pub(super) fn take(&mut self, change: &Change, tracks: &mut Tracks) {
        let alert = &change.alert;
        let is_open = alert.announced && alert.status == Status::Open;
        match (self.alerts.contains_key(&alert.id), is_open) {
            (false, true) => {
                let key =
                    |vessel: &crate::alerts::VesselRef| TrackKey { mmsi: Mmsi(vessel.mmsi), ordinal: vessel.track };
                let vessels: Vec<TrackKey> = alert.vessels.iter().map(key).collect();
                for key in &vessels {
                    *self.vessels.entry(*key).or_default() += 1;
                    mark(tracks, *key, true);
                }
                self.alerts.insert(alert.id.clone(), vessels);
            }
            (true, false) => {
                // The vessels that the alert opened with, since those it ends with may be others.
                for key in self.alerts.remove(&alert.id).unwrap_or_default() {
                    let count = self.vessels.entry(key).or_insert(1);
                    *count -= 1;
                    if *count == 0 {
                        self.vessels.remove(&key);
                        mark(tracks, key, false);
                    }
                }
            }
            (true, true) | (false, false) => {}
        }
    }
}

/// Marks a vessel as being in an open alert or not, if its track still exists.
fn mark(tracks: &mut Tracks, key: TrackKey, is: bool) {
    if let Some(ix) = tracks.find(key).map(|vessel| vessel.ix()) {
        tracks.mark_in_alert(ix, is);
    }
}
