//! The daemon's main loop. It owns the engine, starts and stops the inputs and sinks, and reloads the settings.

mod apart;
mod ask;
mod draining;
mod driver;
mod feeds;
mod journaling;
mod log;
mod past;
mod persist;
mod rates;
mod reading;
mod rehearse;
mod reload;
mod restart;
mod settings_archive;
mod start;
mod status;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::ais::SourceId;
use crate::alerts::Change;
use crate::clock::{Clock, Moment};
use crate::config::{self, Changed, Checked, FileWatch};
use crate::delivery::{Dispatcher, StoreLink, Wake};
use crate::fault;
use crate::http::Ask;
use crate::inputs::{self, Batch, Message, Port, State};
use crate::journal::{self, Entry};
use crate::service::{Sockets, Starting, outlive_full_files};
use crate::store::{self, Store};
use crate::telemetry::{FromAir, InputCounters, Pulse};
use crate::time::Span;
pub use apart::{SnapshotOrder, make_snapshot};
use ask::Answering;
use driver::EngineDriver;
use feeds::Source;
use reading::{Reading, Reply};
use reload::{Outcome, warn_of, watched};
use restart::Records;
pub(crate) use restart::{PurgedLines, purge_lines};
use start::Started;
use status::StatusReporter;

pub use past::{LookBack, LookedBack, Onlooker, Origin, is_journal, look_back};
pub use rehearse::rehearse;
pub use restart::{beside as journal_beside, folder as journal_folder, folder_of as journal_folder_of};

/// Everything the main loop reacts to.
enum Event {
    /// Lines from an input.
    Lines(Batch),
    /// An input came up, went down or ended.
    InputState(SourceId, State),
    /// A signal, or the cancellation token, asks for a stop or a reload.
    Signal(Asked),
    /// Settings, zones or watchlists changed on disk, and the changes have settled.
    FilesChanged(Changed),
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
}

enum Asked {
    Stop,
    Reload,
}

/// Capacity of the channel from the inputs, in batches: enough to bridge a burst, small enough that a busy engine slows its feeds.
const BATCHES_WAITING: usize = 64;
const TICK: Duration = Duration::from_secs(1);
const STATUS_EVERY: Duration = Duration::from_secs(600);
/// Maximum wait for a pause in the incoming lines when stopping.
const LONGEST_DRAIN: Duration = Duration::from_secs(2);
/// Time inputs have to close their connections in an orderly way when stopping.
const LEAVE: Duration = Duration::from_secs(3);
/// Time sinks have for the remaining deliveries when stopping.
const LAST_DELIVERIES: Duration = Duration::from_secs(4);
/// Maximum number of open alerts listed in the log when stopping.
const OPEN_ALERTS_NAMED: usize = 50;

/// Runs the daemon until SIGTERM or SIGINT. SIGHUP reads `file` again.
pub fn run(settings: Checked, file: PathBuf) -> io::Result<()> {
    run_watched(settings, file, CancellationToken::new(), None)
}

/// Runs the daemon inside another command. Cancelling `stop` works like SIGTERM: lines that have arrived are still processed. Every
/// announced change is also sent to `watcher`, regardless of the sinks' filters.
pub fn run_watched(
    settings: Checked,
    file: PathBuf,
    stop: CancellationToken,
    watcher: Option<mpsc::Sender<Change>>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async { Daemon::start(settings, file, stop, watcher)?.run().await });
    // Not a graceful shutdown: a DNS lookup still in progress must not delay the exit.
    runtime.shutdown_background();
    outcome
}

struct Daemon {
    file: PathBuf,
    settings: Checked,
    driver: EngineDriver,
    /// The journal and the snapshots; `None` without a store or with the journal disabled.
    records: Option<Records>,
    journal_says: UnboundedReceiver<journal::Event>,
    saved_at: Moment,
    dispatcher: Option<Dispatcher>,
    reloads: u32,
    store: Option<Store>,
    stored: UnboundedReceiver<store::Event>,
    cases_at: Option<Moment>,
    purging: persist::Purging,
    watcher: Option<mpsc::Sender<Change>>,
    sources: Vec<Source>,
    clock: Clock,
    changes: Vec<Change>,
    messages: Receiver<Message>,
    /// Kept so that the channel stays open after every input has ended.
    _sender: Sender<Message>,
    /// Tasks of inputs that close their connections in an orderly way when the daemon stops.
    leaving: JoinSet<()>,
    stop: CancellationToken,
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    tick: Interval,
    watch: FileWatch,
    reloaded: Outcome,
    reading: Reading,
    status_at: Moment,
    status: StatusReporter,
    flood: persist::Flood,
    answering: Answering,
}

