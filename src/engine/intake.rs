//! Taking in what one moment brings: the picture and the places, each shard for itself, side by side where there is enough to do.
//!
//! All that is decided here about a vessel depends on its own reports alone. What follows from it for others is done afterwards, vessel
//! by vessel in the order of the reports, so that the shards never show.

use std::ops::Range;

use crate::ais::Report;
use crate::behaviours::{Ground, Interest, Lot};
use crate::coverage::Coverage;
use crate::time::{Span, Time};
use crate::tracks::{Fix, Jump, Learned, Outcome, Refusal, Shard, SpeedMadeGood, TrackIx};
use crate::units::StationClass;
use crate::zones::{Crossing, Sighting};

/// At most so many reports of one moment are taken in before what follows from them is done.
pub(super) const TOGETHER: usize = 1024;
/// Fewer are not worth the way to another thread.
const WORTH_THREADS: usize = 128;
/// So many reports are read ahead.
const WARM: usize = 16;
/// Nobody faster than this is of interest for being slow. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// The slots of the 5-minute look.
const TICK_MILLIS: i64 = 300_000;
/// The slots of the look at everybody.
const LOOK_MILLIS: i64 = 1_800_000;

/// Reports of one moment on their way through the shards.
#[derive(Default)]
pub(super) struct Intake {
    lanes: Vec<Lane>,
    /// The lane of each report, in order.
    order: Vec<u8>,
}

/// What falls to one shard.
#[derive(Default)]
struct Lane {
    reports: Vec<Report>,
    taken: Vec<Taken>,
    crossings: Vec<Crossing>,
    warm: Vec<TrackIx>,
}

/// What became of one report.
pub(super) enum Taken {
    /// A fix that concerns nobody.
    Passed,
    /// A fix that may.
    Moved(Moved),
    /// Somebody said who it is, or a distress device spoke that does not know where it is.
    Spoke { vessel: TrackIx, learned: Option<Box<Learned>>, at: Time },
    /// A fix older than its vessel's last.
    Late { vessel: TrackIx, fix: Fix },
    /// Not for the picture.
    Refused(Refusal),
}

/// A vessel moved on.
pub(super) struct Moved {
    pub(super) vessel: TrackIx,
    pub(super) fix: Fix,
    pub(super) previous: Option<Fix>,
    /// Speed made good; over a hole too long to count it is left out.
    pub(super) smg: Option<SpeedMadeGood>,
    pub(super) jump: Option<Box<Jump>>,
    pub(super) interest: Interest,
    /// Borders crossed, in the lane's list.
    crossings: Range<usize>,
    /// The first fix in its 5-minute slot.
    pub(super) tick: bool,
    /// Below 5 kn made good.
    pub(super) slow: bool,
    /// Slow, or in or near a zone.
    pub(super) watch: bool,
    /// The reception model wants it.
    pub(super) seen: bool,
    /// Its port calls are followed with this fix.
    pub(super) in_port: bool,
}

/// What the shards only read.
pub(super) struct Common<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) coverage: &'a Coverage,
    /// Zones that some behaviour wants every fix from, by index.
    pub(super) asking: &'a [bool],
    pub(super) lost_after: Span,
}

impl Intake {
    /// For so many shards.
    pub(super) fn new(shards: usize) -> Intake {
        Intake { lanes: (0..shards).map(|_| Lane::default()).collect(), order: Vec::new() }
    }

    /// Adds the next report, which falls to that shard.
    pub(super) fn add(&mut self, shard: usize, report: Report) {
        self.lanes[shard].reports.push(report);
        self.order.push(shard as u8);
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Takes all in.
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

    /// Hands out what became of each report, in order, with the borders crossed by it.
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

/// A fix the picture has taken.
struct Looked {
    vessel: TrackIx,
    previous: Option<Fix>,
    smg: Option<SpeedMadeGood>,
    jump: Option<Box<Jump>>,
}

impl Looked {
    /// Looks up its zones and works out whom it may concern.
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
