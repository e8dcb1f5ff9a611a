//! Which watched zones the vessels of a recording came to, and which ones they would have come to with latitude and longitude exchanged.
//!
//! Exchanged coordinates are a usual mistake, and a zone in an empty sea raises no alert, which looks like a quiet watch. Only traffic can
//! tell the two apart.

use std::collections::{BTreeMap, BTreeSet};

use atalaia_core::base::text::counted;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::Engine;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Chart, Hit, Relation, ZoneIx};

/// Event time between two looks at the picture. A ship at 25 kn sails 0.8 nm in it.
const STEP: Span = Span::from_minutes(2);

/// The vessels in or near each watched zone during a recording.
#[derive(Default)]
pub(super) struct Visits {
    /// When the picture is looked at next; `None` before the first look.
    next: Option<Time>,
    /// The vessels that came to each zone.
    here: BTreeMap<ZoneIx, BTreeSet<Mmsi>>,
    /// Those that would have, if its latitude and longitude were exchanged.
    exchanged: BTreeMap<ZoneIx, BTreeSet<Mmsi>>,
}

impl Visits {
    /// Looks at the picture, if its time has come. The last look is made with `is_last`.
    pub(super) fn look(&mut self, engine: &Engine, chart: &Chart, is_last: bool) {
        let Some(now) = engine.now().filter(|now| is_last || self.next.is_none_or(|next| next <= *now)) else {
            return;
        };
        self.next = Some(now + STEP);
        let mut hits = Vec::new();
        for vessel in engine.tracks().iter() {
            // The others were seen at an earlier look.
            let Some(fix) = vessel.last().filter(|fix| is_last || now - fix.at <= STEP + STEP) else {
                continue;
            };
            for zone in watched(chart, fix.position, &mut hits) {
                self.here.entry(zone).or_default().insert(vessel.mmsi());
            }
            // A longitude beyond 90 degrees cannot be a latitude.
            if fix.position.lon.abs() <= 90.0 {
                let there = LatLon::new(fix.position.lon, fix.position.lat);
                for zone in watched(chart, there, &mut hits) {
                    self.exchanged.entry(zone).or_default().insert(vessel.mmsi());
                }
            }
        }
    }

    /// Number of vessels that came to any watched zone.
    pub(super) fn vessels(&self) -> usize {
        self.here.values().flatten().collect::<BTreeSet<_>>().len()
    }

    /// A line for each zone that no vessel came to, but some would have with latitude and longitude exchanged.
    pub(super) fn doubts(&self, chart: &Chart) -> String {
        let astray = self.exchanged.iter().filter(|(zone, _)| !self.here.contains_key(zone));
        let line = |(zone, vessels): (&ZoneIx, &BTreeSet<Mmsi>)| {
            format!(
                "zone {}: no vessel was heard in or near it; with latitude and longitude exchanged there would be {}: GeoJSON writes \
                 longitude first\n",
                chart.zones.get(*zone).id,
                counted(vessels.len(), "vessel")
            )
        };
        astray.map(line).collect()
    }
}

/// The corridors, areas and benign zones that a position is in or near.
fn watched<'a>(chart: &'a Chart, at: LatLon, hits: &'a mut Vec<Hit>) -> impl Iterator<Item = ZoneIx> + 'a {
    hits.clear();
    chart.zones.at(at, hits);
    hits.iter()
        .filter(|hit| hit.relation != Relation::Outside && chart.zones.get(hit.zone).watched())
        .map(|hit| hit.zone)
}
