//! Takes in the reports of one moment: updates the picture and the places, each shard on its own and in parallel where it pays.
//!
//! Everything decided here about a vessel depends on its own reports alone. What follows for other vessels is done afterwards,
//! vessel by vessel in the order of the reports, so that the number of shards has no effect on the result.

use std::ops::Range;

use crate::ais::Report;
use crate::behaviours::{Ground, Interest, Lot};
use crate::coverage::Coverage;
use crate::time::{Span, Time};
use crate::tracks::{Fix, Jump, Learned, Outcome, Refusal, Shard, SpeedMadeGood, TrackIx};
use crate::units::StationClass;
use crate::zones::{Crossing, Sighting};

/// Upper limit of the reports of one moment taken in before their consequences are worked out.
pub(super) const TOGETHER: usize = 1024;
/// With fewer reports than this, handing work to other threads costs more than it saves.
const WORTH_THREADS: usize = 128;
/// Number of reports whose vessels are loaded into the cache ahead of use.
const WARM: usize = 16;
/// A vessel counts as slow below this speed made good. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// Length of the slots in which a vessel ticks once: 5 min. Milliseconds.
const TICK_MILLIS: i64 = 300_000;
/// Length of the slots in which every vessel is looked at once: 30 min. Milliseconds.
const LOOK_MILLIS: i64 = 1_800_000;

/// Reports of one moment on their way through the shards.
#[derive(Default)]
pub(super) struct Intake {
    lanes: Vec<Lane>,
    /// The lane of each report, in the order of the reports.
    order: Vec<u8>,
}

/// The work of one shard.
#[derive(Default)]
struct Lane {
    reports: Vec<Report>,
    taken: Vec<Taken>,
    crossings: Vec<Crossing>,
    warm: Vec<TrackIx>,
}

/// The outcome of one report.
pub(super) enum Taken {
    /// A fix that concerns no behaviour, episode or model.
    Passed,
    /// A fix that may concern one of them.
    Moved(Moved),
    /// Static data, or a distress device without a position.
    Spoke { vessel: TrackIx, learned: Option<Box<Learned>>, at: Time },
    /// A fix older than the latest one of its vessel.
    Late { vessel: TrackIx, fix: Fix },
    /// The picture refused the report.
    Refused(Refusal),
}

/// A vessel has a new fix.
pub(super) struct Moved {
    pub(super) vessel: TrackIx,
    pub(super) fix: Fix,
    pub(super) previous: Option<Fix>,
    /// Speed made good; `None` across a hole too long to count.
    pub(super) smg: Option<SpeedMadeGood>,
    pub(super) jump: Option<Box<Jump>>,
    pub(super) interest: Interest,
    /// Range of the border crossings of this fix in the lane's list.
    crossings: Range<usize>,
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
}

/// What the shards share and only read.
pub(super) struct Common<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) coverage: &'a Coverage,
    /// By zone index: whether some behaviour needs every fix from inside the zone.
    pub(super) asking: &'a [bool],
    pub(super) lost_after: Span,
}

impl Intake {
    /// One lane for each shard.
    pub(super) fn new(shards: usize) -> Intake {
        Intake { lanes: (0..shards).map(|_| Lane::default()).collect(), order: Vec::new() }
    }

