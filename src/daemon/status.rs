//! Reports the daemon's state to the service manager and to the metrics and health pages.
//!
//! The loop publishes a whole new view once a second and whenever something fails or recovers. The pages show
//! the latest one, so they cost the loop nothing however often they are read, and a view that is old shows that
//! the loop hangs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::feeds::{Feeds, Source};
use super::late_reports::LateReports;
use super::persist::Persistence;
use super::rates::Rates;
use super::reload::Outcome;
use super::restart;
use crate::config::{self, Checked};
use crate::delivery::Dispatcher;
use crate::http::{self, Asker, EngineView, Failing, InputView, Pages, ReloadView, SinkView, Site, View};
use crate::inputs::{Kind, Settings, State};
use crate::platform::clock::{Clock, Moment};
use crate::platform::disk::Absence;
use crate::platform::service::{Service, Sockets};
use crate::platform::telemetry::{FromAir, InputCounts, SinkCounters};
use crate::storage::journal;
use crate::storage::store::{self, Clearance};
use atalaia_core::ais::{Reject, UnusedTime};
use atalaia_core::alerts::handling::Reality;
use atalaia_core::alerts::{Change, ChangeKind, Severity};
use atalaia_core::base::text::counted;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::Behaviour;
use atalaia_core::engine::Engine;

/// Minimum interval between two counts of the open alerts, of which there may be many.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Interval between two reports of the state in the log.
const LOG_EVERY: Duration = Duration::from_secs(600);
/// Minimum interval between two checks of when certificates expire.
const READ_EVERY: Duration = Duration::from_secs(60);
/// How long readiness waits for a listener to report its first state.
const BEGUN_WITHIN: Duration = Duration::from_secs(5);

/// Minimum time the longest turn of the loop is shown; longer than a usual scrape interval.
const TURN_SHOWN: Duration = Duration::from_secs(60);

/// The parts of the daemon that the status is about.
pub(super) struct Parts<'a> {
    /// The settings in force.
    pub(super) settings: &'a Checked,
    /// The inputs.
    pub(super) feeds: &'a Feeds,
    /// The engine, for its counts.
    pub(super) engine: &'a Engine,
    /// The sinks; `None` once they are closed.
    pub(super) dispatcher: Option<&'a Dispatcher>,
    /// How the last reload ended.
    pub(super) reload: &'a Outcome,
    /// Announced changes that the store has not taken yet.
    pub(super) unstored: usize,
}

/// The longest time the loop spent on one event, in the current interval and in the previous one.
#[derive(Default)]
struct Turns {
    /// The longest of the current interval.
    longest: Duration,
    /// The longest of the one before.
    before: Duration,
    /// When the current interval began; `None` before the first turn.
    since: Option<Moment>,
}

impl Turns {
    /// Takes a turn into account, and begins an interval if the current one has lasted [`TURN_SHOWN`].
    fn note(&mut self, began: Moment, ended: Moment) {
        if self.since.is_none_or(|since| TURN_SHOWN <= ended.since(since)) {
            (self.before, self.longest, self.since) = (self.longest, Duration::ZERO, Some(ended));
        }
        self.longest = self.longest.max(ended.since(began));
    }
}

/// Counters and states that the pages show, and the connection to the service manager.
pub(super) struct StatusReporter {
    /// The connection to the service manager, with its watchdog.
    pub(super) service: Service,
    /// For ages of views and states.
    pub(super) clock: Clock,
    /// When the daemon started.
    began: Moment,
    /// When the state was last logged.
    logged: Moment,
    /// Announced alerts that opened since the start.
    opened: BTreeMap<(Behaviour, Severity), u64>,
    /// Those that ended.
    ended: BTreeMap<Behaviour, u64>,
    /// Those that were retracted.
    retracted: BTreeMap<Behaviour, u64>,
    /// Alerts open at the last count, including those opened before the start.
    open: BTreeMap<Behaviour, u64>,
    /// When the open alerts were last counted.
    counted: Option<Moment>,
    /// Lines per second of each input.
    rates: Rates,
    /// Longest time lines waited between receipt and processing since the pages were last updated; reset with each update.
    waited: Span,
    /// How long turns of the loop take.
    turns: Turns,
    /// When the first line was seen; `None` before that.
    pub(super) first_line: Option<Time>,
    /// Whether nearly all reports come too late.
    pub(super) late: LateReports,
    /// Whether the store fails; `None` without one.
    store: Option<Failing>,
    /// Whether the journal fails; `None` without one.
    journal: Option<Failing>,
    /// Warnings for certificates that have expired or soon will.
    lapsing: Vec<String>,
    /// Damaged stores that were set aside and are still there.
    set_aside: Vec<String>,
    /// When the certificates and these stores were last looked for; `None` before the first time.
    lapsing_read: Option<Moment>,
    /// The settings file.
    file: PathBuf,
    /// Channel to the pages; `None` if they are not served.
    view: Option<watch::Sender<Arc<View>>>,
}

