//! The `/status` page: the state of each input and sink, for people and for programs other than Prometheus.
//!
//! The field names are part of the interface: programs and the tests of users read them. A field may be added; one that is renamed keeps
//! its old name beside the new one for a version.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::health::{Health, health};
use super::metrics::Beside;
use super::view::View;
use crate::platform::telemetry::InputCounts;
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::Behaviour;

/// Body of the `/status` response.
#[derive(Debug, Serialize)]
pub(super) struct Status<'a> {
    /// Wall clock of the view, in UTC.
    at: String,
    /// `ready`, `reasons`, `warnings` and `notes`, as on `/readyz`.
    #[serde(flatten)]
    health: Health,
    /// How far the engine is.
    engine: Engine,
    /// In the order of the settings.
    inputs: Vec<Input<'a>>,
    /// In the order of the settings. A sink that was removed is not listed, whatever waits for it.
    sinks: Vec<Sink<'a>>,
    /// Number of announced alerts that are open, by behaviour; without those that have none.
    open_alerts: &'a BTreeMap<Behaviour, u64>,
    /// The last reload of settings and zones.
    reload: Reload<'a>,
}

/// A status with what identifies the daemon, so that a command on this machine notices if another one has the address.
#[derive(Debug, Serialize)]
pub(super) struct OwnStatus<'a> {
    /// The daemon.
    pub(super) daemon: Identity,
    /// The rest of the page.
    #[serde(flatten)]
    pub(super) status: Status<'a>,
}

/// What tells a daemon from others on the machine.
#[derive(Debug, Serialize)]
pub(super) struct Identity {
    /// Process id.
    pid: u32,
    /// Path of the settings file, as it was named at the start, but absolute.
    settings: String,
    /// Absolute path of the store; `None` without one.
    store: Option<String>,
}

impl Identity {
    /// That of this process.
    pub(super) fn of(view: &View, store: Option<&Path>) -> Identity {
        let shown = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
        Identity { pid: std::process::id(), settings: shown(&view.reload.file), store: store.map(shown) }
    }
}

/// State of the engine.
#[derive(Debug, Serialize)]
struct Engine {
    /// Engine time in UTC; `None` before the first report.
    time: Option<String>,
    /// Number of vessels with a track.
    vessels: u64,
    /// Longest time that lines waited for the engine, in the last second.
    wait_seconds: f64,
}

/// State of one input.
#[derive(Debug, Serialize)]
struct Input<'a> {
    /// Name from the settings.
    name: &'a str,
    /// `up`, `down` or `ended`.
    state: &'static str,
    /// Average over the last minute.
    lines_per_second: f64,
    /// Lines that reached the engine since the start.
    lines: u64,
    /// Why the input is down; `None` while it is up.
    reason: Option<&'a str>,
    /// When the last line was received; `None` before the first.
    last_line_at: Option<String>,
    /// Since when it has sent nothing, if that is longer than `idle_after_seconds`.
    silent_since: Option<String>,
    /// Number of connected clients; `None` unless the input is a TCP listener.
    clients: Option<u64>,
    /// How far the time of its last report was behind receipt; `None` before the first report and while the input is silent.
    lag_seconds: Option<f64>,
    /// Whether its reports are later than `lateness_seconds` allows, so that the engine no longer waits for it.
    lagging: bool,
    /// Lines dropped because they were too long or because the engine had no room.
    dropped: u64,
    /// Datagrams that the kernel dropped because the receive buffer was full.
    lost_datagrams: u64,
    /// Connections made or accepted since the start.
    connections: u64,
    /// Lines and messages rejected by the decoder, by reason.
    rejected: BTreeMap<&'static str, u64>,
    /// Messages that count with the time of receipt because their own cannot be used, by reason.
    times_not_used: BTreeMap<&'static str, u64>,
    /// Refused posts by reason; empty for inputs that do not accept posts.
    refused_posts: BTreeMap<&'static str, u64>,
}

