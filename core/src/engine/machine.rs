//! The engine itself: its parts, and how time moves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ais::{self, Decoder, Line, Report, SourceId, SourceSettings};
use crate::alerts::cases::{Case, CaseBook};
use crate::alerts::{Alert, AlertBook, Change, HandlingSettings};
use crate::base::time::{Span, Time};
use crate::behaviours::{self, Behaviour, Output, Places, Scene};
use crate::picture::coverage::{Coverage, Receipts};
use crate::picture::episodes::gap::Gaps;
use crate::picture::episodes::{Episodes, News};
use crate::picture::tracks::{TrackIx, TrackKey, Tracks};
use crate::zones::{Chart, Zone};

use super::held::Held;
use super::lanes::Lanes;
use super::reorder::Reorder;
use super::rules::Rules;
use super::settings::{Settings, SourceClock};
use super::summary::{Counters, Summary};
use super::watermark::Watermarks;

/// Event time between two sweeps of the tracks, episodes and gaps.
const SWEEP_EVERY: Span = Span::from_hours(1);

/// The whole core: decoder, picture, behaviours, alert book and engine time.
pub struct Engine {
    /// From lines to reports. `detach_decoder` replaces it by one that knows only the names of the stations.
    pub(super) decoder: Decoder,
    /// What the rules may read.
    pub(super) world: World,
    /// How far the time of each input has come. The lowest of them releases reports from `reorder`.
    pub(super) watermarks: Watermarks,
    /// Reports that are still to be processed.
    pub(super) reorder: Reorder,
    /// When each input last received a line; live only.
    pub(super) receipts: Receipts,
    /// Zones, shore and calm water at each vessel, in one lot for each lane.
    pub(super) places: Places,
    /// The rules, with their state.
    pub(super) rules: Rules,
    /// Whether some behaviour needs every fix from inside a zone, by zone index.
    pub(super) asking: Vec<bool>,
    /// From signals to alerts.
    pub(super) book: AlertBook,
    /// From alerts to cases.
    pub(super) cases: CaseBook,
    /// Vessels in open alerts, which are never evicted.
    pub(super) held: Held,
    /// Wake-ups that rules requested, the earliest first.
    pub(super) timers: BinaryHeap<Reverse<Timer>>,
    /// Engine time; `None` before the first step.
    pub(super) now: Option<Time>,
    /// When the next sweep is due; `Time::MIN` before the first step.
    pub(super) sweep_at: Time,
    /// When the active hours of some zone next begin or end; `None` if they never do.
    pub(super) hours_at: Option<Time>,
    /// Engine time does not pass this moment; always `None` in a daemon.
    pub(super) hold_at: Option<Time>,
    /// Settings of the behaviours in force. Those of the other parts are in the parts.
    pub(super) settings: behaviours::Settings,
    pub(super) counters: Counters,
    // Buffers, empty between lines; they keep their memory.
    /// Reports of one moment.
    pub(super) lanes: Lanes,
    /// Reports of one line.
    pub(super) decoded: Vec<Report>,
    /// Reports whose time the watermarks have just accepted.
    pub(super) believed: Vec<Report>,
    /// Episodes that began or ended with the present fix.
    pub(super) news: Vec<News>,
    /// What rules have reported and requested in the present step.
    pub(super) output: Output,
}

/// What the rules may read. Only the engine changes it, between the calls of the rules.
pub(super) struct World {
    /// Tracks of all vessels.
    pub(super) tracks: Tracks,
    /// Zones, coast and ports in force.
    pub(super) chart: Arc<Chart>,
    /// Halts, slow legs, kinks, port calls and the like.
    pub(super) episodes: Episodes,
    /// The reception model.
    pub(super) coverage: Coverage,
    /// Silences at sea of the last 30 days.
    pub(super) gaps: Gaps,
    /// How long after its end a condition may resume as the same alert.
    pub(super) merge: Span,
}

