//! The main loop: one event a turn. It owns the engine.
//!
//! A turn takes one event, lets the parts deal with it, and hands on what the engine decided. The order within a turn
//! matters: an entry is in the journal before the engine sees it, changes are stored after their entries, and a
//! snapshot begins only when both are done.
//!
//! Nothing in a turn waits for a disk or the network, but for the save after the journal has lost entries. Slow work
//! has threads and tasks of its own, which report back as events.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, Interval, sleep};
use tracing::{error, info};

use super::ask::Questions;
use super::deliveries::Deliveries;
use super::driver::EngineDriver;
use super::feeds::Feeds;
use super::persist::{self, Persistence};
use super::reading::Reply;
use super::reload::Reloader;
use super::signals::{Request, Signals};
use super::status::{Parts, StatusReporter};
use super::trail::TrailKeeper;
use crate::config::{Checked, FileChange};
use crate::http::Ask;
use crate::inputs::{Batch, Message, State};
use crate::platform::clock::Clock;
use crate::platform::fault;
use crate::platform::telemetry::FromAir;
use crate::storage::journal::{self, Entry};
use crate::storage::store::{self, Store};
use atalaia_core::ais::SourceId;
use atalaia_core::base::time::Span;

/// Everything the main loop reacts to.
enum Event {
    /// Lines from an input.
    Lines(Batch),
    /// An input came up, went down or ended.
    InputState(SourceId, State),
    /// A signal, or the cancellation token, asks for a stop or a reload.
    Signal(Request),
    /// Settings, zones or watchlists changed on disk, and the changes have settled.
    FilesChanged(FileChange),
    /// The reload thread has read and checked the files.
    Read(Reply),
    /// The store reports progress or a failure.
    Store(store::Event),
    /// The journal reports a failure or its recovery.
    Journal(journal::Event),
    /// A page asks about a vessel or a place.
    Ask(Ask),
    /// Fires once a second.
    Tick,
    /// Nothing happens, and a snapshot is in progress.
    Pause,
}

/// How long nothing happens until a snapshot in progress goes on. Under load each turn makes a slice anyway; this is for quiet feeds.
const PAUSE: Duration = Duration::from_millis(1);
/// Maximum wait for a pause in the incoming lines when stopping.
const LONGEST_DRAIN: Duration = Duration::from_secs(2);
/// Maximum number of open alerts listed in the log when stopping; the number of all is logged too.
const OPEN_ALERTS_NAMED: usize = 50;

/// The parts of a running daemon. The loop owns all of them, so none needs a lock.
pub(super) struct Daemon {
    /// The only source of time. The engine has none of its own.
    pub(super) clock: Clock,
    /// The settings in force.
    pub(super) settings: Checked,
    /// Requests to stop or reload.
    pub(super) signals: Signals,
    /// Due once a second.
    pub(super) tick: Interval,
    /// The settings file and its reloads.
    pub(super) reloader: Reloader,
    /// The inputs.
    pub(super) feeds: Feeds,
    /// The engine.
    pub(super) driver: EngineDriver,
    /// The store, the journal and the snapshots.
    pub(super) persistence: Persistence,
    /// Changes of this turn, and the sinks.
    pub(super) deliveries: Deliveries,
    /// What the pages and the service manager show.
    pub(super) status: StatusReporter,
    /// The questions of the pages.
    pub(super) questions: Questions,
    /// What the daemon writes into the audit trail.
    pub(super) trail: TrailKeeper,
}

impl Daemon {
    /// Turns until a stop is requested, then shuts down in order.
    pub(super) async fn run(mut self) -> io::Result<()> {
        self.deliver();
        loop {
            let event = self.next().await;
            let began = self.clock.moment();
            match event {
                Event::Lines(batch) => self.lines(batch),
                Event::InputState(source, state) => self.input_state(source, state),
                Event::Signal(Request::Reload) => self.reload_on_request(),
                Event::Signal(Request::Stop) => return self.finish().await,
                Event::FilesChanged(what) => self.reload(what),
                Event::Read(reply) => self.have_read(reply),
                Event::Store(event) => self.store_reports(&event),
                Event::Journal(event) => self.journal_reports(&event),
                Event::Ask(ask) => self.questions.answer(ask, &self.driver.engine, &self.settings.chart),
                Event::Tick => self.tick(),
                Event::Pause => {}
            }
            self.deliver();
            self.persistence.save_on(&mut self.driver);
            self.persistence.acknowledge();
            self.status.turned(began, self.clock.moment());
        }
    }

