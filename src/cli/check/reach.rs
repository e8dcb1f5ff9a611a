//! Tries the servers of inputs and sinks: whether they can be reached, and whether they accept a test alert.
//!
//! Neither touches the running daemon: connections are new ones, and the test alert is made here, marked as a
//! test, and kept out of the store.

use crate::cli::failure::Failure;

use super::summary::count;
use crate::cli::output::print;
use crate::config::Checked;
use crate::delivery;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::platform::tls::{self, Endpoint};

/// Connects to each server briefly and prints the outcome, in the order of the settings. With TLS, a server
/// counts as reached only after its certificate is accepted; over HTTP, only after it has answered a request for
/// its options, which has no login and changes nothing.
///
/// # Errors
/// At least one cannot be reached: exit code 1.
pub(super) fn connect(settings: &Checked) -> Result<(), Failure> {
    let mut wanted: Vec<(String, Endpoint, tls::Settings)> = Vec::new();
    for input in &settings.inputs {
        let tls = input.tls().cloned().unwrap_or_default();
        let of = |(key, endpoint)| (format!("input {} ({key})", input.name), endpoint, tls.clone());
        wanted.extend(input.endpoints().into_iter().map(of));
    }
    for sink in &settings.sinks {
        let tls = sink.tls().cloned().unwrap_or_default();
        wanted.extend(sink.endpoint().map(|endpoint| (format!("sink {}", sink.name), endpoint, tls)));
    }
    if wanted.is_empty() {
        return print("no input and no sink connects to a server\n");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Other(error.to_string()))?;
    let mut away = 0;
    for (who, endpoint, tls) in &wanted {
        let outcome = runtime.block_on(endpoint.reach(tls));
        away += usize::from(outcome.is_err());
        let said = outcome.unwrap_or_else(|error| format!("NOT REACHED: {error}"));
        print(&format!("{}\n", FromAir(&format!("{who}: {}:{} {said}", endpoint.host, endpoint.port))))?;
    }
    match away {
        0 => Ok(()),
        away => Err(Failure::Other(format!("{away} of {} cannot be reached", count(wanted.len(), "server")))),
    }
}

/// Sends a test alert to the sink of this name, or to all of them if it is empty. Sinks that create files are
/// skipped unless `may_write`, because the files would not belong to the daemon's user.
///
/// # Errors
/// There is no sink of this name (2), or at least one test alert was not delivered (1).
pub(super) fn send_test(settings: &Checked, named: &str, may_write: bool) -> Result<(), Failure> {
    let sinks: Vec<&delivery::Settings> =
        settings.sinks.iter().filter(|sink| named.is_empty() || sink.name == named).collect();
    if sinks.is_empty() {
        let names: Vec<&str> = settings.sinks.iter().map(|sink| sink.name.as_str()).collect();
        return Err(Failure::Usage(format!("there is no sink `{named}`; there are {}", names.join(", "))));
    }
    let (mut failed, mut tried) = (0, 0);
    for sink in sinks {
        // A file that belongs to the wrong user would keep the daemon from starting.
        let said = match sink.makes_files() && !may_write {
            true => "not tried: the file would be yours and not the daemon's; add --as-service".to_owned(),
            false => {
                tried += 1;
                match delivery::send_test(sink, &settings.delivery, &settings.engine.handling, Clock.now()) {
                    Ok(()) => "delivered".to_owned(),
                    Err(why) => {
                        failed += 1;
                        format!("NOT DELIVERED: {why}")
                    }
                }
            }
        };
        print(&format!("{}\n", FromAir(&format!("sink {} ({}): {said}", sink.name, sink.kind.name()))))?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(Failure::Other(format!("{failed} of {} not delivered", count(tried, "test alert")))),
    }
}
