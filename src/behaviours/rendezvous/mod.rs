//! Rendezvous: two ships that stay close to each other at sea.
//!
//! ## Watches
//! Pairs of ships outside calm water and its margin and at least `min_shore_nm` from shore, both judged at their midpoint. Anywhere, with
//! a zone's own settings inside it.
//! ## Why
//! Cargo changes ships at sea: bales in minutes, fuel in an hour, fish in a day.
//! ## Opens
//! At whole UTC minutes, between fixes, hull to hull where dimensions and heading are known. **Near**: within `near_metres` for
//! `near_minutes`. **Close**: within `close_metres` for `close_minutes`. Both need a median speed made good of each ship below
//! `slow_knots`. **Long**: near for `long_minutes`. **Underway**, where a zone asks: within `underway_metres`, at `underway_min_knots` to
//! `underway_max_knots`, courses within `underway_course_degrees`, for `underway_minutes`, at least `underway_min_shore_nm` from shore,
//! not both fishing and without a tug. Never for two transponders on one hull: the same IMO number, the same name and call sign, or an
//! hour within 200 m with 20 min of it under way, and never seen apart since the later one was first heard.
//! ## Ends
//! The ships are further apart than `apart_metres`, or one is above `moving_knots`, for `end_minutes`; or one is silent for `lost_minutes`
//! (lost).
//! ## Blind spots
//! The second ship must send AIS. Ships waiting side by side look like ships at work. Clock errors of stations blur fast ships. The third
//! meeting of the same two in 14 days (`habitual_meetings`) counts as a habit, for two fishing vessels the second. Two fishing vessels
//! side by side at the speed of a tow (`gear_minutes`) count as one gear. A meeting hidden in either is low or a fact.

mod kind;
mod meetings;
mod pair;
mod side_by_side;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::behaviours::Behaviour;
use crate::state::remembers;
use crate::time::{Span, Time};
use crate::tracks::{Activity, TrackIx, TrackKey, Vessel};
use crate::zones::Chart;

use super::rendezvous::meetings::Meetings;
use super::rendezvous::pair::Pair;
use super::runner::instant::Bridges;
use super::runner::profile::Profiles;
use super::{
    Explanation, Interest, Output, Places, Rule, Scene, Scope, Step, hysteresis, minutes, not_negative, ordered,
    positive,
};

const NAME: Behaviour = Behaviour::Rendezvous;
/// Maximum number of neighbours examined around one vessel. Others are only counted.
const MOST_NEIGHBOURS: usize = 32;
/// Maximum number of pairs that one vessel can be in at once. In a crowd the nearest are kept, and the others are counted.
const MOST_PARTNERS: usize = 12;
/// In a crowd, a pair is replaced only by one that is nearer by this factor, because ranks that differ little change with every fix.
const NEARER_BY: f64 = 2.0;
/// Search distance for neighbours, beyond the near tier so that its first minutes are not missed. Metres.
const LOOK_METRES: f64 = 1500.0;
/// Maximum distance at which the nearest other ship is reported. Metres.
const NEAREST_METRES: f64 = 20_000.0;
/// How far back the instants of a new pair are computed; fixes may be this far apart.
const LOOK_BACK: Span = Span::from_minutes(20);
/// Above this speed a vessel is not a slow neighbour. Knots.
const PASSING_KNOTS: f64 = 5.0;

