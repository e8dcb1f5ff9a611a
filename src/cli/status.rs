//! `atalaia status`: the state of the feeds and sinks of the running daemon.
//!
//! The page is that of the HTTP listener, read as JSON without a type of its own: a daemon of another version
//! may run beside this command, and a key that it does not have is shown as `-`. Other commands ask through
//! [`glance`] and [`waits_for_restart`], where the daemon is a supplement.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::failure::Failure;
use super::output::print;
use super::own_daemon::{OwnDaemon, identity};
use super::when::short;
use super::{named, place};
use crate::config::{Problem, Table, store_settings};
use crate::platform::telemetry::FromAir;
use crate::platform::tls;
use atalaia_core::base::fault::Fault;
use atalaia_core::base::time::Time;

/// Arguments of `atalaia status`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Settings file of the daemon, whose `[http]` address is used [default: the variable ATALAIA_CONFIG, else
    /// /etc/atalaia/atalaia.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// IP:port of the status page [default: that of the settings, else 127.0.0.1:9477, where atalaia-http.socket
    /// listens]
    #[arg(long, value_name = "IP:PORT")]
    address: Option<String>,
    /// Print the status page as it is, one JSON object
    #[arg(long)]
    json: bool,
}

/// The alternative if the settings cannot be used, named in their errors.
const HINT: &str = "--address IP:PORT asks the daemon without settings";
/// Address at which the unit `atalaia-http.socket` listens; used without any settings.
const USUAL: &str = "127.0.0.1:9477";
/// Timeout of the whole request. Long, because a status is asked for when the machine is overloaded.
const PATIENCE: Duration = Duration::from_secs(10);
/// Timeout where the status is only a supplement, and the command must not seem to hang without it.
const GLANCE: Duration = Duration::from_secs(2);

/// Prints the status. Exit code 1 if the daemon is not ready or does not answer, so that a monitor can run
/// the command.
///
/// # Errors
/// The settings name no address (78), nothing answers there, what answers is not a daemon of ours or not that of the
/// settings, or it is not ready.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let Asked { address, own } = arguments.asked()?;
    let page = ask(&format!("http://{address}/status"), PATIENCE).map_err(|error| {
        let (address, error) = (FromAir(&address), FromAir(&error));
        Failure::Other(format!("no daemon answers at {address}: {error}; {}", arguments.remedy()))
    })?;
    let value: Value = serde_json::from_str(&page)
        .map_err(|error| Failure::Other(format!("{address} does not answer like an Atalaia daemon: {error}")))?;
    if let Some(another) = own.and_then(|own| own.other_than(&address, &value)) {
        return Err(Failure::Other(another));
    }
    let text = if arguments.json { page } else { status_text(&value) };
    match value["ready"] == true {
        true => print(&text),
        // The page is printed first: it says more than the reasons.
        false => {
            print(&text)?;
            Err(Failure::Other(format!("not ready: {}", words(&value["reasons"]))))
        }
    }
}

impl Arguments {
    /// What to do if no daemon answers. An address that was named, or is in the settings, is that of its pages.
    fn remedy(&self) -> &'static str {
        let is_in_settings = named::named_settings(self.config.as_deref()).is_some() || installed().is_some();
        match self.address.is_some() || is_in_settings {
            true => "is it running? See: systemctl status atalaia",
            false => {
                "is it running? See: systemctl status atalaia. If its pages are elsewhere, name them: --address IP:PORT"
            }
        }
    }

    /// The address to ask: that of `--address`, else of the settings, else of the installed ones, else the
    /// usual one.
    ///
    /// # Errors
    /// Settings that are named cannot be read, or have no address.
    fn asked(&self) -> Result<Asked, Failure> {
        if let Some(address) = &self.address {
            return Ok(Asked { address: address.clone(), own: None });
        }
        let given = self.config.as_deref();
        if named::named_settings(given).is_none() {
            return Ok(match installed() {
                Some(address) => Asked { address, own: Some(OwnDaemon::of(Path::new(named::INSTALLED))) },
                None => Asked { address: USUAL.to_owned(), own: None },
            });
        }
        let file = place::settings_file(given, Some(HINT))?;
        let address = place::part(&file, &[Table::Http], Some(HINT))?.http.address.ok_or_else(|| {
            let what = "is missing, and without it the daemon has no status page, unless systemd opened a socket";
            let fault = Fault::new("http.address", what).advise("write it, or give --address IP:PORT");
            Failure::Settings(vec![Problem::of_file(file.display().to_string(), fault)])
        })?;
        Ok(Asked { address, own: Some(OwnDaemon::of(&file)) })
    }
}

