//! The runner for rules about two vessels ([`PairRule`]). It finds pairs, follows them from minute to minute, and keeps their state.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::parallel::{WORTH_THREADS, in_parallel};
use crate::base::state::{Damaged, pack, unpack};
use crate::base::time::{Span, Time};
use crate::behaviours::company::{Company, Neighbour, Partner, Two};
use crate::behaviours::runner::pair_rule::{First, LOOK_BACK, PairRule};
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::{
    Behaviour, CompanyRule, End, Explanation, Interest, Output, Places, Rule, Scene, Settings, Signal, Step,
};
use crate::picture::tracks::{Activity, TrackIx, TrackKey};
use crate::zones::Chart;

const MINUTE: Span = Span::from_minutes(1);
/// How far back instants are computed after a silence. Older points of a trail are too sparse.
const FINE_PART: Span = Span::from_hours(2);
/// Factor by which a pair must be nearer to replace another in a crowd. Small differences change with every fix.
const NEARER_BY: f64 = 2.0;

/// Number of parts that the pairs are kept in, by a hash of their keys. The parts are counted in parallel, and limits on the past of pairs
/// hold for each part. A constant, because results must not depend on the number of lanes.
pub(crate) const PARTS: usize = 64;

/// A rule about two vessels, with the state of every pair.
pub(crate) struct Pairs<R: PairRule> {
    rule: R,
    /// The pairs, in [`PARTS`] parts.
    parts: Vec<Part<R>>,
    /// The other vessels in the pairs of each vessel.
    partners: FxHashMap<TrackIx, Vec<Partner>>,
    /// The minute in which each vessel last looked for partners.
    looked_at: FxHashMap<TrackIx, Time>,
    /// What the counting of the present batch showed, ordered by step, until the steps are settled.
    counted: VecDeque<Outcome>,
}

struct Part<R: PairRule> {
    pairs: FxHashMap<(TrackIx, TrackIx), Slot<R::Pair>>,
    history: R::History,
    /// Pairs to be counted, in the order of the steps; empty between batches.
    waiting: Vec<Found>,
    /// What the counting showed; empty between batches.
    counted: Vec<Outcome>,
}

/// What is kept about one pair.
#[derive(Serialize, Deserialize)]
struct Slot<P> {
    /// Keys of the two, which tell them from later vessels at the same places of the slab.
    keys: (TrackKey, TrackKey),
    /// Last instant computed.
    done: Time,
    /// The next wake-up that was requested; `None` if none is pending.
    wakes_at: Option<Time>,
    pair: P,
}

/// A pair that a step of one of its vessels concerns.
#[derive(Clone, Copy)]
struct Found {
    /// Number of the step in its batch.
    step: u32,
    /// Key of the other vessel.
    other: TrackKey,
    two: Two,
}

/// What the counting of a pair showed, if anything.
struct Outcome {
    found: Found,
    signals: Vec<Signal>,
    /// The wake-up that the pair requests.
    wakes_at: Option<Time>,
    /// Whether the pair can be dropped.
    is_done: bool,
}

impl<R: PairRule> Part<R> {
    fn new() -> Part<R> {
        Part { pairs: FxHashMap::default(), history: R::History::default(), waiting: Vec::new(), counted: Vec::new() }
    }

    /// Counts the new minutes of the pairs that wait.
    fn count(&mut self, rule: &R, scene: &Scene<'_>) {
        let Part { pairs, history, waiting, counted } = self;
        for found in waiting.drain(..) {
            let Some(slot) = pairs.get_mut(&found.two.vessels()) else {
                continue;
            };
            let mut signals = Vec::new();
            let of_pair = PairScene::new(scene, found.two.vessels());
            advance(rule, (slot, history), &of_pair, &mut signals_of::<R>(found.two, &mut signals));
            let is_done = rule.is_done(&slot.pair, &of_pair);
            let wakes_at = if is_done { None } else { slot.wake(rule, &of_pair) };
            if is_done || wakes_at.is_some() || !signals.is_empty() {
                counted.push(Outcome { found, signals, wakes_at, is_done });
            }
        }
    }
}

impl<P> Slot<P> {
    /// The wake-up that the pair now needs, if none is pending.
    fn wake<R: PairRule<Pair = P>>(&mut self, rule: &R, scene: &PairScene<'_>) -> Option<Time> {
        if self.wakes_at.is_some() {
            return None;
        }
        self.wakes_at = rule.due(&self.pair, scene);
        self.wakes_at
    }
}

