//! The lanes. Each takes in the reports of its own vessels and asks the rules that see one vessel. Large batches run in parallel.
//!
//! A decision here about a vessel depends only on the vessel's own reports, and on the picture after the reports of the batch have been
//! taken in. Reports that may have a damaged MMSI form a second batch. What follows for other vessels is applied afterwards, report by report. So the number of lanes does not affect
//! the result.

use std::ops::Range;

use crate::ais::Report;
use crate::base::parallel::{WORTH_THREADS, in_parallel};
use crate::base::time::{Span, Time};
use crate::base::units::StationClass;
use crate::behaviours::{
    Company, CompanyRule, Ground, Interest, LaneRule, Lot, Output, Rule, Scene, Signal, Step, Vicinity,
};
use crate::geo::LatLon;
use crate::picture::coverage::Coverage;
use crate::picture::episodes::Still;
use crate::picture::tracks::{
    Activity, DamagedNumbers, Fix, Jump, Learned, Outcome, Refusal, Shard, SpeedMadeGood, TrackIx, TrackKey,
};
use crate::zones::{Crossing, Sighting};

use super::rules::{Bit, List, Rules, each};

/// Maximum number of reports in a batch, all of the same moment.
pub(super) const TOGETHER: usize = 2048;
/// Number of reports whose vessels are loaded into the processor cache ahead of use.
const WARM: usize = 16;
/// Speed made good below which a vessel counts as slow. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// Length of a tick slot, 5 min. The first fix of a vessel in a slot is its tick. Milliseconds.
const TICK_MILLIS: i64 = 300_000;
/// Length of a look slot, 30 min. Every vessel is examined at its first fix in a slot. Milliseconds.
const LOOK_MILLIS: i64 = 1_800_000;

/// Reports of one moment on their way through the lanes.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// The lane of each report, in the order of the reports.
    order: Vec<u8>,
    /// Reports that may have a damaged MMSI, in the order of the reports.
    suspects: Vec<Report>,
    /// Whether the reports have been checked for damaged MMSIs.
    are_checked: bool,
}

/// The work of one lane.
#[derive(Default)]
struct Lane {
    reports: Vec<Report>,
    /// One for each [`Taken::Suspect`], in order.
    suspects: Vec<Report>,
    taken: Vec<Taken>,
    /// One for each [`Taken::Turn`], in order.
    turns: Vec<Turn>,
    crossings: Vec<Crossing>,
    warm: Vec<TrackIx>,
    output: Output,
    /// Activity marks that the rules of this batch set or cleared, before the picture has them.
    marks: Vec<(Bit, TrackIx, Activity)>,
}

/// The outcome of one report.
enum Taken {
    /// A fix or static data that concern no behaviour, episode or model.
    Passed,
    /// The report may concern one of them; it has an entry in `turns`.
    Turn,
    /// A fix older than the latest one of its vessel.
    Late { vessel: TrackIx, fix: Fix },
    /// The report may have a damaged MMSI, and was not taken in. It is in `suspects`.
    Suspect,
    /// The picture refused the report.
    Refused(Refusal),
}

/// What follows from one report.
pub(super) enum News<'a> {
    /// The report may concern a behaviour, an episode or a model. The second field holds the borders that the vessel crossed.
    Turn(&'a mut Turn, &'a [Crossing]),
    /// A fix older than the latest one of its vessel.
    Late { vessel: TrackIx, fix: Fix },
    /// The picture refused the report.
    Refused(Refusal),
}

/// One report as the rules see it, and which parts of the engine need it.
pub(super) struct Turn {
    pub(super) vessel: TrackIx,
    pub(super) at: Time,
    /// `None` for static data, and for a distress device without a position.
    pub(super) fix: Option<Fix>,
    pub(super) previous: Option<Fix>,
    /// Speed made good; `None` across a hole too long to count.
    pub(super) smg: Option<SpeedMadeGood>,
    pub(super) learned: Option<Box<Learned>>,
    pub(super) jump: Option<Box<Jump>>,
    pub(super) interest: Interest,
    /// Range of the border crossings of this fix in the lane's list.
    crossings: Range<usize>,
    /// Shore and calm water, if the rules need them.
    pub(super) place: Option<Vicinity>,
    pub(super) left_calm: Option<LatLon>,
    /// The first fix of the vessel in its 5-minute slot.
    pub(super) tick: bool,
    /// Below 5 kn made good.
    pub(super) slow: bool,
    /// Slow, or in or near a zone.
    pub(super) watch: bool,
    /// Whether the reception model uses this fix.
    pub(super) seen: bool,
    /// Whether this fix goes to the vessel's port calls.
    pub(super) in_port: bool,
    /// How the vessel lay still before this fix; `None` if it did not, or if the reception model does not use the fix.
    pub(super) lay: Option<Still>,
    /// What the rules about one vessel reported; `None` if nothing.
    pub(super) said: Option<Box<Said>>,
    /// Vessels that the vessel may share a hull with.
    pub(super) beside: Vec<TrackIx>,
    /// What the rules about pairs found, each with its bit.
    pub(super) company: Vec<(Bit, Box<Company>)>,
}

