//! The worker of one sink: takes queued deliveries, sends them, retries failures and gives up in the end. Workers do not delay each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use super::certificates::Certificates;
use super::in_flight::{Attempt, InFlight, ROOM};
use super::queue::{LOOK_AGAIN, Queue};
use super::send::{Delivery, MOST_PARTLY, SendError, SenderIdentity};
use super::settings::DeliverySettings;
use super::sink::AnySink;
use super::sinks::Settings;
use crate::clock::{Clock, Moment};
use crate::fault;
use crate::net::{LogLimit, RateLimit};
use crate::store::{Outcome, Tried};
use crate::telemetry::{FromAir, SinkCounters};
use crate::time::Span;

/// Upper bound for one `send` or `refresh`; the sinks' own time-outs are shorter.
const LONGEST_SEND: Duration = Duration::from_secs(120);
/// Number of failed deliveries in a row after which the sink counts as down and no other delivery is tried.
const DOWN_AFTER: u32 = 2;
/// Extra wait of the delivery that failed, so that another one is tried first.
const ANOTHER_FIRST: Duration = Duration::from_secs(1);
/// Interval for checking whether a missing store file is back. The store also wakes the worker when it is.
const HELD: Duration = Duration::from_secs(1);
/// Maximum number of characters kept of a reason.
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
    pub(super) settings: Settings,
    pub(super) policy: Arc<DeliverySettings>,
    pub(super) queue: Queue,
    pub(super) orders: tokio::sync::watch::Receiver<Order>,
    pub(super) counters: Arc<SinkCounters>,
    pub(super) clock: Clock,
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
    in_flight: InFlight,
    health: Health,
    /// Latest delivered change of each open alert, for sinks whose open alerts must be repeated.
    open: BTreeMap<Arc<str>, Delivery>,
    /// Rows reported to the store that it may still list as pending.
    reported: BTreeSet<i64>,
}

/// Health of the sink, reset by a successful delivery.
#[derive(Default)]
struct Health {
    /// Number of failed deliveries in a row.
    failures: u32,
    /// Row of the delivery that failed last.
    failed: Option<i64>,
    /// Number of back-off rounds in a row while the sink was down.
    rounds: u32,
    /// Start and length of the back-off; `None` if none is needed.
    rest: Option<(Moment, Duration)>,
    /// Reason of the 410 Gone answer; nothing is sent while it is set.
    gone: Option<String>,
    /// Reason of the latest failure.
    last_reason: String,
    /// Whether the log has reported that the sink is down.
    logged: bool,
}

impl Health {
    fn rests_for(&self, now: Moment) -> Duration {
        self.rest.map_or(Duration::ZERO, |(from, wait)| wait.saturating_sub(now.since(from)))
    }
}

