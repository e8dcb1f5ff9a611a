//! The parts of the bench: what is asked, how often, and how long the answers take.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use atalaia_core::base::time::Time;
use futures_util::future::join_all;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::client::Client;
use super::daemon::{Daemon, Usage, now};

/// Clients that send the requests of the mix, each with a token of its own: 50 requests a second are allowed to one.
const CLIENTS: usize = 20;
/// Consoles.
const CONSOLES: usize = 20;
/// Kinds of request in the mix, one after the other.
const MIX: [Kind; 10] = [
    Kind::List,
    Kind::Alert,
    Kind::OtherList,
    Kind::Alert,
    Kind::Summary,
    Kind::List,
    Kind::Alert,
    Kind::OtherList,
    Kind::Known,
    Kind::OtherSummary,
];
/// Threads that belong neither to the engine nor to its input: those of the API, the store and the sinks.
const OTHERS: [&str; 7] = ["api", "tokio-rt-worker", "store", "delivery", "http", "snapshots", "audit-head"];
/// Notes that have reached the streams when their memory is measured.
const NOTES_BEFORE_MEMORY: usize = 10;
/// Requests of one kind by itself.
const ALONE: u32 = 300;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// The list that every console shows.
    List,
    /// A list with a filter of its own.
    OtherList,
    /// One alert with everything that the console shows of it.
    Alert,
    /// One of the few alerts that everybody looks at.
    Known,
    /// The counts that every console shows.
    Summary,
    /// Counts with a filter of their own.
    OtherSummary,
    /// What has changed in the picture.
    Changes,
    /// The whole picture.
    Whole,
    /// All vessels in a box, page by page.
    Box,
    /// From the moment at which a note is stored to its event on a stream.
    FanOut,
}

/// Times of answers by kind, in milliseconds.
pub(super) type Times = BTreeMap<Kind, Vec<f64>>;
/// The same while they are measured.
type Shared = Rc<RefCell<Times>>;
/// The work of one client.
type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What the program used in one part.
pub(super) struct Share {
    /// Reports sent in a second.
    rate: f64,
    /// Cores used by the threads of the engine.
    engine: f64,
    /// Cores used by all threads.
    all: f64,
}

impl Kind {
    /// Name and number to reach at the 99th percentile in milliseconds.
    fn bar(self) -> (&'static str, f64) {
        match self {
            Kind::List => ("list of 100, the same for all", 20.0),
            Kind::OtherList => ("list of 100, each another", 20.0),
            Kind::Alert => ("one alert, each another", 10.0),
            Kind::Known => ("one alert, of few", 10.0),
            Kind::Summary => ("summary, the same for all", 30.0),
            Kind::OtherSummary => ("summary, each another", 30.0),
            Kind::Changes => ("picture, changes", 10.0),
            Kind::Whole => ("picture, whole", 30.0),
            Kind::Box => ("all vessels in a box", 400.0),
            Kind::FanOut => ("note stored to each stream", 250.0),
        }
    }

    /// Asks once. `turn` makes requests differ.
    async fn ask(self, client: &mut Client, daemon: &Daemon, turn: usize) -> Vec<u8> {
        let usual = "state=new,acknowledged&min_severity=medium";
        let known = &daemon.ids[turn % 10];
        // Few people open the same alert within seconds.
        let other = &daemon.ids[turn * 7919 % daemon.ids.len()];
        let parts = "include=notes,history,deliveries,similar,nearby";
        match self {
            Kind::List => client.get(&format!("/alerts?{usual}")).await,
            Kind::OtherList => client.get(&format!("/alerts?{usual}&min_score={}", turn % 60)).await,
            Kind::Alert => client.get(&format!("/alerts/{other}?{parts}")).await,
            Kind::Known => client.get(&format!("/alerts/{known}?{parts}")).await,
            Kind::Summary => client.get(&format!("/alerts/summary?{usual}")).await,
            Kind::OtherSummary => client.get(&format!("/alerts/summary?{usual}&min_score={}", turn % 60)).await,
            Kind::Changes | Kind::Whole => client.get("/picture").await,
            Kind::Box => boxed(client).await,
            Kind::FanOut => Vec::new(),
        }
    }
}

/// All vessels of the world, in pages.
async fn boxed(client: &mut Client) -> Vec<u8> {
    let (mut cursor, mut count) = (String::new(), 0);
    loop {
        let body = client.get(&format!("/vessels?bbox=-180,-90,180,90&limit=1000{cursor}")).await;
        let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
        count += page["items"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count.to_string().into_bytes(),
        }
    }
}

