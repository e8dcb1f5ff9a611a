//! From a report to the changes it causes: picture, places, behaviours and alert book, in this order.

use std::cmp::Reverse;

use crate::ais::{Report, StationId};
use crate::alerts::{AlertBook, Change, Status, View};
use crate::base::time::{Span, Time};
use crate::behaviours::{CompanyRule, End, Ground, Interest, Output, PictureRule, Rule, Scene, Verdict};
use crate::picture::episodes::{Berth, Sailing};
use crate::picture::tracks::{Activity, FOLLOWED, Fix, Interest as Keep, Refusal, TrackIx, TrackKey};
use crate::zones::Crossing;

use super::lanes::{Lanes, News, TOGETHER};
use super::machine::{Engine, Timer, World};
use super::parallel::resembled;
use super::rules::{Bit, Rules, each};
use super::turn::{Common, Turn};

impl Engine {
    /// Processes all reports with the time `at`, in batches of at most `TOGETHER`.
    pub(super) fn moment(&mut self, at: Time, out: &mut Vec<Change>) {
        self.begin(at);
        let mut lanes = std::mem::take(&mut self.lanes);
        while let Some(report) = self.reorder.pop_at(at, self.decoder.station_names()) {
            self.add(&mut lanes, report);
            if TOGETHER <= lanes.len() {
                self.settle(&mut lanes, at, out);
            }
        }
        if 0 < lanes.len() || self.world.tracks.has_forgotten() {
            self.settle(&mut lanes, at, out);
        }
        self.lanes = lanes;
    }

    /// Processes one report that is older than engine time.
    pub(super) fn step(&mut self, report: Report, now: Time, out: &mut Vec<Change>) {
        let mut lanes = std::mem::take(&mut self.lanes);
        self.add(&mut lanes, report);
        self.settle(&mut lanes, now, out);
        self.lanes = lanes;
    }

    /// Counts a report for the reception of its station, and adds it to the lane of its vessel.
    fn add(&mut self, lanes: &mut Lanes, report: Report) {
        self.world.coverage.heard(report.source, report.station, report.at);
        lanes.add(self.world.tracks.shard_of(report.mmsi), report);
    }

    /// Takes a batch of reports into the picture, asks the rules, and applies what follows from each report.
    fn settle(&mut self, lanes: &mut Lanes, now: Time, out: &mut Vec<Change>) {
        loop {
            self.take(lanes, now, out);
            let suspects = lanes.suspects();
            if suspects.is_empty() {
                break;
            }
            let tracks = &mut self.world.tracks;
            let resembled = resembled(tracks, &suspects);
            for (report, resembled) in suspects.into_iter().zip(resembled) {
                match resembled.is_some_and(|vessel| tracks.is_damaged(&report, vessel)) {
                    true => self.counters.refused(Refusal::DamagedNumber),
                    false => lanes.add(tracks.shard_of(report.mmsi), report),
                }
            }
        }
        self.world.tracks.make_room();
        if self.world.tracks.has_forgotten() {
            self.drop_forgotten(out);
        }
    }

    /// Takes the reports of a batch into the picture, asks the rules, and applies what follows from each report. Reports that may have a
    /// damaged MMSI stay in the lanes.
    fn take(&mut self, lanes: &mut Lanes, now: Time, out: &mut Vec<Change>) {
        // What `lanes` does runs in parallel, but for `revise` and `each`. A stage begins when the one before it has finished in every lane.
        let lost_after = self.world.tracks.settings().lost_after();
        let (lots, reloads) = self.places.lots_mut();
        let ground = Ground { chart: &self.world.chart, reloads };
        let (coverage, asking) = (&self.world.coverage, self.asking.as_slice());
        let (shards, damaged) = self.world.tracks.shards_mut();
        lanes.take(shards, lots, &Common { ground, coverage, damaged, asking, lost_after, now });
        lanes.revise(|turn| self.record(turn, now));
        // Hulls are proved before the rules about pairs look at the batch, so that one ship is never counted as a pair.
        lanes.look_beside(&self.world.scene(now));
        let World { tracks, episodes, .. } = &mut self.world;
        lanes.revise(|turn| {
            if turn.seen && turn.fix.is_some() {
                episodes.inseparable.look(tracks, turn.vessel, &turn.beside);
            }
        });
        let scene = self.world.scene(now);
        lanes.ask(self.places.lots_mut().0, &mut self.rules, &scene);
        lanes.count(&mut self.rules.pairs, &scene);
        let mut number = 0;
        lanes.each(|news| match news {
            News::Turn(turn, crossings) => {
                self.turn(turn, (number, crossings), now, out);
                number += 1;
            }
            News::Late { vessel, fix } => self.heard_late(vessel, fix, now, out),
            News::Refused(refusal) => self.counters.refused(refusal),
        });
    }

