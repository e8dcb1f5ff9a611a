//! The worker of one sink: passes queued deliveries through the stages pace, send and retry, and gives up in the end. Workers do not delay
//! each other.
//!
//! One loop: follow orders, fill up from the queue, give up what is too old, then let the state of the sink decide whether to send, wait or
//! end. Each step is short, except for the send, which has a time limit. A worker owns its sink; nothing else touches it.
//!
//! A delivery leaves the flight in exactly one way: delivered, given up, or back into the queue when the worker ends. Each is reported to
//! the store, which is what makes a restart safe.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{error, info, warn};

use super::certificates::Certificates;
use super::in_flight::{Attempt, InFlight, ROOM};
use super::queue::{LOOK_AGAIN, Queue};
use super::send::{Delivery, MOST_PARTLY, Pace, SendError, SenderIdentity};
use super::settings::DeliverySettings;
use super::sink::AnySink;
use super::sink_state::{Health, SinkState};
use super::sinks::Settings;
use super::stages::pace::{self, Timing};
use super::stages::retry::{self, Cause, Retry, Terms};
use super::stages::send;
use crate::platform::clock::{Clock, Moment};
use crate::platform::fault;
use crate::platform::net::{LogLimit, RateLimit, earlier};
use crate::platform::telemetry::{FromAir, SinkCounters};
use crate::storage::store::{AttemptReport, Outcome};
use atalaia_core::alerts::Status;
use atalaia_core::base::time::Span;

/// Interval for checking whether a missing store file is back. The store also wakes the worker when it is.
const HELD: Duration = Duration::from_secs(1);
/// Shortest wait for the pace of a sink that is recorded: rates of many a second are over before it is on the disk.
const LEAST_PACED: Duration = Duration::from_secs(1);
/// Maximum number of characters kept of a reason.
/// Enough for an address, a status and a sentence; it is stored with every attempt.
const LONGEST_REASON: usize = 300;

/// Orders from the dispatcher to a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Order {
    /// Deliver as usual.
    #[default]
    Work,
    /// Reopen the sink. The number identifies the reload.
    Reopen(u32),
    /// Send what is ready, then end.
    Drain,
    /// End without sending what is left.
    End,
}

/// A worker with its sink's settings, queue and state.
pub(super) struct Worker {
    /// A change of the settings replaces the worker.
    pub(super) settings: Settings,
    /// Waits, deadline and name of the site.
    pub(super) policy: Arc<DeliverySettings>,
    /// Where deliveries come from and outcomes go.
    pub(super) queue: Queue,
    /// The last order of the dispatcher. Earlier ones that were not seen yet do not matter.
    pub(super) orders: tokio::sync::watch::Receiver<Order>,
    /// Read by the main loop once a second.
    pub(super) counters: Arc<SinkCounters>,
    /// Wall clock for deadlines, steady clock for waits.
    pub(super) clock: Clock,
    /// Begins empty with each worker.
    pub(super) state: WorkerState,
    /// Rate limit of the sink (`max_per_second`).
    pub(super) rate: RateLimit,
    /// Tracks whether the certificate files have changed.
    pub(super) certificates: Certificates,
    /// Limits how often the log reports that the sink is down.
    pub(super) log: LogLimit,
}

/// State that changes as the worker runs.
#[derive(Default)]
pub(super) struct WorkerState {
    /// The open sink; `None` before it is opened, and after a reload that it did not survive.
    sink: Option<Box<dyn AnySink>>,
    /// Deliveries taken from the queue.
    in_flight: InFlight,
    /// What earlier failures mean for the next attempt.
    health: Health,
    /// The order that was followed last.
    order: Order,
    /// When the open alerts were last sent again.
    refreshed: Option<Moment>,
    /// Latest delivered change of each open alert, for sinks whose open alerts must be repeated.
    open: BTreeMap<Arc<str>, Delivery>,
    /// Rows reported to the store that it may still list as pending.
    reported: BTreeSet<i64>,
}

/// What the worker does after a look at its deliveries.
enum Next {
    /// Looks again at once.
    Look,
    /// Waits for this time, an order or, if it would help, a new delivery.
    Wait { time: Duration, for_deliveries: bool },
}

