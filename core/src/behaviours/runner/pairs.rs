//! The runner for rules about two vessels ([`PairRule`]), and what such a rule may see. The runner finds pairs, follows them from
//! minute to minute, and keeps their state.

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::state::{Damaged, pack, unpack};
use crate::base::time::{Span, Time};
use crate::behaviours::runner::instant::{Bridges, CommonInstant};
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::shared::one_hull::OneHull;
use crate::behaviours::survey::{Findings, Neighbour, Neighbours, PairMinutes, Survey};
use crate::behaviours::{
    Behaviour, End, Explanation, Interest, Output, PictureRule, Places, Rule, Scene, Settings, Step,
};
use crate::picture::tracks::{Activity, TrackIx, TrackKey, Vessel};
use crate::zones::Chart;

const MINUTE: Span = Span::from_minutes(1);
/// How far before the present fix the instants of a new pair begin, since fixes may be this far apart.
pub(crate) const LOOK_BACK: Span = Span::from_minutes(20);
/// How far back instants are computed after a silence. Older points of a trail are too sparse.
const FINE_PART: Span = Span::from_hours(2);
/// Factor by which a pair must be nearer to replace another in a crowd. Small differences change with every fix.
const NEARER_BY: f64 = 2.0;

/// Which of two vessels comes first in a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    One,
    Other,
}

