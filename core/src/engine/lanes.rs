//! The lanes. Each takes in the reports of its own vessels and asks the rules that see one vessel. Large batches run in parallel.
//!
//! A decision here about a vessel depends only on the vessel's own reports, and on the picture after the reports of the batch have been
//! taken in. Reports that may have a damaged MMSI form a second batch. What follows for other vessels is applied afterwards, report by
//! report. So the number of lanes does not affect the result.

use crate::ais::Report;
use crate::base::parallel::{WORTH_THREADS, in_parallel};
use crate::behaviours::{CompanyRule, LaneRule, Lot, Output, Rule, Scene};
use crate::picture::tracks::{Activity, Fix, Outcome, Refusal, Shard, TrackIx};
use crate::zones::Crossing;

use super::rules::{Bit, List, Rules, each};
use super::turn::{Common, Looked, Said, Turn};

/// Maximum number of reports in a batch, all of the same moment.
pub(super) const TOGETHER: usize = 2048;
/// Number of reports whose vessels are loaded into the processor cache ahead of use.
const WARM: usize = 16;

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
    /// Reports not yet taken in, in order.
    reports: Vec<Report>,
    /// One for each [`Taken::Suspect`], in order.
    suspects: Vec<Report>,
    /// The outcome of each report, in order.
    taken: Vec<Taken>,
    /// One for each [`Taken::Turn`], in order.
    turns: Vec<Turn>,
    /// Border crossings of all turns; each turn has a range of them.
    crossings: Vec<Crossing>,
    /// Buffer for the vessels that are loaded ahead.
    warm: Vec<TrackIx>,
    /// Buffer for what one rule reports; empty between rules.
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