/// The daemon that is asked.
struct Asked {
    /// IP and port of its pages.
    address: String,
    /// The daemon that should answer there; `None` if the address does not come from settings.
    own: Option<OwnDaemon>,
}

/// The address in the installed settings. `None` if they do not exist, cannot be used or have no address.
/// Their faults do not matter here: a status is asked for when something is wrong.
fn installed() -> Option<String> {
    store_settings(Path::new(named::INSTALLED), &[Table::Http]).ok()?.http.address
}

/// The settings tables that the daemon with this status page will adopt only after a restart. `None` if there are
/// none. As the page lists them, such as `store`.
pub(super) fn waits_for_restart(page: &Value) -> Option<String> {
    let tables = page["reload"]["waits_for_restart"].as_array()?;
    let tables: Vec<String> = tables.iter().map(word).collect();
    (!tables.is_empty()).then(|| tables.join(", "))
}

/// The status page of the daemon at `address`.
///
/// # Errors
/// Why there is none within [`GLANCE`], in words.
pub(super) fn glance(address: &str) -> Result<Value, String> {
    let page = ask(&format!("http://{address}/status"), GLANCE)?;
    serde_json::from_str(&page).map_err(|error| error.to_string())
}

/// The page at a URL.
///
/// # Errors
/// Why there is none within `patience`: the innermost cause, such as a refused connection. An HTTP status of
/// 400 and above is an error too.
pub(super) fn ask(url: &str, patience: Duration) -> Result<String, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            // The client insists on a TLS configuration, but only plain HTTP on this machine is asked.
            // Loading the system's certificates would take longer than the request.
            .tls_backend_preconfigured(tls::without_authorities())
            .timeout(patience)
            // A proxy for the internet must not be asked for a loopback address.
            .no_proxy()
            .build()
            .map_err(|error| error.to_string())?;
        let answer = client.get(url).send().await.map_err(reason)?.error_for_status().map_err(reason)?;
        answer.text().await.map_err(reason)
    })
}

