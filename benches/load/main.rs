//! The API while the engine works: `cargo bench --bench load`.
//!
//! Starts the program with a store of alerts, and feeds it over TCP with the reports of a fleet at an even rate. Then measures, one after
//! the other: the feed alone; many streams while notes are written; requests in a mix; with consoles beside them, each with a stream of
//! changes and a picture once a second; whole pictures and all vessels in a box; and each kind of request by itself, without the feed.
//! The table has the median and the 99th percentile of the time from when a request was due until its answer was read, and beside it the
//! number to reach on two quiet cores.
//!
//! The program and this bench, with the fleet and all clients, share the cores of the machine: on two cores the times from outside include
//! waiting for this bench. Independent of that is the time on the processor: of the program for one request, and of the threads of the
//! engine for one report. The loss of engine rate is the growth of the latter.
//!
//! Variables: `ATALAIA_BENCH_ALERTS` (default 5000), `ATALAIA_BENCH_VESSELS` (20 000), `ATALAIA_BENCH_RATE`, reports per second (20 000),
//! `ATALAIA_BENCH_REQUESTS` per second (500), `ATALAIA_BENCH_STREAMS` (200), `ATALAIA_BENCH_SECONDS` for each part (20), and
//! `ATALAIA_BENCH_PROGRAM`, another build for comparison.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

mod client;
mod daemon;
mod parts;

use std::time::Duration;

use self::daemon::{Daemon, number};
use self::parts::{alone, consoles, fan_out, feed_only, maps, mix, table};

fn main() {
    let seconds = Duration::from_secs(number("ATALAIA_BENCH_SECONDS", 20) as u64);
    let rate = number("ATALAIA_BENCH_REQUESTS", 500);
    let daemon = Daemon::start();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    println!("{} alerts, {} vessels; load of the machine {}", daemon.ids.len(), daemon.vessels, load.trim_end());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let before = feed_only(&daemon, seconds).await;
        before.print("feed alone", None);
        println!();
        // First, because their memory would come from what the other parts have given back.
        let streams = number("ATALAIA_BENCH_STREAMS", 200);
        let (share, times, bytes) = fan_out(&daemon, streams, seconds).await;
        share.print(&format!("{streams} streams, 10 notes/s"), Some(&before));
        table(&times);
        println!("  memory {:.0} KiB a stream (bar 64)\n", bytes / 1024.0);
        let (share, times) = mix(&daemon, rate, seconds).await;
        share.print(&format!("{rate} requests/s"), Some(&before));
        table(&times);
        let (share, times) = consoles(&daemon, rate, seconds).await;
        share.print(&format!("{rate} requests/s and 20 consoles"), Some(&before));
        table(&times);
        let (share, times) = maps(&daemon, seconds).await;
        share.print("whole pictures and boxes", Some(&before));
        table(&times);
        daemon.pause();
        alone(&daemon).await;
    });
}