impl Share {
    /// What was used since then.
    fn since(before: &Usage, daemon: &Daemon) -> Share {
        let after = daemon.usage();
        let seconds = (after.at - before.at).as_secs_f64();
        let used = |wanted: &dyn Fn(&str) -> bool| -> f64 {
            let of = |usage: &Usage| {
                usage.threads.iter().filter(|(name, _)| wanted(name)).map(|(_, used)| used).sum::<f64>()
            };
            (of(&after) - of(before)).max(0.0) / seconds
        };
        Share {
            rate: (after.lines - before.lines) as f64 / seconds,
            engine: used(&|name| !OTHERS.contains(&name)),
            all: used(&|_| true),
        }
    }

    /// Prints it, beside the feed alone.
    pub(super) fn print(&self, what: &str, alone: Option<&Share>) {
        let per_report = |share: &Share| share.engine / share.rate * 1e6;
        let loss = alone.map(|alone| {
            format!(", loss of engine rate {:.1} % (bar 2)", (1.0 - per_report(alone) / per_report(self)) * 100.0)
        });
        println!(
            "{what}: {:.0} reports/s, program {:.2} cores, engine {:.2} cores, {:.2} µs a report{}",
            self.rate,
            self.all,
            self.engine,
            per_report(self),
            loss.unwrap_or_default()
        );
    }
}

/// Prints a table with the bars.
pub(super) fn table(times: &Times) {
    for (kind, times) in times {
        let mut times = times.clone();
        times.sort_by(f64::total_cmp);
        let of = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let (name, bar) = kind.bar();
        let verdict = if of(0.99) <= bar { "" } else { "  above" };
        println!(
            "  {name:<30} {:>7} times  p50 {:>7.2} ms  p99 {:>7.2} ms  bar {bar:>4} ms{verdict}",
            times.len(),
            of(0.5),
            of(0.99)
        );
    }
    println!();
}

/// The feed and nothing else.
pub(super) async fn feed_only(daemon: &Daemon, time: Duration) -> Share {
    let before = daemon.usage();
    sleep(time).await;
    Share::since(&before, daemon)
}

/// Requests in the mix.
pub(super) async fn mix(daemon: &Daemon, rate: usize, time: Duration) -> (Share, Times) {
    measured(daemon, |times| mixed(daemon, times, rate, time)).await
}

/// Requests in the mix, and consoles with a stream and a picture each.
pub(super) async fn consoles(daemon: &Daemon, rate: usize, time: Duration) -> (Share, Times) {
    let console = |number: usize, times: &Shared| -> [Work<'_>; 2] {
        let (first, second) = (CLIENTS + number, times.clone());
        [Box::pin(listen(daemon, first, times.clone(), time)), Box::pin(watch(daemon, first, second, time))]
    };
    measured(daemon, |times| {
        let consoles = (0..CONSOLES).flat_map(|number| console(number, times));
        mixed(daemon, times, rate, time).into_iter().chain(consoles).collect()
    })
    .await
}

/// Whole pictures and all vessels in a box, each a few times a second.
pub(super) async fn maps(daemon: &Daemon, time: Duration) -> (Share, Times) {
    measured(daemon, |times| {
        let every = [(Kind::Whole, Duration::from_millis(100)), (Kind::Box, Duration::from_secs(1))];
        let one = |(kind, every)| -> Work<'_> { Box::pin(repeat(daemon, (0, vec![kind]), times.clone(), every, time)) };
        every.into_iter().map(one).collect()
    })
    .await
}

/// Streams, and notes that reach all of them. Also returns the memory of a stream in bytes.
pub(super) async fn fan_out(daemon: &Daemon, streams: usize, time: Duration) -> (Share, Times, f64) {
    // Connections to the store and their caches are not the memory of a stream.
    let warm = (0..CLIENTS).map(|number| async move {
        let mut client = Client::new(daemon.address, &daemon.tokens[number]).await;
        for turn in 0..4 {
            Kind::OtherList.ask(&mut client, daemon, number + turn * CLIENTS).await;
        }
    });
    join_all(warm).await;
    let before = daemon.resident();
    let memory = RefCell::new(0.0);
    let (share, times) = measured(daemon, |times| {
        let listeners =
            (0..streams).map(|number| -> Work<'_> { Box::pin(listen(daemon, number, times.clone(), time)) });
        let notes: Work<'_> = Box::pin(async {
            let mut client = Client::new(daemon.address, &daemon.tokens[0]).await;
            let end = Instant::now() + time - Duration::from_secs(1);
            sleep(Duration::from_secs(1)).await;
            for turn in 0.. {
                if end <= Instant::now() {
                    return;
                }
                let path = format!("/alerts/{}/acts", daemon.ids[turn * 31 % daemon.ids.len()]);
                client.post(&path, r#"{"act":"note","text":"seen by the aircraft"}"#).await;
                sleep(Duration::from_millis(100)).await;
                // Soon, because the engine grows too; after some events, because those have buffers.
                if turn == NOTES_BEFORE_MEMORY {
                    memory.replace(daemon.resident() - before);
                }
            }
        });
        listeners.chain([notes]).collect()
    })
    .await;
    (share, times, memory.into_inner().max(0.0) / streams as f64)
}