/// What the rules about one vessel reported at one turn.
#[derive(Default)]
pub(super) struct Said {
    pub(super) signals: Vec<Signal>,
    pub(super) wakes: Vec<(Bit, Time, TrackKey, TrackIx)>,
    pub(super) marks: Vec<(Bit, TrackIx, Activity)>,
}

impl Said {
    /// Takes over what one rule reported.
    fn take(&mut self, bit: Bit, output: &mut Output) {
        self.signals.append(&mut output.signals);
        self.wakes.extend(output.wakes.drain(..).map(|(at, key, vessel)| (bit, at, key, vessel)));
        self.marks.extend(output.activity.drain(..).map(|(vessel, activity)| (bit, vessel, activity)));
    }
}

/// What every lane may read, and none changes, while reports are taken in.
pub(super) struct Common<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) coverage: &'a Coverage,
    pub(super) damaged: &'a DamagedNumbers,
    /// Whether some behaviour needs every fix from inside a zone, by zone index.
    pub(super) asking: &'a [bool],
    pub(super) lost_after: Span,
    pub(super) now: Time,
}

impl Lanes {
    /// Creates this many lanes, without reports.
    pub(super) fn new(lanes: usize) -> Lanes {
        Lanes { lanes: (0..lanes).map(|_| Lane::default()).collect(), ..Lanes::default() }
    }

    /// Adds the next report to its lane.
    pub(super) fn add(&mut self, lane: usize, report: Report) {
        self.lanes[lane].reports.push(report);
        self.order.push(lane as u8);
    }

    /// Number of reports in the batch.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Takes out the reports that may have a damaged MMSI, in the order of the reports. If there are any, the reports added next count as
    /// checked.
    pub(super) fn suspects(&mut self) -> Vec<Report> {
        self.are_checked = !self.suspects.is_empty();
        std::mem::take(&mut self.suspects)
    }

    /// Takes the reports into the picture, except those that may have a damaged MMSI.
    pub(super) fn take(&mut self, shards: &mut [Shard], lots: &mut [Lot], common: &Common<'_>) {
        let (is_little, are_checked) = (self.is_little(), self.are_checked);
        let lanes = self.lanes.iter_mut().zip(shards).zip(lots);
        let busy = lanes.filter(|((lane, _), _)| !lane.reports.is_empty());
        in_parallel(busy, is_little, |((lane, shard), lot)| lane.take(shard, lot, common, are_checked));
    }

    /// Passes every turn to `revise`, in the order of the reports.
    pub(super) fn revise(&mut self, mut revise: impl FnMut(&mut Turn)) {
        let mut lanes: Vec<_> = self.lanes.iter_mut().map(|lane| (lane.taken.iter(), lane.turns.iter_mut())).collect();
        for number in &self.order {
            let (taken, turns) = &mut lanes[usize::from(*number)];
            if let Some(Taken::Turn) = taken.next() {
                turns.next().into_iter().for_each(&mut revise);
            }
        }
    }

    /// Finds the vessels that may be on one hull with those that the reception model uses a fix of.
    pub(super) fn look_beside(&mut self, scene: &Scene<'_>) {
        let seen = |lane: &Lane| lane.turns.iter().filter(|turn| turn.seen).count();
        let is_little = self.lanes.len() == 1 || self.lanes.iter().map(seen).sum::<usize>() < WORTH_THREADS;
        in_parallel(self.lanes.iter_mut(), is_little, |lane| lane.look_beside(scene));
    }