impl Worker {
    /// Runs until the order to end.
    pub(super) async fn run(mut self) {
        self.queue.settle().await;
        let sender = SenderIdentity { site: self.policy.site.clone() };
        let mut sink: Option<Box<dyn AnySink>> = None;
        let mut refreshed = self.clock.moment();
        let mut obeyed = Order::Work;
        loop {
            let order = *self.orders.borrow_and_update();
            if order == Order::End {
                return self.queue.take_back(self.state.in_flight.drain());
            }
            if matches!(order, Order::Reopen(_)) && order != obeyed {
                // Secrets and certificates are read again, and a receiver that answered 410 Gone gets another chance.
                sink = sink.take().and_then(AnySink::reopened);
                self.state.health = Health::default();
                self.state.in_flight.wake();
            }
            if order == Order::Drain && obeyed != Order::Drain {
                // Postponed deliveries get one last attempt.
                self.state.in_flight.wake();
                self.state.health.rest = None;
            }
            obeyed = order;
            if self.certificates.have_changed(&self.settings, self.clock.moment()) {
                info!(sink = %self.settings.name, "certificates have changed and are reloaded");
                sink = sink.take().and_then(AnySink::reopened);
                self.state.health.rest = None;
                self.state.in_flight.wake();
            }
            self.queue.fill(&mut self.state.in_flight, &mut self.state.reported, ROOM);
            SinkCounters::set(&self.counters.in_hand, self.state.in_flight.len() as u64);
            let now = self.clock.moment();
            if sink.is_none() && self.state.health.rests_for(now).is_zero() {
                self.certificates.note_read(&self.settings);
                match self.settings.open(&sender) {
                    Ok(made) => {
                        let mut made = made;
                        if made.refresh_every().is_some() {
                            self.state.open = self.queue.open_alerts();
                        }
                        if let Some(lately) = made.counts_back() {
                            made.recall(&self.queue.told_lately(lately));
                        }
                        sink = Some(made);
                    }
                    Err(reason) => self.failed(Vec::new(), SendError::Later { wait: None, reason }),
                }
            }
            if 0 < self.state.health.rounds {
                // While the sink is down deliveries are not tried one by one, so their deadline is checked here.
                let oldest = Span::from_millis(self.policy.give_up().as_millis() as i64);
                let late = self.state.in_flight.take_older(self.clock.now() - oldest);
                let hours = self.policy.give_up_hours;
                let reason = format!("not taken for {hours} h: {}", self.state.health.last_reason);
                self.give_up(late, &reason);
            }
            if let Some(reason) = self.state.health.gone.clone() {
                let all = self.state.in_flight.drain();
                self.give_up(all, &reason);
            }
            let rest = self.state.health.rests_for(now);
            let on_hold = !self.queue.may_send();
            if let Some(sink) = sink.as_mut().filter(|_| rest.is_zero() && self.state.health.gone.is_none()) {
                if let Some(every) = sink.refresh_every()
                    && every <= now.since(refreshed)
                {
                    refreshed = now;
                    let deliveries: Vec<Delivery> = self.state.open.values().cloned().collect();
                    if let Ok(Err(error)) = timeout(LONGEST_SEND, sink.refresh(&deliveries)).await {
                        warn!(sink = %self.settings.name, error = %FromAir(&error.to_string()), "open alerts could not be sent again");
                    }
                }
                let pace = sink.pace(now).within(&self.rate, now);
                if !self.rate.wait(now).is_zero() {
                    SinkCounters::add(&self.counters.delayed, self.state.in_flight.note_delayed(now) as u64);
                }
                // While draining without a store, the sink's own pace is ignored, because what is not sent now is lost.
                let is_time = pace.wait.is_zero() || (order == Order::Drain && !self.queue.is_stored());
                let mut taken = match is_time && !on_hold {
                    true => self.state.in_flight.take_ready(now, pace.together.max(1)),
                    false => Vec::new(),
                };
                if taken.is_empty() && !on_hold {
                    // Nothing new may go now. Retries of partially delivered messages do not count against the sink's pace.
                    taken = self.state.in_flight.take_partly(now);
                }
                if !taken.is_empty() {
                    self.rate.spend(taken.len(), now);
                    self.send(sink.as_mut(), taken).await;
                    // A sink that never waits must still let the other workers run.
                    tokio::task::yield_now().await;
                    continue;
                }
                match sink.tend().await {
                    Ok(true) => self.works(),
                    Ok(false) => {}
                    Err(error) => self.failed(Vec::new(), error),
                }
            }
            SinkCounters::set(&self.counters.in_hand, self.state.in_flight.len() as u64);
            // With a store, deliveries held back by the rate limit go at the next start.
            if order == Order::Drain {
                return;
            }
            let rest = self.state.health.rests_for(now);
            let next = match rest.is_zero() {
                true if on_hold => HELD,
                true => {
                    let pace = |sink: &dyn AnySink| sink.pace(now).within(&self.rate, now).wait;
                    let pace = sink.as_deref().map_or(Duration::ZERO, pace);
                    self.state.in_flight.next_in(now).map(|wait| wait.max(pace)).unwrap_or(LOOK_AGAIN)
                }
                false => rest,
            };
            tokio::select! {
                biased;
                changed = self.orders.changed() => if changed.is_err() { return },
                // While backing off, do not pull new deliveries; it would only take time from other sinks.
                () = self.queue.poked(), if rest.is_zero() => {}
                () = sleep(next.clamp(Duration::from_millis(1), LOOK_AGAIN)) => {}
            }
        }
    }