/// Number of the part of a pair.
fn part_of(two: Two) -> usize {
    let (a, b) = two.keys();
    let mixed = (u64::from(a.mmsi.0) << 32 | u64::from(b.mmsi.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 58) as usize % PARTS
}

/// Where the rule's signals about a pair go.
fn signals_of<R: PairRule>(two: Two, out: &mut Vec<Signal>) -> Signals<'_> {
    Signals::of_pair(R::BEHAVIOUR, two.0, two.1, out)
}

impl<R: PairRule> Pairs<R> {
    /// Creates the behaviour with the base settings and each zone's overrides.
    pub(crate) fn new(settings: &R::Settings, chart: &Chart) -> Pairs<R> {
        Pairs {
            rule: R::new(settings, chart),
            parts: std::iter::repeat_with(Part::new).take(PARTS).collect(),
            partners: FxHashMap::default(),
            looked_at: FxHashMap::default(),
            counted: VecDeque::new(),
        }
    }

    /// The state of a pair; `None` if there is no such pair, or its vessels have given their places to others.
    fn slot(&self, two: Two) -> Option<&Slot<R::Pair>> {
        self.parts[part_of(two)].pairs.get(&two.vessels()).filter(|slot| slot.keys == two.keys())
    }

    /// The possible partners of a vessel that looks for some, once in every UTC minute.
    fn neighbours(&self, scene: &Scene<'_>, step: &Step<'_>, of: &VesselScene<'_>) -> Option<Vec<Neighbour>> {
        let fix = step.fix.filter(|_| self.rule.looks(of, step))?;
        if self.looked_at.get(&step.vessel) == Some(&fix.at.floor_minute()) {
            return None;
        }
        let mut nearest: Vec<Neighbour> = Vec::new();
        scene.tracks.near(fix.position, R::LOOK_METRES, |other, metres| {
            if other.ix() != step.vessel
                && let Some(first) = self.rule.fits(of, step, &other)
            {
                let other = Partner { key: other.key(), vessel: other.ix(), is_first: first == First::Other };
                nearest.push(Neighbour { metres, other });
            }
        });
        nearest.sort_by(|a, b| a.metres.total_cmp(&b.metres).then(a.other.key.cmp(&b.other.key)));
        nearest.truncate(R::MOST_NEIGHBOURS);
        let partners = self.partners_of(step.vessel);
        nearest.retain(|neighbour| !partners.contains(&neighbour.other));
        Some(nearest)
    }

    /// Makes pairs of a vessel and its neighbours. Returns the new ones.
    fn join(&mut self, scene: &Scene<'_>, step: &Step<'_>, neighbours: &[Neighbour], out: &mut Output) -> Vec<Found> {
        let minute = step.at.floor_minute();
        if self.looked_at.insert(step.vessel, minute) == Some(minute) {
            return Vec::new();
        }
        let mut joined = Vec::new();
        let own = (step.key, step.vessel);
        for Neighbour { metres, other } in neighbours {
            let two = other.pair_with(own);
            // A track whose positions were found to be false since the search is gone.
            let is_gone = scene.tracks.find(other.key).is_none();
            // A step of the other vessel may have made the pair since the search.
            if is_gone || self.slot(two).is_some() || !self.make_room(scene, two, *metres, out) {
                continue;
            }
            let from = (step.at - LOOK_BACK).floor_minute();
            let slot = Slot { keys: two.keys(), done: from, wakes_at: None, pair: self.rule.pair(from) };
            self.parts[part_of(two)].pairs.insert(two.vessels(), slot);
            let own = Partner { key: own.0, vessel: own.1, is_first: !other.is_first };
            for (one, partner) in [(own.vessel, *other), (other.vessel, own)] {
                let partners = self.partners.entry(one).or_default();
                if partners.is_empty() {
                    out.activity.push((one, Activity::Keeps));
                }
                partners.push(partner);
            }
            joined.push(Found { step: 0, other: other.key, two });
        }
        joined
    }

