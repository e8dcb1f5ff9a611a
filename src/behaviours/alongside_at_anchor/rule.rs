//! The rule of `alongside_at_anchor`.

use rustc_hash::FxHashMap;

use crate::behaviours::explain::or_nobody_asks;
use crate::behaviours::runner::instant::Bridges;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::{
    Behaviour, End, Explanation, Interest, Output, PictureRule, Places, Rule, Scene, Step, minutes,
};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey, Vessel};
use crate::zones::{Chart, Kind, Relation};

use super::Settings;
use super::alongside::{Visit, Visits};

/// Search distance for neighbours, between antennas: enough for the hulls of two long ships and `alongside_metres`.
/// Metres.
const LOOK_METRES: f64 = 600.0;
/// Longest silence of a neighbour, and how far before both are seen near each other a count may begin.
const LOOK_BACK: Span = Span::from_minutes(20);
/// Maximum number of visits followed for one vessel; the nearest come first.
const MOST_PARTNERS: usize = 16;

/// Whether a zone of this kind can ask for it (SPEC `alongside_at_anchor`).
pub(crate) fn asked_by(kind: Kind) -> bool {
    matches!(kind, Kind::Port | Kind::Anchorage | Kind::Area)
}

/// The `alongside_at_anchor` behaviour and its state.
pub struct AlongsideAtAnchor {
    profiles: Profiles<Settings>,
    bridges: Bridges,
    /// Visits by ship, then craft.
    pairs: FxHashMap<(TrackIx, TrackIx), Visit>,
    partners: FxHashMap<TrackIx, Vec<TrackIx>>,
    looked_at: FxHashMap<TrackIx, Time>,
    visits: Visits,
}

impl AlongsideAtAnchor {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> AlongsideAtAnchor {
        AlongsideAtAnchor {
            profiles: Profiles::new(Behaviour::AlongsideAtAnchor, settings, chart),
            // As in `rendezvous`: the distance between two ships does not depend on the zone.
            bridges: Bridges { fast: minutes(10.0), slow: minutes(20.0) },
            pairs: FxHashMap::default(),
            partners: FxHashMap::default(),
            looked_at: FxHashMap::default(),
            visits: Visits::default(),
        }
    }

    /// Searches for the other party of a vessel inside a zone that asks, once in every UTC minute.
    fn look(&mut self, scene: &Scene<'_>, step: &Step<'_>, vessel: &Vessel<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        let asks = step.presence.iter().find_map(|(zone, relation)| {
            let inside = relation == Relation::In && asked_by(scene.chart.zones.get(zone).kind);
            self.profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now).filter(|_| inside)
        });
        let Some(small_metres) = asks.map(|profile| profile.settings.small_metres) else {
            return;
        };
        let (ship, small) = (is_ship(vessel) && vessel.says_anchored(), is_small_craft(vessel, small_metres));
        if !ship && !small {
            return;
        }
        let minute = fix.at.floor_minute();
        if self.looked_at.insert(step.vessel, minute) == Some(minute) {
            return;
        }
        let mut found: Vec<(f64, TrackKey, TrackIx)> = Vec::new();
        scene.tracks.near(fix.position, LOOK_METRES, |other, metres| {
            let fits = match ship {
                true => is_small_craft(&other, small_metres),
                false => is_ship(&other) && other.says_anchored(),
            };
            let fresh = other.last().is_some_and(|last| fix.at - last.at <= LOOK_BACK);
            if fits && fresh && other.takes_part() && other.ix() != vessel.ix() {
                found.push((metres, other.key(), other.ix()));
            }
        });
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, key, other) in found {
            let (one, two) = ((step.key, step.vessel), (key, other));
            let (ship, craft) = if ship { (one, two) } else { (two, one) };
            self.begin(ship, craft, (fix.at - LOOK_BACK).floor_minute(), out);
        }
    }

    fn begin(&mut self, ship: (TrackKey, TrackIx), craft: (TrackKey, TrackIx), from: Time, out: &mut Output) {
        let full = |ix| self.partners.get(&ix).is_some_and(|partners| MOST_PARTNERS <= partners.len());
        if self.pairs.contains_key(&(ship.1, craft.1)) || full(ship.1) || full(craft.1) {
            return;
        }
        self.pairs.insert((ship.1, craft.1), Visit::new(ship, craft, from));
        for (one, two) in [(ship.1, craft.1), (craft.1, ship.1)] {
            let partners = self.partners.entry(one).or_default();
            if partners.is_empty() {
                out.activity.push((one, Activity::Keeps));
            }
            partners.push(two);
        }
    }

    /// The pairs a vessel is in, in order of their track keys.
    fn pairs_of(&self, vessel: TrackIx) -> Vec<(TrackIx, TrackIx)> {
        let partners = self.partners.get(&vessel).into_iter().flatten();
        let pairs = partners.flat_map(|other| [(vessel, *other), (*other, vessel)]);
        let mut pairs: Vec<_> =
            pairs.filter_map(|pair| self.pairs.get(&pair).map(|visit| (visit.keys(), pair))).collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    fn drop_pair(&mut self, pair: (TrackIx, TrackIx), out: &mut Output) {
        self.pairs.remove(&pair);
        for (one, two) in [pair, (pair.1, pair.0)] {
            let Some(partners) = self.partners.get_mut(&one) else {
                continue;
            };
            partners.retain(|partner| *partner != two);
            if partners.is_empty() {
                self.partners.remove(&one);
                self.looked_at.remove(&one);
                out.activity.push((one, Activity::Done));
            }
        }
    }
}