impl Worker {
    /// Runs until the order to end.
    pub(super) async fn run(mut self) {
        // What the previous worker delivered must not be read as pending.
        self.queue.settle().await;
        self.state.refreshed = Some(self.clock.moment());
        loop {
            let order = *self.orders.borrow_and_update();
            if order == Order::End {
                return self.queue.take_back(self.state.in_flight.drain());
            }
            self.follow(order);
            self.read_certificates_again();
            self.queue.fill(&mut self.state.in_flight, &mut self.state.reported, ROOM);
            self.count_in_hand();
            let now = self.clock.moment();
            self.give_up_late();
            let next = match &self.state.health.state {
                SinkState::BackingOff { until } if now < *until => {
                    // New deliveries would only take time from other sinks.
                    Next::Wait { time: until.since(now), for_deliveries: false }
                }
                SinkState::BackingOff { .. } => {
                    self.state.health.end_backoff(now);
                    Next::Look
                }
                SinkState::Gone { reason } => {
                    let (reason, all) = (reason.clone(), self.state.in_flight.drain());
                    // A retry is asked for once the receiver is mended.
                    if order != Order::Drain && all.iter().any(|attempt| attempt.by_hand) {
                        self.state.health = Health::default();
                        self.state.in_flight.put_back(all);
                        Next::Look
                    } else {
                        self.give_up(all, &reason);
                        Next::Wait { time: LOOK_AGAIN, for_deliveries: true }
                    }
                }
                SinkState::Up | SinkState::Down { .. } | SinkState::Draining => self.deliver(now).await,
            };
            self.count_in_hand();
            match next {
                Next::Look => {}
                // With a store, deliveries held back by the rate limit go at the next start.
                Next::Wait { .. } if order == Order::Drain => return,
                Next::Wait { time, for_deliveries } => tokio::select! {
                    biased;
                    changed = self.orders.changed() => if changed.is_err() { return },
                    () = self.queue.may_have_more(), if for_deliveries => {}
                    // Never longer than this, so that certificates and other processes' rows are noticed.
                    () = sleep(time.clamp(Duration::from_millis(1), LOOK_AGAIN)) => {}
                },
            }
        }
    }

    /// Follows an order, if it is a new one.
    fn follow(&mut self, order: Order) {
        let WorkerState { sink, in_flight, health, order: followed, .. } = &mut self.state;
        if order == std::mem::replace(followed, order) {
            return;
        }
        match order {
            Order::Reopen(_) => {
                // Secrets and certificates are read again, and a receiver that answered 410 Gone gets another chance.
                *sink = sink.take().and_then(AnySink::reopened);
                *health = Health::default();
                in_flight.wake();
            }
            Order::Drain => {
                // Postponed deliveries get one last attempt.
                in_flight.wake();
                health.drain();
            }
            Order::Work | Order::End => {}
        }
    }

    /// Reopens the sink if its certificate files have changed. A failure may have been due to them, so back-offs end.
    fn read_certificates_again(&mut self) {
        let now = self.clock.moment();
        if self.certificates.have_changed(&self.settings, now) {
            info!(sink = %self.settings.name, "certificates have changed and are reloaded");
            let WorkerState { sink, in_flight, health, .. } = &mut self.state;
            *sink = sink.take().and_then(AnySink::reopened);
            health.end_backoff(now);
            in_flight.wake();
        }
    }

    /// Publishes the number in flight, which without a store is lost with the process, and the number that the store has yet to record.
    fn count_in_hand(&self) {
        SinkCounters::set(&self.counters.in_hand, self.state.in_flight.len() as u64);
        SinkCounters::set(&self.counters.unrecorded, self.state.reported.len() as u64);
    }

    /// While the sink is down deliveries are not tried one by one, so their deadline is checked here.
    fn give_up_late(&mut self) {
        if self.state.health.is_down() {
            let oldest = Span::from_millis(self.policy.give_up().as_millis() as i64);
            let late = self.state.in_flight.take_older(self.clock.now() - oldest);
            let hours = self.policy.give_up_hours;
            let reason = format!("not taken for {hours} h: {}", self.state.health.last_reason);
            self.give_up(late, &reason);
        }
    }