    /// Records what a fix means for the vessel's own history: holes, lying still, and port calls.
    fn record(&mut self, turn: &mut Turn, now: Time) {
        let Some(fix) = turn.fix else {
            return;
        };
        let vessel = self.world.tracks.vessel(turn.vessel);
        let key = vessel.key();
        if turn.seen {
            turn.lay = self.world.episodes.lying.of(key);
        }
        if let Some(previous) = turn.previous {
            let (left, back) = ((previous.at, previous.position), (fix.at, fix.position));
            self.world.episodes.holes.take(key, left, back);
        }
        let is_look = turn.interest.meets(Interest::FIRST.with(Interest::LOOK));
        if ((turn.tick && turn.slow) || is_look) && !vessel.in_port() {
            let made_good = turn.smg.map(|smg| smg.knots);
            self.world.episodes.lying.take(key, fix.at, fix.position, made_good.or(fix.said.sog_knots()));
        }
        if turn.in_port && self.port_call(turn, &fix, now) {
            turn.interest = turn.interest.with(Interest::SAILED);
        }
    }

    /// Applies what one report means beyond its own vessel (reception, silences, episodes). Then asks the rules that see the whole
    /// picture, and settles what those about pairs counted. `number` is the turn's place in the batch.
    fn turn(&mut self, turn: &mut Turn, (number, crossings): (u32, &[Crossing]), now: Time, out: &mut Vec<Change>) {
        let (ix, interest) = (turn.vessel, turn.interest);
        if let Some(fix) = turn.fix {
            if turn.seen {
                self.world.coverage.seen(self.world.tracks.vessel(ix), turn.previous, fix);
                self.heard_again(ix, fix, turn.lay, now, out);
            }
            let vessel = self.world.tracks.vessel(ix);
            if interest.meets(Interest::FIRST) {
                self.world.episodes.heard(fix.at);
                self.world.episodes.gear.first_heard(&vessel, &self.world.tracks);
            }
            if interest.meets(Interest::FIRST.with(Interest::LOOK))
                && let Some(region) = self.world.chart.zones.source_at(fix.position, fix.at)
                && vessel.takes_part()
            {
                self.world.episodes.origins.seen(vessel.key(), self.world.chart.zones.get(region), fix.at);
            }
            let active = vessel.active();
            if interest.0 == 0 && active == 0 && turn.said.is_none() {
                return;
            }
            if turn.tick {
                self.world.tracks.mark_interest(ix, if turn.watch { Keep::Watch } else { Keep::Pass });
            }
            if turn.slow || active & (1 << FOLLOWED) != 0 || interest.meets(Interest::TICK) {
                self.remember(turn, fix, now, out);
            }
        }
        self.ask(turn, (number, crossings), now, out);
    }

    /// Follows a vessel into, through and out of port. Returns whether a port call has just ended.
    fn port_call(&mut self, turn: &mut Turn, fix: &Fix, now: Time) -> bool {
        let (place, left_calm) = self.places.vicinity(&self.world.chart, turn.vessel, fix.position, now);
        turn.leaves_calm(left_calm);
        let vessel = self.world.tracks.vessel(turn.vessel);
        let berth = Berth {
            at: fix.at,
            position: fix.position,
            smg: turn.smg.map(|smg| (smg.knots, smg.since)),
            calm: place.in_calm(),
            first_at: vessel.first_at(),
            draught_dm: vessel.identity().and_then(|identity| identity.draught_dm),
        };
        let chart = &self.world.chart;
        let sailing = self.world.episodes.port_calls.take(vessel.key(), &berth, || chart.calm_name(fix.position, now));
        self.world.tracks.mark_in_port(turn.vessel, sailing == Sailing::Staying);
        sailing == Sailing::Sailed
    }

    /// Applies what the rules about one vessel reported. Then passes the step to every rule about the whole picture that is
    /// interested in it or follows the vessel.
    fn ask(&mut self, turn: &mut Turn, (number, crossings): (u32, &[Crossing]), now: Time, out: &mut Vec<Change>) {
        if let Some(said) = turn.said.take() {
            self.output.signals.extend(said.signals);
            for (bit, vessel, activity) in said.marks {
                self.world.tracks.mark_active(vessel, bit, activity);
            }
            for (bit, at, key, vessel) in said.wakes {
                self.wake_at(at, now, bit, key, vessel);
            }
        }
        let vessel = self.world.tracks.vessel(turn.vessel);
        let (key, active) = (vessel.key(), if turn.fix.is_some() { vessel.active() } else { 0 });
        self.each_rule(now, |engine, bit, rule, output| {
            let concerns = turn.interest.meets(rule.interest()) || active & (1 << bit) != 0;
            if concerns {
                let step = turn.step(key, engine.places.presence(turn.vessel), crossings);
                rule.step(&engine.scene(now), &step, output);
            }
            concerns
        });
        self.each_pair_rule(now, |engine, bit, rule, output| {
            let company = turn.company.iter().find(|(of, _)| *of == bit);
            if let Some((_, company)) = company {
                let step = turn.step(key, engine.places.presence(turn.vessel), crossings);
                rule.settle(&engine.scene(now), &step, (number, company), output);
            }
            company.is_some()
        });
        self.tell(now, out);
    }