impl Rule for AlongsideAtAnchor {
    fn behaviour(&self) -> Behaviour {
        Behaviour::AlongsideAtAnchor
    }

    fn interest(&self) -> Interest {
        Interest::SLOW
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let known = self.partners.contains_key(&step.vessel);
        if step.fix.is_none() || (!known && step.presence.is_empty()) {
            return;
        }
        let vessel = scene.tracks.vessel(step.vessel);
        if !vessel.takes_part() {
            return;
        }
        if step.interest.meets(Interest::SLOW) {
            self.look(scene, step, &vessel, out);
        }
        for pair in self.pairs_of(step.vessel) {
            if let Some(visit) = self.pairs.get_mut(&pair) {
                visit.advance(scene, &self.profiles, self.bridges, &mut self.visits, out);
                if visit.is_done(scene) {
                    self.drop_pair(pair, out);
                }
            }
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let told = self.pairs_of(step.vessel).into_iter().filter_map(|pair| self.pairs.get(&pair));
        let told: Vec<Explanation> =
            told.flat_map(|visit| visit.explain(scene, &self.profiles, self.bridges)).collect();
        if !told.is_empty() {
            return told;
        }
        let asks = |zone| self.profiles.asked(Behaviour::AlongsideAtAnchor, scene.chart, zone, scene.now);
        let inside = step.presence.iter().find_map(|(zone, relation)| {
            asks(zone).filter(|_| relation == Relation::In && asked_by(scene.chart.zones.get(zone).kind))
        });
        let Some(profile) = inside else {
            return or_nobody_asks(Vec::new(), scene.chart, &scene.tracks.vessel(step.vessel), step.presence);
        };
        let vessel = scene.tracks.vessel(step.vessel);
        let ship = is_ship(&vessel) && vessel.says_anchored();
        let role = match (ship, is_small_craft(&vessel, profile.settings.small_metres)) {
            (true, _) => "ship at anchor or moored",
            (false, true) => "small craft",
            (false, false) => "neither",
        };
        let told = Explanation::new("").takes_part(&scene.tracks.vessel(step.vessel));
        let told = told.is("role", role, "ship at anchor or moored, or small craft", role != "neither");
        vec![told.is("other_party", "none", format!("the other role within {LOOK_METRES} m"), false)]
    }

    fn wake(&mut self, scene: &Scene<'_>, _key: TrackKey, vessel: TrackIx, out: &mut Output) {
        for pair in self.pairs_of(vessel) {
            if let Some(visit) = self.pairs.get_mut(&pair) {
                visit.wake(scene, &mut self.visits, out);
                if visit.is_done(scene) {
                    self.drop_pair(pair, out);
                }
            }
        }
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.looked_at.remove(&vessel);
        for pair in self.pairs_of(vessel) {
            if let Some(visit) = self.pairs.get_mut(&pair) {
                visit.close(scene, reason, &mut self.visits, out);
            }
            self.drop_pair(pair, out);
        }
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.profiles.rebuild(Behaviour::AlongsideAtAnchor, &settings.alongside_at_anchor, scene.chart);
        let mut pairs: Vec<_> = self.pairs.iter().map(|(pair, visit)| (visit.keys(), *pair)).collect();
        pairs.sort_unstable();
        for (_, pair) in pairs {
            if let Some(visit) = self.pairs.get_mut(&pair) {
                visit.reload(scene, &self.profiles, &mut self.visits, out);
            }
        }
    }

    remembers! { kept { profiles, pairs, partners, looked_at, visits } parts {} built { bridges } }
}

impl PictureRule for AlongsideAtAnchor {}

/// Whether the vessel is a cargo ship or tanker.
pub(super) fn is_ship(vessel: &Vessel<'_>) -> bool {
    vessel.ship_type().is_some_and(|kind| (70..=89).contains(&kind))
}

/// Whether the craft is short, class B, or of unknown length and neither a merchant nor a passenger ship. Craft whose
/// work takes them alongside ships never are.
pub(super) fn is_small_craft(vessel: &Vessel<'_>, small_metres: f64) -> bool {
    let kind = vessel.ship_type();
    if kind.is_some_and(|kind| matches!(kind, 31 | 32 | 50..=59)) {
        return false;
    }
    let length = vessel.identity().and_then(|identity| identity.length());
    match length {
        Some(length) if f64::from(length) < small_metres => true,
        _ if kind.is_some_and(|kind| (60..=89).contains(&kind)) => false,
        Some(_) => vessel.class() == crate::ais::Class::B,
        None => true,
    }
}
