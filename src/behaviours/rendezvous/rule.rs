//! The rule of `rendezvous`.

use rustc_hash::FxHashMap;

use crate::behaviours::runner::instant::Bridges;
use crate::behaviours::runner::profile::Profiles;
use crate::behaviours::{Behaviour, End, Explanation, Interest, Output, PictureRule, Places, Rule, Scene, Step};
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey, Vessel};
use crate::zones::Chart;

use super::meetings::Meetings;
use super::pair::Pair;
use super::{LOOK_METRES, Settings};

/// Maximum number of neighbours examined around one vessel. Others are only counted.
const MOST_NEIGHBOURS: usize = 32;
/// Maximum number of pairs that one vessel can be in at once. In a crowd the nearest are kept, and the others are counted.
const MOST_PARTNERS: usize = 12;
/// In a crowd, a pair is replaced only by one that is nearer by this factor, because ranks that differ little change with every fix.
const NEARER_BY: f64 = 2.0;
/// Maximum distance at which the nearest other ship is reported. Metres.
const NEAREST_METRES: f64 = 20_000.0;
/// How far back the instants of a new pair are computed; fixes may be this far apart.
pub(super) const LOOK_BACK: Span = Span::from_minutes(20);
/// Above this speed a vessel is not a slow neighbour. Knots.
const PASSING_KNOTS: f64 = 5.0;

/// The `rendezvous` behaviour and its state.
pub struct Rendezvous {
    profiles: Profiles<Settings>,
    bridges: Bridges,
    pairs: FxHashMap<(TrackIx, TrackIx), Pair>,
    partners: FxHashMap<TrackIx, Vec<TrackIx>>,
    looked_at: FxHashMap<TrackIx, Time>,
    crowded: u64,
    meetings: Meetings,
}

impl Rendezvous {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub fn new(settings: &Settings, chart: &Chart) -> Rendezvous {
        Rendezvous {
            profiles: Profiles::new(Behaviour::Rendezvous, settings, chart),
            bridges: settings.bridges(),
            pairs: FxHashMap::default(),
            partners: FxHashMap::default(),
            looked_at: FxHashMap::default(),
            crowded: 0,
            meetings: Meetings::default(),
        }
    }

    /// Searches for new partners of a vessel, once in every UTC minute.
    fn look(&mut self, scene: &Scene<'_>, step: &Step<'_>, vessel: &Vessel<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        if !is_confirmed(vessel) {
            return;
        }
        let minute = fix.at.floor_minute();
        if self.looked_at.insert(step.vessel, minute) == Some(minute) {
            return;
        }
        let mut found: Vec<(f64, TrackKey, TrackIx)> = Vec::new();
        scene.tracks.near(fix.position, LOOK_METRES, |other, metres| {
            if other.ix() != vessel.ix() && is_candidate(&other, fix.at) {
                found.push((metres, other.key(), other.ix()));
            }
        });
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.crowded += found.len().saturating_sub(MOST_NEIGHBOURS) as u64;
        found.truncate(MOST_NEIGHBOURS);
        for (metres, other_key, other) in found {
            let (a, b) = in_order((step.key, step.vessel), (other_key, other));
            if self.pairs.contains_key(&(a.1, b.1)) {
                continue;
            }
            if !self.make_room(scene, [a.1, b.1], metres, out) {
                self.crowded += 1;
                continue;
            }
            let from = (fix.at - LOOK_BACK).floor_minute();
            self.pairs.insert((a.1, b.1), Pair::new(a, b, from));
            for (one, two) in [(a.1, b.1), (b.1, a.1)] {
                let partners = self.partners.entry(one).or_default();
                if partners.is_empty() {
                    out.activity.push((one, Activity::Keeps));
                }
                partners.push(two);
            }
        }
    }

    /// Whether both ships may be in one more pair, `metres` apart. In a crowd, each gives up its furthest pair for a much nearer one.
    fn make_room(&mut self, scene: &Scene<'_>, both: [TrackIx; 2], metres: f64, out: &mut Output) -> bool {
        let mut given_up = Vec::new();
        for ix in both {
            let partners = self.partners.get(&ix).map_or(&[][..], Vec::as_slice);
            if partners.len() < MOST_PARTNERS {
                continue;
            }
            let vessel = scene.tracks.vessel(ix);
            let furthest = partners.iter().filter_map(|partner| {
                let other = scene.tracks.vessel(*partner);
                let (a, b) = in_order((vessel.key(), ix), (other.key(), *partner));
                let untold = self.pairs.get(&(a.1, b.1)).is_some_and(Pair::is_untold);
                let apart = vessel.last()?.position.metres_to(other.last()?.position);
                (untold && NEARER_BY * metres < apart).then_some((apart, other.key(), (a.1, b.1)))
            });
            match furthest.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) {
                Some((_, _, pair)) => given_up.push(pair),
                None => return false,
            }
        }
        given_up.into_iter().for_each(|pair| self.drop_pair(pair, out));
        true
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
                out.activity.push((one, Activity::Done));
            }
        }
    }
}

impl Rule for Rendezvous {
    fn behaviour(&self) -> Behaviour {
        Behaviour::Rendezvous
    }