    /// Asks the rules that see one vessel, and lets those that see two find the company of each vessel.
    pub(super) fn ask(&mut self, lots: &mut [Lot], rules: &mut Rules, scene: &Scene<'_>) {
        let Rules { lanes: rules, pairs, .. } = rules;
        let is_little =
            self.lanes.len() == 1 || self.lanes.iter().map(|lane| lane.turns.len()).sum::<usize>() < WORTH_THREADS / 2;
        let lanes = self.lanes.iter_mut().zip(lots).zip(rules);
        let busy = lanes.filter(|((lane, _), _)| !lane.turns.is_empty());
        in_parallel(busy, is_little, |((lane, lot), rules)| lane.ask(lot, rules, pairs, scene));
    }

    /// Lets the rules that see two vessels count the minutes of the pairs found.
    pub(super) fn count(&self, rules: &mut List<dyn CompanyRule>, scene: &Scene<'_>) {
        if self.lanes.iter().flat_map(|lane| &lane.turns).all(|turn| turn.company.is_empty()) {
            return;
        }
        let mut lanes: Vec<_> = self.lanes.iter().map(|lane| (lane.taken.iter(), lane.turns.iter())).collect();
        let in_order = self.order.iter().filter_map(|number| {
            let (taken, turns) = &mut lanes[usize::from(*number)];
            if let Some(Taken::Turn) = taken.next() { turns.next() } else { None }
        });
        let in_order: Vec<&Turn> = in_order.collect();
        each(rules, |bit, rule| {
            let turns = (0..).zip(&in_order);
            let found = turns.flat_map(|(number, turn)| turn.company.iter().map(move |company| (number, company)));
            let of_rule =
                found.filter(|(_, (of, _))| *of == bit).map(|(number, (_, company))| (number, company.as_ref()));
            rule.count(scene, &of_rule.collect::<Vec<_>>(), self.lanes.len());
        });
    }

    /// Passes what follows from each report to `found`, in the order of the reports, and empties the lanes.
    pub(super) fn each(&mut self, mut found: impl FnMut(News<'_>)) {
        let mut lanes: Vec<_> = self
            .lanes
            .iter_mut()
            .map(|lane| {
                (lane.taken.drain(..), lane.turns.drain(..), lane.suspects.drain(..), lane.crossings.as_slice())
            })
            .collect();
        for number in self.order.drain(..) {
            let (taken, turns, suspects, crossings) = &mut lanes[usize::from(number)];
            match taken.next() {
                Some(Taken::Turn) => {
                    if let Some(mut turn) = turns.next() {
                        let crossed = &crossings[turn.crossings.clone()];
                        found(News::Turn(&mut turn, crossed));
                    }
                }
                Some(Taken::Late { vessel, fix }) => found(News::Late { vessel, fix }),
                Some(Taken::Suspect) => self.suspects.extend(suspects.next()),
                Some(Taken::Refused(refusal)) => found(News::Refused(refusal)),
                Some(Taken::Passed) | None => {}
            }
        }
        drop(lanes);
        self.lanes.iter_mut().for_each(|lane| lane.crossings.clear());
    }

    /// Whether the batch is too small for threads to pay, or there is only one lane.
    fn is_little(&self) -> bool {
        self.lanes.len() == 1 || self.order.len() < WORTH_THREADS
    }
}

impl Lane {
    fn take(&mut self, shard: &mut Shard, lot: &mut Lot, common: &Common<'_>, are_checked: bool) {
        let Lane { reports, suspects, taken, turns, crossings, warm, .. } = self;
        let mut reports = reports.drain(..);
        let mut left = 0;
        loop {
            if left == 0 {
                let coming = reports.as_slice();
                shard.warm(coming.iter().take(WARM).map(|report| report.mmsi), warm);
                lot.warm(warm);
                left = WARM;
            }
            left -= 1;
            let Some(report) = reports.next() else {
                return;
            };
            if !are_checked && common.damaged.is_suspect(&report, shard) {
                suspects.push(report);
                taken.push(Taken::Suspect);
                continue;
            }
            let at = report.at;
            let turn = match shard.accept(report) {
                Outcome::Fix { vessel, previous, smg, jump } => {
                    Looked { vessel, previous, smg, jump }.at(shard, lot, common, crossings)
                }
                Outcome::Identity { vessel, learned } => Turn::spoke(shard, vessel, learned, at.max(common.now)),
                Outcome::Late { vessel, fix } => {
                    taken.push(Taken::Late { vessel, fix });
                    continue;
                }
                Outcome::Refused(refusal) => {
                    taken.push(Taken::Refused(refusal));
                    continue;
                }
            };
            taken.push(if turn.is_some() { Taken::Turn } else { Taken::Passed });
            turns.extend(turn);
        }
    }

