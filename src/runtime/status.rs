//! Reports the daemon's state to the service manager and to the metrics and health pages.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Daemon;
use super::feeds::Source;
use super::rates::Rates;
use super::reload::Outcome;
use super::restart::{self, Records};
use crate::alerts::{Change, ChangeKind, Severity};
use crate::behaviours::Behaviour;
use crate::clock::{Clock, Moment};
use crate::config::{self, Checked};
use crate::delivery::Dispatcher;
use crate::disk::Absence;
use crate::http::{self, Asker, EngineView, Failing, InputView, Pages, ReloadView, SinkView, View};
use crate::inputs::{Kind, Settings, State};
use crate::journal;
use crate::service::{Service, Sockets};
use crate::store::{self, Store};
use crate::telemetry::SinkCounters;
use crate::time::{Span, Time};

/// Minimum interval between two counts of the open alerts, of which there may be many.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Minimum interval between two checks of when certificates expire.
const READ_EVERY: Duration = Duration::from_secs(60);
/// How long readiness waits for a listener to report its first state.
const BEGUN_WITHIN: Duration = Duration::from_secs(5);

/// Minimum time the longest turn of the loop is shown; longer than a usual scrape interval.
const TURN_SHOWN: Duration = Duration::from_secs(60);

/// The longest time the loop spent on one event, in the current interval and in the previous one.
#[derive(Default)]
struct Turns {
    longest: Duration,
    before: Duration,
    since: Option<Moment>,
}

impl Turns {
    fn note(&mut self, began: Moment, ended: Moment) {
        if self.since.is_none_or(|since| TURN_SHOWN <= ended.since(since)) {
            (self.before, self.longest, self.since) = (self.longest, Duration::ZERO, Some(ended));
        }
        self.longest = self.longest.max(ended.since(began));
    }
}

/// Counters and states that the pages show, and the connection to the service manager.
pub(super) struct StatusReporter {
    pub(super) service: Service,
    began: Moment,
    opened: BTreeMap<(Behaviour, Severity), u64>,
    ended: BTreeMap<Behaviour, u64>,
    retracted: BTreeMap<Behaviour, u64>,
    open: BTreeMap<Behaviour, u64>,
    counted: Option<Moment>,
    rates: Rates,
    /// Longest time lines waited between receipt and processing since the pages were last updated; reset with each update.
    waited: Span,
    turns: Turns,
    store: Option<Failing>,
    journal: Option<Failing>,
    /// Warnings for certificates that have expired or soon will, and when their files were last read.
    lapsing: Vec<String>,
    lapsing_read: Option<Moment>,
    /// The settings file.
    file: PathBuf,
    /// Channel to the pages; `None` if they are not served.
    view: Option<watch::Sender<Arc<View>>>,
}