    /// Opens the sink if necessary and sends what may go now.
    async fn deliver(&mut self, now: Moment) -> Next {
        // Taken out while it is used, because sending also changes the rest of the state.
        let Some(mut sink) = self.state.sink.take().or_else(|| self.open()) else {
            return Next::Look;
        };
        // Put back even after a failure: a sink reconnects by itself.
        let next = self.deliver_to(&mut *sink, now).await;
        self.state.sink = Some(sink);
        next
    }

    /// Opens the sink, or records that it cannot be opened.
    fn open(&mut self) -> Option<Box<dyn AnySink>> {
        self.certificates.note_read(&self.settings);
        let mut sink = match self.settings.open(&SenderIdentity { site: self.policy.site.clone() }) {
            Ok(sink) => sink,
            Err(reason) => {
                self.failed(Vec::new(), SendError::Later { wait: None, reason });
                return None;
            }
        };
        if sink.refresh_every().is_some() {
            self.state.open = self.queue.open_alerts();
        }
        if let Some(lately) = sink.counts_back() {
            sink.recall(&self.queue.delivered_lately(lately));
        }
        Some(sink)
    }

    /// Sends one batch and looks again at once, or tends the idle connection and waits.
    async fn deliver_to(&mut self, sink: &mut dyn AnySink, now: Moment) -> Next {
        self.refresh(sink, now).await;
        let pace = sink.pace(now).within(&self.rate, now);
        if !self.rate.wait(now).is_zero() {
            SinkCounters::add(&self.counters.delayed, self.state.in_flight.note_delayed(now) as u64);
        }
        // An outcome that cannot be recorded would be repeated after every restart.
        if !self.queue.may_send() {
            self.tend(sink).await;
            return Next::Wait { time: HELD, for_deliveries: true };
        }
        let is_draining = self.state.health.state == SinkState::Draining;
        // With a store, nothing is lost by keeping to the pace; the rest goes at the next start.
        let timing = if is_draining && !self.queue.is_stored() { Timing::LastChance } else { Timing::AsPaced };
        let taken = pace::take(&mut self.state.in_flight, pace, timing, now);
        if !taken.is_empty() {
            self.rate.spend(taken.len(), now);
            self.send(sink, taken).await;
            // A sink that never waits must still let the other workers run.
            tokio::task::yield_now().await;
            return Next::Look;
        }
        self.report_paced(pace.wait, now);
        self.tend(sink).await;
        match self.state.health.state {
            SinkState::BackingOff { .. } if !is_draining => Next::Look,
            _ => Next::Wait { time: self.next_in(sink, now), for_deliveries: true },
        }
    }

    /// Records which deliveries wait for the sink's pace, if that takes long enough for anyone to ask.
    fn report_paced(&mut self, wait: Duration, now: Moment) {
        if wait < LEAST_PACED {
            return;
        }
        let due_at = self.clock.now() + Span::from_millis(wait.as_millis() as i64);
        let paced = self.state.in_flight.note_paced(now, now.later(wait)).into_iter().filter_map(|attempt| {
            let outcome = Outcome::Paced { due_at };
            Some(AttemptReport { seq: attempt.delivery.row?, attempts: attempt.tries, outcome })
        });
        let paced: Vec<AttemptReport> = paced.collect();
        if !paced.is_empty() {
            self.queue.report(paced);
        }
    }

    /// Time until a delivery may go.
    fn next_in(&self, sink: &dyn AnySink, now: Moment) -> Duration {
        let Pace { wait, .. } = sink.pace(now).within(&self.rate, now);
        self.state.in_flight.next_in(now).map_or(LOOK_AGAIN, |ready| ready.max(wait))
    }

