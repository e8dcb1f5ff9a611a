//! The `/metrics` page in the OpenMetrics text format, which Prometheus reads.
//!
//! Labels contain only names from the settings and fixed words of this program, never received data or a vessel.
//!
//! Names follow the conventions of Prometheus: base units, `_total` for counters (added by the encoder), one prefix. A name or label that
//! dashboards use is never changed; a better one is added beside it.
//!
//! The page is made from scratch for each request, from the view and from what is read beside it. There is no registry that other code
//! writes to, so a value can be neither stale nor half updated.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::process::Process;
use super::traffic::{Labels, Traffic};
use super::view::{InputView, View};
use crate::platform::telemetry::InputCounts;
use crate::storage::journal::Usage;
use crate::storage::store::Backlog;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::Behaviour;

/// Values that are read from the operating system and the disk, not from the main loop. `None` if a value could not be read.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Beside {
    /// Resources of the process.
    pub(super) process: Process,
    /// What waits in the outbox for each sink; also `None` without a store.
    pub(super) backlog: Option<Vec<Backlog>>,
    /// Size of the store's file and its write-ahead log in bytes.
    pub(super) store_bytes: Option<u64>,
    /// Size of the journal and its newest snapshot; also `None` without a journal.
    pub(super) journal: Option<Usage>,
}

/// A group of metrics that is written together.
/// Metrics are registered in the order of the page, each with its help text.
struct Page(Registry);

impl Page {
    /// Adds a family of counters, one for each set of labels.
    fn counters(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, u64)>) {
        let family = Family::<Labels, Counter>::default();
        for (labels, value) in values {
            family.get_or_create(&labels).inc_by(value);
        }
        self.0.register(name, help, family);
    }

    /// Adds a family of gauges, one for each set of labels.
    fn gauges(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, f64)>) {
        let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
        for (labels, value) in values {
            family.get_or_create(&labels).set(value);
        }
        self.0.register(name, help, family);
    }

    /// Adds a gauge without labels; left out if there is no value, as a wrong zero would raise alarms.
    fn gauge(&mut self, name: &str, help: &str, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into() {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(value);
            self.0.register(name, help, gauge);
        }
    }

    /// Adds a counter without labels.
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        let counter: Counter = Counter::default();
        counter.inc_by(value);
        self.0.register(name, help, counter);
    }
}

/// Renders the page from a view that is `age` old.
pub(super) fn metrics(view: &View, age: Duration, beside: &Beside, traffic: &Traffic) -> Result<String, fmt::Error> {
    let mut page = Page(Registry::with_prefix("atalaia"));
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    page.gauges("build_info", "Version of the program", [(version, 1.0)]);
    page.gauge("loop_age_seconds", "Time since the main loop last made progress", age.as_secs_f64());
    inputs(&mut page, view);
    engine(&mut page, view);
    alerts(&mut page, view);
    keeping(&mut page, view, beside);
    of_api(&mut page, traffic);
    let of_reload = &view.reload;
    page.gauge("config_last_reload_successful", "Whether the last reload succeeded", truth(of_reload.ok));
    page.gauge(
        "config_last_reload_success_timestamp_seconds",
        "Time of the last successful reload of settings or zones",
        stamp(of_reload.taken_at),
    );
    page.gauge(
        "config_tables_waiting_for_restart",
        "Tables of the settings whose changes take effect at the next start",
        of_reload.waits_for_restart.len() as f64,
    );
    let mut text = String::new();
    encode_registry(&mut text, &page.0)?;
    // These have names without our prefix, by convention.
    let mut standard = Page(Registry::default());
    of_process(&mut standard, &beside.process);
    encode_registry(&mut text, &standard.0)?;
    encode_eof(&mut text)?;
    Ok(text)
}

