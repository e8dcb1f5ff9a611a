//! From a report to what is said about it: picture, places, behaviours, alert book, in this order.

use std::cmp::Reverse;

use crate::ais::{Report, StationId};
use crate::alerts::{Change, View};
use crate::behaviours::{self, Interest, Scene, Step};
use crate::time::{Span, Time};
use crate::tracks::{Activity, Fix, Interest as Keep, Outcome, SpeedMadeGood, TrackIx};
use crate::units::StationClass;
use crate::zones::Sighting;

use super::{Engine, Timer, scene};

/// Nobody faster than this is of interest for being slow. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// The slots of the 5-minute look.
const TICK_MILLIS: i64 = 300_000;

impl Engine {
    /// One report at its place in time.
    pub(super) fn step(&mut self, report: Report, now: Time, out: &mut Vec<Change>) {
        let at = report.at;
        self.coverage.heard(report.source, report.station, at);
        match self.tracks.accept(report) {
            Outcome::Fix { vessel, previous, smg } => self.moved(vessel, previous, smg, now, out),
            Outcome::Identity { vessel } => {
                if self.tracks.vessel(vessel).mmsi().station_class() == StationClass::Distress {
                    self.ask(vessel, at.max(now), None, None, None, Interest::DISTRESS, now, out);
                }
            }
            Outcome::Late { vessel, fix } => self.heard_late(vessel, fix, now, out),
            Outcome::Refused(refusal) => self.counters.refused(refusal),
        }
        if self.tracks.has_forgotten() {
            self.drop_forgotten(out);
        }
    }

    pub(super) fn moved(
        &mut self,
        ix: TrackIx,
        previous: Option<Fix>,
        smg: Option<SpeedMadeGood>,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let vessel = self.tracks.vessel(ix);
        let Some(fix) = vessel.last() else {
            return;
        };
        if self.coverage.wants(previous.as_ref(), &fix) {
            self.coverage.seen(vessel, previous, fix);
            self.heard_again(ix, fix);
        }
        let vessel = self.tracks.vessel(ix);
        let lost_after = self.tracks.settings().lost_after();
        let sighting = match previous {
            Some(previous) if fix.at - previous.at <= lost_after => Sighting::Next,
            Some(_) | None => Sighting::First,
        };
        self.crossings.clear();
        self.places.look(&self.chart, ix, fix.position, fix.at, sighting, &mut self.crossings);
        let presence = self.places.presence(ix);
        let smg = smg.filter(|smg| !smg.over_hole);
        let slow = smg.is_some_and(|smg| smg.knots < SLOW_KNOTS);
        let slot = |at: Time| at.millis().div_euclid(TICK_MILLIS);
        let new_slot = previous.is_none_or(|previous| slot(previous.at) != slot(fix.at));
        let mut interest = Interest(0);
        if slow {
            interest = interest.and(Interest::SLOW);
        }
        if new_slot && !presence.is_empty() {
            interest = interest.and(Interest::TICK);
        }
        if !self.crossings.is_empty() {
            interest = interest.and(Interest::CROSSED);
        }
        if !presence.is_empty() && presence.iter().any(|(zone, _)| self.asking[usize::from(zone.0)]) {
            interest = interest.and(Interest::ASKED);
        }
        if vessel.mmsi().station_class() == StationClass::Distress {
            interest = interest.and(Interest::DISTRESS);
        }
        if interest.0 == 0 && vessel.active() == 0 {
            return;
        }
        if new_slot {
            let watch = slow || !presence.is_empty();
            self.tracks.mark_interest(ix, if watch { Keep::Watch } else { Keep::Pass });
        }
        self.ask(ix, fix.at, Some(fix), previous, smg, interest, now, out);
    }