    /// What the rules may read at this moment.
    pub(super) fn scene(&self, now: Time) -> Scene<'_> {
        self.world.scene(now)
    }

    /// Calls `ask` for each rule about the whole picture, in order, with the rule's bit. `ask` returns whether it called the rule;
    /// what the rule requested is then applied before the next rule.
    pub(super) fn each_rule(
        &mut self,
        now: Time,
        mut ask: impl FnMut(&Engine, Bit, &mut dyn PictureRule, &mut Output) -> bool,
    ) {
        let mut rules = std::mem::take(&mut self.rules.picture);
        each(&mut rules, |bit, rule| self.with_output(bit, now, |engine, output| ask(engine, bit, rule, output)));
        self.rules.picture = rules;
    }

    /// As [`Engine::each_rule`], for the rules about pairs.
    fn each_pair_rule(
        &mut self,
        now: Time,
        mut ask: impl FnMut(&Engine, Bit, &mut dyn CompanyRule, &mut Output) -> bool,
    ) {
        let mut rules = std::mem::take(&mut self.rules.pairs);
        each(&mut rules, |bit, rule| self.with_output(bit, now, |engine, output| ask(engine, bit, rule, output)));
        self.rules.pairs = rules;
    }

    /// As [`Engine::each_rule`], for every rule that may keep state about the vessel: the rules of its lane, those about pairs, then
    /// those about the whole picture.
    pub(super) fn each_rule_of(
        &mut self,
        vessel: TrackIx,
        now: Time,
        mut ask: impl FnMut(&Engine, Bit, &mut dyn Rule, &mut Output) -> bool,
    ) {
        let lane = self.world.tracks.shard(vessel);
        // A wake-up about a station has its number in place of a vessel, so it may belong to no lane.
        let mut rules = self.rules.lanes.get_mut(lane).map(std::mem::take).unwrap_or_default();
        each(&mut rules, |bit, rule| self.with_output(bit, now, |engine, output| ask(engine, bit, rule, output)));
        if let Some(of_lane) = self.rules.lanes.get_mut(lane) {
            *of_lane = rules;
        }
        self.each_pair_rule(now, |engine, bit, rule, output| ask(engine, bit, rule, output));
        self.each_rule(now, |engine, bit, rule, output| ask(engine, bit, rule, output));
    }

    /// Calls `ask` for every rule: those about one vessel, lane by lane, those about pairs, then those about the whole picture.
    fn every_rule(&mut self, now: Time, mut ask: impl FnMut(&Engine, &mut dyn Rule, &mut Output)) {
        let mut lanes = std::mem::take(&mut self.rules.lanes);
        lanes.iter_mut().for_each(|rules| {
            each(rules, |bit, rule| {
                self.with_output(bit, now, |engine, output| {
                    ask(engine, rule, output);
                    true
                });
            });
        });
        self.rules.lanes = lanes;
        self.each_pair_rule(now, |engine, _, rule, output| {
            ask(engine, rule, output);
            true
        });
        self.each_rule(now, |engine, _, rule, output| {
            ask(engine, rule, output);
            true
        });
    }

    /// Passes the shared output to `act`, and applies what it then requests if `act` returns true.
    fn with_output(&mut self, bit: Bit, now: Time, act: impl FnOnce(&Engine, &mut Output) -> bool) {
        let mut output = std::mem::take(&mut self.output);
        if act(self, &mut output) {
            self.keep(bit, &mut output, now);
        }
        self.output = output;
    }

    /// Applies what one rule requested: activity marks, wake-ups and verdicts. Signals stay in the output for `tell`.
    fn keep(&mut self, bit: Bit, output: &mut Output, now: Time) {
        for (vessel, activity) in output.activity.drain(..) {
            self.world.tracks.mark_active(vessel, bit, activity);
        }
        for (at, key, vessel) in output.wakes.drain(..) {
            self.wake_at(at, now, bit, key, vessel);
        }
        for verdict in output.verdicts.drain(..) {
            match verdict {
                Verdict::False { track: (key, vessel), since } => self.world.episodes.disown(key, vessel, since),
                Verdict::True { vessel } => self.world.episodes.own(vessel),
                Verdict::Several { mmsi, are } => self.world.tracks.mark_several(mmsi, are),
                Verdict::Gone { track: (key, vessel) } => self.world.tracks.drop_false(key, vessel),
            }
        }
    }

    /// Sets a timer for a rule.
    fn wake_at(&mut self, at: Time, now: Time, behaviour: Bit, key: TrackKey, vessel: TrackIx) {
        // A wake-up must move time forward, otherwise the loop would never end.
        let at = at.max(now + Span::from_millis(1));
        self.timers.push(Reverse(Timer { at, behaviour, key, vessel }));
    }

    /// Passes the signals in the output to the rules that overhear signals, and then to the alert book.
    pub(super) fn tell(&mut self, now: Time, out: &mut Vec<Change>) {
        if self.output.signals.is_empty() {
            return;
        }
        let mut signals = std::mem::take(&mut self.output.signals);
        // Registry order, so that it does not matter which kind of rule sent them.
        signals.sort_by_key(|signal| signal.behaviour as Bit);
        self.each_rule(now, |engine, _, rule, output| {
            if rule.overhears() {
                let scene = engine.scene(now);
                signals.iter().for_each(|signal| rule.overhear(&scene, signal, output));
            }
            rule.overhears()
        });
        signals.append(&mut self.output.signals);
        self.with_book(out, |book, view, out| book.take(now, signals, view, out));
    }

    /// Lets the alert book act, and takes up the changes that it makes.
    pub(super) fn with_book(
        &mut self,
        out: &mut Vec<Change>,
        act: impl FnOnce(&mut AlertBook, &View<'_>, &mut Vec<Change>),
    ) {
        let from = out.len();
        let (decoder, cases) = (&self.decoder, &self.cases);
        let World { tracks, chart, episodes, coverage, gaps, .. } = &self.world;
        let station_name = |station: StationId| decoder.station_name(station).to_owned();
        let case_score = |key: TrackKey| cases.score_of(key.mmsi.0, key.ordinal);
        let (station_name, case_score) = (&station_name, &case_score);
        let view = View { tracks, chart, episodes, coverage, gaps, station_name, case_score };
        act(&mut self.book, &view, out);
        self.note(out, from);
    }

    /// Counts the changes from index `from` on, adds them to the cases, and sets the case of each. A retracted alert keeps the case
    /// that it was in.
    pub(super) fn note(&mut self, out: &mut [Change], from: usize) {
        for change in &mut out[from..] {
            self.counters.change(change);
            let disproved = change.alert.status == Status::Retracted;
            let before = disproved.then(|| self.cases.case_of(&change.alert.id));
            self.cases.take(change);
            change.name_case(before.unwrap_or_else(|| self.cases.case_of(&change.alert.id)));
            self.held.take(change, &mut self.world.tracks);
        }
    }

    /// Ends and drops everything that is kept about the vessels that the tracks have forgotten.
    pub(super) fn drop_forgotten(&mut self, out: &mut Vec<Change>) {
        let Some(now) = self.now else {
            return;
        };
        for vessel in self.world.tracks.take_forgotten() {
            self.each_rule_of(vessel, now, |engine, _, rule, output| {
                rule.forget(&engine.scene(now), vessel, End::Lost, output);
                true
            });
            self.tell(now, out);
            self.book.forget(vessel);
            self.world.episodes.port_calls.forget(self.world.tracks.vessel(vessel).key());
            self.world.episodes.inseparable.forget(self.world.tracks.vessel(vessel).key());
            self.places.forget(vessel);
            self.world.episodes.forget(vessel);
            self.world.coverage.forget(vessel);
            self.world.tracks.release(vessel);
        }
    }

    /// Puts the settings, zones and active hours in force before the rules, and ends the conditions that they no longer allow.
    pub(super) fn reload_behaviours(&mut self, out: &mut Vec<Change>) {
        let Some(now) = self.now else {
            return;
        };
        self.every_rule(now, |engine, rule, output| {
            rule.reload(&engine.scene(now), &engine.settings, &engine.places, output);
        });
        self.tell(now, out);
    }

    /// Starts behaviours that were switched on; ends and drops those that were switched off.
    pub(super) fn switch_behaviours(&mut self, out: &mut Vec<Change>) {
        let mut rules = Rules::new(&self.settings, &self.world.chart, self.world.tracks.lanes());
        let now = self.now.unwrap_or(Time::MIN);
        for (bit, mut rule) in rules.replace(std::mem::take(&mut self.rules)) {
            let active: Vec<TrackIx> = self
                .world
                .tracks
                .iter()
                .filter(|vessel| vessel.active() & (1 << bit) != 0)
                .map(|vessel| vessel.ix())
                .collect();
            self.with_output(bit, now, |engine, output| {
                for vessel in active {
                    rule.forget(&engine.scene(now), vessel, End::SwitchedOff, output);
                    output.activity.push((vessel, Activity::Done));
                }
                rule.stop(&engine.scene(now), End::SwitchedOff, output);
                true
            });
        }
        self.rules = rules;
        self.tell(now, out);
    }
}
