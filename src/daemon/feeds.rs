//! The inputs: their tasks, the channel that their lines come through, and what the loop knows of each.
//!
//! An input task knows nothing about AIS: it hands over lines and says whether it is up. Silence is judged here, by
//! time of receipt, because an input that is connected and sends nothing looks healthy from inside.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::driver::EngineDriver;
use super::fault_log::FaultLog;
use crate::config::{self, Checked};
use crate::http;
use crate::inputs::{self, Message, Port, Settings, State};
use crate::platform::clock::{Clock, Moment};
use crate::platform::service::Sockets;
use crate::platform::telemetry::InputCounters;
use atalaia_core::ais::{ClockFault, Reject, SourceId, UnusedTime};
use atalaia_core::base::time::Time;
use atalaia_core::engine::Engine;

/// Capacity of the channel from the inputs, in batches: enough to bridge a burst, small enough that a busy engine slows its feeds.
const BATCHES_WAITING: usize = 64;
/// Time inputs have to close their connections in an orderly way when stopping.
const LEAVE: Duration = Duration::from_secs(3);
/// What the log says about a recording whose reports are not used beside live inputs.
const REFUSED: &str = "a recording is being played beside live inputs; its reports more than a day behind live time, or ahead of it, are \
                       not used. Play it into a daemon of its own";

/// The inputs of the daemon.
pub(super) struct Feeds {
    /// The inputs, in the order of the settings.
    pub(super) sources: Vec<Source>,
    /// Lines and states of all inputs, in the order in which they were handed over.
    pub(super) messages: Receiver<Message>,
    /// Kept so that the channel stays open after every input has ended.
    _sender: Sender<Message>,
    /// Tasks of inputs that close their connections in an orderly way when the daemon stops.
    leaving: JoinSet<()>,
}

impl Feeds {
    /// Starts the inputs. `ids` are their numbers in the engine, `used_before` the lines of a recording that are skipped.
    pub(super) fn start(
        settings: &Checked,
        driver: &EngineDriver,
        ids: &[SourceId],
        used_before: &[u64],
        sockets: &Arc<Sockets>,
        clock: Clock,
        stop: &CancellationToken,
    ) -> Feeds {
        let (sender, messages) = channel(BATCHES_WAITING);
        let mut feeds = Feeds { sources: Vec::new(), messages, _sender: sender.clone(), leaving: JoinSet::new() };
        let inputs = settings.inputs.iter().zip(ids).zip(used_before);
        for (index, ((input, id), used_before)) in (0..).zip(inputs) {
            let source = Source { skip: *used_before, ..Source::new(input, *id, driver, settings, clock) };
            let port = Port {
                source: SourceId(index),
                settings: Arc::new(input.common()),
                limits: settings.recordings.limits(),
                lateness: config::source_clock(input, settings).lateness,
                clock,
                counters: Arc::clone(&source.counters),
                sender: sender.clone(),
                stop: stop.clone(),
                sockets: Arc::clone(sockets),
            };
            let run = inputs::run(input.clone(), port);
            feeds.sources.push(source);
            match input.kind.drains() {
                true => drop(feeds.leaving.spawn(run)),
                false => drop(tokio::spawn(run)),
            }
        }
        feeds
    }

    /// The input of this number.
    pub(super) fn source(&mut self, id: SourceId) -> &mut Source {
        &mut self.sources[usize::from(id.0)]
    }

    /// The engine's numbers of the inputs that it must be notified have fallen silent.
    pub(super) fn silent(&mut self, now: Moment, idle_after: Duration) -> Vec<SourceId> {
        let silent =
            self.sources.iter_mut().filter_map(|source| source.falls_silent(now, idle_after).then_some(source.id));
        silent.collect()
    }

    /// Whether every listener is bound or has reported an error; inputs that connect are not waited for.
    pub(super) fn have_begun(&self, settings: &[Settings]) -> bool {
        let listens = |settings: &Settings| settings.kind.listens().is_some();
        self.sources.iter().zip(settings).filter(|(_, settings)| listens(settings)).all(|(source, _)| source.begun)
    }

    /// New settings are in force: how late reports may be has perhaps changed.
    pub(super) fn configure(&mut self, settings: &Checked) {
        for (source, input) in self.sources.iter_mut().zip(&settings.inputs) {
            source.lateness = lateness(input, settings);
        }
    }

