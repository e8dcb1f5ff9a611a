//! What reports tell of a vessel besides its movement: its static data, and which stations hear it.

use serde::{Deserialize, Serialize};

use crate::ais::StationId;

use super::identity::Identity;

/// Maximum number of stations remembered for a vessel.
const STATIONS_KEPT: usize = 8;

/// What was told of one vessel, in one allocation: most vessels send static data, and most feeds name their stations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Told(Option<Box<Kept>>);

/// What is kept of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// Static data; `None` before any was heard.
    identity: Option<Identity>,
    /// Stations that recently heard it, most recent first, then `StationId(0)`.
    stations: [StationId; STATIONS_KEPT],
}

impl Told {
    /// Static data; `None` before any was heard.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.0.as_ref().and_then(|kept| kept.identity.as_ref())
    }

    /// The same, to change them.
    pub(super) fn identity_mut(&mut self) -> Option<&mut Identity> {
        self.0.as_mut().and_then(|kept| kept.identity.as_mut())
    }

    /// The same, empty before any was heard.
    pub(super) fn identity_or_new(&mut self) -> &mut Identity {
        self.0.get_or_insert_default().identity.get_or_insert_default()
    }

    /// Stations that recently heard the vessel, at most eight, most recent first.
    pub(super) fn stations(&self) -> &[StationId] {
        let stations: &[StationId] = self.0.as_ref().map_or(&[], |kept| &kept.stations);
        let count = stations.iter().position(|station| *station == StationId(0));
        &stations[..count.unwrap_or(stations.len())]
    }

    /// Records that a station heard the vessel: it becomes the first of the list. Station 0 is none.
    pub(super) fn note_station(&mut self, station: StationId) {
        if station == StationId(0) {
            return;
        }
        let stations = &mut self.0.get_or_insert_default().stations;
        let known = stations.iter().position(|other| *other == station);
        stations[..=known.unwrap_or(STATIONS_KEPT - 1)].rotate_right(1);
        stations[0] = station;
    }

    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| size_of::<Kept>() + kept.identity.as_ref().map_or(0, Identity::bytes))
    }
}