/// Each kind by itself, one request after the other, while there is no feed: time on the processor for one request.
pub(super) async fn alone(daemon: &Daemon) {
    let mut client = Client::new(daemon.address, &daemon.tokens[0]).await;
    println!("without the feed, one request after the other; time on the processor of the program for one");
    for kind in [Kind::List, Kind::OtherList, Kind::Alert, Kind::Known, Kind::Summary, Kind::OtherSummary, Kind::Whole]
    {
        // The limit of requests is 50 a second for one token.
        let mut length = 0;
        let before = daemon.processor();
        for turn in 0..ALONE {
            client.renew(&daemon.tokens[turn as usize % daemon.tokens.len()]);
            length = kind.ask(&mut client, daemon, turn as usize).await.len();
        }
        let used = (daemon.processor() - before) * 1000.0 / f64::from(ALONE);
        println!("  {:<30} {used:>7.2} ms, {length} bytes", kind.bar().0);
    }
}

/// Does the work, and measures what the program uses meanwhile.
async fn measured<'a>(daemon: &Daemon, work: impl FnOnce(&Shared) -> Vec<Work<'a>>) -> (Share, Times) {
    let times = Shared::default();
    let work = work(&times);
    let before = daemon.usage();
    join_all(work).await;
    (Share::since(&before, daemon), times.take())
}

/// The clients of the mix.
fn mixed<'a>(daemon: &'a Daemon, times: &Shared, rate: usize, time: Duration) -> Vec<Work<'a>> {
    let every = Duration::from_secs_f64(CLIENTS as f64 / rate as f64);
    let one =
        |number: usize| -> Work<'a> { Box::pin(repeat(daemon, (number, MIX.to_vec()), times.clone(), every, time)) };
    (0..CLIENTS).map(one).collect()
}

/// One client that asks at an even rate. The time of an answer counts from when its request was due.
async fn repeat(daemon: &Daemon, (number, kinds): (usize, Vec<Kind>), times: Shared, every: Duration, time: Duration) {
    let mut client = Client::new(daemon.address, &daemon.tokens[number]).await;
    // Not all at the same moment.
    let begun = Instant::now() + every.mul_f64(number as f64 / CLIENTS as f64);
    for turn in 0.. {
        let due = begun + every * turn;
        // Answers that take ever longer have shown enough.
        if begun + time <= due || time * 2 <= begun.elapsed() {
            return;
        }
        sleep_until(due.into()).await;
        let turn = turn as usize + number * 1009;
        let kind = kinds[turn % kinds.len()];
        kind.ask(&mut client, daemon, turn).await;
        times.borrow_mut().entry(kind).or_default().push(due.elapsed().as_secs_f64() * 1000.0);
    }
}

/// One map that asks once a second for what has changed.
async fn watch(daemon: &Daemon, number: usize, times: Shared, time: Duration) {
    let mut client = Client::new(daemon.address, &daemon.tokens[number % daemon.tokens.len()]).await;
    let mut frame = client.get("/picture").await;
    let begun = Instant::now() + Duration::from_millis(number as u64 * 37 % 1000);
    while begun.elapsed() < time {
        let cursor = u32::from_le_bytes(frame[24..28].try_into().unwrap());
        sleep(Duration::from_secs(1)).await;
        let asked = Instant::now();
        frame = client.get(&format!("/picture?after={cursor}")).await;
        times.borrow_mut().entry(Kind::Changes).or_default().push(asked.elapsed().as_secs_f64() * 1000.0);
    }
}

/// One stream. An entry says when it was stored, by the wall clock that this bench has too.
async fn listen(daemon: &Daemon, number: usize, times: Shared, time: Duration) {
    let mut client = Client::new(daemon.address, &daemon.tokens[number % daemon.tokens.len()]).await;
    client.follow().await;
    let end = tokio::time::Instant::now() + time;
    while let Ok(event) = timeout_at(end, client.event()).await {
        let read = now();
        let stored = event.split("\"at\":\"").nth(1).filter(|_| event.contains("event: change"));
        let stored: Option<Time> = stored.and_then(|rest| Time::parse(rest.split('"').next()?));
        if let Some(stored) = stored {
            times.borrow_mut().entry(Kind::FanOut).or_default().push((read - stored).millis() as f64);
        }
    }
}