    /// Adds the next report to the lane of that shard.
    pub(super) fn add(&mut self, shard: usize, report: Report) {
        self.lanes[shard].reports.push(report);
        self.order.push(shard as u8);
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Takes all reports into the picture, in parallel if there are enough of them.
    pub(super) fn take(&mut self, shards: &mut [Shard], lots: &mut [Lot], common: &Common<'_>) {
        let is_little = self.lanes.len() == 1 || self.order.len() < WORTH_THREADS;
        let lanes = self.lanes.iter_mut().zip(shards).zip(lots);
        let busy = lanes.filter(|((lane, _), _)| !lane.reports.is_empty());
        if is_little {
            busy.for_each(|((lane, shard), lot)| lane.take(shard, lot, common));
            return;
        }
        rayon::in_place_scope(|scope| {
            let mut busy: Vec<_> = busy.collect();
            let last = busy.pop();
            for ((lane, shard), lot) in busy {
                scope.spawn(move |_| lane.take(shard, lot, common));
            }
            if let Some(((lane, shard), lot)) = last {
                lane.take(shard, lot, common);
            }
        });
    }

    /// Passes on the outcome of each report, in order, with the borders it crossed.
    pub(super) fn each(&mut self, mut found: impl FnMut(Taken, &[Crossing])) {
        let mut lanes: Vec<_> =
            self.lanes.iter_mut().map(|lane| (lane.taken.drain(..), lane.crossings.as_slice())).collect();
        for number in self.order.drain(..) {
            let (taken, crossings) = &mut lanes[usize::from(number)];
            if let Some(taken) = taken.next() {
                let crossed = if let Taken::Moved(moved) = &taken { moved.crossings.clone() } else { 0..0 };
                found(taken, &crossings[crossed]);
            }
        }
        drop(lanes);
        self.lanes.iter_mut().for_each(|lane| lane.crossings.clear());
    }
}

impl Lane {
    fn take(&mut self, shard: &mut Shard, lot: &mut Lot, common: &Common<'_>) {
        let Lane { reports, taken, crossings, warm } = self;
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
            let at = report.at;
            taken.push(match shard.accept(report) {
                Outcome::Fix { vessel, previous, smg, jump } => {
                    let before = crossings.len();
                    let looked = Looked { vessel, previous, smg, jump };
                    looked.at(shard, lot, common, crossings, before)
                }
                Outcome::Identity { vessel, learned } => Taken::Spoke { vessel, learned, at },
                Outcome::Late { vessel, fix } => Taken::Late { vessel, fix },
                Outcome::Refused(refusal) => Taken::Refused(refusal),
            });
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
    /// Looks up the zones of the fix and works out which parts of the engine it may concern.
    fn at(
        self,
        shard: &Shard,
        lot: &mut Lot,
        common: &Common<'_>,
        crossings: &mut Vec<Crossing>,
        before: usize,
    ) -> Taken {
        let Looked { vessel: ix, previous, smg, jump } = self;
        let vessel = shard.vessel(ix);
        let Some(fix) = vessel.last() else {
            return Taken::Passed;
        };
        let sighting = match previous {
            Some(previous) if fix.at - previous.at <= common.lost_after => Sighting::Next,
            Some(_) | None => Sighting::First,
        };
        lot.look(&common.ground, ix, fix.position, fix.at, sighting, crossings);
        let presence = lot.presence(ix);
        let near_zones = presence.is_some_and(|presence| !presence.is_empty());
        let slow_hole = smg.is_some_and(|smg| smg.over_hole && smg.knots < SLOW_KNOTS);
        let smg = smg.filter(|smg| !smg.over_hole);
        let slow = smg.is_some_and(|smg| smg.knots < SLOW_KNOTS);
        let slot = |at: Time, millis: i64| at.millis().div_euclid(millis);
        let is_new = |millis: i64| previous.is_none_or(|previous| slot(previous.at, millis) != slot(fix.at, millis));
        let tick = is_new(TICK_MILLIS);
        let asked =
            || presence.is_some_and(|presence| presence.iter().any(|(zone, _)| common.asking[usize::from(zone.0)]));
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
                interest = interest.and(reason);
            }
        }
        let in_port = tick && (slow || vessel.in_port()) && vessel.takes_part();
        let seen = common.coverage.wants(previous.as_ref(), &fix);
        if interest.0 == 0 && vessel.active() == 0 && !in_port && !seen {
            return Taken::Passed;
        }
        Taken::Moved(Moved {
            vessel: ix,
            fix,
            previous,
            smg,
            jump,
            interest,
            crossings: before..crossings.len(),
            tick,
            slow,
            watch: slow || near_zones,
            seen,
            in_port,
        })
    }
}
