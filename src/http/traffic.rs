//! What the API and the console have been asked since the start, for the page of metrics.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// Names and values of the labels of one series.
pub(super) type Labels = Vec<(&'static str, String)>;

/// Upper bounds of the times of answers in seconds; the last is the longest that a reading request may take.
const TIMES: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// One for the process: the pages for monitoring show it, and run on another thread than the API.
static TRAFFIC: LazyLock<Traffic> = LazyLock::new(Traffic::default);

/// Counts of requests and streams since the start. Labels have only words of this program: what a client sends cannot add a series.
pub(super) struct Traffic {
    /// Requests answered, by method, route and status.
    pub(super) requests: Family<Labels, Counter>,
    /// Time from a request to the beginning of its answer in seconds, by route.
    pub(super) seconds: Family<Labels, Histogram>,
    /// Event streams open now.
    pub(super) streams: Gauge<i64, AtomicI64>,
    /// Event streams that the daemon has cut off because the client took nothing.
    pub(super) cut_off: Counter,
    /// Reports of browsers about violations of the console's content security policy.
    pub(super) policy_reports: Counter,
}

impl fmt::Debug for Traffic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Traffic").finish_non_exhaustive()
    }
}

impl Default for Traffic {
    fn default() -> Traffic {
        Traffic {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(TIMES)),
            streams: Gauge::default(),
            cut_off: Counter::default(),
            policy_reports: Counter::default(),
        }
    }
}

impl Traffic {
    /// That of this process.
    pub(super) fn of_process() -> &'static Traffic {
        &TRAFFIC
    }

    /// Counts a request and its answer. `route` is a pattern of this program, never the path that was asked for.
    pub(super) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        // Anybody may make up a method.
        let known =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let method = known.iter().find(|known| *known == method).map_or("other", Method::as_str);
        let route = ("route", route.to_owned());
        self.seconds.get_or_create(&vec![route.clone()]).observe(took.as_secs_f64());
        let code = ("code", status.as_str().to_owned());
        self.requests.get_or_create(&vec![("method", method.to_owned()), route, code]).inc();
    }
}

/// An open event stream. It counts until it is dropped.
#[derive(Debug)]
pub(super) struct OpenStream(&'static Traffic);

impl OpenStream {
    /// Counts a stream that begins.
    pub(super) fn begin() -> OpenStream {
        let traffic = Traffic::of_process();
        traffic.streams.inc();
        OpenStream(traffic)
    }

    /// Counts that the daemon ends it because the client has taken nothing for too long.
    pub(super) fn is_cut_off(&self) {
        self.0.cut_off.inc();
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.streams.dec();
    }
}