    /// Signals, ticks and a few questions take priority over lines, so that a flood of lines cannot starve them.
    async fn next(&mut self) -> Event {
        tokio::select! {
            biased;
            request = self.signals.next() => Event::Signal(request),
            _ = self.tick.tick() => Event::Tick,
            what = self.reloader.watch.changed() => Event::FilesChanged(what),
            reply = self.reloader.reading.reply() => Event::Read(reply),
            Some(event) = self.persistence.stored.recv() => Event::Store(event),
            Some(event) = self.persistence.journal_says.recv() => Event::Journal(event),
            Some(ask) = self.questions.next(), if self.questions.may() => Event::Ask(ask),
            // Back-pressure: a full store pauses the feeds and nothing else.
            Some(message) = self.feeds.messages.recv(), if self.persistence.has_room() => match message {
                Message::Lines(batch) => Event::Lines(batch),
                Message::State(source, state) => Event::InputState(source, state),
            },
            () = sleep(PAUSE), if self.persistence.is_saving() => Event::Pause,
        }
    }

    /// Hands on the changes of this turn: to the watcher, the counts, and the store or the sinks.
    fn deliver(&mut self) {
        if self.deliveries.changes.is_empty() {
            return;
        }
        let changes = self.deliveries.take();
        self.status.count(&changes);
        self.deliveries.deliver(changes, &mut self.persistence, &self.driver.engine);
    }

    /// Lines of an input: journal first, then engine. The sender is acknowledged once the journal is durable up to
    /// here, even for lines that were all skipped.
    fn lines(&mut self, mut batch: Batch) {
        let acknowledge = batch.acknowledge.take();
        let source = self.feeds.source(batch.source);
        source.heard = self.clock.moment();
        source.heard_at = batch.received.or(source.heard_at);
        (source.idle, source.released) = (false, false);
        self.status.waited(batch.received);
        let lines = source.not_used_yet(&batch.lines);
        if lines.is_empty() {
            return self.persistence.owe(acknowledge);
        }
        fault::point("lines-before-engine");
        let (id, received) = (source.id, batch.received);
        self.persistence.write_down(&Entry::Lines { source: id, received, bytes: lines });
        source.lines += self.driver.lines(id, received, lines, &mut self.deliveries.changes);
        self.persistence.owe(acknowledge);
    }

    /// An input came up, went down or ended. An input that has ended is silent for good, so the engine does not
    /// wait for it.
    fn input_state(&mut self, id: SourceId, state: State) {
        let source = self.feeds.source(id);
        (source.state, source.begun) = (state, true);
        let ended = (state == State::Ended).then_some(source.id);
        if ended.is_some() {
            (source.idle, source.released) = (true, true);
        }
        self.with_status(|status, parts| status.ready_once_begun(parts));
        if let Some(id) = ended {
            // The second time means that none of its reports can still be on the way.
            self.idle(id);
            self.idle(id);
            self.feeds.log_ended(&self.driver.engine, id);
        }
    }

    /// Notifies journal and engine that an input is silent or has ended.
    fn idle(&mut self, source: SourceId) {
        self.persistence.write_down(&Entry::Idle { source });
        self.driver.engine.source_idle(source, &mut self.deliveries.changes);
    }

    /// Passes a report of the store on to the status and the log.
    fn store_reports(&mut self, event: &store::Event) {
        self.status.store(event);
        persist::log_store(event);
        if *event != store::Event::Stored {
            self.with_status(StatusReporter::show);
        }
    }

    /// Passes a report of the journal on to the status and the log. If entries were lost, the state is saved at once.
    fn journal_reports(&mut self, event: &journal::Event) {
        self.status.journal(event);
        persist::log_journal(event);
        self.with_status(StatusReporter::show);
        self.persistence.save_after_loss(event, &mut self.driver);
        if matches!(event, journal::Event::Working { .. }) {
            self.reload_refused();
        }
    }

