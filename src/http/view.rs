//! The state that the main loop publishes once a second. It contains only counts and fixed words, no received data. Text from servers is
//! sanitised before it gets here.
//!
//! The loop makes a new view each second and never changes one, so pages read it without a lock. Its age is a measure of the health
//! of the loop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::platform::clock::Moment;
use crate::platform::disk::Absence;
use crate::platform::telemetry::InputCounts;
use crate::storage::store::Clearance;
use atalaia_core::ais::ClockFault;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::Behaviour;

/// The state of the daemon when the main loop last published it.
/// Durations and ages are computed from it when a page is made.
#[derive(Clone, Debug)]
pub struct View {
    /// Monotonic time of the view.
    /// The age of the view is measured by it.
    pub seen: Moment,
    /// Wall clock of the view.
    pub at: Time,
    /// Whether every listener that the settings ask for is open.
    pub ready: bool,
    /// The inputs, in the order of the settings.
    pub inputs: Vec<InputView>,
    /// The sinks, in the order of the settings.
    pub sinks: Vec<SinkView>,
    /// The engine.
    pub engine: EngineView,
    /// Alerts announced since the start, by behaviour and severity when opened.
    pub opened: BTreeMap<(Behaviour, Severity), u64>,
    /// Alerts ended since the start, by behaviour.
    pub ended: BTreeMap<Behaviour, u64>,
    /// Alerts retracted since the start, by behaviour.
    pub retracted: BTreeMap<Behaviour, u64>,
    /// Alerts announced and open now, by behaviour.
    pub open: BTreeMap<Behaviour, u64>,
    /// Failures of the store; `None` without a store.
    pub store: Option<Failing>,
    /// Announced changes that the store has not taken yet. While it fails, they are held back.
    pub unstored: u64,
    /// Damaged stores that were set aside and are still there, safe to show.
    pub set_aside: Vec<String>,
    /// Failures of the journal; `None` without a journal.
    pub journal: Option<Failing>,
    /// The last reload; before the first one, the start.
    pub reload: ReloadView,
    /// Certificates that have expired or soon will, one sentence each.
    pub lapsing: Vec<String>,
    /// Number of warnings about zones in force that are probably mistakes.
    pub zone_doubts: u64,
}

