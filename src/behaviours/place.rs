//! Where a vessel is: shore, calm water and zones, looked up once and kept until it has moved 100 m.

use rustc_hash::FxHashMap;

use crate::geo::LatLon;
use crate::time::Time;
use crate::tracks::TrackIx;
use crate::zones::{Calm, Chart, Crossing, Hit, Presence, Sighting, Zone, ZoneIx};

/// Look-ups are redone after this. Metres.
const REDO_METRES: f64 = 100.0;
/// Degrees of latitude in `REDO_METRES`, for a quick look before the distance.
const REDO_DEGREES: f64 = REDO_METRES / 111_320.0;

/// Shore and calm water at a position.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Distance from shore; 0 on land. Nautical miles.
    pub shore_nm: f64,
    /// Calm water there.
    pub calm: Calm,
}

impl Place {
    /// Looks a position up.
    pub fn at(chart: &Chart, position: LatLon, now: Time) -> Place {
        Place { shore_nm: chart.shore_nm(position), calm: chart.calm(position, now) }
    }
}

/// The places of all vessels.
#[derive(Default)]
pub struct Places {
    known: Vec<Known>,
    presences: FxHashMap<TrackIx, Presence>,
    nowhere: Presence,
    hits: Vec<Hit>,
    /// Counts reloads.
    reloads: u32,
    /// The reload that brought each zone in force, or moved its border, by index; missing or 0: there from the start.
    brought_by: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Known {
    zones_at: (f32, f32),
    zones_exact: bool,
    place_at: LatLon,
    shore_nm: f32,
    calm: Calm,
    placed: bool,
    reloads: u32,
}

const UNKNOWN: Known = Known {
    zones_at: (f32::NAN, f32::NAN),
    zones_exact: false,
    place_at: LatLon { lat: 0.0, lon: 0.0 },
    shore_nm: 0.0,
    calm: Calm { inside: false, nearest_nm: 0.0 },
    placed: false,
    reloads: 0,
};

impl Places {
    /// Works out the zones of a vessel at a new fix; borders crossed are added to `crossings`.
    pub fn look(
        &mut self,
        chart: &Chart,
        vessel: TrackIx,
        position: LatLon,
        at: Time,
        sighting: Sighting,
        crossings: &mut Vec<Crossing>,
    ) {
        let known = self.known(vessel);
        let last = LatLon { lat: f64::from(known.zones_at.0), lon: f64::from(known.zones_at.1) };
        // A vessel near no zone is looked up again after 100 m; one that has borders about is looked up at every fix.
        if !known.zones_exact && sighting == Sighting::Next && is_near(last, position) {
            return;
        }
        self.hits.clear();
        chart.zones.at(position, &mut self.hits);
        let reloads = self.reloads;
        let known = &mut self.known[vessel.0 as usize];
        let seen = std::mem::replace(&mut known.reloads, reloads);
        known.zones_at = (position.lat as f32, position.lon as f32);
        known.zones_exact = !self.hits.is_empty();
        if self.hits.is_empty() && !self.presences.contains_key(&vessel) {
            return;
        }
        let presence = self.presences.entry(vessel).or_default();
        if seen != reloads && sighting == Sighting::Next {
            let brought_by = |zone: ZoneIx| self.brought_by.get(usize::from(zone.0)).copied().unwrap_or(0);
            presence.settle(&chart.zones, &self.hits, |zone| seen < brought_by(zone));
        }
        presence.step(&chart.zones, &self.hits, at, sighting, crossings);
        if presence.is_empty() && self.hits.is_empty() {
            self.presences.remove(&vessel);
        } else {
            known.zones_exact = true;
        }
    }

    /// The zones a vessel is in or near.
    pub fn presence(&self, vessel: TrackIx) -> &Presence {
        self.presences.get(&vessel).unwrap_or(&self.nowhere)
    }

    /// Shore and calm water where a vessel is.
    pub fn place(&mut self, chart: &Chart, vessel: TrackIx, position: LatLon, now: Time) -> Place {
        let known = self.known(vessel);
        if !known.placed || !is_near(known.place_at, position) {
            let place = Place::at(chart, position, now);
            known.place_at = position;
            known.shore_nm = place.shore_nm as f32;
            known.calm = place.calm;
            known.placed = true;
        }
        Place { shore_nm: f64::from(known.shore_nm), calm: known.calm }
    }

    /// The vessel's slab place is free for another.
    pub fn forget(&mut self, vessel: TrackIx) {
        if let Some(known) = self.known.get_mut(vessel.0 as usize) {
            *known = UNKNOWN;
        }
        self.presences.remove(&vessel);
    }

    /// Other zones are in force: presences keep what still exists, every look-up is redone at the next fix.
    pub fn reload(&mut self, old: &Chart, new: &Chart) {
        self.reloads += 1;
        let brought_by = |(number, zone): (ZoneIx, &Zone)| {
            let before = old.zones.find(&zone.id).filter(|before| new.zones.same_border(number, &old.zones, *before));
            before.map_or(self.reloads, |before| self.brought_by.get(usize::from(before.0)).copied().unwrap_or(0))
        };
        self.brought_by = new.zones.iter().map(brought_by).collect();
        for known in &mut self.known {
            known.placed = false;
            known.zones_exact = true;
        }
        self.presences.values_mut().for_each(|presence| presence.renumber(&old.zones, &new.zones));
    }

    /// Calm water came or went with a zone's hours: shore and calm look-ups are redone.
    pub fn hours_changed(&mut self) {
        for known in &mut self.known {
            known.placed = false;
        }
    }

    /// Heap bytes held, about.
    pub fn bytes(&self) -> usize {
        self.known.capacity() * size_of::<Known>() + self.presences.capacity() * 64
    }

    fn known(&mut self, vessel: TrackIx) -> &mut Known {
        let place = vessel.0 as usize;
        if self.known.len() <= place {
            self.known.resize(place + 1, UNKNOWN);
        }
        &mut self.known[place]
    }
}

fn is_near(a: LatLon, b: LatLon) -> bool {
    (a.lat - b.lat).abs() <= REDO_DEGREES && a.metres_to(b) <= REDO_METRES
}
