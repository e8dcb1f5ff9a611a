//! One sink at work: takes what waits for it, hands it over, tries again, gives up; slows nobody but itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use super::certificates::Certificates;
use super::letter::{Letter, MOST_PARTLY, Place, SendError};
use super::queue::{LOOK_AGAIN, Queue};
use super::settings::{DeliverySettings, Settings};
use super::target::Target;
use super::throttle::Throttle;
use super::window::{Held, ROOM, Window};
use crate::clock::{Clock, Moment};
use crate::fault;
use crate::store::{Outcome, Tried};
use crate::telemetry::{FromAir, SinkCounters, Sparing};
use crate::time::Span;

/// A sink without an answer for so long has none: its own time-outs are shorter.
const LONGEST_SEND: Duration = Duration::from_secs(120);
/// Letters in a row that came to nothing: the sink is down, and the others need not be tried.
const DOWN_AFTER: u32 = 2;
/// So much later than others is what failed tried again.
const ANOTHER_FIRST: Duration = Duration::from_secs(1);
/// How often a worker looks whether a store that is away has come back; it is woken when the store says so.
const HELD: Duration = Duration::from_secs(1);
/// Characters of a reason that are kept.
const LONGEST_REASON: usize = 300;

/// What a worker is told from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Order {
    /// Work.
    #[default]
    Work,
    /// Open files anew.
    Reopen(u32),
    /// Hand over what is ready, then end.
    Drain,
    /// End.
    End,
}

/// A sink and all it needs.
pub(super) struct Worker {
    pub(super) settings: Settings,
    pub(super) delivery: Arc<DeliverySettings>,
    pub(super) queue: Queue,
    pub(super) orders: tokio::sync::watch::Receiver<Order>,
    pub(super) counters: Arc<SinkCounters>,
    pub(super) clock: Clock,
    pub(super) desk: Desk,
    /// How fast letters may go.
    pub(super) throttle: Throttle,
    /// Whether its certificates have to be read again.
    pub(super) certificates: Certificates,
    /// Limits how often the log says that the sink is down.
    pub(super) sparing: Sparing,
    /// When it began to work.
    pub(super) began: Moment,
}

/// What a worker has before it.
#[derive(Default)]
pub(super) struct Desk {
    window: Window,
    health: Health,
    /// The last word of each alert that is open, for sinks that want to hear of them again.
    open: BTreeMap<Arc<str>, Letter>,
    /// Rows that have been reported and may still stand as pending in the store.
    reported: BTreeSet<i64>,
}

/// How the sink stands.
#[derive(Default)]
struct Health {
    /// Letters in a row that were tried and not taken.
    failures: u32,
    /// The row of the last of them.
    failed: Option<i64>,
    /// Rounds in a row in which it was down.
    rounds: u32,
    /// Nothing is tried until so long after this moment.
    rest: Option<(Moment, Duration)>,
    /// It wants nothing ever again.
    gone: Option<String>,
    /// What it said last when it took nothing.
    last_reason: String,
    /// Whether the log was told that it is down.
    told: bool,
}

impl Health {
    fn rests_for(&self, now: Moment) -> Duration {
        self.rest.map_or(Duration::ZERO, |(from, wait)| wait.saturating_sub(now.since(from)))
    }
}