    /// Whether both vessels can be in one more pair, at a distance of `metres`. A vessel with the maximum number of pairs gives up
    /// the furthest for a much nearer one.
    fn make_room(&mut self, scene: &Scene<'_>, both: Two, metres: f64, out: &mut Output) -> bool {
        let mut given_up = Vec::new();
        for own in [both.0, both.1] {
            let partners = self.partners_of(own.1);
            if partners.len() < R::MOST_PARTNERS {
                continue;
            }
            let vessel = scene.tracks.vessel(own.1);
            let furthest = partners.iter().filter_map(|partner| {
                let other = scene.tracks.vessel(partner.vessel);
                let two = partner.pair_with(own);
                let gives_way = self.slot(two).is_some_and(|slot| R::gives_way(&slot.pair));
                let apart = vessel.last()?.position.metres_to(other.last()?.position);
                (gives_way && NEARER_BY * metres < apart).then_some((apart, partner.key, two))
            });
            match furthest.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) {
                Some((_, _, two)) => given_up.push(two),
                None => return false,
            }
        }
        given_up.into_iter().for_each(|two| self.drop_pair(two, out));
        true
    }

    /// The other vessels in the pairs of a vessel, in no order.
    fn partners_of(&self, vessel: TrackIx) -> &[Partner] {
        self.partners.get(&vessel).map_or(&[], Vec::as_slice)
    }

    /// The pairs of a vessel, ordered by the key of the other vessel.
    fn pairs_of(&self, key: TrackKey, vessel: TrackIx) -> Vec<Two> {
        let mut partners = self.partners_of(vessel).to_vec();
        partners.sort_unstable();
        partners.into_iter().map(|partner| partner.pair_with((key, vessel))).collect()
    }

    /// Lets the rule act on a pair. Then drops the pair if nothing is left of it; otherwise requests its next wake-up.
    fn with(
        &mut self,
        scene: &Scene<'_>,
        two: Two,
        out: &mut Output,
        act: impl FnOnce(&R, (&mut Slot<R::Pair>, &mut R::History), &PairScene<'_>, &mut Signals<'_>),
    ) {
        let Part { pairs, history, .. } = &mut self.parts[part_of(two)];
        let Some(slot) = pairs.get_mut(&two.vessels()) else {
            return;
        };
        let of_pair = PairScene::new(scene, two.vessels());
        act(&self.rule, (slot, history), &of_pair, &mut signals_of::<R>(two, &mut out.signals));
        if self.rule.is_done(&slot.pair, &of_pair) {
            return self.drop_pair(two, out);
        }
        if let Some(due) = slot.wake(&self.rule, &of_pair) {
            out.wakes.push((due, two.0.0, two.0.1));
        }
    }

    /// Drops a pair. A vessel that is left without any is no longer followed.
    fn drop_pair(&mut self, two: Two, out: &mut Output) {
        self.parts[part_of(two)].pairs.remove(&two.vessels());
        let (a, b) = two.vessels();
        for (one, other) in [(a, b), (b, a)] {
            let Some(partners) = self.partners.get_mut(&one) else {
                continue;
            };
            partners.retain(|partner| partner.vessel != other);
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

/// Passes to the rule every new whole minute up to the latest one that both vessels have fixes for. Those too long ago are left out.
fn advance<R: PairRule>(
    rule: &R,
    (slot, history): (&mut Slot<R::Pair>, &mut R::History),
    scene: &PairScene<'_>,
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
    let first = slot.done.max(until - FINE_PART) + MINUTE;
    slot.done = until;
    let minutes = std::iter::successors(Some(first), |at| Some(*at + MINUTE)).take_while(|at| *at <= until);
    for at in minutes {
        if let Some(instant) = scene.instant(rule.bridges(), at) {
            rule.count((&mut slot.pair, history), scene, &instant, out);
        }
    }
}

impl<R: PairRule> CompanyRule for Pairs<R> {
    fn look(&self, scene: &Scene<'_>, step: &Step<'_>) -> Option<Box<Company>> {
        let of = VesselScene::new(scene, step.vessel);
        let mut partners = self.partners_of(step.vessel).to_vec();
        if step.fix.is_none() || !of.vessel.takes_part() || !self.rule.watches(&of, step, !partners.is_empty()) {
            return None;
        }
        partners.sort_unstable();
        let neighbours = self.neighbours(scene, step, &of);
        let of = (step.key, step.vessel);
        (neighbours.is_some() || !partners.is_empty()).then(|| Box::new(Company { of, neighbours, partners }))
    }

    fn count(&mut self, scene: &Scene<'_>, found: &[(u32, &Company)], threads: usize) {
        let mut pairs = 0;
        for (step, company) in found {
            for partner in &company.partners {
                let two = partner.pair_with(company.of);
                self.parts[part_of(two)].waiting.push(Found { step: *step, other: partner.key, two });
                pairs += 1;
            }
        }
        let rule = &self.rule;
        let busy = self.parts.iter_mut().filter(|part| !part.waiting.is_empty());
        in_parallel(busy, threads == 1 || pairs < WORTH_THREADS, |part| part.count(rule, scene));
        let mut counted: Vec<Outcome> = self.parts.iter_mut().flat_map(|part| part.counted.drain(..)).collect();
        counted.sort_by_key(|outcome| (outcome.found.step, outcome.found.other, outcome.found.two));
        self.counted = counted.into();
    }

    fn settle(&mut self, scene: &Scene<'_>, step: &Step<'_>, (number, company): (u32, &Company), out: &mut Output) {
        let neighbours = company.neighbours.as_deref();
        let joined = neighbours.map_or_else(Vec::new, |neighbours| self.join(scene, step, neighbours, out));
        let mut pairs: Vec<(Found, Option<Outcome>)> = joined.into_iter().map(|new| (new, None)).collect();
        let is_of_step = |outcome: &Outcome| outcome.found.step <= number;
        while self.counted.front().is_some_and(is_of_step)
            && let Some(outcome) = self.counted.pop_front()
        {
            pairs.push((outcome.found, Some(outcome)));
        }
        pairs.sort_by_key(|(found, _)| (found.other, found.two));
        for (Found { two, .. }, outcome) in pairs {
            let Some(outcome) = outcome else {
                self.with(scene, two, out, |rule, pair, scene, out| advance(rule, pair, scene, out));
                continue;
            };
            // An earlier step of the batch may have given the pair up for a nearer one.
            if self.slot(two).is_none() {
                continue;
            }
            out.signals.extend(outcome.signals);
            out.wakes.extend(outcome.wakes_at.map(|at| (at, two.0.0, two.0.1)));
            if outcome.is_done {
                self.drop_pair(two, out);
            }
        }
    }
}

impl<R: PairRule> Rule for Pairs<R> {
    fn behaviour(&self) -> Behaviour {
        R::BEHAVIOUR
    }

    fn interest(&self) -> Interest {
        R::INTEREST
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        for two in self.pairs_of(key, vessel) {
            self.with(scene, two, out, |rule, (slot, history), scene, out| {
                if slot.wakes_at.take_if(|at| *at <= scene.now).is_some() {
                    let due = rule.due(&slot.pair, scene);
                    if due.is_some_and(|due| due <= scene.now) {
                        rule.close((&mut slot.pair, history), slot.keys, End::Lost, out);
                    }
                }
            });
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let pairs = self.pairs_of(step.key, step.vessel).into_iter();
        let told: Vec<Explanation> = pairs
            .filter_map(|two| Some((two, self.slot(two)?)))
            .flat_map(|(two, slot)| {
                let scene = PairScene::new(scene, two.vessels());
                let instant = scene.instant(self.rule.bridges(), slot.done);
                self.rule.explain((&slot.pair, &self.parts[part_of(two)].history), &scene, instant.as_ref())
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

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.looked_at.remove(&vessel);
        for two in self.pairs_of(scene.tracks.vessel(vessel).key(), vessel) {
            let Part { pairs, history, .. } = &mut self.parts[part_of(two)];
            if let Some(slot) = pairs.get_mut(&two.vessels()) {
                let mut signals = signals_of::<R>(two, &mut out.signals);
                self.rule.close((&mut slot.pair, history), slot.keys, reason, &mut signals);
            }
            self.drop_pair(two, out);
        }
    }

    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, _places: &Places, out: &mut Output) {
        self.rule.configure(R::settings(settings), scene.chart);
        let pairs = self.parts.iter().flat_map(|part| &part.pairs);
        let mut pairs: Vec<Two> = pairs.map(|(ixs, slot)| Two((slot.keys.0, ixs.0), (slot.keys.1, ixs.1))).collect();
        pairs.sort_unstable();
        for two in pairs {
            let Part { pairs, history, .. } = &mut self.parts[part_of(two)];
            let Some(slot) = pairs.get_mut(&two.vessels()) else {
                continue;
            };
            let of_pair = PairScene::new(scene, two.vessels());
            let mut signals = signals_of::<R>(two, &mut out.signals);
            if !self.rule.review((&mut slot.pair, history), &of_pair, &mut signals) {
                self.drop_pair(two, out);
            }
        }
    }

    fn save(&self, into: &mut Vec<u8>) {
        let Pairs { rule, parts, partners, looked_at, counted: _ } = self;
        rule.save(into);
        parts.iter().for_each(|Part { pairs, history, .. }| pack(&(pairs, history), into));
        pack(&(partners, looked_at), into);
    }

    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        self.rule.restore(from)?;
        for part in &mut self.parts {
            (part.pairs, part.history) = unpack(from)?;
        }
        (self.partners, self.looked_at) = unpack(from)?;
        Ok(())
    }
}