/// A rule about two vessels at whole minutes. [`Pairs`] finds the pairs, computes the minutes, and keeps the state of each pair.
pub(crate) trait PairRule: Sync + 'static {
    /// Its table in the settings.
    type Settings;
    /// What it keeps about one pair.
    type Pair: Serialize + DeserializeOwned + Sync;
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// Steps that it needs of vessels that are in no pair.
    const INTEREST: Interest;
    /// Maximum distance at which two vessels become a pair. Metres.
    const LOOK_METRES: f64;
    /// Maximum number of neighbours examined around one vessel, nearest first. Others are only counted.
    const MOST_NEIGHBOURS: usize;
    /// Maximum number of pairs that one vessel can be in at once.
    const MOST_PARTNERS: usize;

    /// The rule with the base settings and each zone's overrides.
    fn new(settings: &Self::Settings, chart: &Chart) -> Self;

    /// Its own table among the settings of all behaviours.
    fn settings(all: &Settings) -> &Self::Settings;

    /// The longest holes between fixes over which positions are interpolated.
    fn bridges(&self) -> Bridges;

    /// Whether this step of the vessel concerns the rule.
    fn watches(&self, scene: &VesselScene<'_>, step: &Step<'_>, is_in_pair: bool) -> bool;

    /// Whether the vessel looks for partners with this step.
    fn looks(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> bool;

    /// Which of the two comes first in the pair, if `other` can be a partner of the vessel of the step; otherwise `None`.
    fn fits(&self, scene: &VesselScene<'_>, step: &Step<'_>, other: &Vessel<'_>) -> Option<First>;

    /// A new pair, whose instants are computed from `from` on.
    fn pair(&self, from: Time) -> Self::Pair;

    /// Handles one instant.
    fn count(&mut self, pair: &mut Self::Pair, scene: &PairScene<'_>, instant: &CommonInstant, out: &mut Signals<'_>);

    /// Retracts what was reported, because the two prove to be one hull.
    fn stand_down(&mut self, _pair: &mut Self::Pair, _hull: OneHull, _out: &mut Signals<'_>) {}

    /// Whether the pair can be dropped: nothing is counted, and nothing is open or can resume.
    fn is_done(&self, pair: &Self::Pair, scene: &PairScene<'_>) -> bool;

    /// Whether the pair may give way to a nearer one in a crowd.
    fn gives_way(_pair: &Self::Pair) -> bool {
        false
    }

    /// When the pair is lost if nothing more is heard of one of the two; `None` if nothing is open.
    fn due(&self, pair: &Self::Pair, scene: &PairScene<'_>) -> Option<Time>;

    /// Ends what is open, at the last moment at which it held. The pair may still resume.
    fn close(&mut self, pair: &mut Self::Pair, keys: (TrackKey, TrackKey), reason: End, out: &mut Signals<'_>);

    /// Puts other zones or settings into force.
    fn configure(&mut self, settings: &Self::Settings, chart: &Chart);

    /// Ends what the zones and settings in force no longer allow. Returns whether the pair is still watched.
    fn review(&mut self, pair: &mut Self::Pair, scene: &PairScene<'_>, out: &mut Signals<'_>) -> bool;

    /// The conditions of a pair at the last instant that was computed. `instant` is `None` if the positions are not known then.
    fn explain(&self, pair: &Self::Pair, scene: &PairScene<'_>, instant: Option<&CommonInstant>) -> Vec<Explanation>;

    /// The conditions of a vessel that is in no pair. `nearest` returns the distance of the nearest possible partner within a
    /// distance, both in metres.
    fn explain_alone(
        &self,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        nearest: &dyn Fn(f64) -> Option<f64>,
    ) -> Vec<Explanation>;

    /// Appends what the rule keeps besides the pairs to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores that from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;
}

/// A rule about two vessels, with the state of every pair.
pub(crate) struct Pairs<R: PairRule> {
    rule: R,
    pairs: FxHashMap<(TrackIx, TrackIx), Slot<R::Pair>>,
    /// The other vessels in the pairs of each vessel.
    partners: FxHashMap<TrackIx, Vec<TrackIx>>,
    /// The minute in which each vessel last looked for partners.
    looked_at: FxHashMap<TrackIx, Time>,
    /// Number of neighbours and pairs left out in a crowd.
    crowded: u64,
}

/// What is kept about one pair.
#[derive(Serialize, Deserialize)]
struct Slot<P> {
    keys: (TrackKey, TrackKey),
    /// Last instant computed.
    done: Time,
    /// The next wake-up that was requested; `None` if none is pending.
    wakes_at: Option<Time>,
    pair: P,
}

impl<R: PairRule> Pairs<R> {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub(crate) fn new(settings: &R::Settings, chart: &Chart) -> Pairs<R> {
        Pairs {
            rule: R::new(settings, chart),
            pairs: FxHashMap::default(),
            partners: FxHashMap::default(),
            looked_at: FxHashMap::default(),
            crowded: 0,
        }
    }

    /// The possible partners of a vessel that looks for some, once in every UTC minute.
    fn neighbours(&self, scene: &Scene<'_>, step: &Step<'_>, of: &VesselScene<'_>) -> Option<Neighbours> {
        let fix = step.fix.filter(|_| self.rule.looks(of, step))?;
        if self.looked_at.get(&step.vessel) == Some(&fix.at.floor_minute()) {
            return None;
        }
        let mut nearest: Vec<Neighbour> = Vec::new();
        scene.tracks.near(fix.position, R::LOOK_METRES, |other, metres| {
            if other.ix() != step.vessel
                && let Some(first) = self.rule.fits(of, step, &other)
            {
                nearest.push(Neighbour { metres, key: other.key(), vessel: other.ix(), first });
            }
        });
        nearest.sort_by(|a, b| a.metres.total_cmp(&b.metres).then(a.key.cmp(&b.key)));
        let left_out = nearest.len().saturating_sub(R::MOST_NEIGHBOURS);
        nearest.truncate(R::MOST_NEIGHBOURS);
        Some(Neighbours { nearest, left_out })
    }

    /// Makes pairs of a vessel and its neighbours. Returns the new ones, each with the key of the other vessel.
    fn join(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        neighbours: &Neighbours,
        out: &mut Output,
    ) -> Vec<(TrackKey, (TrackIx, TrackIx))> {
        let minute = step.at.floor_minute();
        if self.looked_at.insert(step.vessel, minute) == Some(minute) {
            return Vec::new();
        }
        self.crowded += neighbours.left_out as u64;
        let mut joined = Vec::new();
        for neighbour in &neighbours.nearest {
            let (one, other) = ((step.vessel, step.key), (neighbour.vessel, neighbour.key));
            let (a, b) = match neighbour.first {
                First::One => (one, other),
                First::Other => (other, one),
            };
            let ixs = (a.0, b.0);
            // A track whose positions were found to be false since the search is gone.
            let is_gone = scene.tracks.find(neighbour.key).is_none();
            if is_gone || self.pairs.contains_key(&ixs) {
                continue;
            }
            if !self.make_room(scene, [ixs.0, ixs.1], neighbour.metres, out) {
                self.crowded += 1;
                continue;
            }
            let from = (step.at - LOOK_BACK).floor_minute();
            self.pairs.insert(ixs, Slot { keys: (a.1, b.1), done: from, wakes_at: None, pair: self.rule.pair(from) });
            for (one, two) in [ixs, (ixs.1, ixs.0)] {
                let partners = self.partners.entry(one).or_default();
                if partners.is_empty() {
                    out.activity.push((one, Activity::Keeps));
                }
                partners.push(two);
            }
            joined.push((neighbour.key, ixs));
        }
        joined
    }

    /// What a step of the vessel needs; `None` if it would change nothing.
    fn find(&self, scene: &Scene<'_>, step: &Step<'_>) -> Option<Box<Findings>> {
        let of = VesselScene::new(scene, step.vessel);
        let is_in_pair = self.partners.contains_key(&step.vessel);
        if step.fix.is_none() || !of.vessel.takes_part() || !self.rule.watches(&of, step, is_in_pair) {
            return None;
        }
        let neighbours = self.neighbours(scene, step, &of);
        let found = |(other, pair)| {
            let slot = self.pairs.get(&pair)?;
            let of_pair = PairScene::new(scene, pair);
            let until = latest_minute(&of_pair).unwrap_or(Time::MIN);
            let instants = minutes_after(slot.done, until, &of_pair, self.rule.bridges());
            let is_idle = || {
                let is_to_wake = slot.wakes_at.is_none() && self.rule.due(&slot.pair, &of_pair).is_some();
                !is_to_wake && of_pair.one_hull().is_none() && !self.rule.is_done(&slot.pair, &of_pair)
            };
            (!instants.is_empty() || !is_idle()).then_some(PairMinutes { other, pair, after: slot.done, instants })
        };
        let pairs: Vec<PairMinutes> = self.pairs_of(step.vessel).filter_map(found).collect();
        (neighbours.is_some() || !pairs.is_empty()).then(|| Box::new(Findings { neighbours, pairs }))
    }

    /// Whether both vessels can be in one more pair, at a distance of `metres`. A vessel with the maximum number of pairs gives up
    /// the furthest for a much nearer one.
    fn make_room(&mut self, scene: &Scene<'_>, both: [TrackIx; 2], metres: f64, out: &mut Output) -> bool {
        let mut given_up = Vec::new();
        for ix in both {
            let partners = self.partners.get(&ix).map_or(&[][..], Vec::as_slice);
            if partners.len() < R::MOST_PARTNERS {
                continue;
            }
            let vessel = scene.tracks.vessel(ix);
            let furthest = partners.iter().filter_map(|partner| {
                let other = scene.tracks.vessel(*partner);
                let pair = self.pair_of(ix, *partner)?;
                let gives_way = self.pairs.get(&pair).is_some_and(|slot| R::gives_way(&slot.pair));
                let apart = vessel.last()?.position.metres_to(other.last()?.position);
                (gives_way && NEARER_BY * metres < apart).then_some((apart, other.key(), pair))
            });
            match furthest.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) {
                Some((_, _, pair)) => given_up.push(pair),
                None => return false,
            }
        }
        given_up.into_iter().for_each(|pair| self.drop_pair(pair, out));
        true
    }

    fn pair_of(&self, one: TrackIx, other: TrackIx) -> Option<(TrackIx, TrackIx)> {
        [(one, other), (other, one)].into_iter().find(|pair| self.pairs.contains_key(pair))
    }

    /// The pairs of a vessel, each with the key of the other vessel and ordered by it.
    fn pairs_of(&self, vessel: TrackIx) -> impl Iterator<Item = (TrackKey, (TrackIx, TrackIx))> + use<R> {
        let partners = self.partners.get(&vessel).into_iter().flatten();
        let mut pairs: Vec<(TrackKey, (TrackIx, TrackIx))> = partners
            .filter_map(|other| {
                let pair = self.pair_of(vessel, *other)?;
                let keys = self.pairs.get(&pair)?.keys;
                Some((if pair.0 == vessel { keys.1 } else { keys.0 }, pair))
            })
            .collect();
        pairs.sort_unstable();
        pairs.into_iter()
    }

    /// Lets the rule act on a pair. Then drops the pair if `act` returned false or nothing is left of it; otherwise requests its next
    /// wake-up.
    fn with(
        &mut self,
        scene: &Scene<'_>,
        ixs: (TrackIx, TrackIx),
        out: &mut Output,
        act: impl FnOnce(&mut R, &mut Slot<R::Pair>, &PairScene<'_>, &mut Signals<'_>) -> bool,
    ) {
        let Some(slot) = self.pairs.get_mut(&ixs) else {
            return;
        };
        let of_pair = PairScene::new(scene, ixs);
        let mut signals = Signals::of_pair(R::BEHAVIOUR, (slot.keys.0, ixs.0), (slot.keys.1, ixs.1), &mut out.signals);
        let keeps = act(&mut self.rule, slot, &of_pair, &mut signals);
        if !keeps || self.rule.is_done(&slot.pair, &of_pair) {
            return self.drop_pair(ixs, out);
        }
        let due = self.rule.due(&slot.pair, &of_pair);
        if let Some(due) = due.filter(|_| slot.wakes_at.is_none()) {
            slot.wakes_at = Some(due);
            out.wakes.push((due, slot.keys.0, ixs.0));
        }
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

/// The latest whole minute that both vessels have fixes for; `None` if one of them has no fix.
fn latest_minute(scene: &PairScene<'_>) -> Option<Time> {
    (scene.a.last().is_some() && scene.b.last().is_some()).then(|| scene.silent_since().floor_minute())
}

/// The whole minutes after `done`, up to `until`. Those too long ago are left out.
fn minutes_after(done: Time, until: Time, scene: &PairScene<'_>, bridges: Bridges) -> Vec<Option<CommonInstant>> {
    let first = done.max(until - FINE_PART) + MINUTE;
    std::iter::successors(Some(first), |at| Some(*at + MINUTE))
        .take_while(|at| *at <= until)
        .map(|at| scene.instant(bridges, at))
        .collect()
}

/// Passes to the rule every new whole minute up to the latest one that both vessels have fixes for.
fn advance<R: PairRule>(
    rule: &mut R,
    slot: &mut Slot<R::Pair>,
    scene: &PairScene<'_>,
    found: Option<&PairMinutes>,
    out: &mut Signals<'_>,
) {
    let Some(until) = latest_minute(scene) else {
        return;
    };
    if let Some(hull) = scene.one_hull() {
        slot.done = slot.done.max(until);
        return rule.stand_down(&mut slot.pair, hull, out);
    }
    if until <= slot.done {
        return;
    }
    let computed;
    let instants = match found {
        Some(found) if found.after == slot.done => &found.instants,
        Some(_) | None => {
            computed = minutes_after(slot.done, until, scene, rule.bridges());
            &computed
        }
    };
    slot.done = until;
    instants.iter().flatten().for_each(|instant| rule.count(&mut slot.pair, scene, instant, out));
}

impl<R: PairRule> Rule for Pairs<R> {
    fn behaviour(&self) -> Behaviour {
        R::BEHAVIOUR
    }

    fn interest(&self) -> Interest {
        R::INTEREST
    }

    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let own;
        let found = match step.findings {
            Some(found) => found,
            None => {
                own = self.find(scene, step);
                let Some(own) = &own else {
                    return;
                };
                own
            }
        };
        let joined = match &found.neighbours {
            Some(neighbours) => self.join(scene, step, neighbours, out),
            None => Vec::new(),
        };
        let joined = joined.into_iter().map(|(other, pair)| (other, pair, None));
        let known = found.pairs.iter().map(|known| (known.other, known.pair, Some(known)));
        let mut pairs: Vec<(TrackKey, (TrackIx, TrackIx), Option<&PairMinutes>)> = joined.chain(known).collect();
        pairs.sort_by_key(|(other, pair, _)| (*other, *pair));
        for (_, pair, found) in pairs {
            self.with(scene, pair, out, |rule, slot, scene, out| {
                advance(rule, slot, scene, found, out);
                true
            });
        }
    }

    fn wake(&mut self, scene: &Scene<'_>, _key: TrackKey, vessel: TrackIx, out: &mut Output) {
        for (_, pair) in self.pairs_of(vessel) {
            self.with(scene, pair, out, |rule, slot, scene, out| {
                if slot.wakes_at.take_if(|at| *at <= scene.now).is_some() {
                    let due = rule.due(&slot.pair, scene);
                    if due.is_some_and(|due| due <= scene.now) {
                        rule.close(&mut slot.pair, slot.keys, End::Lost, out);
                    }
                }
                true
            });
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let pairs = self.pairs_of(step.vessel).filter_map(|(_, pair)| Some((pair, self.pairs.get(&pair)?)));
        let told: Vec<Explanation> = pairs
            .flat_map(|(pair, slot)| {
                let scene = PairScene::new(scene, pair);
                let instant = scene.instant(self.rule.bridges(), slot.done);
                self.rule.explain(&slot.pair, &scene, instant.as_ref())
            })
            .collect();
        if !told.is_empty() {
            return told;
        }
        let of = VesselScene::new(scene, step.vessel);
        let nearest = |within_metres: f64| {
            let mut nearest: Option<f64> = None;
            scene.tracks.near(step.fix?.position, within_metres, |other, metres| {
                if other.ix() != step.vessel && self.rule.fits(&of, step, &other).is_some() {
                    nearest = Some(nearest.map_or(metres, |least| least.min(metres)));
                }
            });
            nearest
        };
        self.rule.explain_alone(&of, step, &nearest)
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.looked_at.remove(&vessel);
        for (_, ixs) in self.pairs_of(vessel) {
            if let Some(slot) = self.pairs.get_mut(&ixs) {
                let (a, b) = ((slot.keys.0, ixs.0), (slot.keys.1, ixs.1));
                let mut signals = Signals::of_pair(R::BEHAVIOUR, a, b, &mut out.signals);
                self.rule.close(&mut slot.pair, slot.keys, reason, &mut signals);
            }
            self.drop_pair(ixs, out);
        }
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, _places: &Places, out: &mut Output) {
        self.rule.configure(R::settings(settings), scene.chart);
        let mut pairs: Vec<_> = self.pairs.iter().map(|(ixs, slot)| (slot.keys, *ixs)).collect();
        pairs.sort_unstable();
        for (_, ixs) in pairs {
            let Some(slot) = self.pairs.get_mut(&ixs) else {
                continue;
            };
            let (a, b) = ((slot.keys.0, ixs.0), (slot.keys.1, ixs.1));
            let mut signals = Signals::of_pair(R::BEHAVIOUR, a, b, &mut out.signals);
            if !self.rule.review(&mut slot.pair, &PairScene::new(scene, ixs), &mut signals) {
                self.drop_pair(ixs, out);
            }
        }
    }

    fn save(&self, into: &mut Vec<u8>) {
        let Pairs { rule, pairs, partners, looked_at, crowded } = self;
        rule.save(into);
        pack(&(pairs, partners, looked_at, crowded), into);
    }

    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        self.rule.restore(from)?;
        (self.pairs, self.partners, self.looked_at, self.crowded) = unpack(from)?;
        Ok(())
    }
}

impl<R: PairRule> PictureRule for Pairs<R> {
    fn survey(&self, scene: &Scene<'_>, step: &Step<'_>) -> Survey {
        self.find(scene, step).map_or(Survey::Idle, Survey::Found)
    }
}