impl Worker {
    /// Works until it is told to end.
    pub(super) async fn run(mut self) {
        self.queue.settle().await;
        let place = Place { site: self.delivery.site.clone() };
        let mut target = None;
        let mut refreshed = self.clock.moment();
        let mut obeyed = Order::Work;
        loop {
            let order = *self.orders.borrow_and_update();
            if order == Order::End {
                return self.queue.take_back(self.desk.window.drain());
            }
            if matches!(order, Order::Reopen(_)) && order != obeyed {
                // Secrets and certificates are read anew, and who wanted nothing more is asked again.
                target = target.take().and_then(Target::reopened);
                self.desk.health = Health::default();
                self.desk.window.wake();
            }
            if order == Order::Drain && obeyed != Order::Drain {
                // What was put off has a last chance.
                self.desk.window.wake();
                self.desk.health.rest = None;
            }
            obeyed = order;
            if self.certificates.have_changed(&self.settings, self.clock.moment()) {
                info!(sink = %self.settings.name, "certificates have changed and are reloaded");
                target = target.take().and_then(Target::reopened);
                self.desk.health.rest = None;
                self.desk.window.wake();
            }
            self.queue.fill(&mut self.desk.window, &mut self.desk.reported, ROOM);
            SinkCounters::set(&self.counters.in_hand, self.desk.window.len() as u64);
            let now = self.clock.moment();
            if target.is_none() && self.desk.health.rests_for(now).is_zero() {
                self.certificates.note_read(&self.settings);
                match Target::new(&self.settings, &place) {
                    Ok(made) => {
                        let mut made = made;
                        if made.refresh_every().is_some() {
                            self.desk.open = self.queue.open_alerts();
                        }
                        if let Some(lately) = made.counts_back() {
                            made.recall(&self.queue.told_lately(lately));
                        }
                        target = Some(made);
                    }
                    Err(reason) => self.failed(Vec::new(), SendError::Later { wait: None, reason }),
                }
            }
            if 0 < self.desk.health.rounds {
                // Nobody tries them while the sink is down; they are given up all the same.
                let oldest = Span::from_millis(self.delivery.give_up().as_millis() as i64);
                let late = self.desk.window.take_older(self.clock.now() - oldest);
                let hours = self.delivery.give_up_hours;
                let reason = format!("not taken for {hours} h: {}", self.desk.health.last_reason);
                self.give_up(late, &reason);
            }
            if let Some(reason) = self.desk.health.gone.clone() {
                let all = self.desk.window.drain();
                self.give_up(all, &reason);
            }
            let rest = self.desk.health.rests_for(now);
            let held = !self.queue.may_send();
            if let Some(target) = target.as_mut().filter(|_| rest.is_zero() && self.desk.health.gone.is_none()) {
                if let Some(every) = target.refresh_every()
                    && every <= now.since(refreshed)
                {
                    refreshed = now;
                    let letters: Vec<Letter> = self.desk.open.values().cloned().collect();
                    if let Ok(Err(error)) = timeout(LONGEST_SEND, target.refresh(&letters)).await {
                        warn!(sink = %self.settings.name, error = %FromAir(&error.to_string()), "open alerts could not be sent again");
                    }
                }
                let pace = self.throttle.pace(target.pace(now), now);
                if !self.throttle.wait(now).is_zero() {
                    SinkCounters::add(&self.counters.delayed, self.desk.window.note_delayed(now) as u64);
                }
                // At the end, what nothing outlives goes whatever the pace.
                let is_time = pace.wait.is_zero() || (order == Order::Drain && !self.queue.is_stored());
                let mut taken = match is_time && !held {
                    true => self.desk.window.take_ready(now, pace.together.max(1)),
                    false => Vec::new(),
                };
                if taken.is_empty() && !held {
                    // Nothing new to anybody who keeps a pace.
                    taken = self.desk.window.take_partly(now);
                }
                if !taken.is_empty() {
                    self.throttle.spend(taken.len(), now);
                    self.send(target, taken).await;
                    // A sink that never waits must not keep the others waiting.
                    tokio::task::yield_now().await;
                    continue;
                }
                match target.tend().await {
                    Ok(true) => self.works(),
                    Ok(false) => {}
                    Err(error) => self.failed(Vec::new(), error),
                }
            }
            SinkCounters::set(&self.counters.in_hand, self.desk.window.len() as u64);
            // What the rate holds back then waits in the store for the next start.
            if order == Order::Drain {
                return;
            }
            let rest = self.desk.health.rests_for(now);
            let next = match rest.is_zero() {
                true if held => HELD,
                true => {
                    let pace = |target: &Target| self.throttle.pace(target.pace(now), now).wait;
                    let pace = target.as_ref().map_or(Duration::ZERO, pace);
                    self.desk.window.next_in(now).map(|wait| wait.max(pace)).unwrap_or(LOOK_AGAIN)
                }
                false => rest,
            };
            tokio::select! {
                biased;
                changed = self.orders.changed() => if changed.is_err() { return },
                // Who rests takes nothing new in: the others have the time.
                () = self.queue.poked(), if rest.is_zero() => {}
                () = sleep(next.clamp(Duration::from_millis(1), LOOK_AGAIN)) => {}
            }
        }
    }