/// What the API and the console were asked. The counts go on between pages; a copy of a family has the same values as the family.
fn of_api(page: &mut Page, traffic: &Traffic) {
    let registry = &mut page.0;
    let requests = traffic.requests.clone();
    registry.register("api_requests", "Requests to the API and the console by method, route and status", requests);
    let seconds = traffic.seconds.clone();
    registry.register("api_request_duration_seconds", "Time until the answer to a request begins, by route", seconds);
    registry.register("api_streams", "Event streams open", traffic.streams.clone());
    let cut_off = traffic.cut_off.clone();
    registry.register(
        "api_streams_cut_off",
        "Event streams ended because the client took nothing for 30 seconds",
        cut_off,
    );
    let reports = traffic.policy_reports.clone();
    let help = "Violations of the console's content security policy reported by browsers";
    registry.register("console_policy_reports", help, reports);
}

/// One series for each input. The label is called `source`, as in the engine.
fn inputs(page: &mut Page, view: &View) {
    let source = |name: &String| vec![("source", name.clone())];
    let each = || view.inputs.iter().map(|input| (source(&input.name), input));
    page.counters("source_lines", "Lines that reached the engine", each().map(|(labels, input)| (labels, input.lines)));
    let mut counters = |name, help, count: fn(&InputCounts) -> u64| {
        page.counters(name, help, each().map(|(labels, input)| (labels, count(&input.counters))));
    };
    counters("source_bytes", "Bytes read", |counts| counts.bytes);
    counters("source_overlong", "Lines dropped: longer than any line accepted", |counts| counts.overlong);
    counters("source_dropped", "Lines dropped: the engine had no room", |counts| counts.dropped);
    counters("source_lost_datagrams", "Datagrams dropped by the kernel: receive buffer full", |counts| {
        counts.lost_datagrams
    });
    counters("source_connections", "Connections made or accepted", |counts| counts.connections);
    let by_reason = |counts: fn(&InputView) -> &[(&'static str, u64)]| {
        let reasons = each().flat_map(move |(labels, input)| {
            counts(input).iter().map(move |(reason, count)| {
                let labels = labels.iter().cloned().chain([("reason", (*reason).to_owned())]);
                (labels.collect(), *count)
            })
        });
        reasons.collect::<Vec<(Labels, u64)>>()
    };
    let rejects = by_reason(|input| &input.rejects);
    page.counters("source_rejected", "Lines and messages rejected by the decoder", rejects);
    let unused = by_reason(|input| &input.unused_times);
    page.counters("source_times_not_used", "Messages used with the time of receipt instead of their own", unused);
    let refused = by_reason(|input| &input.refused_posts);
    page.counters("source_refused_posts", "Posts refused", refused);
    let rate = each().map(|(labels, input)| (labels, input.lines_per_second));
    page.gauges("source_lines_per_second", "Lines that reached the engine, over the last minute", rate);
    // Absent while silent: the last value would look like a feed that is still this late.
    let behind = each().filter_map(|(labels, input)| Some((labels, input.lag()?.seconds())));
    page.gauges(
        "source_lag_seconds",
        "How far the time of its last report was behind receipt; absent while silent",
        behind,
    );
    let silent = each().map(|(labels, input)| (labels, truth(input.silent_since.is_some())));
    page.gauges("source_silent", "Has sent nothing for longer than idle_after_seconds", silent);
    let clients = each().filter_map(|(labels, input)| Some((labels, input.clients? as f64)));
    page.gauges("source_clients", "Clients connected to a TCP listener", clients);
    let up = each().map(|(labels, input)| (labels, truth(input.up)));
    page.gauges("source_connected", "Connected, listening (even without a client) or open", up);
    let lagging = each().map(|(labels, input)| (labels, truth(input.lagging)));
    page.gauges("source_lagging", "Later than lateness_seconds allows; the engine does not wait for it", lagging);
    let heard = each().filter_map(|(labels, input)| Some((labels, stamp(input.heard?))));
    page.gauges("source_last_message_timestamp_seconds", "Time of the last line received", heard);
}

/// Counts of the engine over all inputs.
fn engine(page: &mut Page, view: &View) {
    let engine = &view.engine;
    let of = |label: &'static str, word: &String, count: u64| (vec![(label, word.clone())], count);
    page.counters("reports", "Messages decoded", engine.reports.iter().map(|(kind, count)| of("type", kind, *count)));
    let rejects = engine.rejects.iter().map(|(reason, count)| of("reason", reason, *count));
    page.counters("rejected", "Rejected by decoder and tracks", rejects);
    page.counter("duplicate_reports", "Copies of one transmission", engine.copies);
    page.counter("late_reports", "Reports that came later than engine time", engine.late);
    page.counter("tracks_evicted", "Tracks dropped for lack of room", engine.evicted);
    page.gauge("vessels_tracked", "Vessels with a track", engine.vessels as f64);
    page.gauge("engine_time_seconds", "Engine time", engine.time.map(stamp));
    page.gauge(
        "engine_lag_seconds",
        "Engine time behind the wall clock; grows while inputs are silent; absent if all inputs are recordings",
        view.engine_lag().map(Span::seconds),
    );
    page.gauge(
        "engine_wait_seconds",
        "Longest time that lines waited for the engine, in the last second",
        engine.waited.seconds(),
    );
    page.gauge(
        "loop_longest_turn_seconds",
        "Longest time the loop was busy with one event, in the last minute or two",
        engine.longest_turn.as_secs_f64(),
    );
}

/// Alerts that were announced; facts below the threshold are not counted.
fn alerts(page: &mut Page, view: &View) {
    // The label `rule` is the old name of `behaviour`, kept for dashboards.
    let behaviour = |kind: &Behaviour| vec![("rule", kind.to_string()), ("behaviour", kind.to_string())];
    let opened = view.opened.iter().map(|((name, severity), count)| {
        let mut labels = behaviour(name);
        labels.push(("severity", severity.name().to_owned()));
        (labels, *count)
    });
    page.counters("alerts_opened", "Alerts announced since the start, by behaviour and severity when opened", opened);
    let ended = view.ended.iter().map(|(name, count)| (behaviour(name), *count));
    page.counters("alerts_ended", "Alerts ended since the start, by behaviour", ended);
    let retracted = view.retracted.iter().map(|(name, count)| (behaviour(name), *count));
    page.counters("alerts_retracted", "Alerts retracted since the start, by behaviour", retracted);
    let open = view.open.iter().map(|(name, count)| (behaviour(name), *count as f64));
    page.gauges("alerts_open", "Open alerts, by behaviour", open);
}

/// The store, the journal and the sinks.
fn keeping(page: &mut Page, view: &View, beside: &Beside) {
    if let Some(store) = &view.store {
        page.gauge("store_failing", "Whether the store cannot be written", truth(store.now));
        page.gauge(
            "store_unstored_changes",
            "Changes of alerts that the store has not taken yet",
            view.unstored as f64,
        );
        let aside = view.set_aside.len() as f64;
        page.gauge("store_set_aside", "Damaged stores that were set aside and are still there", aside);
        page.counter("store_failures", "Number of times writing to the store began to fail", store.times);
    }
    if let Some(journal) = &view.journal {
        page.gauge("journal_failing", "Whether the journal cannot be written", truth(journal.now));
        page.counter("journal_failures", "Number of times writing to the journal began to fail", journal.times);
    }
    // The size on the disk, whether or not the store can be written.
    page.gauge("store_bytes", "Size of the store and its log", beside.store_bytes.map(|bytes| bytes as f64));
    if let Some(usage) = &beside.journal {
        page.gauge("journal_bytes", "Size of the journal's segments", usage.bytes as f64);
        page.gauge("journal_segments", "Number of journal segments", usage.segments as f64);
        // Absent until the first snapshot.
        if let Some((written, bytes)) = usage.snapshot {
            page.gauge("snapshot_bytes", "Size of the newest snapshot", bytes as f64);
            page.gauge("snapshot_age_seconds", "Age of the newest snapshot", (view.at - written).seconds().max(0.0));
        }
    }
    sinks(page, view, beside);
}

/// Deliveries since the start from the view, and what waits from the outbox.
fn sinks(page: &mut Page, view: &View, beside: &Beside) {
    let attempts = view.sinks.iter().flat_map(|sink| {
        let labels = |outcome: &str| vec![("sink", sink.name.clone()), ("outcome", outcome.to_owned())];
        [(labels("delivered"), sink.delivered), (labels("failed"), sink.failures), (labels("given_up"), sink.given_up)]
    });
    page.counters("delivery_attempts", "Outcome of deliveries", attempts);
    let delayed = view.sinks.iter().map(|sink| (vec![("sink", sink.name.clone())], sink.delayed));
    page.counters("deliveries_delayed", "Deliveries that waited for max_per_second", delayed);
    let down = view.sinks.iter().map(|sink| (vec![("sink", sink.name.clone())], truth(sink.down)));
    page.gauges("sink_down", "Whether the sink currently accepts no deliveries", down);
    let Some(backlog) = &beside.backlog else {
        return;
    };
    let of = |name: &String| backlog.iter().find(|waiting| waiting.sink == *name);
    let named = |name: &String| view.sinks.iter().any(|sink| sink.name == *name);
    // A sink that was removed from the settings may still have deliveries waiting.
    let gone = backlog.iter().map(|waiting| &waiting.sink).filter(|name| !named(name));
    let sinks: Vec<&String> = view.sinks.iter().map(|sink| &sink.name).chain(gone).collect();
    let sink = |name: &&String| vec![("sink", (*name).clone())];
    let count = |count: fn(&Backlog) -> u64| {
        let sinks = sinks.iter();
        sinks.map(move |name| (sink(name), of(name).map_or(0, count) as f64)).collect::<Vec<_>>()
    };
    let depth = sinks.iter().map(|name| {
        let pending = of(name).map_or(0, |waiting| waiting.pending);
        (sink(name), pending.saturating_sub(view.unrecorded(name)) as f64)
    });
    page.gauges("outbox_depth", "Deliveries waiting, with those held", depth);
    page.gauges(
        "outbox_held",
        "Deliveries held for a digest or for the pace of the sink",
        count(|waiting| waiting.held),
    );
    let unrecorded =
        view.sinks.iter().map(|sink| (vec![("sink", sink.name.clone())], view.unrecorded(&sink.name) as f64));
    page.gauges("outbox_unrecorded", "Deliveries made that the failing store cannot record", unrecorded);
    page.gauges("outbox_failed", "Deliveries given up", count(|waiting| waiting.failed));
    // Zero without a delivery, so that an alarm on the age ends by itself. What is held on purpose does not count: it has its time.
    let age = sinks.iter().map(|name| {
        let oldest = of(name).and_then(|waiting| waiting.oldest);
        (sink(name), oldest.map_or(0.0, |oldest| (view.at - oldest).seconds().max(0.0)))
    });
    page.gauges("outbox_oldest_age_seconds", "Age of the oldest delivery waiting that is not held", age);
}

/// Values that `/proc` did not give are left out.
fn of_process(page: &mut Page, process: &Process) {
    page.gauge("process_resident_memory_bytes", "Memory in use", process.resident);
    page.gauge("process_virtual_memory_bytes", "Address space", process.virtual_size);
    page.gauge("process_open_fds", "Open file descriptors", process.descriptors);
    page.gauge("process_max_fds", "File descriptors allowed", process.most_descriptors);
    page.gauge("process_threads", "Threads", process.threads);
    if let Some(seconds) = process.cpu {
        let counter: Counter<f64, AtomicU64> = Counter::default();
        counter.inc_by(seconds);
        page.0.register("process_cpu_seconds", "Processor time", counter);
    }
}

/// 1 for true, 0 for false.
fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Seconds since 1970.
fn stamp(time: Time) -> f64 {
    time.millis() as f64 / 1000.0
}

#[cfg(test)]
mod tests;