    /// Whether an input has still to close its connections.
    pub(super) fn are_leaving(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// Lets inputs close their connections. Lines that came too late to be processed are not acknowledged, so their senders repeat them.
    pub(super) async fn leave(&mut self) {
        self.messages.close();
        while self.messages.try_recv().is_ok() {}
        let leave = async { while self.leaving.join_next().await.is_some() {} };
        if timeout(LEAVE, leave).await.is_err() {
            warn!("an input did not close its connection in time");
        }
    }

    /// Logs which inputs' clocks start or stop lagging behind receipt.
    pub(super) fn log_lagging(&mut self, engine: &Engine) {
        let lagging = engine.lagging();
        for source in &mut self.sources {
            let lags = lagging.contains(&source.id);
            match (source.lagging, lags) {
                (false, true) => {
                    warn!(input = %source.name, "feed is later than lateness_seconds allows; the engine no longer waits for it")
                }
                (true, false) if source.idle => info!(input = %source.name, "late feed has fallen silent"),
                (true, false) => info!(input = %source.name, "feed is on time again"),
                _ => {}
            }
            source.lagging = lags;
        }
    }

    /// Warns once of each recording whose reports are not used beside live inputs.
    pub(super) fn log_refused(&mut self, engine: &Engine) {
        for source in &mut self.sources {
            if !source.is_refused && source.refused_before < engine.refused(source.id) {
                source.is_refused = true;
                warn!(input = %source.name, "{REFUSED}");
            }
        }
    }

    /// Warns of inputs whose times disagree with the clock: at once, and at growing intervals while they do.
    pub(super) fn log_clock_faults(&mut self, engine: &Engine, now: Moment, wall: Time) {
        for source in &mut self.sources {
            let fault = source.clock_fault(engine, wall);
            if let Some(fault) = fault.filter(|fault| source.fault_log.is_due(fault, now)) {
                warn!(input = %source.name, "{}", http::unused_times(&fault));
            }
        }
    }

    /// Logs messages without a time, and those not used, in an input that has ended, and when all inputs have ended.
    pub(super) fn log_ended(&self, engine: &Engine, id: SourceId) {
        let untimed = engine.tally().source(id).map_or(0, |counts| counts.untimed_total());
        let source = self.sources.iter().find(|source| source.id == id);
        let input = source.map_or("", |source| &source.name);
        if 0 < untimed {
            warn!(%input, messages = untimed, "messages without a time; the behaviours do not use them");
        }
        let refused = source.map_or(0, |source| engine.refused(id).saturating_sub(source.refused_before));
        if 0 < refused {
            warn!(%input, reports = refused, "{REFUSED}");
        }
        if self.sources.iter().all(|source| source.state == State::Ended) {
            warn!("all inputs have ended; nothing more is read until a restart");
        }
    }
}

/// Maximum delay of an input's reports: longer than this after its last line, none can still be on the way.
fn lateness(input: &Settings, settings: &Checked) -> Duration {
    Duration::from_millis(config::source_clock(input, settings).lateness.millis().max(0) as u64)
}

/// Number of lines of an input whose times were not used, over restarts.
fn faulty(engine: &Engine, id: SourceId) -> u64 {
    let counts = engine.tally().source(id);
    let unused = |reason| counts.map_or(0, |counts| counts.unused_time(reason));
    UnusedTime::ALL.into_iter().map(unused).sum::<u64>() + counts.map_or(0, |counts| counts.rejected(Reject::Recording))
}

/// The loop's state of one input.
pub(super) struct Source {
    /// Its name in the settings.
    pub(super) name: String,
    /// Its number in the engine; stable across restarts. Its index in [`Feeds::sources`] is another number, which
    /// changes with the settings.
    pub(super) id: SourceId,
    /// Lines of a recording still to be skipped because they were processed before a restart.
    pub(super) skip: u64,
    /// Counts that its task keeps, and why it is down.
    pub(super) counters: Arc<InputCounters>,
    /// Its last reported state; `Down` before the first.
    pub(super) state: State,
    /// When the last line was received, or, before the first, when the input was started. Silence counts from here.
    pub(super) heard: Moment,
    /// When the last line was received, by the wall clock; `None` before the first since the start.
    pub(super) heard_at: Option<Time>,
    /// Whether the input has reported its first state.
    pub(super) begun: bool,
    /// Whether the engine treats it as silent (first step, after `idle_after_seconds`); the next line resets it.
    pub(super) idle: bool,
    /// Whether the engine has been notified of the second step: silent for as long as reports may be late.
    pub(super) released: bool,
    /// Maximum delay of its reports.
    pub(super) lateness: Duration,
    /// Whether the log already reports that its clock lags.
    pub(super) lagging: bool,
    /// Whether the log already reports that reports of this recording are not used.
    is_refused: bool,
    /// Number of its reports that were not used before the start.
    refused_before: u64,
    /// Lines processed since the start, without those that were skipped.
    pub(super) lines: u64,
    /// Lines whose times were not used before the start. They say nothing about the feed now: its times may have been mended.
    faulty_before: u64,
    /// What the log has about its times.
    fault_log: FaultLog,
}

impl Source {
    /// The state of an input that has not been heard yet.
    fn new(input: &Settings, id: SourceId, driver: &EngineDriver, settings: &Checked, clock: Clock) -> Source {
        Source {
            name: input.name.clone(),
            id,
            skip: 0,
            counters: Arc::new(InputCounters::default()),
            state: State::Down,
            heard: clock.moment(),
            heard_at: None,
            begun: false,
            idle: false,
            released: false,
            lateness: lateness(input, settings),
            lagging: false,
            is_refused: false,
            refused_before: driver.engine.refused(id),
            lines: 0,
            faulty_before: faulty(&driver.engine, id),
            fault_log: FaultLog::default(),
        }
    }