impl World {
    /// What the rules may read at this moment.
    pub(super) fn scene(&self, now: Time) -> Scene<'_> {
        let World { tracks, chart, episodes, coverage, gaps, merge } = self;
        Scene { now, tracks, chart, episodes, coverage, gaps, merge: *merge }
    }
}

/// A wake-up that a behaviour requested, ordered by time, then behaviour, then track key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Timer {
    pub(super) at: Time,
    /// Index of the behaviour in the registry.
    pub(super) behaviour: u32,
    /// The vessel, or the first one of a pair.
    pub(super) key: TrackKey,
    /// Its place in the slab when the wake-up was requested. It may have been reused since, so the rule compares the key.
    pub(super) vessel: TrackIx,
}

impl Engine {
    /// An engine without any history. A `SourceId` is an index into `sources`.
    pub fn new(settings: &Settings, chart: Arc<Chart>, sources: Vec<SourceClock>) -> Engine {
        let watermarks = Watermarks::new(&sources);
        let receipts = Receipts::new(sources.iter().map(|source| (source.name.clone(), source.live)));
        let decoder = Decoder::new(
            sources
                .into_iter()
                .map(|source| SourceSettings { name: source.name, time_zone: source.time_zone, live: source.live })
                .collect(),
        );
        let tracks = Tracks::new(settings.tracks.clone(), watermarks.satellites());
        let shards = tracks.lanes();
        let world = World {
            tracks,
            coverage: Coverage::new(settings.coverage.clone()),
            gaps: Gaps::default(),
            episodes: Episodes::default(),
            merge: settings.alerts.merge(),
            chart,
        };
        Engine {
            decoder,
            receipts,
            watermarks,
            reorder: Reorder::new(),
            places: Places::new(shards),
            rules: Rules::new(&settings.behaviours, &world.chart, shards),
            asking: asking(&world.chart),
            world,
            book: AlertBook::new(settings.alerts.clone(), settings.score.clone(), settings.handling.clone()),
            cases: CaseBook::default(),
            held: Held::default(),
            timers: BinaryHeap::new(),
            now: None,
            sweep_at: Time::MIN,
            hours_at: None,
            hold_at: None,
            settings: settings.behaviours.clone(),
            counters: Counters::default(),
            lanes: Lanes::new(shards),
            decoded: Vec::new(),
            believed: Vec::new(),
            news: Vec::new(),
            output: Output::default(),
        }
    }

    /// Takes in one line. Appends to `out` the changes that follow from it and from the timers that become due with it.
    pub fn line(&mut self, line: Line<'_>, out: &mut Vec<Change>) {
        let mut decoded = std::mem::take(&mut self.decoded);
        self.decoder.line(line, &mut decoded);
        self.heard(line.source, line.received, decoded.drain(..), out);
        self.decoded = decoded;
    }

    /// Takes in the reports of one line.
    pub(super) fn heard(
        &mut self,
        source: SourceId,
        received: Option<Time>,
        reports: impl Iterator<Item = Report>,
        out: &mut Vec<Change>,
    ) {
        self.watermarks.heard(source);
        self.receipts.line(source, received);
        for report in reports {
            self.counters.decoded(&report);
            self.report(report, received, out);
        }
        self.advance(self.watermarks.lowest(), out);
    }

    /// Handles an input that has been silent for `idle_after`, or has ended: it does not hold time back until its next line. A second
    /// call without a line in between means that it has been silent for as long as its reports may be late. Once every input is idle,
    /// the second call also releases the reorder buffer, because nothing earlier can still arrive.
    pub fn source_idle(&mut self, source: SourceId, out: &mut Vec<Change>) {
        let again = self.watermarks.is_idle(source);
        self.watermarks.idle(source);
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.settle(source, &mut believed);
        self.believe(believed, out);
        let rest = if again && self.watermarks.all_idle() { self.reorder.last() } else { None };
        self.advance(self.watermarks.lowest().or(rest), out);
    }

    /// Handles an input that has not sent a line since the program started: it does not hold time back. Reports that were waiting
    /// before the restart keep waiting.
    pub fn source_unheard(&mut self, source: SourceId, out: &mut Vec<Change>) {
        self.watermarks.idle(source);
        self.advance(self.watermarks.lowest(), out);
    }

