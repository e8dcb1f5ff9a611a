//! Which track a name most likely belongs to, under an MMSI in several places.
//!
//! A static message names its MMSI but not its position. It belongs to the track that a position in the same message or row belongs to, or
//! else to the only track that its station has heard lately. Otherwise nothing shows which ship sent it.

use crate::ais::{Report, Static};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;

use super::key::TrackIx;
use super::names::HeardName;
use super::shard::Shard;

/// A track counts as heard lately within this time. Static data are sent every 6 min.
const LATELY: Span = Span::from_minutes(10);

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
        let Some(identity) = self.cold[track.0 as usize].told.identity_mut() else {
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
            // A further ship that is not yet a track may have sent it as well. One position alone may be damaged.
            [only] if self.candidates.waiting(report.mmsi.0) <= 1 => Some(only),
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
            known.place.get_or_insert(position);
        }
        if let Some(identity) = self.cold[track.0 as usize].told.identity_mut() {
            identity.own_name = Some(name);
        }
    }
}