impl Daemon {
    fn start(
        mut settings: Checked,
        file: PathBuf,
        stop: CancellationToken,
        watcher: Option<mpsc::Sender<Change>>,
    ) -> io::Result<Daemon> {
        let clock = Clock;
        // Registered before anything slow, so that an early SIGTERM or SIGHUP is not lost.
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let hang_up = signal(SignalKind::hangup())?;
        outlive_full_files()?;

        let taking_up = Arc::new(Pulse::default());
        let starting = Starting::begin(Arc::clone(&taking_up));
        let sockets = Arc::new(Sockets::take_over());
        // Restoring the state may take a while; changes to the files in the meantime must not be missed.
        let files = watched(&file, &settings);
        let watch = FileWatch::new(files.clone());
        watch.changed_since(&files, settings.read);
        let clocks = settings.inputs.iter().map(|input| config::source_clock(input, &settings));
        let clocks: Vec<_> = clocks.collect();
        let lateness: Vec<_> = clocks.iter().map(|clock| clock.lateness).collect();
        let (tell, stored) = unbounded_channel();
        let (tell_journal, journal_says) = unbounded_channel();
        let syncer = Arc::new(OnceLock::new());
        let journal_synced = Arc::clone(&syncer);
        let wake = Wake::default();
        let open = |path: &PathBuf| {
            let wake = wake.clone();
            // Wakes the workers, including those on hold. The receiver is drained until shutdown; a send after that may fail.
            let tell = move |event| {
                wake.wake();
                drop((event != store::Event::Stored).then(|| tell.send(event)));
            };
            let mut said = false;
            let before = move |position| start::wait_for_journal(&journal_synced, position, &mut said);
            Store::open(path, persist::orders(&settings), move || clock.now(), before, tell).map_err(io::Error::other)
        };
        let store = settings.store.as_ref().map(open).transpose()?;
        let Started { driver, records, ids } =
            start::begin(&settings, store.as_ref(), &syncer, clock, &taking_up, move |event| {
                drop(tell_journal.send(event))
            })?;
        drop(starting);

        let link = |store: &Store, path: &PathBuf| StoreLink {
            path: path.as_path().into(),
            reporter: store.reporter(),
            wake: wake.clone(),
        };
        let link = store.as_ref().zip(settings.store.as_ref()).map(|(store, path)| link(store, path));
        let dispatcher = Dispatcher::start(&settings.sinks, &settings.delivery, link, clock)?;

        let (sender, messages) = channel(BATCHES_WAITING);
        let mut sources = Vec::new();
        let mut leaving = JoinSet::new();
        for (index, (input, lateness)) in (0..).zip(settings.inputs.iter().zip(lateness)) {
            let counters = Arc::new(InputCounters::default());
            sources.push(Source {
                name: input.name.clone(),
                id: ids[usize::from(index)],
                skip: start::used_before(&driver, ids[usize::from(index)], input.kind),
                counters: Arc::clone(&counters),
                state: State::Down,
                heard: clock.moment(),
                heard_at: None,
                begun: false,
                idle: false,
                released: false,
                lateness: journaling::lateness(input, &settings),
                lagging: false,
                lines: 0,
            });
            let run = inputs::run(Port {
                source: SourceId(index),
                settings: Arc::new(input.clone()),
                limits: settings.recordings.limits(),
                lateness,
                clock,
                counters,
                sender: sender.clone(),
                stop: stop.clone(),
                sockets: Arc::clone(&sockets),
            });
            match input.kind.takes_leave() {
                true => drop(leaving.spawn(run)),
                false => drop(tokio::spawn(run)),
            }
        }
        let flood = persist::Flood::from(driver.engine.tracks().evicted());
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        info!(
            version = env!("CARGO_PKG_VERSION"),
            settings = %file.display(),
            inputs = settings.inputs.len(),
            sinks = settings.sinks.len(),
            zones = settings.zone_count(),
            listed = settings.chart.watchlists.len(),
            zone_files = %settings.zones,
            "started"
        );
        warn_of(&settings);
        // No longer needed: a copy is now stored beside the journal.
        settings.list_texts = None;
        let (asker, answering) = Answering::new(clock);
        let parts = (store.as_ref(), records.as_ref());
        let status = StatusReporter::start(&settings, &file, parts, &sockets, clock, asker, &stop)?;
        Ok(Daemon {
            file,
            settings,
            driver,
            records,
            journal_says,
            saved_at: clock.moment(),
            dispatcher: Some(dispatcher),
            reloads: 0,
            store,
            stored,
            cases_at: None,
            purging: persist::Purging::default(),
            watcher,
            sources,
            clock,
            changes: Vec::new(),
            messages,
            _sender: sender,
            leaving,
            stop,
            terminate,
            interrupt,
            hang_up,
            tick,
            watch,
            reloaded: Outcome::good(clock.now()),
            reading: Reading::default(),
            status_at: clock.moment(),
            status,
            flood,
            answering,
        })
    }

