//! The engine: lines in, changes out; wires decoder, tracks, behaviours and alert book together.
//!
//! It owns engine time. Reports wait in the reorder buffer until the watermark reaches them; then time steps through each
//! report and timer in order, and every change carries the time of its step. No clock, no file, no lock.

mod dispatch;
mod explain;
mod held;
mod intake;
mod leap;
mod memory;
mod reorder;
mod settings;
mod silence;
mod snapshot;
mod summary;
mod watermark;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::ais::{self, Decoder, Line, Report, SourceId, SourceSettings, StationId};
use crate::alerts::{Alert, AlertBook, Change, View};
use crate::behaviours::{self, Behaviour, Output, Places, Scene};
use crate::cases::{Case, CaseBook};
use crate::coverage::{Coverage, Receipts};
use crate::episodes::gap::Gaps;
use crate::episodes::{Episodes, News};
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey, Tracks};
use crate::zones::{Chart, Crossing, Zone};

pub use explain::Explained;
pub use settings::{Settings, TimeSettings, ZoneSettings};
pub use summary::Summary;

use held::Held;
use intake::Intake;
use reorder::Reorder;
use summary::Counters;
use watermark::Watermarks;

/// House-keeping of the tracks. Event time.
const SWEEP_EVERY: Span = Span::from_hours(1);

/// One input as the engine sees it.
#[derive(Clone, Debug)]
pub struct SourceClock {
    /// Its name.
    pub name: String,
    /// Zone of local-time prefixes; UTC when absent.
    pub time_zone: Option<TimeZone>,
    /// Whether claimed times are held against receipt.
    pub live: bool,
    /// How late its reports may come; above 15 min it never holds time back (satellite).
    pub lateness: Span,
}

/// What behaviours may read; a macro, so that it borrows only these parts of the engine.
macro_rules! scene {
    ($engine:ident, $now:expr) => {
        Scene {
            now: $now,
            tracks: &$engine.tracks,
            chart: &$engine.chart,
            episodes: &$engine.episodes,
            coverage: &$engine.coverage,
            gaps: &$engine.gaps,
            merge: $engine.merge,
        }
    };
}
use scene;
use serde::{Deserialize, Serialize};

/// The whole core.
pub struct Engine {
    decoder: Decoder,
    watermarks: Watermarks,
    reorder: Reorder,
    tracks: Tracks,
    coverage: Coverage,
    receipts: Receipts,
    gaps: Gaps,
    places: Places,
    episodes: Episodes,
    chart: Arc<Chart>,
    behaviours: Vec<(u32, Box<dyn Behaviour>)>,
    /// Zones that some behaviour wants every fix from, by index.
    asking: Vec<bool>,
    book: AlertBook,
    cases: CaseBook,
    held: Held,
    timers: BinaryHeap<Reverse<Timer>>,
    now: Option<Time>,
    sweep_at: Time,
    hours_at: Option<Time>,
    hold_at: Option<Time>,
    merge: Span,
    settings: behaviours::Settings,
    counters: Counters,
    intake: Intake,
    decoded: Vec<Report>,
    believed: Vec<Report>,
    crossings: Vec<Crossing>,
    news: Vec<News>,
    output: Output,
}

/// A moment a behaviour asked for; ordered by time, then behaviour, then track key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Timer {
    at: Time,
    behaviour: u32,
    key: TrackKey,
    vessel: TrackIx,
}