    fn look_beside(&mut self, scene: &Scene<'_>) {
        for turn in self.turns.iter_mut().filter(|turn| turn.seen) {
            if let Some(fix) = turn.fix {
                let vessel = scene.tracks.vessel(turn.vessel);
                turn.beside = scene.episodes.inseparable.company(scene.tracks, &vessel, &fix);
            }
        }
    }

    /// Asks the rules that see one vessel about every turn, and lets those that see two find the vessel's company.
    fn ask(&mut self, lot: &mut Lot, rules: &mut List<dyn LaneRule>, pairs: &List<dyn CompanyRule>, scene: &Scene<'_>) {
        let Lane { turns, crossings, output, marks, .. } = self;
        for turn in turns {
            let vessel = scene.tracks.vessel(turn.vessel);
            // A report without a fix concerns only the rules that ask for static data, not all that follow the vessel.
            let active = if turn.fix.is_some() { with_marks(vessel.active(), turn.vessel, marks) } else { 0 };
            if turn.interest.0 == 0 && active == 0 {
                continue;
            }
            turn.find_place(lot, scene, active);
            let step = turn.step(vessel.key(), lot.presence(turn.vessel), &crossings[turn.crossings.clone()]);
            let asks = |bit: Bit, rule: &dyn Rule| step.interest.meets(rule.interest()) || active & (1 << bit) != 0;
            let mut said = None;
            each(rules, |bit, rule| {
                if asks(bit, rule) {
                    rule.step(scene, &step, output);
                }
                if !output.is_empty() {
                    let said: &mut Box<Said> = said.get_or_insert_default();
                    said.take(bit, output);
                    marks.extend(said.marks.iter().filter(|(marked, ..)| *marked == bit));
                }
            });
            let pairs = pairs.iter().filter(|(bit, rule)| asks(*bit, rule.as_ref()));
            let company = pairs.filter_map(|(bit, rule)| Some((*bit, rule.look(scene, &step)?))).collect();
            (turn.said, turn.company) = (said, company);
        }
        marks.clear();
    }
}

/// The activity bits of a vessel, after the marks that earlier turns of the batch set or cleared.
fn with_marks(active: u32, vessel: TrackIx, marks: &[(Bit, TrackIx, Activity)]) -> u32 {
    let of_vessel = marks.iter().filter(|(_, marked, _)| *marked == vessel);
    of_vessel.fold(active, |active, (bit, _, activity)| match activity {
        Activity::Keeps => active | 1 << bit,
        Activity::Done => active & !(1 << bit),
    })
}

impl Turn {
    /// The turn of static data, or of a distress device without a position; `None` if no rule may be interested.
    fn spoke(shard: &Shard, vessel: TrackIx, learned: Option<Box<Learned>>, at: Time) -> Option<Turn> {
        let mut interest = Interest(0);
        if learned.is_some() {
            interest = interest.with(Interest::LEARNED);
        }
        if shard.vessel(vessel).mmsi().station_class() == StationClass::Distress {
            interest = interest.with(Interest::DISTRESS);
        }
        (interest.0 != 0).then(|| Turn { learned, ..Turn::of(vessel, at, interest) })
    }

    fn of(vessel: TrackIx, at: Time, interest: Interest) -> Turn {
        Turn {
            vessel,
            at,
            fix: None,
            previous: None,
            smg: None,
            learned: None,
            jump: None,
            interest,
            crossings: 0..0,
            place: None,
            left_calm: None,
            tick: false,
            slow: false,
            watch: false,
            seen: false,
            in_port: false,
            lay: None,
            said: None,
            beside: Vec::new(),
            company: Vec::new(),
        }
    }

