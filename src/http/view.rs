//! What the loop says of itself, once a second: plain numbers, and no word from the air; what servers say is made safe to show.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::alerts::Severity;
use crate::clock::Moment;
use crate::disk::Absence;
use crate::time::{Span, Time};

/// The daemon as its loop saw it last.
#[derive(Clone, Debug)]
pub struct View {
    /// When that was.
    pub seen: Moment,
    /// The same by the wall clock.
    pub at: Time,
    /// Whether everything listens that is to listen.
    pub ready: bool,
    /// The inputs, in the order of the settings.
    pub inputs: Vec<InputView>,
    /// The sinks, in the order of the settings.
    pub sinks: Vec<SinkView>,
    /// The engine.
    pub engine: EngineView,
    /// Announced alerts since the start, by behaviour and severity when opened.
    pub opened: BTreeMap<(&'static str, Severity), u64>,
    /// Ended since the start, by behaviour.
    pub ended: BTreeMap<&'static str, u64>,
    /// Taken back since the start, by behaviour.
    pub retracted: BTreeMap<&'static str, u64>,
    /// Announced and open now, by behaviour.
    pub open: BTreeMap<&'static str, u64>,
    /// The store, if there is one.
    pub store: Option<Failing>,
    /// The journal, if there is one.
    pub journal: Option<Failing>,
    /// The last reload, or the start.
    pub reload: ReloadView,
    /// Certificates that have expired or soon will, a sentence each.
    pub lapsing: Vec<String>,
}

/// One input.
#[derive(Clone, PartialEq, Debug)]
pub struct InputView {
    /// As the settings name it.
    pub name: String,
    /// Connected, listening or open.
    pub up: bool,
    /// Read to its end.
    pub ended: bool,
    /// Live, or a recording.
    pub live: bool,
    /// Lines that reached the engine since the start.
    pub lines: u64,
    /// The same over the last minute.
    pub lines_per_second: f64,
    /// Bytes read, lines without an end, lines dropped, datagrams lost, connections: since the start.
    pub counters: [u64; 5],
    /// Refused by the decoder, by reason; these go on after a restart.
    pub rejects: Vec<(&'static str, u64)>,
    /// Posts refused, by reason; of inputs that take any.
    pub refused_posts: Vec<(&'static str, u64)>,
    /// When a line came last.
    pub heard: Option<Time>,
    /// Whether its times lag behind receipt by more than its lateness.
    pub lagging: bool,
    /// When its last report was received, and how far its time was behind; of live inputs.
    pub reported: Option<(Time, Span)>,
    /// How late its reports may come.
    pub lateness: Span,
    /// Why it is down, in words that are safe to show.
    pub reason: Option<String>,
}

/// One sink; what it counts, it counts since the start.
#[derive(Clone, PartialEq, Debug)]
pub struct SinkView {
    /// As the settings name it.
    pub name: String,
    /// Lines it took.
    pub delivered: u64,
    /// Sends that came to nothing.
    pub failures: u64,
    /// Lines that are not tried again.
    pub given_up: u64,
    /// Lines that waited for its `max_per_second`.
    pub delayed: u64,
    /// Whether it takes nothing at the moment.
    pub down: bool,
    /// Why it did not take the last letter, in words that are safe to show.
    pub reason: Option<String>,
}

/// The engine.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EngineView {
    /// Engine time.
    pub time: Option<Time>,
    /// How long the slowest batch of lines of the last second waited for the engine, since its receipt.
    pub waited: Span,
    /// The longest that the loop was busy with one event, in the last minute or two.
    pub longest_turn: Duration,
    /// Vessels with a track.
    pub vessels: u64,
    /// Tracks given up for want of room.
    pub evicted: u64,
    /// Messages decoded, by AIS type.
    pub reports: BTreeMap<String, u64>,
    /// Refused by decoder and tracks, by reason.
    pub rejects: BTreeMap<String, u64>,
    /// Copies of one transmission by several stations.
    pub copies: u64,
    /// Reports that came later than engine time.
    pub late: u64,
}

/// Whether something fails at the moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Failing {
    /// How often that began, since the start.
    pub times: u64,
    /// Whether it goes on. Why is in the log, with its paths.
    pub now: bool,
    /// How its file or folder is away, if that is why.
    pub absence: Option<Absence>,
}

/// How settings and zones were taken over last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReloadView {
    /// Whether the last try was taken over.
    pub ok: bool,
    /// When something was taken over last.
    pub taken_at: Time,
    /// Problems of the last try.
    pub problems: u64,
    /// Tables of the settings whose changes take effect at the next start.
    pub waits_for_restart: Vec<String>,
}