impl StatusReporter {
    /// Starts serving the pages, and feeds the watchdog while the loop, the store and the journal make progress.
    ///
    /// # Errors
    /// If the pages cannot be served, for instance because their port is taken.
    pub(super) fn start(
        settings: &Checked,
        file: &Path,
        kept: &Persistence,
        sockets: &Arc<Sockets>,
        clock: Clock,
        asker: Asker,
        stop: &CancellationToken,
    ) -> io::Result<StatusReporter> {
        let mut service = Service::new(clock);
        if let Some(store) = &kept.store {
            service.watch("store", store.pulse());
        }
        if let Some(records) = &kept.records {
            service.watch("journal", records.journal.pulse());
        }
        let of_kind = |kind: Kind| settings.inputs.iter().filter(move |input| input.kind == kind);
        let tcp = of_kind(Kind::TcpListen).map(|input| input.name.as_str()).chain([http::NAME, http::API_NAME]);
        // A socket unit may open ports that the settings no longer name; the log says so.
        sockets.tell_unclaimed(&of_kind(Kind::Udp).map(|input| input.name.as_str()).collect(), &tcp.collect());
        let mut status = StatusReporter {
            service,
            clock,
            began: clock.moment(),
            logged: clock.moment(),
            opened: BTreeMap::new(),
            ended: BTreeMap::new(),
            retracted: BTreeMap::new(),
            open: BTreeMap::new(),
            counted: None,
            rates: Rates::default(),
            waited: Span::ZERO,
            turns: Turns::default(),
            first_line: None,
            late: LateReports::default(),
            store: kept.store.as_ref().map(|_| Failing::default()),
            journal: kept.records.as_ref().map(|_| Failing::default()),
            lapsing: Vec::new(),
            set_aside: Vec::new(),
            lapsing_read: None,
            file: std::path::absolute(file).unwrap_or_else(|_| file.to_owned()),
            view: None,
        };
        let has_pages = settings.http.address.is_some() || sockets.tcp(http::NAME).is_some();
        let has_api = settings.api.address.is_some() || sockets.tcp(http::API_NAME).is_some();
        if has_pages || has_api {
            let (sender, view) = watch::channel(Arc::new(status.snapshot(
                Vec::new(),
                Vec::new(),
                EngineView { exercise: is_exercise(settings), ..EngineView::default() },
                &Outcome::good(clock.now()),
            )));
            if has_api {
                let store = settings.store.clone();
                let store =
                    store.ok_or_else(|| io::Error::other("api.address: needs a store; write path below [store]"))?;
                let journal = restart::folder(settings);
                let site = Site { view: view.clone(), store, journal, clock, asker: asker.clone() };
                site.serve(settings.api.clone(), Arc::clone(sockets), stop.clone())?;
            }
            if has_pages {
                let (store, journal) = (settings.store.clone(), restart::folder(settings));
                let pages = Pages { view, store, journal, clock, asker };
                pages.serve(settings.http.clone(), Arc::clone(sockets), stop.clone())?;
            }
            status.view = Some(sender);
        }
        Ok(status)
    }

