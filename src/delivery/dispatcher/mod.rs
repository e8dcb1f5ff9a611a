//! Owns the delivery thread: starts, replaces and ends the workers of the sinks.
//!
//! One thread serves all sinks, because sinks wait and do not compute. The main loop only sends commands and never waits for a sink, except
//! at the end, for a limited time. Each sink has at most one worker: a successor starts when its predecessor has ended.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle as Task;
use tracing::{error, warn};

use super::queue::{Memory, Queue, SharedReader, StoredQueue};
use super::settings::DeliverySettings;
use super::sinks::Settings;
use super::worker::{Order, Worker};
use crate::platform::clock::Clock;
use crate::platform::net::RateLimit;
use crate::platform::telemetry::SinkCounters;
use crate::storage::store::{Filter, Reporter};
use atalaia_core::alerts::Change;

/// Time a replaced worker has to finish the send it has begun; after that it is aborted.
const HANDOVER: Duration = Duration::from_secs(5);

/// Wakes the workers when the store has queued new deliveries. Created before the store and before any worker.
/// A counter rather than a flag: each worker notices that it has changed since its own last look.
#[derive(Clone, Debug)]
pub struct Wake(Arc<watch::Sender<u64>>);

impl Default for Wake {
    fn default() -> Wake {
        Wake(Arc::new(watch::channel(0).0))
    }
}

impl Wake {
    /// Signals that new deliveries are queued. Never blocks.
    pub fn wake(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

/// Connection of the workers to the store: where they read deliveries and report outcomes.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct StoreLink {
    /// The store's database file.
    pub path: Arc<Path>,
    /// Records the outcome of each delivery attempt in the store.
    pub reporter: Reporter,
    /// Called by the store when it has queued new deliveries.
    pub wake: Wake,
}

/// Owns the delivery thread and the workers of all sinks.
#[derive(Debug)]
pub struct Dispatcher {
    /// To the delivery thread. Few and small: one for each reload and one at the end.
    commands: mpsc::UnboundedSender<Command>,
    /// `None` once it was joined.
    thread: Option<JoinHandle<()>>,
    /// Signalled when all workers have ended, because a thread cannot be joined with a time limit.
    ended: Receiver<()>,
    /// Handles of the configured sinks, in the order of the settings. Without a store they also hold the undelivered lines.
    sinks: Vec<SinkHandle>,
    /// `None` without a store.
    link: Option<StoreLink>,
    /// Clock for the times at which lines are queued in memory.
    clock: Clock,
}

/// A sink as the main loop knows it. It outlives the workers, so counters do not start again at a reload.
#[derive(Clone, Debug)]
struct SinkHandle {
    /// In force since the last reload.
    settings: Settings,
    /// Made from the settings. Used here only without a store.
    filter: Filter,
    /// Shared with the worker.
    counters: Arc<SinkCounters>,
    /// Empty and unused with a store.
    memory: Arc<Memory>,
}

/// What the main loop asks of the delivery thread.
enum Command {
    /// Replaces the sinks and the delivery policy. The number identifies the reload.
    Work(Vec<SinkHandle>, Arc<DeliverySettings>, u32),
    /// Send what is ready, then end.
    Finish,
}

impl Dispatcher {
    /// Starts a worker for every sink. Paths in `settings` must be absolute. Without a store, undelivered lines are kept in memory.
    /// Fails only if the thread cannot be started.
    pub fn start(
        settings: &[Settings],
        policy: &DeliverySettings,
        link: Option<StoreLink>,
        clock: Clock,
    ) -> io::Result<Dispatcher> {
        let (commands, orders) = mpsc::unbounded_channel();
        let (end, ended) = channel();
        let room = link.clone();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else {
                return;
            };
            let link = room.map(|link| (Arc::new(SharedReader::of(&link.path)), link));
            runtime.block_on(SinkTasks { link, clock, tasks: BTreeMap::new() }.run(orders));
            // A pending write to an unresponsive file must not delay the exit.
            runtime.shutdown_background();
            let _ = end.send(());
        };
        let thread = std::thread::Builder::new().name("delivery".to_owned()).spawn(work)?;
        let mut dispatcher = Dispatcher { commands, thread: Some(thread), ended, sinks: Vec::new(), link, clock };
        dispatcher.replace(settings, policy, 0);
        Ok(dispatcher)
    }

    /// Applies new settings without waiting for the workers. Sinks that remain keep their deliveries in flight; files are reopened and
    /// secrets read again. `reload` must differ from one call to the next.
    pub fn replace(&mut self, settings: &[Settings], policy: &DeliverySettings, reload: u32) {
        let before = std::mem::take(&mut self.sinks);
        let sink = |settings: &Settings| match before.iter().find(|sink| sink.settings.name == settings.name) {
            Some(sink) => SinkHandle { settings: settings.clone(), filter: settings.filter(), ..sink.clone() },
            None => {
                let counters = Arc::new(SinkCounters::default());
                let memory = Arc::new(Memory::new(Arc::clone(&counters)));
                SinkHandle { settings: settings.clone(), filter: settings.filter(), counters, memory }
            }
        };
        self.sinks = settings.iter().map(sink).collect();
        // Fails only if the delivery thread has ended, which happens at the end of the daemon.
        let _ = self.commands.send(Command::Work(self.sinks.clone(), Arc::new(policy.clone()), reload));
    }

