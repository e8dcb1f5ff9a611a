//! The names heard under MMSIs in several places, and which track each most likely belongs to.
//!
//! A static message names its MMSI but not its position. It belongs to the track that a position in the same message or row belongs to, or
//! else to the only track that its station has heard lately. Otherwise nothing shows which ship sent it.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::ais::{Report, Static};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

use super::key::TrackIx;
use super::shard::Shard;

/// How long a name is kept after it was last heard.
const KEPT: Span = Span::from_hours(24);
/// Maximum number of names kept of one MMSI. Beyond it the one not heard for longest is dropped.
const MOST_NAMES: usize = 8;
/// A track counts as heard lately within this time. Static data are sent every 6 min.
const LATELY: Span = Span::from_minutes(10);

/// A name heard under an MMSI in several places.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeardName {
    /// The name as sent.
    pub name: Box<str>,
    /// Ship type 1-99 sent with it; `None` if none was.
    pub ship_type: Option<u8>,
    /// When it was last heard.
    pub at: Time,
    /// Where the track was that it most likely belongs to; `None` if nothing shows that.
    pub place: Option<LatLon>,
}

/// The names of all MMSIs that were heard in several places.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Names {
    of: FxHashMap<u32, NamesOfNumber>,
}

/// The names of one MMSI.
#[derive(Default, Serialize, Deserialize)]
struct NamesOfNumber {
    heard: Vec<HeardName>,
    /// The latest message whose track is not known: hash of its payload, and the name. A position in the same row may still show the track.
    open: Option<(u64, Box<str>)>,
}

impl NamesOfNumber {
    /// Adds a name, or what is new about it.
    fn note(&mut self, new: HeardName) {
        match self.heard.iter_mut().find(|known| known.name == new.name) {
            Some(known) => {
                known.at = known.at.max(new.at);
                known.ship_type = new.ship_type.or(known.ship_type);
                known.place = new.place.or(known.place);
            }
            None => self.heard.push(new),
        }
        if MOST_NAMES < self.heard.len()
            && let Some((oldest, _)) = self.heard.iter().enumerate().min_by_key(|(_, known)| known.at)
        {
            self.heard.remove(oldest);
        }
    }
}

impl Names {
    /// Forgets names not heard for a day.
    pub(super) fn sweep(&mut self, now: Time) {
        self.of.retain(|_, names| {
            names.heard.retain(|known| now - known.at <= KEPT);
            !names.heard.is_empty()
        });
    }
}

impl Shard {
    /// The names heard under an MMSI since it was first heard in a second place, in the order in which they were first heard.
    pub(super) fn names_of(&self, mmsi: Mmsi) -> &[HeardName] {
        self.names.of.get(&mmsi.0).map_or(&[], |names| &names.heard)
    }

    /// Keeps the name of the ship whose track an MMSI has left, if it was heard before `left_at`. What is heard from then on may be from
    /// another ship.
    pub(super) fn note_name_before(&mut self, mmsi: Mmsi, track: TrackIx, left_at: Time) {
        if self.names.of.contains_key(&mmsi.0) {
            return;
        }
        let hot = &self.hot[track.0 as usize];
        let position = hot.position();
        let Some(identity) = self.cold[track.0 as usize].identity.as_deref_mut() else {
            return;
        };
        let Some((name, at)) = identity.name.clone().zip(identity.said_at) else {
            return;
        };
        let place = Some(position).filter(|_| at < left_at);
        identity.own_name = place.map(|_| name.clone());
        let ship_type = identity.ship_type;
        self.names.of.entry(mmsi.0).or_default().note(HeardName { name, ship_type, at, place });
    }

    /// Notes the name in a message of an MMSI that was heard in several places. Returns the track that the message most likely belongs to.
    pub(super) fn note_name(&mut self, report: &Report, said: &Static) -> Option<TrackIx> {
        let by_station = |ix: &TrackIx| {
            let hot = &self.hot[ix.0 as usize];
            let lately = 0 < hot.fixes && (report.at - hot.last_at).abs() <= LATELY;
            lately && (hot.station, hot.source) == (report.station, report.source)
        };
        let heard: Vec<TrackIx> = self.chain(report.mmsi).filter(by_station).collect();
        let track = match heard[..] {
            // A further ship that is not yet a track may have sent it as well.
            [only] if self.candidates.waiting(report.mmsi.0) == 0 => Some(only),
            _ => None,
        };
        let place = track.map(|ix| self.hot[ix.0 as usize].position());
        let name = said.name.clone()?;
        let names = self.names.of.entry(report.mmsi.0).or_default();
        names.open = track.is_none().then(|| (report.payload, name.clone()));
        names.note(HeardName { name, ship_type: said.ship_type, at: report.at, place });
        track
    }

    /// Attributes the name of a row to the track that the position of the same row, of this payload, belongs to.
    pub(super) fn settle_name(&mut self, mmsi: Mmsi, payload: u64, track: TrackIx) {
        let Some(names) = self.names.of.get_mut(&mmsi.0) else {
            return;
        };
        let Some((_, name)) = names.open.take_if(|(open, _)| *open == payload) else {
            return;
        };
        let position = self.hot[track.0 as usize].position();
        if let Some(known) = names.heard.iter_mut().find(|known| known.name == name) {
            known.place = Some(position);
        }
        if let Some(identity) = self.cold[track.0 as usize].identity.as_deref_mut() {
            identity.own_name = Some(name);
        }
    }
}