impl StatusReporter {
    /// Starts serving the pages, and feeds the watchdog while the loop, the store and the journal make progress.
    pub(super) fn start(
        settings: &Checked,
        file: &Path,
        (store, records): (Option<&Store>, Option<&Records>),
        sockets: &Arc<Sockets>,
        clock: Clock,
        asker: Asker,
        stop: &CancellationToken,
    ) -> io::Result<StatusReporter> {
        let mut service = Service::new(clock);
        if let Some(store) = store {
            service.watch("store", store.pulse());
        }
        if let Some(records) = records {
            service.watch("journal", records.journal.pulse());
        }
        let of_kind = |kind: Kind| settings.inputs.iter().filter(move |input| input.kind == kind);
        let tcp = of_kind(Kind::TcpListen).map(|input| input.name.as_str()).chain([http::NAME]);
        sockets.tell_unclaimed(&of_kind(Kind::Udp).map(|input| input.name.as_str()).collect(), &tcp.collect());
        let mut status = StatusReporter {
            service,
            began: clock.moment(),
            opened: BTreeMap::new(),
            ended: BTreeMap::new(),
            retracted: BTreeMap::new(),
            open: BTreeMap::new(),
            counted: None,
            rates: Rates::default(),
            waited: Span::ZERO,
            turns: Turns::default(),
            store: store.map(|_| Failing::default()),
            journal: records.map(|_| Failing::default()),
            lapsing: Vec::new(),
            lapsing_read: None,
            file: std::path::absolute(file).unwrap_or_else(|_| file.to_owned()),
            view: None,
        };
        if settings.http.address.is_some() || sockets.tcp(http::NAME).is_some() {
            let (sender, view) = watch::channel(Arc::new(status.view(
                clock,
                Vec::new(),
                Vec::new(),
                EngineView::default(),
                &Outcome::good(clock.now()),
            )));
            let (store, journal) = (settings.store.clone(), restart::folder(settings));
            let pages = Pages { view, store, journal, clock, asker };
            pages.serve(settings.http.clone(), Arc::clone(sockets), stop.clone())?;
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
    pub(super) fn waited(&mut self, received: Option<Time>, clock: Clock) {
        if let (Some(received), true) = (received, self.view.is_some()) {
            self.waited = self.waited.max(clock.now() - received);
        }
    }

    /// Notes how long the loop spent on an event.
    pub(super) fn turned(&mut self, began: Moment, ended: Moment) {
        self.turns.note(began, ended);
    }

    /// Updates the state of the store.
    pub(super) fn store(&mut self, event: &store::Event) {
        match event {
            store::Event::Failing { absence, .. } => begin_failing(&mut self.store, *absence),
            store::Event::Working => self.store.iter_mut().for_each(end_failing),
            store::Event::Stored | store::Event::GivenUp(_) => {}
        }
    }

    /// Updates the state of the journal.
    pub(super) fn journal(&mut self, event: &journal::Event) {
        match event {
            journal::Event::Failing { absence, .. } => begin_failing(&mut self.journal, *absence),
            journal::Event::Working { .. } => self.journal.iter_mut().for_each(end_failing),
            journal::Event::Unsealed { .. } => {}
        }
    }

    fn view(
        &mut self,
        clock: Clock,
        inputs: Vec<InputView>,
        sinks: Vec<SinkView>,
        engine: EngineView,
        reload: &Outcome,
    ) -> View {
        View {
            seen: clock.moment(),
            at: clock.now(),
            ready: self.service.is_ready(),
            inputs,
            sinks,
            engine: EngineView { waited: std::mem::replace(&mut self.waited, Span::ZERO), ..engine },
            opened: self.opened.clone(),
            ended: self.ended.clone(),
            retracted: self.retracted.clone(),
            open: self.open.clone(),
            store: self.store.clone(),
            journal: self.journal.clone(),
            reload: ReloadView {
                ok: reload.ok,
                taken_at: reload.taken_at,
                problems: reload.problems.len() as u64,
                file: self.file.clone(),
                waits_for_restart: reload.waits_for_restart.clone(),
            },
            lapsing: self.lapsing.clone(),
        }
    }
}

fn sink_view((name, counters): (&str, &SinkCounters)) -> SinkView {
    let read = |counter: &AtomicU64| counter.load(Relaxed);
    SinkView {
        name: name.to_owned(),
        delivered: read(&counters.delivered),
        failures: read(&counters.failures),
        given_up: read(&counters.given_up),
        delayed: read(&counters.delayed),
        down: counters.is_down(),
        reason: counters.reason.get(),
    }
}

fn begin_failing(failing: &mut Option<Failing>, absence: Option<Absence>) {
    let Some(failing) = failing else {
        return;
    };
    failing.absence = absence;
    if !std::mem::replace(&mut failing.now, true) {
        failing.times += 1;
    }
}

fn end_failing(failing: &mut Failing) {
    (failing.now, failing.absence) = (false, None);
}

impl Daemon {
    /// Once a second: feeds the watchdog and updates the status line and the pages.
    pub(super) fn look_out(&mut self, now: Moment) {
        self.ready_once_begun();
        self.status.service.beat();
        if self.status.counted.is_none_or(|counted| COUNT_EVERY <= now.since(counted)) {
            self.status.counted = Some(now);
            self.count_open();
        }
        if self.status.lapsing_read.is_none_or(|read| READ_EVERY <= now.since(read)) {
            self.tell_lapsing();
            self.status.lapsing_read = Some(now);
        }
        let Daemon { status, sources, driver, .. } = self;
        let open: u64 = status.open.values().sum();
        status.service.status(|| {
            let up = sources.iter().filter(|source| source.state == State::Up).count();
            format!("{up} of {} inputs up, {open} open alerts, {} vessels", sources.len(), driver.engine.tracks().len())
        });
        if self.status.view.is_some() {
            let since = now.since(self.status.began);
            self.status.rates.note(since, self.sources.iter().map(|source| source.lines).collect());
        }
        self.show();
    }

    /// Publishes the current state on the pages.
    pub(super) fn show(&mut self) {
        if self.status.view.is_some() {
            let inputs = self.sources.iter().zip(&self.settings.inputs).enumerate();
            let inputs = inputs.map(|(place, (source, settings))| self.input_view(place, source, settings)).collect();
            let engine = self.engine_view();
            let sinks = self.dispatcher.iter().flat_map(Dispatcher::counters).map(sink_view).collect();
            let view = self.status.view(self.clock, inputs, sinks, engine, &self.reloaded);
            if let Some(pages) = &self.status.view {
                pages.send_replace(Arc::new(view));
            }
        }
    }

    /// Reports readiness once every listener is bound or has reported an error; inputs that connect are not waited for.
    pub(super) fn ready_once_begun(&mut self) {
        let now = self.clock.moment();
        let listens = |settings: &Settings| matches!(settings.kind, Kind::Udp | Kind::TcpListen | Kind::AiscatcherHttp);
        let mut listeners = self.sources.iter().zip(&self.settings.inputs).filter(|(_, settings)| listens(settings));
        if listeners.all(|(source, _)| source.begun) || BEGUN_WITHIN <= now.since(self.status.began) {
            self.status.service.ready();
        }
    }

    /// Warns of certificates that expire while the daemon runs. Those found at startup are already among the settings' warnings.
    fn tell_lapsing(&mut self) {
        let lapsing = config::lapsing(&self.settings.inputs, &self.settings.sinks, self.clock.now());
        let is_start = self.status.lapsing_read.is_none();
        let new = lapsing.iter().filter(|told| !is_start && !self.status.lapsing.contains(told));
        new.for_each(|told| warn!("{told}"));
        self.status.lapsing = lapsing;
    }

    fn count_open(&mut self) {
        let mut open = BTreeMap::new();
        for alert in self.driver.engine.open_alerts().iter().filter(|alert| alert.announced) {
            *open.entry(alert.behaviour).or_default() += 1;
        }
        // A behaviour without open alerts is shown as 0 rather than dropped, so that its time series continues.
        self.status.open.values_mut().for_each(|count| *count = 0);
        self.status.open.extend(open);
    }

    fn input_view(&self, place: usize, source: &Source, settings: &Settings) -> InputView {
        let counts = self.driver.engine.tally().source(source.id);
        let rejects = counts.into_iter().flat_map(|counts| counts.rejects());
        InputView {
            name: source.name.clone(),
            up: source.state == State::Up,
            ended: source.state == State::Ended,
            live: settings.kind.is_live(),
            lines: source.lines,
            lines_per_second: self.status.rates.per_second(place),
            counters: source.counters.read(),
            rejects: rejects.map(|(reason, count)| (reason.name(), count)).collect(),
            refused_posts: match settings.kind {
                Kind::AiscatcherHttp => source.counters.refused_posts(),
                _ => Vec::new(),
            },
            heard: source.heard_at,
            silent_since: self.silent_since(source, settings),
            clients: (settings.kind == Kind::TcpListen).then(|| source.counters.clients.load(Relaxed)),
            lagging: source.lagging,
            // Reports from before a restart say nothing about the feed now.
            reported: self.driver.engine.reported(source.id).filter(|_| source.heard_at.is_some()),
            lateness: config::source_clock(settings, &self.settings).lateness,
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

    fn engine_view(&self) -> EngineView {
        let engine = &self.driver.engine;
        let summary = engine.summary();
        EngineView {
            time: engine.now(),
            waited: Span::ZERO,
            longest_turn: self.status.turns.longest.max(self.status.turns.before),
            vessels: engine.tracks().len() as u64,
            evicted: engine.tracks().evicted(),
            reports: summary.reports_by_type,
            rejects: summary.rejects,
            copies: summary.copies,
            late: summary.late,
        }
    }
}
