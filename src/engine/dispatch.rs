//! From a report to what is said about it: picture, places, behaviours, alert book, in this order.

use std::cmp::Reverse;

use crate::ais::{Report, StationId};
use crate::alerts::{Change, View};
use crate::behaviours::{self, Interest, Scene, Step};
use crate::episodes::{Berth, Sailing};
use crate::time::{Span, Time};
use crate::tracks::{
    Activity, FOLLOWED, Fix, Interest as Keep, Jump, Learned, Outcome, SpeedMadeGood, TrackIx, TrackKey,
};
use crate::units::StationClass;
use crate::zones::Sighting;

use super::{Engine, Timer, scene};

/// Nobody faster than this is of interest for being slow. Knots.
const SLOW_KNOTS: f64 = 5.0;
/// The slots of the 5-minute look.
const TICK_MILLIS: i64 = 300_000;
/// The slots of the look at everybody.
const LOOK_MILLIS: i64 = 1_800_000;

/// What behaviours are asked about.
struct Asked<'a> {
    at: Time,
    fix: Option<Fix>,
    previous: Option<Fix>,
    smg: Option<SpeedMadeGood>,
    learned: Option<&'a Learned>,
    jump: Option<&'a Jump>,
    interest: Interest,
}

impl Engine {
    /// One report at its place in time.
    pub(super) fn step(&mut self, report: Report, now: Time, out: &mut Vec<Change>) {
        let at = report.at;
        self.coverage.heard(report.source, report.station, at);
        match self.tracks.accept(report) {
            Outcome::Fix { vessel, previous, smg, jump } => {
                self.moved(vessel, previous, smg, jump.as_deref(), now, out);
            }
            Outcome::Identity { vessel, learned } => self.spoke(vessel, learned.as_deref(), at.max(now), now, out),
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
        jump: Option<&Jump>,
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
        let slow_hole = smg.is_some_and(|smg| smg.over_hole && smg.knots < SLOW_KNOTS);
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
        if slow_hole {
            interest = interest.and(Interest::SLOW_HOLE);
        }
        let half_hour = |at: Time| at.millis().div_euclid(LOOK_MILLIS);
        if new_slot && previous.is_none_or(|previous| half_hour(previous.at) != half_hour(fix.at)) {
            interest = interest.and(Interest::LOOK);
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
        if jump.is_some() {
            interest = interest.and(Interest::JUMPED);
        }
        if jump.is_some() || sighting == Sighting::First {
            interest = interest.and(Interest::FIRST);
            self.episodes.heard(fix.at);
        }
        let (key, follows) = (vessel.key(), new_slot && (slow || vessel.in_port()) && vessel.takes_part());
        let watch = slow || !presence.is_empty();
        if let Some(previous) = previous {
            self.episodes.holes.take(key, previous.at, fix.at);
        }
        if follows && self.port_call(ix, &fix, smg, now) {
            interest = interest.and(Interest::SAILED);
        }
        if follows && self.places.left_calm(ix).is_some() {
            interest = interest.and(Interest::LEFT_CALM);
        }
        if interest.meets(Interest::FIRST.and(Interest::LOOK))
            && let Some(region) = self.chart.zones.source_at(fix.position, fix.at)
            && self.tracks.vessel(ix).takes_part()
        {
            self.episodes.origins.seen(key, self.chart.zones.get(region), fix.at);
        }
        if interest.0 == 0 && self.tracks.vessel(ix).active() == 0 {
            return;
        }
        let followed = self.tracks.vessel(ix).active() & (1 << FOLLOWED) != 0;
        if new_slot {
            self.tracks.mark_interest(ix, if watch { Keep::Watch } else { Keep::Pass });
        }
        if slow || followed || interest.meets(Interest::TICK) {
            self.remember(ix, fix, smg, new_slot, now, out);
        }
        self.ask(ix, Asked { at: fix.at, fix: Some(fix), previous, smg, learned: None, jump, interest }, now, out);
    }

    /// Follows a vessel into, through and out of port; whether a call has just ended.
    fn port_call(&mut self, ix: TrackIx, fix: &Fix, smg: Option<SpeedMadeGood>, now: Time) -> bool {
        let place = self.places.place(&self.chart, ix, fix.position, now);
        let vessel = self.tracks.vessel(ix);
        let berth = Berth {
            at: fix.at,
            position: fix.position,
            smg: smg.map(|smg| (smg.knots, smg.since)),
            calm: place.calm.inside,
            first_at: vessel.first_at(),
            draught_dm: vessel.identity().and_then(|identity| identity.draught_dm),
        };
        let chart = &self.chart;
        let sailing = self.episodes.port_calls.take(vessel.key(), &berth, || chart.calm_name(fix.position, now));
        self.tracks.mark_in_port(ix, sailing == Sailing::Staying);
        sailing == Sailing::Sailed
    }

    /// Somebody said who it is, or a distress device spoke that does not know where it is.
    fn spoke(&mut self, ix: TrackIx, learned: Option<&Learned>, at: Time, now: Time, out: &mut Vec<Change>) {
        let mut interest = Interest(0);
        if learned.is_some() {
            interest = interest.and(Interest::LEARNED);
        }
        if self.tracks.vessel(ix).mmsi().station_class() == StationClass::Distress {
            interest = interest.and(Interest::DISTRESS);
        }
        if interest.0 == 0 {
            return;
        }
        self.crossings.clear();
        self.ask(ix, Asked { at, fix: None, previous: None, smg: None, learned, jump: None, interest }, now, out);
    }

    /// Asks the behaviours that want to know.
    fn ask(&mut self, ix: TrackIx, asked: Asked<'_>, now: Time, out: &mut Vec<Change>) {
        let Asked { at, fix, previous, smg, learned, jump, mut interest } = asked;
        let vessel = self.tracks.vessel(ix);
        // What was said without a fix concerns only those who want such words.
        let (key, active) = (vessel.key(), if fix.is_some() { vessel.active() } else { 0 });
        let of_place = Interest::SLOW.and(Interest::TICK).and(Interest::CROSSED).and(Interest::SLOW_HOLE);
        let calm_may_have_changed =
            || fix.is_none_or(|fix| !self.places.is_far_from_calm(&self.chart, ix, fix.position));
        let needs_place =
            interest.meets(of_place) || active != 0 || (interest.meets(Interest::LOOK) && calm_may_have_changed());
        let revised = learned.is_some_and(|learned| learned.before.said_at.is_some());
        let at_sea = fix.filter(|_| needs_place).or_else(|| vessel.last().filter(|_| revised));
        let place = at_sea.map(|fix| self.places.place(&self.chart, ix, fix.position, now));
        let left_calm = self.places.left_calm(ix);
        self.places.told_left_calm();
        if left_calm.is_some() {
            interest = interest.and(Interest::LEFT_CALM);
        }
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
                learned,
                jump,
                left_calm,
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
        let mut signals = std::mem::take(&mut self.output.signals);
        for listening in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[listening];
            let bit = *bit;
            if !behaviour.overhears() {
                continue;
            }
            let scene = scene!(self, now);
            for signal in &signals {
                behaviour.overhear(&scene, signal, &mut self.output);
            }
            self.keep(bit, now);
        }
        signals.append(&mut self.output.signals);
        let from = out.len();
        let station_name = |station: StationId| self.decoder.station_name(station).to_owned();
        let cases = &self.cases;
        let case_score = |key: TrackKey| cases.score_of(key.mmsi.0, key.ordinal);
        let view = View {
            tracks: &self.tracks,
            chart: &self.chart,
            episodes: &self.episodes,
            gaps: &self.gaps,
            station_name: &station_name,
            case_score: &case_score,
        };
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
            self.episodes.port_calls.forget(self.tracks.vessel(vessel).key());
            self.places.forget(vessel);
            self.episodes.forget(vessel);
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