/// The innermost cause of an error, which is the informative one.
fn reason(error: reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The status for people: what is wrong, then one line per feed and sink. `!` marks a reason not to be ready,
/// `?` a warning, `i` what is as set and might surprise.
fn status_text(page: &Value) -> String {
    let engine = &page["engine"];
    let mut text = format!(
        "{} at {}, engine time {}, {}\n",
        if page["ready"] == true { "ready" } else { "NOT READY" },
        word(&page["at"]),
        word(&engine["time"]),
        match engine["vessels"].as_u64() {
            Some(1) => "1 vessel".to_owned(),
            _ => format!("{} vessels", word(&engine["vessels"])),
        }
    );
    // Two daemons on a machine look alike otherwise.
    text += &identity(page).map_or(String::new(), |identity| format!("daemon: {identity}\n"));
    for (mark, list) in [("!", &page["reasons"]), ("?", &page["warnings"]), ("i", &page["notes"])] {
        for reason in list.as_array().into_iter().flatten() {
            text += &format!("{mark} {}\n", word(reason));
        }
    }
    for (what, list) in [("input", &page["inputs"]), ("sink", &page["sinks"])] {
        let broken = list.as_array().into_iter().flatten().filter(|one| one["reason"].is_string());
        broken.for_each(|one| text += &format!("? {what} {}: {}\n", word(&one["name"]), word(&one["reason"])));
    }
    let head = ["INPUT", "STATE", "CLIENTS", "LINES/S", "LAG", "LAST LINE", "REJECTED", "TIMES NOT USED"]
        .map(str::to_owned)
        .to_vec();
    let inputs = page["inputs"].as_array().into_iter().flatten().map(|input| {
        // Zeros are left out: most reasons for rejection never occur.
        let counts = |key: &str, lead: &str| -> Vec<(String, u64)> {
            let counts = input[key].as_object().into_iter().flatten();
            let some = counts.filter_map(|(why, count)| Some((why, count.as_u64().filter(|count| 0 < *count)?)));
            some.map(|(why, count)| (format!("{lead}{}", FromAir(why)), count)).collect()
        };
        let listed = |mut counts: Vec<(String, u64)>| -> String {
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let counts: Vec<String> = counts.iter().map(|(why, count)| format!("{why} {count}")).collect();
            if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
        };
        let mut row =
            ["name", "state", "lines_per_second", "lag_seconds", "last_line_at"].map(|key| word(&input[key])).to_vec();
        // A silent input counts as up, but that is not what its row should say.
        if let Some(silent) = input["silent_since"].as_str().filter(|_| input["state"] == "up") {
            row[1] = silence(silent, page["at"].as_str().and_then(Time::parse));
        }
        // The rate of a recording that has ended is that of the last minute in which it was read.
        if input["state"] == "ended" {
            row[2] = "-".to_owned();
        }
        row[3] = input["lag_seconds"].as_f64().map_or("-".to_owned(), lag);
        row.insert(2, word(&input["clients"]));
        row.push(listed([counts("rejected", ""), counts("refused_posts", "post ")].concat()));
        row.push(listed(counts("times_not_used", "")));
        row
    });
    text += &table([head].into_iter().chain(inputs).collect());
    let head =
        ["SINK", "STATE", "DELIVERED", "WAITING", "SINCE", "HELD", "UNTIL", "GIVEN UP"].map(str::to_owned).to_vec();
    let keys = ["name", "state", "delivered", "waiting", "oldest_waits_since", "held", "held_until", "failed"];
    let sinks = page["sinks"].as_array().into_iter().flatten().map(|sink| keys.map(|key| word(&sink[key])).to_vec());
    text + &table([head].into_iter().chain(sinks).collect())
}

/// The state of an input that sends nothing: `silent since 22:17`, with the date if it was not on the day of the page.
fn silence(since: &str, now: Option<Time>) -> String {
    match Time::parse(since).zip(now) {
        Some((since, now)) => format!("silent since {}", short(since, now)),
        None => format!("silent since {}", FromAir(since)),
    }
}

/// The lag of a feed with its unit, as short as possible: `1.3 s`, `45 min`, `5 h`, `12 d`, `13 years`.
fn lag(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        ..9.95 => return format!("{seconds:.1} s"),
        ..120.0 => (seconds, "s"),
        ..7_200.0 => (seconds / 60.0, "min"),
        ..172_800.0 => (seconds / 3_600.0, "h"),
        ..63_072_000.0 => (seconds / 86_400.0, "d"),
        _ => (seconds / 31_557_600.0, "years"),
    };
    format!("{value:.0} {unit}")
}