    /// What is wrong with its times, by lines received since the start; `None` if nothing is.
    pub(super) fn clock_fault(&self, engine: &Engine, wall: Time) -> Option<ClockFault> {
        engine.clock_fault(self.id, wall).filter(|_| self.faulty_before < faulty(engine, self.id))
    }

    /// Whether the engine must be notified of silence: once after `idle_after`, and once when no late report can still be on its way.
    pub(super) fn falls_silent(&mut self, now: Moment, idle_after: Duration) -> bool {
        let silent = now.since(self.heard);
        if !self.idle && idle_after <= silent {
            self.idle = true;
            info!(input = %self.name, seconds = idle_after.as_secs(), "input silent; the engine no longer waits for it");
            return true;
        }
        self.idle && idle_after.max(self.lateness) <= silent && !std::mem::replace(&mut self.released, true)
    }

    /// The part of a batch that was not processed before a restart.
    pub(super) fn not_used_yet<'a>(&mut self, lines: &'a [u8]) -> &'a [u8] {
        let mut rest = lines;
        while 0 < self.skip
            && let Some(end) = memchr::memchr(b'\n', rest)
        {
            rest = &rest[end + 1..];
            self.skip -= 1;
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Purpose;
    use atalaia_core::base::time::Span;

    #[test]
    fn times_that_were_wrong_before_a_restart_are_not_held_against_the_feed() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("atalaia.toml");
        std::fs::write(&file, "[[inputs]]\nkind = \"tcp\"\nname = \"local\"\naddress = \"127.0.0.1:5631\"\n")
            .expect("written");
        let settings = config::check(Some(&file), None, Purpose::Replay).expect("sound");
        let mut driver = EngineDriver::new(&settings, vec!["local".to_owned()], "key".to_owned());
        let wall = Clock.now();
        let send = |driver: &mut EngineDriver, ahead: Span| {
            let tag = format!("c:{}", (wall + ahead).millis() / 1000);
            let sum = tag.bytes().fold(0, |sum, byte| sum ^ byte);
            let line = format!("\\{tag}*{sum:02X}\\!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n");
            driver.lines(SourceId(0), Some(wall), line.as_bytes(), &mut Vec::new());
        };
        let source = |driver: &EngineDriver| Source::new(&settings.inputs[0], SourceId(0), driver, &settings, Clock);
        let before = source(&driver);
        (0..20).for_each(|_| send(&mut driver, Span::from_hours(1)));
        assert!(before.clock_fault(&driver.engine, wall).is_some(), "one hour ahead");
        // The engine of the next start has the counts of this one.
        let after = source(&driver);
        (0..20).for_each(|_| send(&mut driver, Span::ZERO));
        assert_eq!(after.clock_fault(&driver.engine, wall), None);
        (0..20).for_each(|_| send(&mut driver, Span::from_hours(1)));
        assert!(after.clock_fault(&driver.engine, wall).is_some(), "wrong again");
    }
}