    /// Sends the open alerts again if it is time to.
    async fn refresh(&mut self, sink: &mut dyn AnySink, now: Moment) {
        let is_due = |every| self.state.refreshed.is_none_or(|last| every <= now.since(last));
        if !sink.refresh_every().is_some_and(is_due) {
            return;
        }
        self.state.refreshed = Some(now);
        let open: Vec<Delivery> = self.state.open.values().cloned().collect();
        if let Err(error) = send::refresh(sink, &open).await {
            warn!(sink = %self.settings.name, error = %FromAir(&error.to_string()), "open alerts could not be sent again");
        }
    }

    /// Checks an idle connection.
    async fn tend(&mut self, sink: &mut dyn AnySink) {
        match sink.tend().await {
            Ok(true) => self.works(),
            Ok(false) => {}
            Err(error) => self.failed(Vec::new(), error),
        }
    }

    /// Sends a batch and records its outcome.
    async fn send(&mut self, sink: &mut dyn AnySink, mut taken: Vec<Attempt>) {
        self.queue.renew(&mut taken, &mut self.state.reported);
        if taken.is_empty() {
            return;
        }
        let deliveries: Vec<Delivery> = taken.iter().map(|attempt| attempt.delivery.clone()).collect();
        match send::send(sink, &deliveries).await {
            Ok(()) => {
                SinkCounters::add(&self.counters.delivered, taken.len() as u64);
                if sink.refresh_every().is_some() {
                    deliveries.iter().for_each(|delivery| note_open(delivery, &mut self.state.open));
                }
                self.works();
                fault::point("told-before-mark");
                // A crash before the store has recorded this repeats the deliveries.
                let delivered = |attempt: &Attempt| (attempt.delivery.row, attempt.tries + 1, Outcome::Delivered);
                self.report(taken.iter().map(delivered).collect());
                self.outdate(&deliveries);
            }
            Err(error) => {
                let partly = matches!(error, SendError::Partly { .. });
                self.failed(taken, error);
                if partly {
                    self.outdate(&deliveries);
                }
            }
        }
    }

    /// Reports partially delivered messages that these deliveries supersede, so that they are not retried.
    fn outdate(&mut self, deliveries: &[Delivery]) {
        let older: Vec<Attempt> =
            deliveries.iter().flat_map(|newer| self.state.in_flight.take_outdated(newer)).collect();
        self.report(older.iter().map(|attempt| (attempt.delivery.row, attempt.tries, Outcome::Delivered)).collect());
    }

    /// Records that the sink works and resets its health.
    fn works(&mut self) {
        let WorkerState { in_flight, health, .. } = &mut self.state;
        if health.logged {
            info!(sink = %self.settings.name, "sink up again");
        }
        if health.is_down() {
            in_flight.wake();
        }
        health.works();
        SinkCounters::set(&self.counters.down, 0);
        self.counters.reason.clear();
    }

    /// Handles deliveries that were not taken: retries, postpones or gives up, depending on the error.
    fn failed(&mut self, taken: Vec<Attempt>, error: SendError) {
        SinkCounters::add(&self.counters.failures, 1);
        self.counters.reason.set(&cut(&error.to_string()));
        // A recipient accepted it, so the way to the server works.
        if matches!(error, SendError::Partly { taken: true, .. }) {
            self.works();
        }
        let terms = Terms {
            backoff: self.policy.backoff(),
            longest: self.policy.give_up(),
            has_others: !self.state.in_flight.is_empty(),
            now: self.clock.moment(),
            chance: fastrand::f64(),
        };
        match retry::decide(error, taken, &mut self.state.health, &terms) {
            Retry::Never { mut attempts, reason } => {
                if matches!(self.state.health.state, SinkState::Gone { .. }) {
                    error!(sink = %self.settings.name, reason = %FromAir(&reason), "receiver answered 410 Gone; sink disabled until a retry or a reload");
                    SinkCounters::set(&self.counters.down, 1);
                    attempts.extend(self.state.in_flight.drain());
                }
                self.give_up(attempts, &reason);
            }
            Retry::Singly { attempts } => self.state.in_flight.put_back(attempts),
            Retry::Later { attempts, wait, reason, cause } => {
                let partly = cause == Cause::Recipients { any: true };
                self.log_failure(&attempts, wait, &reason, cause);
                self.put_off(attempts, wait, &reason, partly);
            }
        }
    }