    /// Looks up shore and calm water, if the rules need them.
    fn find_place(&mut self, lot: &mut Lot, scene: &Scene<'_>, active: u32) {
        let of_place = Interest::SLOW.with(Interest::TICK).with(Interest::CROSSED).with(Interest::SLOW_HOLE);
        let calm_may_have_changed =
            || self.fix.is_none_or(|fix| !lot.is_far_from_calm(scene.chart, self.vessel, fix.position));
        let needs_place = self.interest.meets(of_place)
            || active != 0
            || (self.interest.meets(Interest::LOOK) && calm_may_have_changed());
        let is_revised = self.learned.as_ref().is_some_and(|learned| learned.before.said_at.is_some());
        let last = || scene.tracks.vessel(self.vessel).last().filter(|_| is_revised);
        let Some(fix) = self.fix.filter(|_| needs_place).or_else(last) else {
            return self.leaves_calm(None);
        };
        let (place, left_calm) = lot.vicinity(scene.chart, self.vessel, fix.position, scene.now);
        self.place = Some(place);
        self.leaves_calm(left_calm);
    }

    /// Records the vessel's last position in calm water, if it has left calm water.
    pub(super) fn leaves_calm(&mut self, left_calm: Option<LatLon>) {
        self.left_calm = self.left_calm.or(left_calm);
        if self.left_calm.is_some() {
            self.interest = self.interest.with(Interest::LEFT_CALM);
        }
    }

    /// This turn as the step that rules receive.
    pub(super) fn step<'a>(
        &'a self,
        key: TrackKey,
        presence: &'a crate::zones::Presence,
        crossings: &'a [Crossing],
    ) -> Step<'a> {
        let &Turn { vessel, at, fix, previous, smg, interest, place, left_calm, .. } = self;
        Step {
            at,
            vessel,
            key,
            fix,
            previous,
            smg,
            presence,
            crossings,
            place,
            learned: self.learned.as_deref(),
            jump: self.jump.as_deref(),
            left_calm,
            interest,
        }
    }
}

/// A fix that the picture has accepted.
struct Looked {
    vessel: TrackIx,
    previous: Option<Fix>,
    smg: Option<SpeedMadeGood>,
    jump: Option<Box<Jump>>,
}

impl Looked {
    /// Looks up the zones of the fix and works out which parts of the engine it may concern; `None` if none.
    fn at(self, shard: &Shard, lot: &mut Lot, common: &Common<'_>, crossings: &mut Vec<Crossing>) -> Option<Turn> {
        let Looked { vessel: ix, previous, smg, jump } = self;
        let (vessel, before) = (shard.vessel(ix), crossings.len());
        let fix = vessel.last()?;
        let sighting = match previous {
            Some(previous) if fix.at - previous.at <= common.lost_after => Sighting::Next,
            Some(_) | None => Sighting::First,
        };
        lot.look(&common.ground, ix, fix.position, fix.at, sighting, crossings);
        let presence = lot.presence(ix);
        let near_zones = !presence.is_empty();
        let slow_hole = smg.is_some_and(|smg| smg.over_hole && smg.knots < SLOW_KNOTS);
        let smg = smg.filter(|smg| !smg.over_hole);
        let slow = smg.is_some_and(|smg| smg.knots < SLOW_KNOTS);
        let slot = |at: Time, millis: i64| at.millis().div_euclid(millis);
        let is_new = |millis: i64| previous.is_none_or(|previous| slot(previous.at, millis) != slot(fix.at, millis));
        let tick = is_new(TICK_MILLIS);
        let asked = || presence.iter().any(|(zone, _)| common.asking[usize::from(zone.0)]);
        let mut interest = Interest(0);
        for (holds, reason) in [
            (slow, Interest::SLOW),
            (tick && near_zones, Interest::TICK),
            (slow_hole, Interest::SLOW_HOLE),
            (tick && is_new(LOOK_MILLIS), Interest::LOOK),
            (before < crossings.len(), Interest::CROSSED),
            (near_zones && asked(), Interest::ASKED),
            (vessel.mmsi().station_class() == StationClass::Distress, Interest::DISTRESS),
            (jump.is_some(), Interest::JUMPED),
            (jump.is_some() || sighting == Sighting::First, Interest::FIRST),
        ] {
            if holds {
                interest = interest.with(reason);
            }
        }
        let in_port = tick && (slow || vessel.in_port()) && vessel.takes_part();
        let seen = common.coverage.wants(previous.as_ref(), &fix);
        if interest.0 == 0 && vessel.active() == 0 && !in_port && !seen {
            return None;
        }
        Some(Turn {
            fix: Some(fix),
            previous,
            smg,
            jump,
            crossings: before..crossings.len(),
            tick,
            slow,
            watch: slow || near_zones,
            seen,
            in_port,
            ..Turn::of(ix, fix.at, interest)
        })
    }
}