    /// Queues announced changes for the sinks whose filter selects them. Used only when there is no store.
    pub fn deliver(&self, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.alert.announced) {
            let mut line: Option<Arc<str>> = None;
            for sink in self.sinks.iter().filter(|sink| sink.filter.takes(&change.alert)) {
                // A change consists of numbers, texts, lists and maps with text keys, so serialising it cannot fail.
                let line =
                    line.get_or_insert_with(|| serde_json::to_string(change).expect("a change is plain data").into());
                sink.memory.push(Arc::clone(line), self.clock.now());
            }
        }
    }

    /// Name and counters of each sink.
    pub fn counters(&self) -> impl Iterator<Item = (&str, &SinkCounters)> {
        self.sinks.iter().map(|sink| (sink.settings.name.as_str(), &*sink.counters))
    }

    /// Sends what is ready and ends within `patience`. Returns the number of deliveries lost because only memory held them; 0 with a store.
    pub fn finish(mut self, patience: Duration) -> usize {
        let _ = self.commands.send(Command::Finish);
        match self.ended.recv_timeout(patience) {
            Err(RecvTimeoutError::Timeout) => {
                let busy = self.sinks.iter().filter(|sink| 0 < sink.counters.in_hand());
                let sinks = busy.map(|sink| sink.settings.name.as_str()).collect::<Vec<_>>().join(", ");
                warn!(%sinks, "sinks did not finish in time; undelivered alerts are sent at the next start")
            }
            _ => {
                let thread = self.thread.take().map(JoinHandle::join);
                drop(thread);
            }
        }
        if self.link.is_some() {
            return 0;
        }
        let mut lost = 0;
        for sink in &self.sinks {
            let lines = sink.memory.len() + sink.counters.in_hand() as usize;
            if 0 < lines {
                error!(sink = %sink.settings.name, lines, "stopped with alert messages that could not be delivered and are lost");
            }
            lost += lines;
        }
        lost
    }
}

/// The workers' tasks, owned by the delivery thread.
struct SinkTasks {
    /// The store and the read connection that all workers share; `None` without a store.
    link: Option<(Arc<SharedReader>, StoreLink)>,
    /// Passed on to the workers.
    clock: Clock,
    /// By name of the sink.
    tasks: BTreeMap<String, SinkTask>,
}

/// A running worker and what it was started with.
struct SinkTask {
    /// Compared at a reload: a worker is replaced only if something has changed.
    settings: Settings,
    /// Compared at a reload as well.
    policy: Arc<DeliverySettings>,
    /// The worker ends when this is dropped.
    orders: watch::Sender<Order>,
    /// Ends with the worker.
    task: Task<()>,
}

impl SinkTasks {
    /// Runs the workers until the command to finish.
    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        while let Some(command) = commands.recv().await {
            match command {
                Command::Work(sinks, policy, reload) => self.work(sinks, &policy, reload),
                Command::Finish => break,
            }
        }
        for sink_task in self.tasks.values() {
            let _ = sink_task.orders.send(Order::Drain);
        }
        for sink_task in std::mem::take(&mut self.tasks).into_values() {
            let _ = sink_task.task.await;
        }
    }

    /// Keeps workers whose settings have not changed, replaces the others, and ends those of removed sinks.
    fn work(&mut self, sinks: Vec<SinkHandle>, policy: &Arc<DeliverySettings>, reload: u32) {
        let mut before = std::mem::take(&mut self.tasks);
        for sink in sinks {
            let name = sink.settings.name.clone();
            let old = before.remove(&name);
            let sink_task = match old {
                Some(sink_task)
                    if sink_task.settings == sink.settings
                        && sink_task.policy == *policy
                        && !sink_task.task.is_finished() =>
                {
                    let _ = sink_task.orders.send(Order::Reopen(reload));
                    sink_task
                }
                old => self.sink_task(sink, Arc::clone(policy), old),
            };
            self.tasks.insert(name, sink_task);
        }
        // Only removed sinks are left. Their pending deliveries stay in the store.
        for sink_task in before.into_values() {
            let _ = sink_task.orders.send(Order::End);
        }
    }

    /// Starts a worker. It begins only after its predecessor has ended, so that no delivery is sent by both.
    fn sink_task(&self, sink: SinkHandle, policy: Arc<DeliverySettings>, old: Option<SinkTask>) -> SinkTask {
        let (orders, listen) = watch::channel(Order::Work);
        let settings = sink.settings.clone();
        let queue = match &self.link {
            Some((reading, link)) => Queue::Stored(Box::new(StoredQueue {
                sink: settings.name.clone(),
                clearance: sink.filter.clearance.clone(),
                reading: Arc::clone(reading),
                reporter: link.reporter.clone(),
                wake: link.wake.0.subscribe(),
                more: true,
                looked: self.clock.moment(),
                is_reported: false,
            })),
            None => Queue::Memory(Arc::clone(&sink.memory)),
        };
        let worker = Worker {
            settings: settings.clone(),
            policy: Arc::clone(&policy),
            queue,
            orders: listen,
            counters: sink.counters,
            clock: self.clock,
            state: Default::default(),
            rate: RateLimit::per_second(settings.most_a_second()),
            certificates: Default::default(),
            log: Default::default(),
        };
        let task = tokio::spawn(async move {
            // Waiting here, in the new task, does not hold up the other sinks.
            if let Some(mut old) = old {
                let _ = old.orders.send(Order::End);
                if tokio::time::timeout(HANDOVER, &mut old.task).await.is_err() {
                    old.task.abort();
                }
            }
            worker.run().await;
        });
        SinkTask { settings, policy, orders, task }
    }
}

#[cfg(test)]
mod tests;