/// Settings `[behaviours.rendezvous]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of the near tier and the underway tier.
    pub score: i32,
    /// Base points of the close tier.
    pub close_score: i32,
    /// Points added for a long meeting.
    pub long_points: i32,
    /// A zone that asks for the underway tier raises the score to this.
    pub asked_score: i32,
    /// Minimum distance from shore of the midpoint. Nautical miles.
    pub min_shore_nm: f64,
    /// The median speed made good of each ship must stay below this. Knots.
    pub slow_knots: f64,
    /// A ship has left from this speed on. Knots; not below `slow_knots`.
    pub moving_knots: f64,
    /// Near tier: distance. Metres.
    pub near_metres: f64,
    /// Near tier: time. Minutes.
    pub near_minutes: f64,
    /// A break longer than this resets the near tier. Minutes.
    pub near_break_minutes: f64,
    /// Close tier: distance. Metres.
    pub close_metres: f64,
    /// Close tier: time. Minutes.
    pub close_minutes: f64,
    /// A break longer than this resets the close tier. Minutes.
    pub close_break_minutes: f64,
    /// A meeting is long from this duration on. Minutes.
    pub long_minutes: f64,
    /// Ships further apart than this have parted. Metres; not below `near_metres`.
    pub apart_metres: f64,
    /// The meeting ends once the ships have been apart or fast for this long. Minutes.
    pub end_minutes: f64,
    /// The meeting ends as lost once either ship has been silent for this long. Minutes.
    pub lost_minutes: f64,
    /// Maximum time between fixes over which positions are interpolated. A zone cannot override it. Minutes.
    pub bridge_minutes: f64,
    /// The same for class B, and for speeds below 3 kn. Minutes.
    pub bridge_slow_minutes: f64,
    /// Ships that report being at anchor or moored, and swing within this radius, are anchored. Nautical miles.
    pub anchored_swing_nm: f64,
    /// Whether to look for meetings under way (the underway tier). A zone asks for it with
    /// `{"rendezvous":{"underway":true}}`.
    pub underway: bool,
    /// Underway tier: distance. Metres.
    pub underway_metres: f64,
    /// Underway tier: time. Minutes.
    pub underway_minutes: f64,
    /// Underway tier: minimum speed of both. Knots.
    pub underway_min_knots: f64,
    /// Underway tier: maximum speed of both. Knots.
    pub underway_max_knots: f64,
    /// Underway tier: maximum difference of the courses. Degrees.
    pub underway_course_degrees: f64,
    /// Underway tier: minimum distance from shore. Nautical miles.
    pub underway_min_shore_nm: f64,
    /// This many meetings of the same two ships within 14 days make a habit, which is at most low. Not for a merchant
    /// ship with another craft.
    pub habitual_meetings: u32,
    /// The same for two fishing vessels.
    pub habitual_fishing_meetings: u32,
    /// Two fishing vessels side by side for this long within 3 h tow or set one gear, which is a fact. Minutes.
    pub gear_minutes: f64,
    /// Maximum distance at which vessels count as side by side. Metres.
    pub gear_metres: f64,
    /// Maximum speed at which vessels count as side by side. Knots.
    pub gear_knots: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 35,
            close_score: 45,
            long_points: 10,
            asked_score: 40,
            min_shore_nm: 6.0,
            slow_knots: 3.0,
            moving_knots: 5.0,
            near_metres: 500.0,
            near_minutes: 30.0,
            near_break_minutes: 10.0,
            close_metres: 100.0,
            close_minutes: 10.0,
            close_break_minutes: 3.0,
            long_minutes: 120.0,
            apart_metres: 1000.0,
            end_minutes: 10.0,
            lost_minutes: 120.0,
            bridge_minutes: 10.0,
            bridge_slow_minutes: 20.0,
            anchored_swing_nm: 0.3,
            underway: false,
            underway_metres: 200.0,
            underway_minutes: 15.0,
            underway_min_knots: 3.0,
            underway_max_knots: 12.0,
            underway_course_degrees: 15.0,
            underway_min_shore_nm: 12.0,
            habitual_meetings: 3,
            habitual_fishing_meetings: 2,
            gear_minutes: 60.0,
            gear_metres: 1000.0,
            gear_knots: 5.0,
        }
    }
}

impl Settings {
    /// Every fault in these settings, as a sentence that begins with the key.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, value) in [
            ("slow_knots", self.slow_knots),
            ("near_metres", self.near_metres),
            ("near_minutes", self.near_minutes),
            ("near_break_minutes", self.near_break_minutes),
            ("close_metres", self.close_metres),
            ("close_minutes", self.close_minutes),
            ("close_break_minutes", self.close_break_minutes),
            ("end_minutes", self.end_minutes),
            ("bridge_minutes", self.bridge_minutes),
            ("underway_metres", self.underway_metres),
            ("underway_minutes", self.underway_minutes),
            ("underway_min_knots", self.underway_min_knots),
            ("gear_minutes", self.gear_minutes),
        ] {
            positive(&mut problems, key, value);
        }
        for (begin, end) in [
            (("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots)),
            (("near_metres", self.near_metres), ("apart_metres", self.apart_metres)),
        ] {
            hysteresis(&mut problems, begin, end);
        }
        for (low, high) in [
            (("close_metres", self.close_metres), ("near_metres", self.near_metres)),
            (("near_minutes", self.near_minutes), ("long_minutes", self.long_minutes)),
            (("bridge_minutes", self.bridge_minutes), ("bridge_slow_minutes", self.bridge_slow_minutes)),
            (("bridge_slow_minutes", self.bridge_slow_minutes), ("lost_minutes", self.lost_minutes)),
            (("underway_min_knots", self.underway_min_knots), ("underway_max_knots", self.underway_max_knots)),
        ] {
            ordered(&mut problems, low, high);
        }
        for (key, metres) in [("near_metres", self.near_metres), ("underway_metres", self.underway_metres)] {
            if LOOK_METRES < metres {
                problems.push(format!("{key} must not be above {LOOK_METRES}: neighbours are looked for that far"));
            }
        }
        not_negative(&mut problems, "min_shore_nm", self.min_shore_nm);
        for (key, meetings) in [
            ("habitual_meetings", self.habitual_meetings),
            ("habitual_fishing_meetings", self.habitual_fishing_meetings),
        ] {
            if !(2..=30).contains(&meetings) {
                problems.push(format!("{key} must lie between 2 and 30"));
            }
        }
        problems
    }

    fn bridges(&self) -> Bridges {
        Bridges { fast: minutes(self.bridge_minutes), slow: minutes(self.bridge_slow_minutes) }
    }
}

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
            profiles: Profiles::new(NAME, settings, chart),
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
    fn name(&self) -> Behaviour {
        NAME
    }

    fn scope(&self) -> Scope {
        Scope::Near(LOOK_METRES)
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
        let told = Explanation::new("").takes_part(scene, step);
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

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output) {
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

    fn reload(&mut self, scene: &Scene<'_>, settings: &super::Settings, _places: &Places, out: &mut Output) {
        self.profiles.rebuild(NAME, &settings.rendezvous, scene.chart);
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

#[cfg(test)]
mod tests;