/// State of one sink. Counts start with the daemon, except those of the outbox.
#[derive(Debug, Serialize)]
struct Sink<'a> {
    /// Name from the settings.
    name: &'a str,
    /// `up` or `down`.
    state: &'static str,
    /// Why the last delivery failed; `None` if it succeeded.
    reason: Option<&'a str>,
    /// Deliveries that succeeded.
    delivered: u64,
    /// Old name of `delivered`, kept until version 0.2.
    told: u64,
    /// Attempts that failed, including those that a retry made good.
    failures: u64,
    /// Deliveries given up since the start.
    given_up: u64,
    /// Deliveries that waited for `max_per_second`, since the start.
    delayed: u64,
    /// Deliveries waiting in the outbox, with those held; `None` without a store.
    waiting: Option<u64>,
    /// When the oldest of them that is not held was queued; `None` if there is none.
    oldest_waits_since: Option<String>,
    /// Deliveries among them that are held on purpose, for a digest or for the pace of the sink; `None` without a store.
    held: Option<u64>,
    /// When the first of these go on; `None` if none is held.
    held_until: Option<String>,
    /// Deliveries that were made or given up and that the store cannot record, because it fails. They are not among those that wait.
    unrecorded: u64,
    /// Deliveries that were given up and can be sent again by hand; `None` without a store.
    failed: Option<u64>,
}

/// Result of the last reload.
#[derive(Debug, Serialize)]
struct Reload<'a> {
    /// Whether it succeeded; if not, the previous settings are still in force.
    ok: bool,
    /// When settings were last taken over.
    taken_at: String,
    /// Number of problems for which the last one was refused.
    problems: u64,
    /// Tables of the settings that have changed and need a restart.
    waits_for_restart: &'a [String],
}

