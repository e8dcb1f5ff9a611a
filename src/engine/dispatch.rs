//! From a report to the changes it causes: picture, places, behaviours and alert book, in this order.

use std::cmp::Reverse;

use crate::ais::{Report, StationId};
use crate::alerts::{Change, Status, View};
use crate::behaviours::{self, Ground, Interest, Scene, Step, Verdict};
use crate::episodes::{Berth, Sailing};
use crate::time::{Span, Time};
use crate::tracks::{
    Activity, FOLLOWED, Fix, Interest as Keep, Jump, Learned, Refusal, SpeedMadeGood, TrackIx, TrackKey,
};
use crate::units::StationClass;
use crate::zones::Crossing;

use super::intake::{Common, Intake, Moved, TOGETHER, Taken};
use super::{Engine, Timer, scene};

/// What the behaviours are given about one vessel.
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
    /// Processes every report of one moment, up to `TOGETHER` at a time.
    pub(super) fn moment(&mut self, at: Time, out: &mut Vec<Change>) {
        self.begin(at);
        let mut intake = std::mem::take(&mut self.intake);
        while let Some(report) = self.reorder.pop_at(at) {
            self.add(&mut intake, report);
            if TOGETHER <= intake.len() {
                self.settle(&mut intake, at, out);
            }
        }
        if 0 < intake.len() || self.tracks.has_forgotten() {
            self.settle(&mut intake, at, out);
        }
        self.intake = intake;
    }

    /// Processes one report that is older than engine time.
    pub(super) fn step(&mut self, report: Report, now: Time, out: &mut Vec<Change>) {
        let mut intake = std::mem::take(&mut self.intake);
        self.add(&mut intake, report);
        self.settle(&mut intake, now, out);
        self.intake = intake;
    }

    fn add(&mut self, intake: &mut Intake, report: Report) {
        self.coverage.heard(report.source, report.station, report.at);
        if self.tracks.is_damaged(&report) {
            self.counters.refused(Refusal::DamagedNumber);
            return;
        }
        intake.add(self.tracks.shard_of(report.mmsi), report);
    }

    /// Takes reports into the picture, and then does what follows from each.
    fn settle(&mut self, intake: &mut Intake, now: Time, out: &mut Vec<Change>) {
        let lost_after = self.tracks.settings().lost_after();
        let (lots, reloads) = self.places.lots_mut();
        let ground = Ground { chart: &self.chart, reloads };
        let common = Common { ground, coverage: &self.coverage, asking: &self.asking, lost_after };
        intake.take(self.tracks.shards_mut(), lots, &common);
        intake.each(|taken, crossings| match taken {
            Taken::Passed => {}
            Taken::Moved(moved) => self.moved(&moved, crossings, now, out),
            Taken::Spoke { vessel, learned, at } => self.spoke(vessel, learned.as_deref(), at.max(now), now, out),
            Taken::Late { vessel, fix } => self.heard_late(vessel, fix, now, out),
            Taken::Refused(refusal) => self.counters.refused(refusal),
        });
        self.tracks.make_room();
        if self.tracks.has_forgotten() {
            self.drop_forgotten(out);
        }
    }

    fn moved(&mut self, moved: &Moved, crossings: &[Crossing], now: Time, out: &mut Vec<Change>) {
        let &Moved { vessel: ix, fix, previous, smg, mut interest, tick, slow, .. } = moved;
        if moved.seen {
            self.coverage.seen(self.tracks.vessel(ix), previous, fix);
            self.heard_again(ix, fix, now, out);
            self.episodes.inseparable.look(&self.tracks, ix, &fix);
        }
        let vessel = self.tracks.vessel(ix);
        let key = vessel.key();
        self.crossings.clear();
        self.crossings.extend_from_slice(crossings);
        if interest.meets(Interest::FIRST) {
            self.episodes.heard(fix.at);
            self.episodes.gear.first_heard(&vessel, &self.tracks);
        }
        if let Some(previous) = previous {
            self.episodes.holes.take(key, previous.at, fix.at);
        }
        if ((tick && slow) || interest.meets(Interest::FIRST.and(Interest::LOOK))) && !vessel.in_port() {
            self.episodes.lying.take(key, fix.at, fix.position, smg.map(|smg| smg.knots));
        }
        if moved.in_port && self.port_call(ix, &fix, smg, now) {
            interest = interest.and(Interest::SAILED);
        }
        if moved.in_port && self.places.left_calm(ix).is_some() {
            interest = interest.and(Interest::LEFT_CALM);
        }
        if interest.meets(Interest::FIRST.and(Interest::LOOK))
            && let Some(region) = self.chart.zones.source_at(fix.position, fix.at)
            && self.tracks.vessel(ix).takes_part()
        {
            self.episodes.origins.seen(key, self.chart.zones.get(region), fix.at);
        }
        let active = self.tracks.vessel(ix).active();
        if interest.0 == 0 && active == 0 {
            return;
        }
        if tick {
            self.tracks.mark_interest(ix, if moved.watch { Keep::Watch } else { Keep::Pass });
        }
        if slow || active & (1 << FOLLOWED) != 0 || interest.meets(Interest::TICK) {
            self.remember(ix, fix, smg, tick, now, out);
        }
        let jump = moved.jump.as_deref();
        self.ask(ix, Asked { at: fix.at, fix: Some(fix), previous, smg, learned: None, jump, interest }, now, out);
    }

    /// Follows a vessel into, through and out of port. Returns whether a port call has just ended.
    fn port_call(&mut self, ix: TrackIx, fix: &Fix, smg: Option<SpeedMadeGood>, now: Time) -> bool {
        let place = self.places.vicinity(&self.chart, ix, fix.position, now);
        let vessel = self.tracks.vessel(ix);
        let berth = Berth {
            at: fix.at,
            position: fix.position,
            smg: smg.map(|smg| (smg.knots, smg.since)),
            calm: place.in_calm(),
            first_at: vessel.first_at(),
            draught_dm: vessel.identity().and_then(|identity| identity.draught_dm),
        };
        let chart = &self.chart;
        let sailing = self.episodes.port_calls.take(vessel.key(), &berth, || chart.calm_name(fix.position, now));
        self.tracks.mark_in_port(ix, sailing == Sailing::Staying);
        sailing == Sailing::Sailed
    }

    /// Handles static data, or a distress device without a position.
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

    /// Gives the step to every behaviour that is interested in it or active for the vessel.
    fn ask(&mut self, ix: TrackIx, asked: Asked<'_>, now: Time, out: &mut Vec<Change>) {
        let Asked { at, fix, previous, smg, learned, jump, mut interest } = asked;
        let vessel = self.tracks.vessel(ix);
        // A report without a fix concerns only the behaviours that ask for static data, not all that are active.
        let (key, active) = (vessel.key(), if fix.is_some() { vessel.active() } else { 0 });
        let of_place = Interest::SLOW.and(Interest::TICK).and(Interest::CROSSED).and(Interest::SLOW_HOLE);
        let calm_may_have_changed =
            || fix.is_none_or(|fix| !self.places.is_far_from_calm(&self.chart, ix, fix.position));
        let needs_place =
            interest.meets(of_place) || active != 0 || (interest.meets(Interest::LOOK) && calm_may_have_changed());
        let revised = learned.is_some_and(|learned| learned.before.said_at.is_some());
        let at_sea = fix.filter(|_| needs_place).or_else(|| vessel.last().filter(|_| revised));
        let place = at_sea.map(|fix| self.places.vicinity(&self.chart, ix, fix.position, now));
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

    /// Carries out what one behaviour requested: activity marks, wake-ups and verdicts.
    pub(super) fn keep(&mut self, bit: u32, now: Time) {
        for (vessel, activity) in self.output.activity.drain(..) {
            self.tracks.mark_active(vessel, bit, activity);
        }
        for (at, key, vessel) in self.output.wakes.drain(..) {
            // A wake-up must move time forward, otherwise the loop would never end.
            let at = at.max(now + Span::from_millis(1));
            self.timers.push(Reverse(Timer { at, behaviour: bit, key, vessel }));
        }
        for verdict in self.output.verdicts.drain(..) {
            match verdict {
                Verdict::False { track: (key, vessel), since } => self.episodes.disown(key, vessel, since),
                Verdict::True { vessel } => self.episodes.own(vessel),
                Verdict::Gone { track: (key, vessel) } => self.tracks.drop_false(key, vessel),
            }
        }
    }

    /// Passes the signals to the behaviours that overhear them and to the alert book.
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
            coverage: &self.coverage,
            gaps: &self.gaps,
            station_name: &station_name,
            case_score: &case_score,
        };
        self.book.take(now, signals, &view, out);
        self.note(out, from);
    }

    /// Counts the changes from index `from` on, adds them to the cases and enters the case of each. A retracted alert names the
    /// case it was in.
    pub(super) fn note(&mut self, out: &mut [Change], from: usize) {
        for change in &mut out[from..] {
            self.counters.change(change);
            let disproved = change.alert.status == Status::Retracted;
            let before = disproved.then(|| self.cases.case_of(&change.alert.id));
            self.cases.take(change);
            change.name_case(before.unwrap_or_else(|| self.cases.case_of(&change.alert.id)));
            self.held.take(change, &mut self.tracks);
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
            self.episodes.inseparable.forget(self.tracks.vessel(vessel).key());
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

    /// Starts behaviours that were switched on; ends and drops those that were switched off.
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