    async fn send(&mut self, sink: &mut dyn AnySink, mut taken: Vec<Attempt>) {
        self.queue.renew(&mut taken, &mut self.state.reported);
        if taken.is_empty() {
            return;
        }
        let deliveries: Vec<Delivery> = taken.iter().map(|attempt| attempt.delivery.clone()).collect();
        let sent = timeout(LONGEST_SEND, sink.send(&deliveries)).await;
        let reason = || format!("no answer within {} s", LONGEST_SEND.as_secs());
        match sent.unwrap_or_else(|_| Err(SendError::Later { wait: None, reason: reason() })) {
            Ok(()) => {
                SinkCounters::add(&self.counters.delivered, taken.len() as u64);
                if sink.refresh_every().is_some() {
                    deliveries.iter().for_each(|delivery| note_open(delivery, &mut self.state.open));
                }
                self.works();
                fault::point("told-before-mark");
                let told = |attempt: &Attempt| (attempt.delivery.row, attempt.tries + 1, Outcome::Delivered);
                self.report(taken.iter().map(told).collect());
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
        if std::mem::take(&mut health.logged) {
            info!(sink = %self.settings.name, "sink up again");
        }
        if 0 < health.rounds {
            in_flight.wake();
        }
        *health = Health::default();
        SinkCounters::set(&self.counters.down, 0);
        self.counters.reason.clear();
    }

    /// Handles deliveries that were not taken: retries, postpones or gives up, depending on the error.
    fn failed(&mut self, mut taken: Vec<Attempt>, error: SendError) {
        SinkCounters::add(&self.counters.failures, 1);
        self.counters.reason.set(&cut(&error.to_string()));
        let now = self.clock.moment();
        let WorkerState { in_flight, health, .. } = &mut self.state;
        match error {
            SendError::Refused { reason } if taken.len() <= 1 => {
                // A receiver that answers is not down.
                health.failures = 0;
                self.give_up(taken, &reason);
            }
            SendError::Refused { .. } => {
                taken.iter_mut().for_each(|attempt| attempt.alone = true);
                in_flight.put_back(taken);
            }
            SendError::Gone { reason } => {
                error!(sink = %self.settings.name, reason = %FromAir(&reason), "receiver answered 410 Gone; sink disabled until a reload");
                health.gone = Some(reason.clone());
                SinkCounters::set(&self.counters.down, 1);
                taken.extend(in_flight.drain());
                self.give_up(taken, &reason);
            }
            SendError::Partly { taken: somebody, reason } => {
                if somebody {
                    self.works();
                }
                taken.iter_mut().for_each(|attempt| attempt.tries += 1);
                let wait =
                    self.policy.backoff().delay(taken.first().map_or(1, |attempt| attempt.tries), fastrand::f64());
                // Each is retried by itself: recipients that already have one of them must not get it again because of another.
                for attempt in &mut taken {
                    (attempt.wait, attempt.alone, attempt.partly) = (Some((now, wait)), true, true);
                }
                if taken.first().is_some_and(|attempt| attempt.tries == 1) {
                    warn!(
                        sink = %self.settings.name, reason = %FromAir(&reason), again_in_seconds = wait.as_secs(),
                        "some recipients do not accept it yet; trying again"
                    );
                }
                let beyond = self.state.in_flight.take_partly_beyond(MOST_PARTLY);
                self.give_up(beyond, "some recipients do not accept it, and too many such messages wait");
                self.put_off(taken, wait, &reason, somebody);
            }
            SendError::Later { wait, reason } => {
                // The same delivery failing again says nothing about the sink. New deliveries are still tried as they arrive.
                let first = taken.first().and_then(|attempt| attempt.delivery.row);
                health.failures += u32::from(health.failures == 0 || first != health.failed);
                health.failed = first;
                let asked = wait.unwrap_or_default();
                let is_down = !asked.is_zero() || taken.is_empty() || DOWN_AFTER <= health.failures;
                let takes_nothing = is_down || in_flight.is_empty();
                health.last_reason = cut(&reason);
                taken.iter_mut().for_each(|attempt| attempt.tries += 1);
                let tries = if is_down { health.rounds + 1 } else { taken.first().map_or(1, |attempt| attempt.tries) };
                let wait = self.policy.backoff().delay(tries, fastrand::f64()).max(asked).min(self.policy.give_up());
                if is_down {
                    health.rounds += 1;
                    health.rest = Some((now, wait));
                    if !in_flight.is_empty() {
                        // Try another delivery next; this one may be the only problem.
                        taken.iter_mut().for_each(|attempt| attempt.wait = Some((now, wait + ANOTHER_FIRST)));
                    }
                } else {
                    taken.iter_mut().for_each(|attempt| attempt.wait = Some((now, wait)));
                }
                if takes_nothing {
                    SinkCounters::set(&self.counters.down, 1);
                    if !health.logged
                        && let Some(unsaid) = self.log.next(now)
                    {
                        health.logged = true;
                        error!(
                            sink = %self.settings.name, reason = %FromAir(&reason), again_in_seconds = wait.as_secs(), unsaid,
                            "sink down; its alerts wait"
                        );
                    }
                }
                self.put_off(taken, wait, &reason, false);
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
            Some(Tried { seq: attempt.delivery.row?, attempts: attempt.tries, outcome })
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

    fn report(&mut self, outcomes: Vec<(Option<i64>, u32, Outcome)>) {
        let tried = |(row, attempts, outcome)| Some(Tried { seq: row?, attempts, outcome });
        let tried: Vec<Tried> = outcomes.into_iter().filter_map(tried).collect();
        self.state.reported.extend(tried.iter().map(|tried| tried.seq));
        self.queue.report(tried);
    }
}

fn cut(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Keeps the latest change of each open alert and removes alerts that are over.
fn note_open(delivery: &Delivery, open: &mut BTreeMap<Arc<str>, Delivery>) {
    match delivery.change["alert"]["status"].as_str() {
        Some("open") => drop(open.insert(Arc::clone(&delivery.alert), delivery.clone())),
        _ => drop(open.remove(&delivery.alert)),
    }
}