    async fn run(mut self) -> io::Result<()> {
        self.deliver();
        loop {
            let event = self.next().await;
            let began = self.clock.moment();
            match event {
                Event::Lines(batch) => self.lines(batch),
                Event::InputState(source, state) => self.input_state(source, state),
                Event::Signal(Asked::Reload) => {
                    self.status.service.reloading();
                    self.reading.owed = true;
                    self.reload(Changed::Settings);
                }
                Event::Signal(Asked::Stop) => {
                    return self.finish().await;
                }
                Event::FilesChanged(what) => self.reload(what),
                Event::Read(reply) => self.have_read(reply),
                Event::Store(event) => self.stored(event),
                Event::Journal(event) => self.journal_says(event),
                Event::Ask(ask) => self.answer(ask),
                Event::Tick => self.tick(),
            }
            self.deliver();
            self.acknowledge();
            self.status.turned(began, self.clock.moment());
        }
    }

    /// Signals, ticks and a few questions take priority over lines, so that a flood of lines cannot starve them.
    async fn next(&mut self) -> Event {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Event::Signal(Asked::Stop),
            _ = self.interrupt.recv() => Event::Signal(Asked::Stop),
            () = self.stop.cancelled() => Event::Signal(Asked::Stop),
            _ = self.hang_up.recv() => Event::Signal(Asked::Reload),
            _ = self.tick.tick() => Event::Tick,
            what = self.watch.changed() => Event::FilesChanged(what),
            reply = self.reading.reply() => Event::Read(reply),
            Some(event) = self.stored.recv() => Event::Store(event),
            Some(event) = self.journal_says.recv() => Event::Journal(event),
            Some(ask) = self.answering.next(), if self.answering.may() => Event::Ask(ask),
            // Back-pressure: a full store pauses the feeds and nothing else.
            Some(message) = self.messages.recv(), if self.store.as_ref().is_none_or(Store::has_room) => match message {
                Message::Lines(batch) => Event::Lines(batch),
                Message::State(source, state) => Event::InputState(source, state),
            },
        }
    }

    fn deliver(&mut self) {
        if self.changes.is_empty() {
            return;
        }
        let changes = std::mem::take(&mut self.changes);
        self.status.count(&changes);
        if let Some(watcher) = &self.watcher {
            for change in changes.iter().filter(|change| change.alert.announced) {
                // The watcher may have gone; it then needs no changes.
                let _ = watcher.send(change.clone());
            }
        }
        if let Some(store) = &self.store {
            // `watcher` does not depend on the store; sinks are served from it.
            self.cases_at.get_or_insert_with(|| self.clock.moment());
            let position = self.records.as_mut().map_or(0, Records::flush);
            store.changes(changes, position);
        } else if let Some(dispatcher) = &self.dispatcher {
            dispatcher.deliver(&changes);
        }
    }

    fn lines(&mut self, mut batch: Batch) {
        let acknowledge = batch.acknowledge.take();
        let source = &mut self.sources[usize::from(batch.source.0)];
        source.heard = self.clock.moment();
        source.heard_at = batch.received.or(source.heard_at);
        (source.idle, source.released) = (false, false);
        self.status.waited(batch.received, self.clock);
        let lines = source.not_used_yet(&batch.lines);
        if lines.is_empty() {
            return self.owe(acknowledge);
        }
        fault::point("lines-before-engine");
        let (id, received) = (source.id, batch.received);
        self.write_down(&Entry::Lines { source: id, received, bytes: lines });
        let count = self.driver.lines(id, received, lines, &mut self.changes);
        self.sources[usize::from(batch.source.0)].lines += count;
        self.owe(acknowledge);
    }

    fn input_state(&mut self, id: SourceId, state: State) {
        let source = &mut self.sources[usize::from(id.0)];
        source.state = state;
        source.begun = true;
        self.ready_once_begun();
        let source = &mut self.sources[usize::from(id.0)];
        if state == State::Ended {
            (source.idle, source.released) = (true, true);
            let id = source.id;
            self.over(id);
            self.tell_ended(id);
        }
    }

    fn tick(&mut self) {
        let now = self.clock.moment();
        let idle_after = Duration::from_secs(u64::from(self.settings.engine.time.idle_after_seconds));
        let mut silent = Vec::new();
        for source in &mut self.sources {
            silent.extend(source.falls_silent(now, idle_after).then_some(source.id));
        }
        silent.into_iter().for_each(|id| self.idle(id));
        let received = self.clock.now();
        self.write_down(&Entry::Tick { received });
        self.driver.tick(received, &mut self.changes);
        self.save_sometimes(now);
        self.tell_lagging();
        self.tell_flood(now);
        self.tell_store();
        self.purge();
        self.look_out(now);
        self.publish_picture();
        if STATUS_EVERY <= now.since(self.status_at) {
            self.status_at = now;
            self.tell_status();
        }
    }

    /// Stops the inputs, processes what has arrived and logs the open alerts.
    async fn finish(&mut self) -> io::Result<()> {
        info!("stopping");
        self.status.service.stopping();
        // Data in socket and pipe buffers counts as arrived. A recording, or a feed that never pauses, is cut off at the deadline; lines
        // received before it are processed, however long that takes.
        let deadline = Instant::now() + LONGEST_DRAIN;
        let last = self.clock.now() + Span::from_millis(LONGEST_DRAIN.as_millis() as i64);
        while let Some(batch) = self.arrived().await {
            if deadline <= Instant::now() && batch.received.is_none_or(|received| last < received) {
                break;
            }
            self.lines(batch);
        }
        self.stop.cancel();
        self.end_of_lines();
        self.deliver();
        self.last_words();
        self.take_leave().await;
        self.tell_status();
        let open = self.driver.engine.open_alerts();
        for alert in open.iter().take(OPEN_ALERTS_NAMED) {
            info!(
                id = %alert.id, behaviour = alert.behaviour.name(), severity = ?alert.severity, started_at = %alert.started_at,
                summary = %FromAir(&alert.summary), "open alert"
            );
        }
        let left = self.dispatcher.take().map_or(0, |dispatcher| dispatcher.finish(LAST_DELIVERIES));
        if self.store.is_some() {
            let fate = if self.records.is_some() { "the next start rebuilds them" } else { "they are lost" };
            let stored = self.store.take().is_none_or(Store::finish);
            match stored {
                true => self.close_records(),
                // Keep the previous snapshot as the newest, so that the next start repeats the decisions made since.
                false => drop(self.records.take()),
            }
            info!(open_alerts = open.len(), "stopped");
            return match stored {
                true => Ok(()),
                false => Err(io::Error::other(format!("the last alerts could not be stored: {fate}"))),
            };
        }
        info!(open_alerts = open.len(), "stopped");
        match left {
            0 => Ok(()),
            lines => Err(io::Error::other(format!("{lines} alert messages could not be delivered and are lost"))),
        }
    }
}