    /// Ends the run: releases the reorder buffer. Engine time stops at the last report; open and pending alerts stay as they are.
    pub fn finish(&mut self, out: &mut Vec<Change>) {
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.settle_all(&mut believed);
        self.believe(believed, out);
        if let Some(last) = self.reorder.last() {
            self.advance(Some(last), out);
        }
    }

    /// Applies new settings and zones; tracks, episodes and alerts are kept.
    pub fn replace(&mut self, settings: &Settings, chart: Arc<Chart>, out: &mut Vec<Change>) {
        self.places.reload(&self.world.chart, &chart);
        self.world.chart = chart;
        self.asking = asking(&self.world.chart);
        self.world.tracks.configure(settings.tracks.clone());
        self.world.coverage.configure(settings.coverage.clone());
        self.world.merge = settings.alerts.merge();
        self.book.configure(settings.alerts.clone(), settings.score.clone(), settings.handling.clone());
        self.settings = settings.behaviours.clone();
        if self.now.is_none() {
            // No step has run yet, so no behaviour has state to keep or alerts to end.
            self.rules = Rules::new(&self.settings, &self.world.chart, self.world.tracks.lanes());
        }
        self.switch_behaviours(out);
        self.reload_behaviours(out);
        self.hours_at = self.now.and_then(|now| self.world.chart.zones.next_change(now));
    }

    /// Engine time, the time of the last step; `None` before the first.
    pub fn now(&self) -> Option<Time> {
        self.now
    }

    /// Engine time at which the next timer is due; `None` if none is set.
    pub fn due(&self) -> Option<Time> {
        self.next_timer().map(|(at, _)| at)
    }

    /// The open alerts and facts, ordered by the time they opened.
    pub fn open_alerts(&self) -> Vec<Arc<Alert>> {
        self.book.open()
    }

    /// All cases, the highest score first.
    pub fn cases(&self) -> Vec<Case> {
        self.cases.cases()
    }

    /// The case that an alert or fact belongs to now, as [`cases`](Engine::cases) has it; `None` if it belongs to none.
    pub fn case_with(&self, alert: &str) -> Option<Case> {
        self.cases.case_with(alert)
    }

    /// Counters of the decoder, for each input.
    pub fn tally(&self) -> &ais::Tally {
        self.decoder.tally()
    }

    /// The handling settings in force.
    pub fn handling(&self) -> &HandlingSettings {
        self.book.handling()
    }

    /// The tracks of all vessels.
    pub fn tracks(&self) -> &Tracks {
        &self.world.tracks
    }

    /// The reception model: where vessels are usually heard.
    pub fn coverage(&self) -> &Coverage {
        &self.world.coverage
    }

    /// The gaps of the last 30 days.
    pub fn gaps(&self) -> &Gaps {
        &self.world.gaps
    }

    /// Counters of the run so far.
    pub fn summary(&self) -> Summary {
        self.counters.summary(self.decoder.tally(), &self.world.tracks, &self.watermarks)
    }

    /// Episodes of the vessels: halts, slow legs, kinks, port calls, holes.
    pub fn episodes(&self) -> &Episodes {
        &self.world.episodes
    }

    /// Checks the time of a report, and passes on the reports whose time is believed.
    fn report(&mut self, report: Report, received: Option<Time>, out: &mut Vec<Change>) {
        if self.watermarks.refuses(&report) {
            return;
        }
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.observe(report, received, &mut believed);
        self.believe(believed, out);
    }

    /// Puts reports into the reorder buffer. A report older than engine time is processed at once and counted as late.
    fn believe(&mut self, mut believed: Vec<Report>, out: &mut Vec<Change>) {
        for report in believed.drain(..) {
            self.counters.report(&report);
            match self.now {
                Some(now) if report.at < now => {
                    self.counters.late += 1;
                    self.step(report, now, out);
                }
                Some(_) | None => self.reorder.push(report, self.decoder.station_names()),
            }
        }
        self.believed = believed;
    }