    async fn send(&mut self, target: &mut Target, mut taken: Vec<Held>) {
        self.queue.renew(&mut taken, &mut self.desk.reported);
        if taken.is_empty() {
            return;
        }
        let letters: Vec<Letter> = taken.iter().map(|held| held.letter.clone()).collect();
        let sent = timeout(LONGEST_SEND, target.send(&letters)).await;
        let reason = || format!("no answer within {} s", LONGEST_SEND.as_secs());
        match sent.unwrap_or_else(|_| Err(SendError::Later { wait: None, reason: reason() })) {
            Ok(()) => {
                SinkCounters::add(&self.counters.told, taken.len() as u64);
                if target.refresh_every().is_some() {
                    letters.iter().for_each(|letter| note_open(letter, &mut self.desk.open));
                }
                self.works();
                fault::point("told-before-mark");
                let told = |held: &Held| (held.letter.row, held.attempts + 1, Outcome::Told);
                self.report(taken.iter().map(told).collect());
                self.outdate(&letters);
            }
            Err(error) => {
                let partly = matches!(error, SendError::Partly { .. });
                self.failed(taken, error);
                if partly {
                    self.outdate(&letters);
                }
            }
        }
    }

    /// What these say is newer than what some did not have yet.
    fn outdate(&mut self, letters: &[Letter]) {
        let older: Vec<Held> = letters.iter().flat_map(|newer| self.desk.window.take_outdated(newer)).collect();
        self.report(older.iter().map(|held| (held.letter.row, held.attempts, Outcome::Told)).collect());
    }

    /// It took something.
    fn works(&mut self) {
        let Desk { window, health, .. } = &mut self.desk;
        if std::mem::take(&mut health.told) {
            info!(sink = %self.settings.name, "sink up again");
        }
        if 0 < health.rounds {
            window.wake();
        }
        *health = Health::default();
        SinkCounters::set(&self.counters.down, 0);
        self.counters.reason.clear();
    }

