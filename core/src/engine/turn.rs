//! The turn of one report: what it means for its own vessel, and what the rest of the engine needs to know of it.

use std::ops::Range;

use crate::base::time::{Span, Time};
use crate::base::units::StationClass;
use crate::behaviours::{Company, Ground, Interest, Lot, Output, Scene, Signal, Step, Vicinity};
use crate::geo::LatLon;
use crate::picture::coverage::Coverage;
use crate::picture::episodes::Still;
use crate::picture::tracks::{Activity, DamagedNumbers, Fix, Jump, Learned, Shard, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Crossing, Presence, Reading, Sighting};

use super::rules::Bit;

/// Speed made good below which a vessel counts as slow. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// Speed made good below which a vessel counts as lying still (SPEC "Behaviours": a stop). Knots.
const STOP_KNOTS: f64 = 1.0;
/// Length of a tick slot, 5 min. The first fix of a vessel in a slot is its tick. Milliseconds.
const TICK_MILLIS: i64 = 300_000;
/// Length of a look slot, 30 min. Every vessel is examined at its first fix in a slot. Milliseconds.
const LOOK_MILLIS: i64 = 1_800_000;

/// One report as the rules see it, and which parts of the engine need it.
pub(super) struct Turn {
    /// The vessel that the report belongs to.
    pub(super) vessel: TrackIx,
    /// Time of the report. For static data that arrive late, engine time.
    pub(super) at: Time,
    /// `None` for static data, and for a distress device without a position.
    pub(super) fix: Option<Fix>,
    /// The fix before it; `None` for the first one, and without a fix.
    pub(super) previous: Option<Fix>,
    /// Speed made good; `None` across a hole too long to count.
    pub(super) smg: Option<SpeedMadeGood>,
    /// What the static data changed; `None` for a fix.
    pub(super) learned: Option<Box<Learned>>,
    /// The jump that the fix confirms; almost always `None`.
    pub(super) jump: Option<Box<Jump>>,
    /// Reasons for which rules receive the turn.
    pub(super) interest: Interest,
    /// Range of the border crossings of this fix in the lane's list.
    pub(super) crossings: Range<usize>,
    /// Shore and calm water, if the rules need them.
    pub(super) place: Option<Vicinity>,
    /// Last position in calm water, if this turn shows that the vessel has left it.
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
    /// Signals, in the order of the rules.
    pub(super) signals: Vec<Signal>,
    /// Wake-ups requested: by which rule, when, and for which vessel.
    pub(super) wakes: Vec<(Bit, Time, TrackKey, TrackIx)>,
    /// Vessels that a rule begins or stops to follow.
    pub(super) marks: Vec<(Bit, TrackIx, Activity)>,
}

impl Said {
    /// Takes over what one rule reported.
    pub(super) fn take(&mut self, bit: Bit, output: &mut Output) {
        self.signals.append(&mut output.signals);
        self.wakes.extend(output.wakes.drain(..).map(|(at, key, vessel)| (bit, at, key, vessel)));
        self.marks.extend(output.activity.drain(..).map(|(vessel, activity)| (bit, vessel, activity)));
    }
}

/// What every lane may read, and none changes, while reports are taken in.
pub(super) struct Common<'a> {
    /// Zones, coast and ports.
    pub(super) ground: Ground<'a>,
    /// The reception model, which states whether it uses a fix.
    pub(super) coverage: &'a Coverage,
    /// MMSIs known to be damaged forms of others.
    pub(super) damaged: &'a DamagedNumbers,
    /// Whether some behaviour needs every fix from inside a zone, by zone index.
    pub(super) asking: &'a [bool],
    /// Age of its last fix beyond which a vessel counts as seen for the first time.
    pub(super) lost_after: Span,
    /// Engine time.
    pub(super) now: Time,
}

impl Turn {
    /// The turn of static data, or of a distress device without a position; `None` if no rule may be interested.
    pub(super) fn spoke(shard: &Shard, vessel: TrackIx, learned: Option<Box<Learned>>, at: Time) -> Option<Turn> {
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
    pub(super) fn find_place(&mut self, lot: &mut Lot, scene: &Scene<'_>, active: u32) {
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
    pub(super) fn step<'a>(&'a self, key: TrackKey, presence: &'a Presence, crossings: &'a [Crossing]) -> Step<'a> {
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
pub(super) struct Looked {
    pub(super) vessel: TrackIx,
    /// The fix before it; `None` for the first.
    pub(super) previous: Option<Fix>,
    /// Speed made good, also over a hole; `None` before five minutes of track.
    pub(super) smg: Option<SpeedMadeGood>,
    pub(super) jump: Option<Box<Jump>>,
}

impl Looked {
    /// Looks up the zones of the fix and works out which parts of the engine it may concern; `None` if none.
    pub(super) fn at(
        self,
        shard: &Shard,
        lot: &mut Lot,
        common: &Common<'_>,
        crossings: &mut Vec<Crossing>,
    ) -> Option<Turn> {
        let Looked { vessel: ix, previous, smg, jump } = self;
        let (vessel, before) = (shard.vessel(ix), crossings.len());
        let fix = vessel.last()?;
        let sighting = match previous {
            Some(previous) if fix.at - previous.at <= common.lost_after => Sighting::Next,
            Some(_) | None => Sighting::First,
        };
        let reading = Reading {
            at: fix.at,
            sighting,
            resolution_metres: fix.said.resolution_metres(),
            is_still: smg.is_some_and(|smg| smg.knots < STOP_KNOTS),
        };
        lot.look(&common.ground, ix, fix.position, &reading, crossings);
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
