//! Who was at a place, as far as the engine remembers.

use std::collections::BTreeMap;

use super::super::vessel::kind_of;
use super::deed::Deed;
use super::rank::{DARK_AFTER, Did, LEAST, STOP_KNOTS, Sighting, Suspects, rank, spell};
use super::search::Search;
use crate::ais::ship_type_name;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::engine::Engine;
use crate::picture::tracks::{TrackKey, Vessel};

/// How far a vessel may have gone since it was at the place, if its trail is to be searched. Nautical miles: half an hour, for which every
/// trail is kept, at 40 kn.
const GONE_NM: f64 = 20.0;
/// A silence that began longer than this before the period is not searched for.
const BEFORE: Span = Span::from_hours(48);

/// The vessels that were at the place as far as the engine remembers: stops, slow legs and silences for days, and passing vessels for half
/// an hour. `deeds` are alerts and facts that are over; the engine adds those that are open.
pub fn who(engine: &Engine, search: &Search, deeds: &[Deed]) -> Suspects {
    let mut all: BTreeMap<String, Deed> = deeds.iter().map(|deed| (deed.id.clone(), deed.clone())).collect();
    all.extend(engine.open_alerts().iter().map(|alert| (alert.id.clone(), Deed::of(alert))));
    Suspects { search: *search, vessels: rank(search, remembered(engine, search), all.values()) }
}

/// The same with `deeds` alone: the engine adds no alert.
pub fn who_among(engine: &Engine, search: &Search, deeds: &[Deed]) -> Suspects {
    Suspects { search: *search, vessels: rank(search, remembered(engine, search), deeds.iter()) }
}

/// What the engine remembers of one vessel at the place.
#[derive(Default)]
struct Memory {
    /// Nearest approach in nautical miles, and its time.
    nearest: Option<(f64, Time)>,
    /// The longest stop or slow leg, and whether it was a stop.
    slow: Option<(Span, bool, String)>,
    /// The longest silence.
    dark: Option<(Span, String)>,
}

impl Memory {
    /// Notes that the vessel was this many nautical miles from the place.
    fn was_at(&mut self, nm: f64, at: Time) {
        if self.nearest.is_none_or(|(nearest, _)| nm < nearest) {
            self.nearest = Some((nm, at));
        }
    }

    /// A stop outweighs every slow leg.
    fn was_slow(&mut self, lasted: Span, stopped: bool, words: String) {
        if self.slow.as_ref().is_none_or(|(longest, stop, _)| (*stop, *longest) < (stopped, lasted)) {
            self.slow = Some((lasted, stopped, words));
        }
    }

    /// Notes a silence; the longest counts.
    fn was_dark(&mut self, lasted: Span, words: String) {
        if self.dark.as_ref().is_none_or(|(longest, _)| *longest < lasted) {
            self.dark = Some((lasted, words));
        }
    }

    /// What it did, for the ranking: one stop or slow leg, and one silence.
    fn did(self) -> Vec<Did> {
        let slow = self.slow.map(|(_, stopped, words)| if stopped { Did::Stopped(words) } else { Did::Slowed(words) });
        slow.into_iter().chain(self.dark.map(|(_, words)| Did::Dark(words))).collect()
    }
}

/// What the engine remembers of every vessel that was at the place in the period, in order of track.
fn remembered(engine: &Engine, search: &Search) -> Vec<Sighting> {
    let metres = search.radius_nm * METRES_PER_NM;
    let mut found: BTreeMap<TrackKey, Memory> = BTreeMap::new();
    slow(engine, search, metres, &mut found);
    dark(engine, search, metres, &mut found);
    engine.tracks().near(search.near, metres + GONE_NM * METRES_PER_NM, |vessel, _| {
        if vessel.takes_part() {
            passed(&vessel, search, &mut found);
        }
    });
    found.into_iter().map(|(key, memory)| sighting(engine, key, memory)).collect()
}

/// Adds the stops and slow legs within `metres` of the place.
fn slow(engine: &Engine, search: &Search, metres: f64, found: &mut BTreeMap<TrackKey, Memory>) {
    let in_period = |from: Time, to: Time| search.from <= to && from <= search.to && LEAST <= to - from;
    let episodes = engine.episodes();
    let halts = episodes.halts.near_if(search.near, metres, |halt| in_period(halt.started_at, halt.last_at));
    for (_, halt, away) in halts {
        let memory = found.entry(halt.key).or_default();
        memory.was_at(away / METRES_PER_NM, halt.started_at);
        let (lasted, stopped) = (halt.last_at - halt.started_at, halt.slowest_knots < STOP_KNOTS);
        let what = if stopped { "stopped" } else { "slowed" };
        memory.was_slow(lasted, stopped, spell(what, lasted, halt.started_at, halt.last_at, !halt.over));
    }
    let legs = episodes.legs.near_if(search.near, metres, |leg| in_period(leg.started_at, leg.last_at));
    for (_, leg, away) in legs {
        let memory = found.entry(leg.key).or_default();
        memory.was_at(away / METRES_PER_NM, leg.started_at);
        let lasted = leg.last_at - leg.started_at;
        memory.was_slow(lasted, false, spell("slowed", lasted, leg.started_at, leg.last_at, false));
    }
}

/// Adds the silences that began within `metres` of the place.
fn dark(engine: &Engine, search: &Search, metres: f64, found: &mut BTreeMap<TrackKey, Memory>) {
    let Some(now) = engine.now() else {
        return;
    };
    for gap in engine.gaps().during(search.from, search.to, BEFORE) {
        let (away, lasted) = (gap.from.position.metres_to(search.near), gap.length(now));
        if metres < away || lasted < DARK_AFTER {
            continue;
        }
        let memory = found.entry(gap.key).or_default();
        memory.was_at(away / METRES_PER_NM, gap.from.at);
        let from = gap.from.at.clock_on(gap.from.at + lasted);
        let words = match gap.to {
            None => format!("silent since {from}, {lasted} so far"),
            Some(_) => format!("silent for {lasted} from {from}"),
        };
        memory.was_dark(lasted, words);
    }
}

/// Takes in the fixes of a vessel at the place, as far as its trail is kept.
fn passed(vessel: &Vessel<'_>, search: &Search, found: &mut BTreeMap<TrackKey, Memory>) {
    let kept = vessel.trail_since(search.from).map(|point| (point.at, point.position));
    let last = vessel.last().map(|fix| (fix.at, fix.position));
    for (at, position) in kept.chain(last) {
        let nm = position.nm_to(search.near);
        if search.from <= at && at <= search.to && nm <= search.radius_nm {
            found.entry(vessel.key()).or_default().was_at(nm, at);
        }
    }
}

/// The memory of a vessel with its name and type, which it may have sent elsewhere.
fn sighting(engine: &Engine, key: TrackKey, memory: Memory) -> Sighting {
    let vessel = engine.tracks().find(key);
    let ship_type = vessel.and_then(|vessel| vessel.ship_type());
    let name = vessel.and_then(|vessel| vessel.name());
    Sighting {
        key,
        name: name.unwrap_or("no name").to_owned(),
        kind: kind_of(key.mmsi, ship_type),
        ship_type: ship_type_name(ship_type),
        nearest: memory.nearest,
        fastest: None,
        did: memory.did(),
    }
}