    /// Logs a failure as far as it is news: a delivery's first partial failure, and each time the sink goes down. Publishes that
    /// it is down.
    fn log_failure(&mut self, attempts: &[Attempt], wait: Duration, reason: &str, cause: Cause) {
        let again_in_seconds = wait.as_secs();
        match cause {
            Cause::Recipients { .. } => {
                if attempts.first().is_some_and(|attempt| attempt.tries == 1) {
                    warn!(
                        sink = %self.settings.name, reason = %FromAir(reason), again_in_seconds,
                        "some recipients do not accept it yet; trying again"
                    );
                }
                let beyond = self.state.in_flight.take_partly_beyond(MOST_PARTLY);
                self.give_up(beyond, "some recipients do not accept it, and too many such messages wait");
            }
            Cause::Delivery => self.state.health.last_reason = cut(reason),
            Cause::Sink => {
                self.state.health.last_reason = cut(reason);
                SinkCounters::set(&self.counters.down, 1);
                if !self.state.health.logged
                    && let Some(left_out) = self.log.next(self.clock.moment())
                {
                    self.state.health.logged = true;
                    error!(
                        sink = %self.settings.name, reason = %FromAir(reason), again_in_seconds,
                        earlier_not_logged = earlier(left_out),
                        "sink down; its alerts wait"
                    );
                }
            }
        }
    }

    /// Postpones deliveries by `wait` and gives up those past their deadline. `partly`: some recipients have them.
    fn put_off(&mut self, taken: Vec<Attempt>, wait: Duration, reason: &str, partly: bool) {
        let wall = self.clock.now();
        let oldest = Span::from_millis(self.policy.give_up().as_millis() as i64);
        let (late, rest): (Vec<Attempt>, Vec<Attempt>) =
            taken.into_iter().partition(|attempt| oldest <= wall - attempt.since);
        let due_at = wall + Span::from_millis(wait.as_millis() as i64);
        let why = cut(reason);
        let later = |attempt: &Attempt| {
            let outcome = Outcome::Later { due_at, why: why.clone(), partly };
            Some(AttemptReport { seq: attempt.delivery.row?, attempts: attempt.tries, outcome })
        };
        self.queue.report(rest.iter().filter_map(later).collect());
        self.state.in_flight.put_back(rest);
        let hours = self.policy.give_up_hours;
        self.give_up(late, &format!("not taken for {hours} h: {reason}"));
    }

    /// Gives up deliveries and reports them as failed. They are not retried automatically.
    fn give_up(&mut self, deliveries: Vec<Attempt>, reason: &str) {
        if deliveries.is_empty() {
            return;
        }
        SinkCounters::add(&self.counters.given_up, deliveries.len() as u64);
        error!(
            sink = %self.settings.name, alert = %deliveries[0].delivery.alert, deliveries = deliveries.len(), reason = %FromAir(reason),
            "alert not delivered and given up; to try again: atalaia deliveries retry"
        );
        let failed =
            |attempt: &Attempt| (attempt.delivery.row, attempt.tries.max(1), Outcome::Failed { why: cut(reason) });
        self.report(deliveries.iter().map(failed).collect());
    }

    /// Reports final outcomes; without a row there is nothing to report.
    fn report(&mut self, outcomes: Vec<(Option<i64>, u32, Outcome)>) {
        let tried = |(row, attempts, outcome)| Some(AttemptReport { seq: row?, attempts, outcome });
        let tried: Vec<AttemptReport> = outcomes.into_iter().filter_map(tried).collect();
        self.state.reported.extend(tried.iter().map(|tried| tried.seq));
        self.queue.report(tried);
    }
}

/// A reason, shortened for the store and the log.
fn cut(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Keeps the latest change of each open alert and removes alerts that are over.
fn note_open(delivery: &Delivery, open: &mut BTreeMap<Arc<str>, Delivery>) {
    match delivery.change.alert.status {
        Status::Open => drop(open.insert(Arc::clone(&delivery.alert), delivery.clone())),
        Status::Ended | Status::Retracted => drop(open.remove(&delivery.alert)),
    }
}