/// Builds the status from a view that is `age` old.
pub(super) fn status<'a>(view: &'a View, age: Duration, beside: &Beside) -> Status<'a> {
    let inputs = view.inputs.iter().map(|input| {
        let InputCounts { overlong, dropped, lost_datagrams, connections, .. } = input.counters;
        Input {
            name: &input.name,
            state: match (input.up, input.ended) {
                (_, true) => "ended",
                (true, false) => "up",
                (false, false) => "down",
            },
            // One decimal: more would change with every request and mean nothing.
            lines_per_second: (input.lines_per_second * 10.0).round() / 10.0,
            lines: input.lines,
            reason: input.reason.as_deref().filter(|_| !input.up),
            last_line_at: input.heard.map(|heard| heard.to_string()),
            silent_since: input.silent_since.map(|since| since.to_string()),
            clients: input.clients,
            lag_seconds: input.lag().map(Span::seconds),
            lagging: input.lagging,
            dropped: overlong + dropped,
            lost_datagrams,
            connections,
            rejected: input.rejects.iter().copied().collect(),
            times_not_used: input.unused_times.iter().copied().collect(),
            refused_posts: input.refused_posts.iter().copied().collect(),
        }
    });
    let sinks = view.sinks.iter().map(|sink| {
        let waiting = beside.backlog.as_ref().map(|backlog| backlog.iter().find(|waiting| waiting.sink == sink.name));
        let unrecorded = view.unrecorded(&sink.name);
        // The oldest may be one that was made: that none waits is certain, which one waits is not.
        let oldest =
            waiting.flatten().filter(|waiting| unrecorded < waiting.pending).and_then(|waiting| waiting.oldest);
        Sink {
            name: &sink.name,
            state: if sink.down { "down" } else { "up" },
            reason: sink.reason.as_deref(),
            delivered: sink.delivered,
            told: sink.delivered,
            failures: sink.failures,
            given_up: sink.given_up,
            delayed: sink.delayed,
            waiting: waiting.map(|waiting| waiting.map_or(0, |waiting| waiting.pending).saturating_sub(unrecorded)),
            oldest_waits_since: oldest.map(|oldest| oldest.to_string()),
            held: waiting.map(|waiting| waiting.map_or(0, |waiting| waiting.held)),
            held_until: waiting.flatten().and_then(|waiting| Some(waiting.held_until?.to_string())),
            unrecorded,
            failed: waiting.map(|waiting| waiting.map_or(0, |waiting| waiting.failed)),
        }
    });
    Status {
        at: view.at.to_string(),
        health: health(view, age).and_undelivered(view, beside.backlog.as_deref().unwrap_or_default()),
        engine: Engine {
            time: view.engine.time.map(|time| time.to_string()),
            vessels: view.engine.vessels,
            wait_seconds: view.engine.waited.seconds(),
        },
        inputs: inputs.collect(),
        sinks: sinks.collect(),
        open_alerts: &view.open,
        reload: Reload {
            ok: view.reload.ok,
            taken_at: view.reload.taken_at.to_string(),
            problems: view.reload.problems,
            waits_for_restart: &view.reload.waits_for_restart,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::view;
    use super::*;
    use crate::storage::store::Backlog;

    #[test]
    fn each_input_and_each_sink_is_listed() {
        let mut view = view();
        view.inputs[1].up = false;
        view.inputs[1].reason = Some("closed by the other side".to_owned());
        view.sinks[0].reason = Some("not stored within 1 s".to_owned());
        view.inputs[1].heard = None;
        view.inputs[1].reported = None;
        view.open.insert(Behaviour::Loitering, 2);
        let waiting = Backlog {
            sink: "log".to_owned(),
            pending: 7,
            oldest: Some(view.at - Span::from_seconds(90)),
            failed: 1,
            ..Backlog::default()
        };
        let beside = Beside { backlog: Some(vec![waiting]), ..Beside::default() };
        let page: Value = serde_json::to_value(status(&view, Duration::from_secs(1), &beside)).expect("plain data");
        let coast = &page["inputs"][0];
        assert_eq!((&coast["name"], &coast["state"]), (&json!("coast"), &json!("up")));
        assert_eq!((&coast["lines_per_second"], &coast["lag_seconds"]), (&json!(2.5), &json!(4.0)));
        assert_eq!(
            (&coast["rejected"]["checksum_wrong"], &coast["last_line_at"]),
            (&json!(3), &json!("2027-01-15T07:59:58Z"))
        );
        assert_eq!(coast["times_not_used"], json!({"time_ahead": 7, "time_behind": 0}));
        assert_eq!(coast["refused_posts"], json!({"busy": 0, "unauthorised": 5}));
        let hub = &page["inputs"][1];
        assert_eq!(
            (&hub["state"], &hub["last_line_at"], &hub["lag_seconds"]),
            (&json!("down"), &Value::Null, &Value::Null)
        );
        assert_eq!((&hub["reason"], &coast["reason"]), (&json!("closed by the other side"), &Value::Null));
        let log = &page["sinks"][0];
        assert_eq!(log["reason"], "not stored within 1 s");
        assert_eq!((&log["waiting"], &log["failed"]), (&json!(7), &json!(1)));
        assert_eq!(log["oldest_waits_since"], "2027-01-15T07:58:30Z");
        assert_eq!((&page["ready"], &page["warnings"][0]), (&json!(true), &json!("inputs down: hub")));
        assert_eq!(page["open_alerts"]["loitering"], 2);
    }

    #[test]
    fn what_was_delivered_and_cannot_be_recorded_does_not_wait() {
        let mut view = view();
        view.sinks[0].unrecorded = 324;
        let waiting = Backlog {
            sink: "log".to_owned(),
            pending: 324,
            oldest: Some(view.at - Span::from_seconds(90)),
            ..Backlog::default()
        };
        let beside = Beside { backlog: Some(vec![waiting]), ..Beside::default() };
        let page =
            |view: &View| serde_json::to_value(status(view, Duration::from_secs(1), &beside)).expect("plain data");
        let works = page(&view);
        let log = &works["sinks"][0];
        assert_eq!((&log["waiting"], &log["unrecorded"]), (&json!(324), &json!(0)), "the store records them at once");
        view.store.as_mut().expect("a store").now = true;
        let fails = page(&view);
        let log = &fails["sinks"][0];
        assert_eq!((&log["waiting"], &log["unrecorded"]), (&json!(0), &json!(324)));
        assert_eq!(log["oldest_waits_since"], Value::Null);
        let said =
            "sink log: 324 deliveries were made, and the failing store cannot record it: a restart would repeat them";
        assert_eq!(fails["warnings"][0], said);
    }

    #[test]
    fn a_silent_listener_shows_since_when_and_how_many_clients_it_has_but_no_lag() {
        let mut view = view();
        view.inputs[0].silent_since = Some(view.at - Span::from_minutes(3));
        view.inputs[0].clients = Some(0);
        let page = serde_json::to_value(status(&view, Duration::from_secs(1), &Beside::default())).expect("plain data");
        let (coast, hub) = (&page["inputs"][0], &page["inputs"][1]);
        assert_eq!((&coast["state"], &coast["silent_since"]), (&json!("up"), &json!("2027-01-15T07:57:00Z")));
        assert_eq!((&coast["clients"], &coast["lag_seconds"]), (&json!(0), &Value::Null));
        assert_eq!((&hub["silent_since"], &hub["clients"]), (&Value::Null, &Value::Null));
        assert_eq!(page["warnings"], json!(["input coast has sent nothing since 07:57 UTC; no client is connected"]));
    }
}