impl Engine {
    /// An engine that knows nothing yet. A `SourceId` is an index into `sources`.
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
        let shards = tracks.shards();
        Engine {
            decoder,
            tracks,
            coverage: Coverage::new(settings.coverage.clone()),
            receipts,
            gaps: Gaps::default(),
            watermarks,
            reorder: Reorder::new(),
            places: Places::new(shards),
            episodes: Episodes::default(),
            behaviours: behaviours::all(&settings.behaviours, &chart),
            asking: asking(&chart),
            book: AlertBook::new(settings.alerts.clone(), settings.score.clone(), settings.handling.clone()),
            cases: CaseBook::default(),
            held: Held::default(),
            timers: BinaryHeap::new(),
            now: None,
            sweep_at: Time::MIN,
            hours_at: None,
            hold_at: None,
            merge: settings.alerts.merge(),
            settings: settings.behaviours.clone(),
            counters: Counters::default(),
            intake: Intake::new(shards),
            decoded: Vec::new(),
            believed: Vec::new(),
            crossings: Vec::new(),
            news: Vec::new(),
            output: Output::default(),
            chart,
        }
    }

    /// Takes in one line; whatever it or the time that passes with it decides is added to `out`.
    pub fn line(&mut self, line: Line<'_>, out: &mut Vec<Change>) {
        let mut decoded = std::mem::take(&mut self.decoded);
        self.decoder.line(line, &mut decoded);
        self.watermarks.heard(line.source);
        self.receipts.line(line.source, line.received);
        self.counters.decoded(&decoded);
        for report in decoded.drain(..) {
            self.report(report, line.received, out);
        }
        self.decoded = decoded;
        self.advance(self.watermarks.lowest(), out);
    }

    /// The source has been silent for `idle_after`, or has ended: it no longer holds time back until it is heard again. Told a second
    /// time, it has been silent for as long as its reports may be late: where all are, what waits for its turn is used, as nothing
    /// comes that it could wait for.
    pub fn source_idle(&mut self, source: SourceId, out: &mut Vec<Change>) {
        let again = self.watermarks.is_idle(source);
        self.watermarks.idle(source);
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.settle(source, &mut believed);
        self.believe(believed, out);
        let rest = if again && self.watermarks.all_idle() { self.reorder.last() } else { None };
        self.advance(self.watermarks.lowest().or(rest), out);
    }

    /// The source has not been heard since the program began: it does not hold time back, and what waits from before goes on waiting.
    pub fn source_unheard(&mut self, source: SourceId, out: &mut Vec<Change>) {
        self.watermarks.idle(source);
        self.advance(self.watermarks.lowest(), out);
    }

    /// The end: releases the reorder buffer. Engine time stops at the last report; what is open or pending stays so.
    pub fn finish(&mut self, out: &mut Vec<Change>) {
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.settle_all(&mut believed);
        self.believe(believed, out);
        if let Some(last) = self.reorder.last() {
            self.advance(Some(last), out);
        }
    }

    /// Puts other settings and zones in force; nothing is forgotten.
    pub fn replace(&mut self, settings: &Settings, chart: Arc<Chart>, out: &mut Vec<Change>) {
        self.places.reload(&self.chart, &chart);
        self.chart = chart;
        self.asking = asking(&self.chart);
        self.tracks.configure(settings.tracks.clone());
        self.coverage.configure(settings.coverage.clone());
        self.merge = settings.alerts.merge();
        self.book.configure(settings.alerts.clone(), settings.score.clone(), settings.handling.clone());
        self.settings = settings.behaviours.clone();
        if self.now.is_none() {
            // Nothing was said yet: nothing to end, and nothing to keep.
            self.behaviours = behaviours::all(&self.settings, &self.chart);
        }
        self.switch_behaviours(out);
        self.reload_behaviours(out);
        self.hours_at = self.now.and_then(|now| self.chart.zones.next_change(now));
    }

    /// Engine time: the time of the last step. `None` before the first.
    pub fn now(&self) -> Option<Time> {
        self.now
    }

    /// Live inputs whose clocks lag so far behind receipt that nobody waits for them.
    pub fn lagging(&self) -> Vec<SourceId> {
        self.watermarks.lagging()
    }

    /// When an input's last report was received, and how far its time was behind; `None` before the first, and for recordings.
    pub fn reported(&self, source: SourceId) -> Option<(Time, Span)> {
        self.watermarks.reported(source)
    }

    /// The next moment something is due without a report; extra calls of anything before it change nothing.
    pub fn due(&self) -> Option<Time> {
        self.next_timer().map(|(at, _)| at)
    }

    /// What is open, in a fixed order.
    pub fn open_alerts(&self) -> Vec<Arc<Alert>> {
        self.book.open()
    }

    /// The cases so far.
    pub fn cases(&self) -> Vec<Case> {
        self.cases.cases()
    }

    /// Counters of the decoder.
    pub fn tally(&self) -> &ais::Tally {
        self.decoder.tally()
    }

    /// The picture.
    pub fn tracks(&self) -> &Tracks {
        &self.tracks
    }

    /// Who is usually heard where.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The gaps of the last 30 days.
    pub fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    /// Counters of the run.
    pub fn summary(&self) -> Summary {
        self.counters.summary(self.decoder.tally(), &self.tracks, &self.watermarks)
    }

    /// What vessels did: halts, slow legs, kinks, port calls, holes.
    pub fn episodes(&self) -> &Episodes {
        &self.episodes
    }

    /// Heap bytes of what is held for each vessel, about.
    pub fn bytes(&self) -> usize {
        let silences = self.coverage.bytes() + self.gaps.bytes();
        self.tracks.bytes() + self.places.bytes() + self.episodes.bytes() + silences
    }

    /// Puts a report in its place; one that engine time has passed is taken at once.
    fn report(&mut self, report: Report, received: Option<Time>, out: &mut Vec<Change>) {
        let mut believed = std::mem::take(&mut self.believed);
        self.watermarks.observe(report, received, &mut believed);
        self.believe(believed, out);
    }

    /// Puts reports whose time is believed in their places.
    fn believe(&mut self, mut believed: Vec<Report>, out: &mut Vec<Change>) {
        for report in believed.drain(..) {
            self.counters.report(&report);
            match self.now {
                Some(now) if report.at < now => {
                    self.counters.late += 1;
                    self.step(report, now, out);
                }
                Some(_) | None => self.reorder.push(report),
            }
        }
        self.believed = believed;
    }

    /// Steps through everything due up to `watermark`.
    fn advance(&mut self, watermark: Option<Time>, out: &mut Vec<Change>) {
        let Some(watermark) = watermark else {
            return;
        };
        let watermark = self.hold_at.map_or(watermark, |hold| hold.min(watermark));
        while let Some(at) = self.reorder.next_at().filter(|at| *at <= watermark) {
            self.run_timers(at, out);
            self.moment(at, out);
        }
        if self.now.is_some() {
            self.run_timers(watermark, out);
        }
    }

    /// Time begins, or goes on, at a report.
    fn begin(&mut self, at: Time) {
        if self.now.is_none() {
            self.sweep_at = at + SWEEP_EVERY;
            self.hours_at = self.chart.zones.next_change(at);
            self.coverage.begin(at);
        }
        self.now = self.now.max(Some(at));
    }

    /// Runs what is due up to `until`, each at its own moment.
    fn run_timers(&mut self, until: Time, out: &mut Vec<Change>) {
        while let Some((at, what)) = self.next_timer().filter(|(at, _)| *at <= until) {
            // A timer asked for in the past (after a late report) runs at the present moment.
            let now = self.now.map_or(at, |now| now.max(at));
            self.now = Some(now);
            match what {
                Due::Hours => {
                    self.places.hours_changed();
                    self.hours_at = self.chart.zones.next_change(at);
                    self.reload_behaviours(out);
                }
                Due::Book => {
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
                    self.book.wake(now, &view, out);
                    self.note(out, from);
                }
                Due::Slot => self.turn_slot(now, out),
                Due::Behaviour => self.wake(out),
                Due::Sweep => {
                    self.sweep_at = at + SWEEP_EVERY;
                    self.tracks.sweep(now);
                    self.episodes.sweep(now);
                    self.gaps.sweep(now);
                    self.drop_forgotten(out);
                }
            }
        }
    }

    fn next_timer(&self) -> Option<(Time, Due)> {
        let behaviour = self.timers.peek().map(|Reverse(timer)| (timer.at, Due::Behaviour));
        let sweep = (self.sweep_at != Time::MIN).then_some((self.sweep_at, Due::Sweep));
        let slot = self.coverage.due().map(|at| (at, Due::Slot));
        [self.hours_at.map(|at| (at, Due::Hours)), self.book.due().map(|at| (at, Due::Book)), slot, behaviour, sweep]
            .into_iter()
            .flatten()
            .min()
    }

    fn wake(&mut self, out: &mut Vec<Change>) {
        let (Some(Reverse(timer)), Some(now)) = (self.timers.pop(), self.now) else {
            return;
        };
        let scene = scene!(self, now);
        if let Some((_, behaviour)) = self.behaviours.iter_mut().find(|(bit, _)| *bit == timer.behaviour) {
            behaviour.wake(&scene, timer.key, timer.vessel, &mut self.output);
        }
        self.keep(timer.behaviour, now);
        self.tell(now, out);
    }
}

/// What a timer is for; at equal times in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Hours,
    Book,
    Slot,
    Behaviour,
    Sweep,
}

/// Which zones some behaviour wants every fix from.
fn asking(chart: &Chart) -> Vec<bool> {
    let every_fix = |zone: &Zone| {
        zone.asks("zone_speed").is_some()
            || zone.asks("rendezvous").is_some_and(|own| own.get("underway") == Some(&true.into()))
    };
    chart.zones.iter().map(|(_, zone)| every_fix(zone)).collect()
}

#[cfg(test)]
mod tests;
