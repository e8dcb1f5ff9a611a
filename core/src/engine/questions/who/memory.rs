//! Who was at a place, as far as the engine remembers.

use std::collections::BTreeMap;

use super::super::vessel::kind_of;
use super::deed::Deed;
use super::rank::{DARK_AFTER, Did, LEAST, Sighting, Suspects, rank, spell};
use super::search::Search;
use super::stop::{halted, unheard};
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
    /// The longest stop or slow leg.
    slow: Option<(Span, Did)>,
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
    fn was_slow(&mut self, lasted: Span, did: Did) {
        let order = |lasted: Span, did: &Did| (matches!(did, Did::Stopped(_)), lasted);
        if self.slow.as_ref().is_none_or(|(longest, known)| order(*longest, known) < order(lasted, &did)) {
            self.slow = Some((lasted, did));
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
        let slow = self.slow.map(|(_, did)| did);
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
    // After a silence a halt may go on elsewhere.
    let reach = metres + GONE_NM * METRES_PER_NM;
    let halts = episodes.halts.near_if(search.near, reach, |halt| in_period(halt.started_at, halt.last_at));
    for (_, halt, _) in halts {
        let Some(halted) = halted(halt, &unheard(engine, halt.key), search) else {
            continue;
        };
        let memory = found.entry(halt.key).or_default();
        memory.was_at(halted.at.nm_to(search.near), halted.from.max(search.from));
        memory.was_slow(halted.lasted, halted.did);
    }
    let legs = episodes.legs.near_if(search.near, metres, |leg| in_period(leg.started_at, leg.last_at));
    for (_, leg, away) in legs {
        let memory = found.entry(leg.key).or_default();
        memory.was_at(away / METRES_PER_NM, leg.started_at.max(search.from));
        let to = leg.last_at.min(search.to);
        let lasted = to - leg.started_at;
        memory.was_slow(lasted, Did::Slowed(spell("slowed", lasted, leg.started_at, to, search.to < leg.last_at)));
    }
}

/// Adds the silences that began within `metres` of the place.
fn dark(engine: &Engine, search: &Search, metres: f64, found: &mut BTreeMap<TrackKey, Memory>) {
    let Some(now) = engine.now() else {
        return;
    };
    for gap in engine.gaps().during(search.from, search.to, BEFORE) {
        let (from, until) = (gap.from.at, gap.to.map_or(now, |to| to.at).min(search.to));
        let (away, lasted) = (gap.from.position.metres_to(search.near), until - from);
        if metres < away || lasted < DARK_AFTER {
            continue;
        }
        let memory = found.entry(gap.key).or_default();
        if search.from <= from {
            memory.was_at(away / METRES_PER_NM, from);
        }
        let words = match gap.to.filter(|to| to.at <= search.to) {
            None => format!("silent since {}, {lasted} by {}", from.clock_on(until), until.clock_on(from)),
            Some(_) => format!("silent for {lasted} from {}", from.clock_on(until)),
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