    /// Counts announced changes by behaviour.
    pub(super) fn count(&mut self, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.alert.announced) {
            let (behaviour, severity) = (change.alert.behaviour, change.alert.severity);
            let count = match change.change {
                ChangeKind::Opened => self.opened.entry((behaviour, severity)).or_default(),
                ChangeKind::Ended => self.ended.entry(behaviour).or_default(),
                ChangeKind::Retracted => self.retracted.entry(behaviour).or_default(),
                ChangeKind::Updated => continue,
            };
            *count += 1;
        }
    }

    /// Notes how long the lines now about to be processed have waited.
    pub(super) fn waited(&mut self, received: Option<Time>) {
        if let (Some(received), true) = (received, self.view.is_some()) {
            self.waited = self.waited.max(self.clock.now() - received);
        }
    }

    /// Notes how long the loop spent on an event.
    pub(super) fn turned(&mut self, began: Moment, ended: Moment) {
        self.turns.note(began, ended);
    }

    /// Updates the state of the store.
    pub(super) fn store(&mut self, event: &store::Event) {
        match event {
            store::Event::Failing { why, absence } => begin_failing(&mut self.store, why, *absence),
            store::Event::Working => self.store.iter_mut().for_each(end_failing),
            store::Event::Stored | store::Event::GivenUp(_) => {}
        }
    }

    /// Updates the state of the journal.
    pub(super) fn journal(&mut self, event: &journal::Event) {
        match event {
            journal::Event::Failing { why, absence } => begin_failing(&mut self.journal, why, *absence),
            journal::Event::Working { .. } => self.journal.iter_mut().for_each(end_failing),
            journal::Event::SegmentGone { .. } | journal::Event::Unsealed { .. } => {}
        }
    }

    /// The view of this moment. Resets the longest wait, so each view has that of its own interval.
    fn snapshot(&mut self, inputs: Vec<InputView>, sinks: Vec<SinkView>, engine: EngineView, reload: &Outcome) -> View {
        View {
            seen: self.clock.moment(),
            at: self.clock.now(),
            ready: self.service.is_ready(),
            inputs,
            sinks,
            engine: EngineView { waited: std::mem::replace(&mut self.waited, Span::ZERO), ..engine },
            opened: self.opened.clone(),
            ended: self.ended.clone(),
            retracted: self.retracted.clone(),
            open: self.open.clone(),
            store: self.store.clone(),
            unstored: 0,
            set_aside: self.set_aside.clone(),
            journal: self.journal.clone(),
            reload: ReloadView {
                ok: reload.ok,
                taken_at: reload.taken_at,
                problems: reload.problems.len() as u64,
                unkept: reload.problems.first().filter(|_| reload.unkept).cloned(),
                file: self.file.clone(),
                waits_for_restart: reload.waits_for_restart.clone(),
            },
            lapsing: self.lapsing.clone(),
            zone_doubts: 0,
        }
    }
}

/// Whether alerts are marked as those of an exercise or a test.
fn is_exercise(settings: &Checked) -> bool {
    settings.engine.handling.reality != Reality::Actual
}

/// What the pages show of a sink.
fn sink_view(name: &str, counters: &SinkCounters, settings: &Checked) -> SinkView {
    // A sink that a reload has just removed is on its way out, and receives nothing more.
    let clearance = settings.sinks.iter().find(|sink| sink.name == name).map(|sink| sink.filter().clearance);
    let read = |counter: &AtomicU64| counter.load(Relaxed);
    SinkView {
        name: name.to_owned(),
        delivered: read(&counters.delivered),
        failures: read(&counters.failures),
        given_up: read(&counters.given_up),
        delayed: read(&counters.delayed),
        unrecorded: read(&counters.unrecorded),
        down: counters.is_down(),
        reason: counters.reason.get(),
        clearance: clearance.unwrap_or(Clearance::everything()),
    }
}

/// Notes a failure. Failures in a row count once: the store repeats its report while it retries.
fn begin_failing(failing: &mut Option<Failing>, why: &str, absence: Option<Absence>) {
    let Some(failing) = failing else {
        return;
    };
    (failing.why, failing.absence) = (Some(FromAir(why).to_string()), absence);
    if !std::mem::replace(&mut failing.now, true) {
        failing.times += 1;
    }
}