    /// What to do about letters that were not taken.
    fn failed(&mut self, mut taken: Vec<Held>, error: SendError) {
        SinkCounters::add(&self.counters.failures, 1);
        self.counters.reason.set(&cut(&error.to_string()));
        let now = self.clock.moment();
        let Desk { window, health, .. } = &mut self.desk;
        match error {
            SendError::Refused { reason } if taken.len() <= 1 => {
                // It answers: it is not down.
                health.failures = 0;
                self.give_up(taken, &reason);
            }
            SendError::Refused { .. } => {
                taken.iter_mut().for_each(|held| held.alone = true);
                window.put_back(taken);
            }
            SendError::Gone { reason } => {
                error!(sink = %self.settings.name, reason = %FromAir(&reason), "the receiver wants nothing more (410); nothing is sent until a reload");
                health.gone = Some(reason.clone());
                SinkCounters::set(&self.counters.down, 1);
                taken.extend(window.drain());
                self.give_up(taken, &reason);
            }
            SendError::Partly { taken: somebody, reason } => {
                if somebody {
                    self.works();
                }
                taken.iter_mut().for_each(|held| held.attempts += 1);
                let wait = self.delivery.wait(taken.first().map_or(1, |held| held.attempts), fastrand::f64());
                // Each by itself: who has one of them is not to get it again because of another.
                for held in &mut taken {
                    (held.wait, held.alone, held.partly) = (Some((now, wait)), true, true);
                }
                if taken.first().is_some_and(|held| held.attempts == 1) {
                    warn!(
                        sink = %self.settings.name, reason = %FromAir(&reason), again_in_seconds = wait.as_secs(),
                        "some recipients do not accept it yet; trying again"
                    );
                }
                let beyond = self.desk.window.take_partly_beyond(MOST_PARTLY);
                self.give_up(beyond, "some recipients do not accept it, and too many such messages wait");
                self.put_off(taken, wait, &reason, somebody);
            }
            SendError::Later { wait, reason } => {
                // One letter over and over says nothing of the sink: a new one is tried as soon as it comes.
                let first = taken.first().and_then(|held| held.letter.row);
                health.failures += u32::from(health.failures == 0 || first != health.failed);
                health.failed = first;
                let asked = wait.unwrap_or_default();
                let is_down = !asked.is_zero() || taken.is_empty() || DOWN_AFTER <= health.failures;
                let takes_nothing = is_down || window.is_empty();
                health.last_reason = cut(&reason);
                taken.iter_mut().for_each(|held| held.attempts += 1);
                let tries = if is_down { health.rounds + 1 } else { taken.first().map_or(1, |held| held.attempts) };
                let wait = self.delivery.wait(tries, fastrand::f64()).max(asked).min(self.delivery.give_up());
                if is_down {
                    health.rounds += 1;
                    health.rest = Some((now, wait));
                    if !window.is_empty() {
                        // The next to be tried is another: this one may be all that is wrong.
                        taken.iter_mut().for_each(|held| held.wait = Some((now, wait + ANOTHER_FIRST)));
                    }
                } else {
                    taken.iter_mut().for_each(|held| held.wait = Some((now, wait)));
                }
                if takes_nothing {
                    SinkCounters::set(&self.counters.down, 1);
                    if !health.told
                        && let Some(unsaid) = self.sparing.may(now.since(self.began))
                    {
                        health.told = true;
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

    /// Puts letters back, but those that have waited for too long. `partly`: some of those they are for have them.
    fn put_off(&mut self, taken: Vec<Held>, wait: Duration, reason: &str, partly: bool) {
        let wall = self.clock.now();
        let oldest = Span::from_millis(self.delivery.give_up().as_millis() as i64);
        let (late, rest): (Vec<Held>, Vec<Held>) = taken.into_iter().partition(|held| oldest <= wall - held.since);
        let due_at = wall + Span::from_millis(wait.as_millis() as i64);
        let why = cut(reason);
        let later = |held: &Held| {
            let outcome = Outcome::Later { due_at, why: why.clone(), partly };
            Some(Tried { seq: held.letter.row?, attempts: held.attempts, outcome })
        };
        self.queue.report(rest.iter().filter_map(later).collect());
        self.desk.window.put_back(rest);
        let hours = self.delivery.give_up_hours;
        self.give_up(late, &format!("not taken for {hours} h: {reason}"));
    }

    /// Letters that are not tried again.
    fn give_up(&mut self, letters: Vec<Held>, reason: &str) {
        if letters.is_empty() {
            return;
        }
        SinkCounters::add(&self.counters.given_up, letters.len() as u64);
        error!(
            sink = %self.settings.name, letters = letters.len(), first = %letters[0].letter.key, reason = %FromAir(reason),
            "sink did not take it, and it is not tried again"
        );
        let failed = |held: &Held| (held.letter.row, held.attempts.max(1), Outcome::Failed { why: cut(reason) });
        self.report(letters.iter().map(failed).collect());
    }

    fn report(&mut self, outcomes: Vec<(Option<i64>, u32, Outcome)>) {
        let tried = |(row, attempts, outcome)| Some(Tried { seq: row?, attempts, outcome });
        let tried: Vec<Tried> = outcomes.into_iter().filter_map(tried).collect();
        self.desk.reported.extend(tried.iter().map(|tried| tried.seq));
        self.queue.report(tried);
    }
}

fn cut(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Keeps the last word of each alert that is open.
fn note_open(letter: &Letter, open: &mut BTreeMap<Arc<str>, Letter>) {
    match letter.change["alert"]["status"].as_str() {
        Some("open") => drop(open.insert(Arc::clone(&letter.alert), letter.clone())),
        _ => drop(open.remove(&letter.alert)),
    }
}