    /// Processes all reports and timers up to `watermark`, in order of time.
    fn advance(&mut self, watermark: Option<Time>, out: &mut Vec<Change>) {
        let Some(watermark) = watermark else {
            return;
        };
        let watermark = self.hold_at.map_or(watermark, |hold| hold.min(watermark));
        while let Some(at) = self.next_report().filter(|at| *at <= watermark) {
            self.run_timers(at, out);
            self.moment(at, out);
        }
        if self.now.is_some() {
            self.run_timers(watermark, out);
        }
    }

    /// Time of the earliest report that waits.
    fn next_report(&mut self) -> Option<Time> {
        self.reorder.next_at(self.decoder.station_names(), self.world.tracks.lanes())
    }

    /// Moves engine time to `at`, the time of a report. The first call also starts the periodic timers.
    pub(super) fn begin(&mut self, at: Time) {
        if self.now.is_none() {
            self.sweep_at = at + SWEEP_EVERY;
            self.hours_at = self.world.chart.zones.next_change(at);
            self.world.coverage.begin(at);
        }
        self.now = self.now.max(Some(at));
    }

    /// Runs every timer due up to `until`, each at its own time.
    fn run_timers(&mut self, until: Time, out: &mut Vec<Change>) {
        while let Some((at, what)) = self.next_timer().filter(|(at, _)| *at <= until) {
            // A timer requested for a past time (after a late report) runs now.
            let now = self.now.map_or(at, |now| now.max(at));
            self.now = Some(now);
            match what {
                Due::Hours => {
                    self.places.hours_changed();
                    self.hours_at = self.world.chart.zones.next_change(at);
                    self.reload_behaviours(out);
                }
                Due::Book => self.with_book(out, |book, view, out| book.wake(now, view, out)),
                Due::Slot => self.turn_slot(now, out),
                Due::Rule => self.wake(out),
                Due::Sweep => {
                    self.sweep_at = at + SWEEP_EVERY;
                    self.world.tracks.sweep(now);
                    self.world.episodes.sweep(now);
                    self.world.gaps.sweep(now);
                    self.drop_forgotten(out);
                }
            }
        }
    }

    fn next_timer(&self) -> Option<(Time, Due)> {
        let behaviour = self.timers.peek().map(|Reverse(timer)| (timer.at, Due::Rule));
        let sweep = (self.sweep_at != Time::MIN).then_some((self.sweep_at, Due::Sweep));
        let slot = self.world.coverage.due().map(|at| (at, Due::Slot));
        [self.hours_at.map(|at| (at, Due::Hours)), self.book.due().map(|at| (at, Due::Book)), slot, behaviour, sweep]
            .into_iter()
            .flatten()
            .min()
    }

    /// Wakes the rule whose timer is the first one due.
    fn wake(&mut self, out: &mut Vec<Change>) {
        let (Some(Reverse(timer)), Some(now)) = (self.timers.pop(), self.now) else {
            return;
        };
        self.each_rule_of(timer.vessel, now, |engine, bit, rule, output| {
            let due = bit == timer.behaviour;
            if due {
                rule.wake(&engine.scene(now), timer.key, timer.vessel, output);
            }
            due
        });
        self.tell(now, out);
    }
}

/// What a timer is for. Timers due at the same time run in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The active hours of some zone begin or end.
    Hours,
    /// A merge window of the alert book closes.
    Book,
    /// A slot of the reception model ends.
    Slot,
    /// A rule asked to be woken.
    Rule,
    /// Tracks, episodes and gaps are swept.
    Sweep,
}

/// Whether some behaviour needs every fix from inside a zone, by zone index.
fn asking(chart: &Chart) -> Vec<bool> {
    let every_fix = |zone: &Zone| {
        let asks = |kind: &Behaviour| zone.asks(kind.name()).is_some_and(kind.character().needs_every_fix);
        Behaviour::ALL.iter().any(asks)
    };
    chart.zones.iter().map(|(_, zone)| every_fix(zone)).collect()
}