/// Notes that it works again.
fn end_failing(failing: &mut Failing) {
    (failing.now, failing.why, failing.absence) = (false, None, None);
}

impl StatusReporter {
    /// Once a second: feeds the watchdog and updates the status line and the pages.
    pub(super) fn look_out(&mut self, parts: &Parts<'_>, now: Moment) {
        self.ready_once_begun(parts);
        self.service.beat();
        if self.counted.is_none_or(|counted| COUNT_EVERY <= now.since(counted)) {
            self.counted = Some(now);
            self.count_open(parts.engine);
        }
        // Reading goes to the disk, so not with every turn.
        if self.lapsing_read.is_none_or(|read| READ_EVERY <= now.since(read)) {
            self.read_lapsing(parts.settings);
            let aside = parts.settings.store.iter().flat_map(|path| store::set_aside(path));
            self.set_aside = aside.map(|file| FromAir(&file.display().to_string()).to_string()).collect();
            self.lapsing_read = Some(now);
        }
        let open: u64 = self.open.values().sum();
        let sources = &parts.feeds.sources;
        self.service.status(|| {
            let up = sources.iter().filter(|source| source.state == State::Up).count();
            let open = counted(usize::try_from(open).unwrap_or(usize::MAX), "open alert");
            let vessels = counted(parts.engine.tracks().len(), "vessel");
            format!("{up} of {} up, {open}, {vessels}", counted(sources.len(), "input"))
        });
        if self.view.is_some() {
            self.rates.note(now.since(self.began), sources.iter().map(|source| source.lines).collect());
        }
        self.note_late(parts);
        self.show(parts);
        if LOG_EVERY <= now.since(self.logged) {
            self.logged = now;
            self.log(parts);
        }
    }

    /// Publishes the current state on the pages.
    pub(super) fn show(&mut self, parts: &Parts<'_>) {
        if self.view.is_some() {
            let inputs = parts.feeds.sources.iter().zip(&parts.settings.inputs).enumerate();
            let inputs =
                inputs.map(|(place, (source, settings))| self.input_view(parts, place, source, settings)).collect();
            let engine = EngineView {
                exercise: is_exercise(parts.settings),
                begins_at: self.begins_at(parts),
                too_late: self.too_late(parts.feeds),
                ..self.engine_view(parts.engine)
            };
            let sinks = parts.dispatcher.into_iter().flat_map(Dispatcher::counters);
            let sinks = sinks.map(|(name, counters)| sink_view(name, counters, parts.settings)).collect();
            let unstored = parts.unstored as u64;
            let zone_doubts = parts.settings.zone_doubts as u64;
            let view = View { unstored, zone_doubts, ..self.snapshot(inputs, sinks, engine, parts.reload) };
            if let Some(pages) = &self.view {
                pages.send_replace(Arc::new(view));
            }
        }
    }

    /// Logs the state of every input and of the engine.
    pub(super) fn log(&self, parts: &Parts<'_>) {
        for source in &parts.feeds.sources {
            let InputCounts { bytes, overlong, dropped, lost_datagrams, connections } = source.counters.read();
            info!(
                input = %source.name, state = ?source.state, lines = source.lines, bytes, overlong, dropped, lost_datagrams,
                connections, "input status"
            );
        }
        let at = parts.engine.now().map(|at| at.to_string());
        let Outcome { taken_at: reloaded_at, ok: reload_ok, problems, .. } = parts.reload;
        let reload_refused = problems.first();
        info!(at, open_alerts = parts.engine.open_alerts().len(), reload_ok, %reloaded_at, reload_refused, "status");
    }

    /// Reports readiness once every listener is bound or has reported an error, or after a while.
    pub(super) fn ready_once_begun(&mut self, parts: &Parts<'_>) {
        let waited = self.clock.moment().since(self.began);
        if parts.feeds.have_begun(&parts.settings.inputs) || BEGUN_WITHIN <= waited {
            self.service.ready();
        }
    }