    /// Asks the behaviours that want to know.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn ask(
        &mut self,
        ix: TrackIx,
        at: Time,
        fix: Option<Fix>,
        previous: Option<Fix>,
        smg: Option<SpeedMadeGood>,
        interest: Interest,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let vessel = self.tracks.vessel(ix);
        let (key, active) = (vessel.key(), vessel.active());
        let needs_place = interest.meets(Interest::SLOW.and(Interest::TICK).and(Interest::CROSSED)) || active != 0;
        let place = fix.filter(|_| needs_place).map(|fix| self.places.place(&self.chart, ix, fix.position, now));
        for asked in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[asked];
            let bit = *bit;
            if !interest.meets(behaviour.interest()) && active & (1 << bit) == 0 {
                continue;
            }
            let scene = scene!(self, now);
            let step = Step {
                at,
                vessel: ix,
                key,
                fix,
                previous,
                smg,
                presence: self.places.presence(ix),
                crossings: &self.crossings,
                place,
                interest,
            };
            behaviour.step(&scene, &step, &mut self.output);
            self.keep(bit, now);
        }
        self.tell(now, out);
    }

    /// Takes over what one behaviour wants remembered.
    pub(super) fn keep(&mut self, bit: u32, now: Time) {
        for (vessel, activity) in self.output.activity.drain(..) {
            self.tracks.mark_active(vessel, bit, activity);
        }
        for (at, key, vessel) in self.output.wakes.drain(..) {
            // A wake always moves time forward, or the loop would never end.
            let at = at.max(now + Span::from_millis(1));
            self.timers.push(Reverse(Timer { at, behaviour: bit, key, vessel }));
        }
    }

    /// Tells the book what was said.
    pub(super) fn tell(&mut self, now: Time, out: &mut Vec<Change>) {
        if self.output.signals.is_empty() {
            return;
        }
        let signals = std::mem::take(&mut self.output.signals);
        let from = out.len();
        let station_name = |station: StationId| self.decoder.station_name(station).to_owned();
        let view = View { tracks: &self.tracks, chart: &self.chart, station_name: &station_name };
        self.book.take(now, signals, &view, out);
        self.note(out, from);
    }

    /// Counts the changes from `from` on and hands them to the cases.
    pub(super) fn note(&mut self, out: &[Change], from: usize) {
        for change in &out[from..] {
            self.counters.change(change);
            self.cases.take(change);
        }
    }

    pub(super) fn drop_forgotten(&mut self, out: &mut Vec<Change>) {
        let Some(now) = self.now else {
            return;
        };
        for vessel in self.tracks.take_forgotten() {
            for asked in 0..self.behaviours.len() {
                let (bit, behaviour) = &mut self.behaviours[asked];
                let bit = *bit;
                let scene = scene!(self, now);
                behaviour.forget(&scene, vessel, "lost", &mut self.output);
                self.keep(bit, now);
            }
            self.tell(now, out);
            self.book.forget(vessel);
            self.places.forget(vessel);
            self.coverage.forget(vessel);
            self.tracks.release(vessel);
        }
    }

    /// Ends what the zones now in force and active no longer allow.
    pub(super) fn reload_behaviours(&mut self, out: &mut Vec<Change>) {
        let Some(now) = self.now else {
            return;
        };
        for asked in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[asked];
            let bit = *bit;
            let scene = scene!(self, now);
            behaviour.reload(&scene, &self.settings, &self.places, &mut self.output);
            self.keep(bit, now);
        }
        self.tell(now, out);
    }

    /// Starts behaviours that were switched on; ends and drops those switched off.
    pub(super) fn switch_behaviours(&mut self, out: &mut Vec<Change>) {
        let mut wanted = behaviours::all(&self.settings, &self.chart);
        let had = std::mem::take(&mut self.behaviours);
        let now = self.now.unwrap_or(Time::MIN);
        for (bit, mut behaviour) in had {
            if let Some(place) = wanted.iter().position(|(wanted, _)| *wanted == bit) {
                wanted[place].1 = behaviour;
                continue;
            }
            let active: Vec<TrackIx> = self
                .tracks
                .iter()
                .filter(|vessel| vessel.active() & (1 << bit) != 0)
                .map(|vessel| vessel.ix())
                .collect();
            for vessel in active {
                let scene = scene!(self, now);
                behaviour.forget(&scene, vessel, "switched off", &mut self.output);
                self.output.activity.push((vessel, Activity::Done));
            }
            let scene = scene!(self, now);
            behaviour.stop(&scene, "switched off", &mut self.output);
            self.keep(bit, now);
        }
        self.behaviours = wanted;
        self.tell(now, out);
    }
}