    fn interest(&self) -> Interest {
        Interest::SLOW.and(Interest::ASKED)
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        if step.fix.is_none() || !vessel.takes_part() {
            return;
        }
        let slow_at_sea = step.interest.meets(Interest::SLOW)
            && step.place.is_some_and(|place| {
                self.profiles.might_be_at_sea(scene.chart, &place, |settings| settings.min_shore_nm)
            });
        let asked = step.interest.meets(Interest::ASKED) && asks_underway(&self.profiles, scene, step);
        if slow_at_sea || asked {
            self.look(scene, step, &vessel, out);
        }
        let Some(partners) = self.partners.get(&step.vessel) else {
            return;
        };
        let mut partners: Vec<(TrackKey, TrackIx)> =
            partners.iter().map(|ix| (scene.tracks.vessel(*ix).key(), *ix)).collect();
        partners.sort_unstable();
        for partner in partners {
            let (a, b) = in_order((step.key, step.vessel), partner);
            let Some(pair) = self.pairs.get_mut(&(a.1, b.1)) else {
                continue;
            };
            pair.advance(scene, &self.profiles, self.bridges, &mut self.meetings, out);
            if pair.is_done(scene) {
                self.drop_pair((a.1, b.1), out);
            }
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let partners = self.partners.get(&step.vessel).into_iter().flatten();
        let mut partners: Vec<(TrackKey, TrackIx)> = partners.map(|ix| (scene.tracks.vessel(*ix).key(), *ix)).collect();
        partners.sort_unstable();
        let pairs = partners.into_iter().filter_map(|partner| {
            let (a, b) = in_order((step.key, step.vessel), partner);
            self.pairs.get(&(a.1, b.1))
        });
        let told: Vec<Explanation> =
            pairs.flat_map(|pair| pair.explain(scene, &self.profiles, self.bridges, &self.meetings)).collect();
        if !told.is_empty() {
            return told;
        }
        let nearest = step.fix.and_then(|fix| {
            let mut nearest: Option<f64> = None;
            scene.tracks.near(fix.position, NEAREST_METRES, |other, metres| {
                if other.ix() != step.vessel && is_candidate(&other, step.at) {
                    nearest = Some(nearest.map_or(metres, |least| least.min(metres)));
                }
            });
            nearest
        });
        let told = Explanation::new("").takes_part(&scene.tracks.vessel(step.vessel));
        let told = told.below("speed_made_good_knots", step.smg.map(|smg| smg.knots), PASSING_KNOTS);
        vec![told.at_most("nearest_other_metres", nearest, LOOK_METRES)]
    }

    fn wake(&mut self, scene: &Scene<'_>, _key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let mut lost: Vec<(TrackIx, TrackIx)> = Vec::new();
        for partner in self.partners.get(&vessel).cloned().unwrap_or_default() {
            let (a, b) =
                in_order((scene.tracks.vessel(vessel).key(), vessel), (scene.tracks.vessel(partner).key(), partner));
            if let Some(pair) = self.pairs.get_mut(&(a.1, b.1)) {
                pair.wake(scene, &self.profiles, out);
                if pair.is_done(scene) {
                    lost.push((a.1, b.1));
                }
            }
        }
        lost.into_iter().for_each(|pair| self.drop_pair(pair, out));
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.looked_at.remove(&vessel);
        for partner in self.partners.get(&vessel).cloned().unwrap_or_default() {
            for pair in [(vessel, partner), (partner, vessel)] {
                if let Some(mut ended) = self.pairs.remove(&pair) {
                    ended.close(scene, reason, out);
                    self.pairs.insert(pair, ended);
                    self.drop_pair(pair, out);
                }
            }
        }
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.profiles.rebuild(Behaviour::Rendezvous, &settings.rendezvous, scene.chart);
        self.bridges = settings.rendezvous.bridges();
        let mut pairs: Vec<(TrackKey, TrackKey, (TrackIx, TrackIx))> =
            self.pairs.iter().map(|(ixs, pair)| (pair.a.0, pair.b.0, *ixs)).collect();
        pairs.sort_unstable();
        for (_, _, ixs) in pairs {
            let Some(pair) = self.pairs.get_mut(&ixs) else {
                continue;
            };
            if !pair.reload(scene, &self.profiles, out) {
                self.drop_pair(ixs, out);
            }
        }
    }

    remembers! { kept { profiles, pairs, partners, looked_at, crowded, meetings } parts {} built { bridges } }
}

impl PictureRule for Rendezvous {}

fn asks_underway(profiles: &Profiles<Settings>, scene: &Scene<'_>, step: &Step<'_>) -> bool {
    let speed_fits = |settings: &Settings| {
        settings.underway
            && step
                .smg
                .is_some_and(|smg| settings.underway_min_knots <= smg.knots && smg.knots <= settings.underway_max_knots)
    };
    step.presence
        .iter()
        .any(|(zone, _)| profiles.of(scene.chart, zone, scene.now).is_some_and(|profile| speed_fits(&profile.settings)))
}

/// Whether a neighbour may be in a meeting: it takes part, was heard recently, and is not passing.
fn is_candidate(other: &Vessel<'_>, at: Time) -> bool {
    let Some(last) = other.last() else {
        return false;
    };
    let passing = other.speed_made_good().is_some_and(|smg| !smg.over_hole && 3.0 * PASSING_KNOTS < smg.knots);
    other.takes_part() && is_confirmed(other) && at - last.at <= LOOK_BACK && !passing
}

/// Whether the vessel was heard more than once, so that invented numbers do not take up the places of partners.
fn is_confirmed(vessel: &Vessel<'_>) -> bool {
    1 < vessel.fixes() || vessel.satellite_only()
}

fn in_order(a: (TrackKey, TrackIx), b: (TrackKey, TrackIx)) -> ((TrackKey, TrackIx), (TrackKey, TrackIx)) {
    if a.0 < b.0 { (a, b) } else { (b, a) }
}