    /// Warns of certificates that expire while the daemon runs. Those found at startup are already among the settings' warnings.
    fn read_lapsing(&mut self, settings: &Checked) {
        let lapsing = config::lapsing(&settings.inputs, &settings.sinks, &settings.api, self.clock.now());
        let lapsing: Vec<String> = lapsing.iter().map(ToString::to_string).collect();
        let is_start = self.lapsing_read.is_none();
        let new = lapsing.iter().filter(|warning| !is_start && !self.lapsing.contains(warning));
        new.for_each(|warning| warn!("{warning}"));
        self.lapsing = lapsing;
    }

    /// Counts the announced alerts that are open, by behaviour.
    fn count_open(&mut self, engine: &Engine) {
        let mut open = BTreeMap::new();
        for alert in engine.open_alerts().iter().filter(|alert| alert.announced) {
            *open.entry(alert.behaviour).or_default() += 1;
        }
        // A behaviour without open alerts is shown as 0 rather than dropped, so that its time series continues.
        self.open.values_mut().for_each(|count| *count = 0);
        self.open.extend(open);
    }

    /// What the pages show of an input; `place` is its index in the settings.
    fn input_view(&self, parts: &Parts<'_>, place: usize, source: &Source, settings: &Settings) -> InputView {
        let counts = parts.engine.tally().source(source.id);
        let rejects = counts.into_iter().flat_map(|counts| counts.rejects());
        let mut rejects: Vec<_> = rejects.map(|(reason, count)| (reason.name(), count)).collect();
        // Those that the engine refuses, because they are beside live inputs, add to those that the decoder recognises.
        match (parts.engine.refused(source.id), rejects.iter_mut().find(|(name, _)| *name == Reject::Recording.name()))
        {
            (refused, Some((_, count))) => *count += refused,
            (0, None) => {}
            (refused, None) => rejects.push((Reject::Recording.name(), refused)),
        }
        let unused = |reason: UnusedTime| (reason.name(), counts.map_or(0, |counts| counts.unused_time(reason)));
        let clock = config::source_clock(settings, parts.settings);
        InputView {
            name: source.name.clone(),
            up: source.state == State::Up,
            ended: source.state == State::Ended,
            live: clock.live,
            lines: source.lines,
            lines_per_second: self.rates.per_second(place),
            counters: source.counters.read(),
            rejects,
            unused_times: UnusedTime::ALL.map(unused).to_vec(),
            clock_fault: source.clock_fault(parts.engine, self.clock.now()),
            refused_posts: match settings.kind {
                Kind::AiscatcherHttp => source.counters.refused_posts(),
                _ => Vec::new(),
            },
            heard: source.heard_at,
            silent_since: self.silent_since(source, settings),
            clients: (settings.kind == Kind::TcpListen).then(|| source.counters.clients.load(Relaxed)),
            lagging: source.lagging,
            // Reports from before a restart say nothing about the feed now.
            reported: parts.engine.reported(source.id).filter(|_| source.heard_at.is_some()),
            lateness: clock.lateness,
            reason: source.counters.reason.get(),
        }
    }

    /// Since when a live input has sent nothing; `None` unless the engine treats it as silent.
    fn silent_since(&self, source: &Source, settings: &Settings) -> Option<Time> {
        let is_silent = source.idle && source.state != State::Ended && settings.kind.is_live();
        let length = || self.clock.moment().since(source.heard).as_millis();
        let began = || self.clock.now() - Span::from_millis(i64::try_from(length()).unwrap_or(i64::MAX));
        is_silent.then(|| source.heard_at.unwrap_or_else(began))
    }

    /// What the pages show of the engine.
    fn engine_view(&self, engine: &Engine) -> EngineView {
        let summary = engine.summary();
        EngineView {
            time: engine.time(),
            waited: Span::ZERO,
            longest_turn: self.turns.longest.max(self.turns.before),
            vessels: engine.tracks().len() as u64,
            evicted: engine.tracks().evicted(),
            reports: summary.reports_by_type,
            rejects: summary.rejects,
            copies: summary.copies,
            late: summary.late,
            exercise: false,
            begins_at: None,
            too_late: None,
        }
    }
}