/// Aligned columns, each as wide as its longest cell. Empty without rows below the header.
fn table(rows: Vec<Vec<String>>) -> String {
    if rows.len() < 2 {
        return String::new();
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// The texts of a list, joined by semicolons; empty without a list.
fn words(list: &Value) -> String {
    list.as_array().into_iter().flatten().map(word).collect::<Vec<_>>().join("; ")
}

/// A value of the page as text, safe to print: `-` for null or a missing key.
fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => FromAir(text).to_string(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_daemon_whose_pages_are_known_is_probably_not_running() {
        let named = Arguments { config: None, address: Some("127.0.0.1:9477".to_owned()), json: false };
        assert_eq!(named.remedy(), "is it running? See: systemctl status atalaia");
        let in_settings = Arguments { config: Some("atalaia.toml".into()), address: None, json: false };
        assert_eq!(in_settings.remedy(), "is it running? See: systemctl status atalaia");
    }

    #[test]
    fn an_input_that_sends_nothing_is_silent_and_has_no_lag() {
        let page = json!({
            "at": "2026-11-22T22:21:00Z", "ready": true, "reasons": [],
            "warnings": ["input tcp has sent nothing since 22:17 UTC; no client is connected"],
            "engine": {"time": "2026-11-22T22:16:30Z", "vessels": 3},
            "inputs": [{"name": "tcp", "state": "up", "silent_since": "2026-11-22T22:17:05Z", "clients": 0,
                "lines_per_second": 0.0, "lag_seconds": null, "last_line_at": "2026-11-22T22:17:05Z", "rejected": {}}],
            "sinks": [],
        });
        let text = status_text(&page);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "? input tcp has sent nothing since 22:17 UTC; no client is connected");
        let words: Vec<&str> = lines[3].split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
        assert_eq!(words, ["tcp", "silent since 22:17", "0", "0.0", "-", "2026-11-22T22:17:05Z", "-", "-"]);
    }

    #[test]
    fn deliveries_held_for_a_digest_have_a_time_and_no_age() {
        let page = json!({
            "at": "2026-11-22T22:21:00Z", "ready": true, "reasons": [], "warnings": [],
            "notes": ["sink mail: 278 deliveries wait for a digest"],
            "engine": {"time": "2026-11-22T22:16:30Z", "vessels": 3}, "inputs": [],
            "sinks": [{"name": "mail", "state": "up", "delivered": 60, "waiting": 278, "oldest_waits_since": null,
                "held": 278, "held_until": "2026-11-22T22:30:00Z", "failed": 0}],
        });
        let text = status_text(&page);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "i sink mail: 278 deliveries wait for a digest");
        let words: Vec<&str> = lines[3].split_whitespace().collect();
        assert_eq!(words, ["mail", "up", "60", "278", "-", "278", "2026-11-22T22:30:00Z", "0"]);
    }

    #[test]
    fn feeds_and_sinks_are_in_columns() {
        let page = json!({
            "at": "2026-11-22T21:00:00Z", "ready": true, "reasons": [], "warnings": ["inputs down: hub"],
            "engine": {"time": "2026-11-22T20:59:30Z", "vessels": 417},
            "inputs": [
                {"name": "coast", "state": "up", "lines_per_second": 12.5, "lag_seconds": 1.25,
                 "last_line_at": "2026-11-22T20:59:59Z", "rejected": {"checksum_wrong": 3, "no_type": 20, "too_long": 0},
                 "times_not_used": {"time_ahead": 0, "time_behind": 27554}, "refused_posts": {"busy": 0, "unauthorised": 7}},
                {"name": "file", "state": "ended", "lines_per_second": 812.0, "lag_seconds": null,
                 "last_line_at": "2026-11-22T20:59:50Z", "rejected": {}},
                {"name": "hub\u{1b}[2J", "state": "down", "reason": "gone\u{7}", "lines_per_second": 0.0, "lag_seconds": null,
                 "last_line_at": null, "rejected": {}}
            ],
            "sinks": [],
        });
        let text = status_text(&page);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "ready at 2026-11-22T21:00:00Z, engine time 2026-11-22T20:59:30Z, 417 vessels");
        assert_eq!(lines[1], "? inputs down: hub");
        assert!(lines[2].starts_with("? input hub") && lines[2].ends_with(": gone\\u{7}"), "{text}");
        assert!(lines[3].starts_with("INPUT") && lines[3].ends_with("TIMES NOT USED"));
        assert!(
            lines[4].starts_with("coast ")
                && lines[4].ends_with("no_type 20, post unauthorised 7, checksum_wrong 3  time_behind 27554"),
            "{text}"
        );
        assert!(lines[5].starts_with("file") && !lines[5].contains("812"), "{text}");
        assert!(lines[6].starts_with("hub") && lines[6].ends_with('-') && !text.contains('\u{1b}'), "{text}");
        assert_eq!(lines[4].find("12.5"), lines[3].find("LINES/S"));
        assert_eq!(lines.len(), 7, "no sinks, no table");
        let shown = [1.25, -0.4, 45.4, 600.0, 18_000.0, 1_000_000.0, 411_674_497.979].map(lag).join(", ");
        assert_eq!(shown, "1.2 s, -0.4 s, 45 s, 10 min, 5 h, 12 d, 13 years");
    }
}