/// The state of one input.
#[derive(Clone, PartialEq, Debug)]
pub struct InputView {
    /// Name from the settings.
    pub name: String,
    /// Whether it is connected, listening or open.
    pub up: bool,
    /// Whether it has been read to its end.
    pub ended: bool,
    /// Whether its times are compared with the clock: true for a live input, false for a recording, also one that comes over the network.
    pub live: bool,
    /// Lines that reached the engine since the start.
    pub lines: u64,
    /// Average rate of lines over the last minute.
    pub lines_per_second: f64,
    /// Counts since the start.
    pub counters: InputCounts,
    /// Lines and messages rejected by the decoder, by reason. These counts survive a restart.
    pub rejects: Vec<(&'static str, u64)>,
    /// Messages that count with the time of receipt because their own cannot be used, by reason. These counts survive a restart.
    pub unused_times: Vec<(&'static str, u64)>,
    /// What is wrong with its times at present; `None` if nothing is.
    pub clock_fault: Option<ClockFault>,
    /// Posts refused, by reason; empty for inputs that do not accept posts.
    pub refused_posts: Vec<(&'static str, u64)>,
    /// When the last line was received; `None` before the first one.
    pub heard: Option<Time>,
    /// Since when no line has been received, if that is longer than `idle_after_seconds`; before the first line, since the start.
    /// `None` for recordings and inputs that send.
    pub silent_since: Option<Time>,
    /// Number of connected clients; `None` unless the input is a TCP listener.
    pub clients: Option<u64>,
    /// Whether the times of its reports are behind receipt by more than its lateness.
    pub lagging: bool,
    /// When its last report was received, and how far the report's time was behind that; `None` for recordings and before the first report.
    pub reported: Option<(Time, Span)>,
    /// How late its reports may arrive.
    pub lateness: Span,
    /// Why it is down, sanitised for display.
    pub reason: Option<String>,
}

impl InputView {
    /// How far the time of its last report was behind receipt. `None` before the first report, and while the input is silent: its last
    /// report says nothing about it now.
    pub fn lag(&self) -> Option<Span> {
        self.reported.filter(|_| self.silent_since.is_none()).map(|(_, behind)| behind)
    }
}

impl View {
    /// How far engine time is behind the clock. `None` before the first report, and without a live input: the time of a recording says
    /// nothing about the engine.
    pub fn engine_lag(&self) -> Option<Span> {
        let time = self.engine.time.filter(|_| self.inputs.iter().any(|input| input.live))?;
        Some(self.at - time)
    }
}

/// The state of one sink. Its counts start with the daemon.
#[derive(Clone, PartialEq, Debug)]
pub struct SinkView {
    /// Name from the settings.
    pub name: String,
    /// Deliveries that succeeded.
    pub delivered: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Deliveries that will not be tried again.
    pub given_up: u64,
    /// Deliveries that waited for `max_per_second`.
    pub delayed: u64,
    /// Deliveries whose outcome the store may not have recorded yet.
    pub unrecorded: u64,
    /// Whether it currently accepts no deliveries.
    pub down: bool,
    /// Why the last delivery failed, sanitised for display; `None` if it succeeded.
    pub reason: Option<String>,
    /// The markings that it may receive.
    pub clearance: Clearance,
}

impl View {
    /// Deliveries to a sink that were made or given up, and that the failing store still lists as waiting. They would be repeated after a
    /// restart. Zero while the store works: what it has not recorded then, it records within moments.
    pub(super) fn unrecorded(&self, sink: &str) -> u64 {
        let is_failing = self.store.as_ref().is_some_and(|store| store.now);
        let sink = self.sinks.iter().find(|known| known.name == sink);
        sink.filter(|_| is_failing).map_or(0, |sink| sink.unrecorded)
    }
}

/// The state of the engine.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EngineView {
    /// Engine time; `None` before the first report.
    pub time: Option<Time>,
    /// Longest time from receipt to the engine of any batch of lines in the last second.
    /// Grows if the engine cannot keep up.
    pub waited: Span,
    /// Longest time the loop was busy with one event, in the last minute or two.
    /// A long turn delays lines, deliveries and answers alike.
    pub longest_turn: Duration,
    /// Number of vessels with a track.
    pub vessels: u64,
    /// Tracks evicted because the limit was reached.
    pub evicted: u64,
    /// Messages decoded, by AIS message type.
    pub reports: BTreeMap<String, u64>,
    /// Rejections by decoder and tracks, by reason.
    pub rejects: BTreeMap<String, u64>,
    /// Duplicate reports: the same transmission received by several stations.
    pub copies: u64,
    /// Reports that were later than engine time.
    pub late: u64,
    /// Whether alerts are marked as those of an exercise or a test (`[handling] reality`).
    pub exercise: bool,
    /// About when engine time begins, because the first reports have then waited for late ones; `None` once it has begun, before the first
    /// line, and if only recordings send lines, whose own times decide.
    pub begins_at: Option<Time>,
    /// Reports that are nearly all too late; `None` if they are not, or few.
    pub too_late: Option<TooLate>,
}

/// Reports that are older than engine time, with hardly any others between them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TooLate {
    /// Names of the inputs that sent lines meanwhile.
    pub inputs: Vec<String>,
    /// Number of those that are older.
    pub count: u64,
}

/// Failures of the store or the journal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Failing {
    /// Number of times writing began to fail, since the start.
    pub times: u64,
    /// Whether writing fails now.
    pub now: bool,
    /// The file or folder and the reason, safe to show; `None` while it works.
    pub why: Option<String>,
    /// How the file or folder is absent; `None` if that is not the cause.
    pub absence: Option<Absence>,
}

/// Result of the last reload of settings and zones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReloadView {
    /// Whether the last reload succeeded.
    pub ok: bool,
    /// Time of the last successful reload.
    /// At the start, the time of the start.
    pub taken_at: Time,
    /// Number of problems in the last reload.
    pub problems: u64,
    /// Why sound files could not be saved beside the journal, safe to show; `None` unless they were refused for that.
    pub unkept: Option<String>,
    /// The settings file that is read.
    pub file: PathBuf,
    /// Tables of the settings whose changes take effect at the next start.
    pub waits_for_restart: Vec<String>,
}