    /// The regular work of a second. The tick is an entry of the journal too, because time alone can end an alert
    /// or open one.
    fn tick(&mut self) {
        let now = self.clock.moment();
        let idle_after = Duration::from_secs(u64::from(self.settings.engine.time.idle_after_seconds));
        self.feeds.silent(now, idle_after).into_iter().for_each(|id| self.idle(id));
        let received = self.clock.now();
        self.persistence.write_down(&Entry::Tick { received });
        self.driver.tick(received, &mut self.deliveries.changes);
        let engine = &self.driver.engine;
        self.persistence.keep_up(&self.settings.journal, now);
        self.feeds.log_lagging(engine);
        self.feeds.log_clock_faults(engine, now, received);
        self.feeds.log_refused(engine);
        self.persistence.report_flood(engine, now);
        self.persistence.store_cases(engine);
        self.persistence.purge(&self.settings);
        self.trail.count(now, received, &self.feeds.sources, self.persistence.store.as_ref());
        self.trail.log_head(now, self.persistence.trail());
        self.with_status(|status, parts| status.look_out(parts, now));
        self.questions.publish(&self.driver.engine, &self.settings.chart);
        if self.reloader.tries_again(now) {
            self.reload_refused();
        }
    }

    /// Lets `act` use the status together with the parts that it is about.
    fn with_status(&mut self, act: impl FnOnce(&mut StatusReporter, &Parts<'_>)) {
        let parts = Parts {
            settings: &self.settings,
            feeds: &self.feeds,
            engine: &self.driver.engine,
            dispatcher: self.deliveries.dispatcher.as_ref(),
            reload: &self.reloader.outcome,
            unstored: self.persistence.store.as_ref().map_or(0, Store::unstored),
        };
        act(&mut self.status, &parts);
    }

    /// Stops the inputs, processes what has arrived and logs the open alerts.
    async fn finish(&mut self) -> io::Result<()> {
        info!("stopping");
        self.status.service.stopping();
        self.take_arrived().await;
        self.signals.stop.cancel();
        self.end_of_lines();
        self.deliver();
        self.trail.write(self.clock.now(), &self.feeds.sources, self.persistence.store.as_ref());
        for event in self.persistence.settle(&self.driver.engine) {
            self.store_reports(&event);
        }
        if self.feeds.are_leaving() {
            self.persistence.acknowledge_all();
            self.feeds.leave().await;
        }
        self.with_status(|status, parts| status.log(parts));
        let open = self.driver.engine.open_alerts();
        for alert in open.iter().take(OPEN_ALERTS_NAMED) {
            info!(
                id = %alert.id, behaviour = alert.behaviour.name(), severity = alert.severity.name(), started_at = %alert.started_at,
                summary = %FromAir(&alert.summary), "open alert"
            );
        }
        // Sinks first: what they deliver now is still recorded in the store.
        let left = self.deliveries.close();
        let (has_store, has_journal) = (self.persistence.store.is_some(), self.persistence.records.is_some());
        let stored = self.persistence.close(&mut self.driver);
        let lost = match (has_store, stored, left) {
            (true, false, _) => {
                let fate = if has_journal { "the next start rebuilds them" } else { "they are lost" };
                format!("the last alerts could not be stored: {fate}")
            }
            (true, true, _) | (false, _, 0) => {
                info!(open_alerts = open.len(), "stopped");
                return Ok(());
            }
            (false, _, lines) => format!("{lines} alert messages could not be delivered and are lost"),
        };
        // The log ends with how the stop went, and not with a success that standard error then contradicts.
        error!(open_alerts = open.len(), "stopped; {lost}");
        Err(io::Error::other(lost))
    }

    /// Processes the lines that have arrived. Data in socket and pipe buffers counts as arrived. A recording, or a feed that never pauses,
    /// is cut off at the deadline; lines received before it are processed, however long that takes.
    async fn take_arrived(&mut self) {
        let deadline = Instant::now() + LONGEST_DRAIN;
        let last = self.clock.now() + Span::from_millis(LONGEST_DRAIN.as_millis() as i64);
        while let Some(batch) = self.feeds.arrived().await {
            if deadline <= Instant::now() && batch.received.is_none_or(|received| last < received) {
                break;
            }
            self.lines(batch);
        }
    }

    /// No more lines will come. Reports waiting in the reorder buffer are processed, unless a restart will do that.
    fn end_of_lines(&mut self) {
        let ended = self.feeds.sources.iter().all(|source| source.state == State::Ended);
        if self.persistence.records.is_some() && !ended {
            return;
        }
        self.persistence.write_down(&Entry::Ended);
        self.driver.engine.finish(&mut self.deliveries.changes);
    }
}
