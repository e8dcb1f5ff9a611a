//! `atalaia evaluate`: compares alerts with what really happened, behaviour by behaviour.
//!
//! Alerts and truth are both read from files, so that any recording with known events can be judged, with any
//! settings, at any time later. An alert belongs to a row if behaviour, vessels and time agree. How good the
//! program is on the judged recordings of the project is in `docs/behaviours.md`.

pub mod truth;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::truth::{Expect, LineError, Truth, severity};
use super::failure::Failure;
use super::output::print;
use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::{Change, ChangeKind, Severity};
use atalaia_core::base::time::Time;

/// Arguments of `atalaia evaluate`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What really happened: JSON lines or CSV with behaviour, vessels, from, to and, where no alert is expected,
    /// expect = none
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// The alerts: the lines of `replay --alerts`, or of a sink of kind jsonl
    #[arg(long, value_name = "FILE")]
    alerts: PathBuf,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
}

/// Reads both files and prints how well they agree.
///
/// # Errors
/// A file cannot be read, some of its lines cannot be used, or the truth has no rows: exit code 65.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let read = |path: &Path| {
        let name = path.display().to_string();
        match fs::read(path) {
            // Names in alerts may be in any encoding after someone has edited the file; they do not matter
            // here.
            Ok(bytes) if bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd") => {
                Err(Failure::Input(format!("{name}: is compressed; unpack it first")))
            }
            Ok(bytes) => Ok((name, String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => Err(Failure::Input(format!("{name}: {error}"))),
        }
    };
    let (truth_name, truth_text) = read(&arguments.truth)?;
    let (alerts_name, alerts_text) = read(&arguments.alerts)?;
    let lines = |errors: Vec<LineError>| Failure::Lines(errors.iter().map(LineError::to_string).collect());
    let truths = truth::parse(&truth_name, &truth_text).map_err(lines)?;
    if truths.is_empty() {
        // A table without rows would look like a result.
        let what = "has no rows, so there is nothing to compare the alerts with; write at least one row, even if no alert is expected";
        return Err(Failure::Input(format!("{truth_name}: {what} (expect = none)")));
    }
    let alerts = alerts_in_lines(&alerts_name, &alerts_text).map_err(lines)?;
    if alerts.is_empty() {
        // Without standard error the warning is lost.
        let _ = writeln!(io::stderr(), "atalaia: warning: {}: holds no alerts", FromAir(&alerts_name));
    }
    let judgement = judge(&truths, &alerts);
    match arguments.json {
        true => print(&format!("{}\n", judgement.json())),
        false => print(&judgement.text()),
    }
}

/// The final state of one alert or fact. Only what is compared with the truth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinalAlert {
    /// Id of the alert.
    pub id: String,
    /// Name of the behaviour.
    pub behaviour: String,
    /// MMSIs that the alert names.
    pub vessels: Vec<u32>,
    /// When the first line about the alert was written, in engine time.
    pub first_at: Time,
    /// When the behaviour began.
    pub started_at: Time,
    /// The latest moment the behaviour is known to hold.
    pub last_at: Time,
    /// Severity at the end.
    pub severity: Severity,
    /// Whether the alert was retracted.
    pub retracted: bool,
}

/// The alerts behind a list of changes, in order of their first change. For tests, which have the changes
/// without a file.
pub fn final_alerts(changes: &[Change]) -> Vec<FinalAlert> {
    let each = changes.iter().map(|change| {
        let alert = &change.alert;
        FinalAlert {
            id: alert.id.clone(),
            behaviour: alert.behaviour.to_string(),
            vessels: alert.vessels.iter().map(|vessel| vessel.mmsi).collect(),
            first_at: change.at,
            started_at: alert.started_at,
            last_at: alert.ended_at.unwrap_or(alert.last_at).max(alert.opened_at),
            severity: alert.severity,
            retracted: change.change == ChangeKind::Retracted,
        }
    });
    latest(each)
}

/// The alerts behind the lines of an alert file, in order of their first line.
///
/// # Errors
/// Every line that is not an alert line; the first one alone if no line is.
pub fn alerts_in_lines(file: &str, text: &str) -> Result<Vec<FinalAlert>, Vec<LineError>> {
    let mut each = Vec::new();
    let mut errors = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        match alert_in_line(text) {
            Ok(alert) => each.push(alert),
            Err(what) => errors.push(LineError { file: file.to_owned(), line, what }),
        }
    }
    if errors.is_empty() {
        return Ok(latest(each.into_iter()));
    }
    if each.is_empty() {
        // Another file was named.
        errors.truncate(1);
        errors[0].what.push_str("; nor is any other line of the file");
    }
    Err(errors)
}

/// The alert of one line, with the time of the line as its first.
///
/// # Errors
/// The key that is missing or wrong.
fn alert_in_line(text: &str) -> Result<FinalAlert, String> {
    let line: Value = serde_json::from_str(text).map_err(|_| "is not an alert line: it is not JSON")?;
    let alert = &line["alert"];
    let words = |of: &Value, key: &str| of[key].as_str().map(str::to_owned).ok_or(format!("`{key}` is missing"));
    let moment = |of: &Value, key: &str| {
        let text = words(of, key)?;
        Time::parse(&text).ok_or(format!("{key}: `{text}` is not a time"))
    };
    let level = words(alert, "severity")?;
    // An open alert has held up to its latest report at least.
    let ended = if alert["ended_at"].is_null() { moment(alert, "last_at") } else { moment(alert, "ended_at") }?;
    let vessels = alert["vessels"].as_array().ok_or("`vessels` is missing")?;
    let mmsi = |vessel: &Value| vessel["mmsi"].as_u64().and_then(|mmsi| u32::try_from(mmsi).ok());
    Ok(FinalAlert {
        id: words(alert, "id")?,
        behaviour: words(alert, "behaviour")?,
        vessels: vessels
            .iter()
            .map(|vessel| mmsi(vessel).ok_or("vessels: one has no `mmsi`"))
            .collect::<Result<_, _>>()?,
        first_at: moment(&line, "at")?,
        started_at: moment(alert, "started_at")?,
        last_at: ended.max(moment(alert, "opened_at")?),
        severity: severity(&level).ok_or(format!("severity: `{level}` is not a severity"))?,
        retracted: words(&line, "change")? == "retracted",
    })
}

/// For each alert its latest line, with the time of its first. The order is that of the first lines.
fn latest(each: impl Iterator<Item = FinalAlert>) -> Vec<FinalAlert> {
    let mut kept: Vec<FinalAlert> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for alert in each {
        match places.get(&alert.id) {
            Some(place) => {
                let first_at = kept[*place].first_at;
                kept[*place] = FinalAlert { first_at, ..alert };
            }
            None => {
                places.insert(alert.id.clone(), kept.len());
                kept.push(alert);
            }
        }
    }
    kept
}

/// The result of one behaviour. Rates are left to the methods, so that tallies can be added.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally {
    /// Rows that expect an alert.
    pub positives: u32,
    /// Rows that expect an alert and have one.
    pub found: u32,
    /// Rows that expect none.
    pub negatives: u32,
    /// Rows that expect none and have one.
    pub fooled: u32,
    /// Alerts that match no row that expects one.
    pub unmatched: u32,
    /// Alerts beyond the first on one row.
    pub duplicates: u32,
    /// Alerts that were retracted. They count for nothing else.
    pub retracted: u32,
    /// Time from the beginning of a row to the first line of its alert, in minutes; one for each row found.
    pub delays: Vec<f64>,
}

impl Tally {
    /// Share of the positives that was found, 0 to 1. `None` without positives.
    pub fn recall(&self) -> Option<f64> {
        (0 < self.positives).then(|| f64::from(self.found) / f64::from(self.positives))
    }

    /// Share of found rows among found rows and unmatched alerts, 0 to 1. `None` without either. Duplicates count as
    /// neither.
    pub fn precision(&self) -> Option<f64> {
        let all = self.found + self.unmatched;
        (0 < all).then(|| f64::from(self.found) / f64::from(all))
    }

    /// The delay in minutes that this share of the found rows (0 to 1) does not exceed. `None` if no row was found.
    pub fn delay(&self, share: f64) -> Option<f64> {
        let mut delays = self.delays.clone();
        delays.sort_by(f64::total_cmp);
        // The nearest rank: a delay that did occur, not one between two.
        let rank = (share * delays.len() as f64).ceil() as usize;
        delays.get(rank.max(1) - 1).copied()
    }

    /// Adds the tally of further rows.
    pub fn add(&mut self, other: &Tally) {
        self.positives += other.positives;
        self.found += other.found;
        self.negatives += other.negatives;
        self.fooled += other.fooled;
        self.unmatched += other.unmatched;
        self.duplicates += other.duplicates;
        self.retracted += other.retracted;
        self.delays.extend_from_slice(&other.delays);
    }
}

/// Alerts compared with the truth.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Judgement {
    /// Results by behaviour, for those that the truth has rows for.
    pub behaviours: BTreeMap<String, Tally>,
    /// Rows that expect an alert and have none.
    pub missed: Vec<Truth>,
    /// Alerts of these behaviours that match no row that expects one.
    pub unmatched: Vec<FinalAlert>,
    /// Number of alerts by behaviour, for those that the truth has no rows for.
    pub not_judged: BTreeMap<String, u32>,
}

/// Compares alerts with the truth. An alert matches a row of its behaviour if it names all vessels of the row
/// and their times overlap. The truth is taken to be complete for each behaviour that it has a row for. A
/// retracted alert counts for nothing but itself: the program has taken it back.
///
/// An alert that belongs to no row that expects one is unmatched, unless it is below the level of a row that
/// expects none.
pub fn judge(truths: &[Truth], alerts: &[FinalAlert]) -> Judgement {
    let mut judgement = Judgement::default();
    let mut of_row: Vec<Vec<&FinalAlert>> = vec![Vec::new(); truths.len()];
    for truth in truths {
        let tally = judgement.behaviours.entry(truth.behaviour.clone()).or_default();
        match truth.expect {
            Expect::Alert => tally.positives += 1,
            Expect::None => tally.negatives += 1,
        }
    }
    for alert in alerts {
        let Some(tally) = judgement.behaviours.get_mut(&alert.behaviour) else {
            *judgement.not_judged.entry(alert.behaviour.clone()).or_default() += 1;
            continue;
        };
        if alert.retracted {
            tally.retracted += 1;
            continue;
        }
        // An alert may belong to several rows, such as two meetings of the same ships on one night.
        let rows: Vec<usize> = (0..truths.len()).filter(|row| belongs(alert, &truths[*row])).collect();
        rows.iter().for_each(|row| of_row[*row].push(alert));
        let (right, wrong): (Vec<usize>, Vec<usize>) =
            rows.into_iter().partition(|row| truths[*row].expect == Expect::Alert);
        if right.is_empty() && wrong.iter().all(|row| truths[*row].level <= alert.severity) {
            tally.unmatched += 1;
            judgement.unmatched.push(alert.clone());
        }
    }
    for (truth, alerts) in truths.iter().zip(of_row) {
        let tally = judgement.behaviours.entry(truth.behaviour.clone()).or_default();
        let alerts: Vec<&FinalAlert> = alerts.into_iter().filter(|alert| truth.level <= alert.severity).collect();
        let first_at = alerts.iter().map(|alert| alert.first_at).min();
        match (truth.expect, first_at) {
            (Expect::Alert, Some(first_at)) => {
                tally.found += 1;
                tally.duplicates += alerts.len() as u32 - 1;
                tally.delays.push((first_at - truth.from).minutes());
            }
            (Expect::Alert, None) => judgement.missed.push(truth.clone()),
            (Expect::None, Some(_)) => tally.fooled += 1,
            (Expect::None, None) => {}
        }
    }
    judgement
}

/// Whether an alert and a row are about the same thing: behaviour, all vessels of the row, and a common time.
fn belongs(alert: &FinalAlert, truth: &Truth) -> bool {
    alert.behaviour == truth.behaviour
        && truth.vessels.iter().all(|mmsi| alert.vessels.contains(mmsi))
        && alert.started_at <= truth.to
        && truth.from <= alert.last_at
}

/// The heading of the lines of [`row`].
pub const HEADING: &str = "behaviour             positives  found  recall  negatives  fooled  unmatched  precision  duplicates  delay median / p90 min";

/// One behaviour as a line of the table.
pub fn row(name: &str, tally: &Tally) -> String {
    let share = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.3}"));
    let minutes = |minutes: Option<f64>| minutes.map_or("-".to_owned(), |minutes| format!("{minutes:.0}"));
    format!(
        "{name:<21} {:>9} {:>6} {:>7} {:>10} {:>7} {:>10} {:>10} {:>11}  {:>12} / {}",
        tally.positives,
        tally.found,
        share(tally.recall()),
        tally.negatives,
        tally.fooled,
        tally.unmatched,
        share(tally.precision()),
        tally.duplicates,
        minutes(tally.delay(0.5)),
        minutes(tally.delay(0.9)),
    )
}

impl Judgement {
    /// The table, then the rows that were missed and the alerts that match nothing.
    pub fn text(&self) -> String {
        let mut text = format!("{HEADING}\n");
        let list = |mmsis: &[u32]| mmsis.iter().map(|mmsi| format!("{mmsi:09}")).collect::<Vec<_>>().join(" ");
        // Writing to a String cannot fail.
        for (name, tally) in &self.behaviours {
            let _ = writeln!(text, "{}", row(name, tally));
        }
        for truth in &self.missed {
            let (name, vessels) = (&truth.behaviour, list(&truth.vessels));
            let _ = writeln!(text, "missed: {name} {} to {} {vessels}", truth.from, truth.to);
        }
        for alert in &self.unmatched {
            let (name, vessels, severity) = (FromAir(&alert.behaviour), list(&alert.vessels), alert.severity.name());
            let (id, from, to) = (FromAir(&alert.id), alert.started_at, alert.last_at);
            let _ = writeln!(text, "unmatched: {name} {from} to {to} {vessels} ({severity}, {id})");
        }
        for (name, alerts) in &self.not_judged {
            let _ = writeln!(text, "not judged: {alerts} of {}, of which the truth says nothing", FromAir(name));
        }
        text
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let tally = |tally: &Tally| {
            json!({
                "positives": tally.positives, "found": tally.found, "recall": tally.recall(),
                "negatives": tally.negatives, "fooled": tally.fooled, "unmatched": tally.unmatched,
                "precision": tally.precision(), "duplicates": tally.duplicates, "retracted": tally.retracted,
                "delay_median_minutes": tally.delay(0.5), "delay_p90_minutes": tally.delay(0.9),
            })
        };
        let missed = |truth: &Truth| {
            let Truth { behaviour, vessels, from, to, .. } = truth;
            json!({"behaviour": behaviour, "vessels": vessels, "from": from, "to": to})
        };
        let unmatched = |alert: &FinalAlert| {
            let FinalAlert { id, behaviour, vessels, started_at, last_at, severity, .. } = alert;
            json!({"id": id, "behaviour": behaviour, "vessels": vessels, "severity": severity,
                "started_at": started_at, "last_at": last_at})
        };
        json!({
            "behaviours": self.behaviours.iter().map(|(name, of)| (name.clone(), tally(of))).collect::<serde_json::Map<_, _>>(),
            "missed": self.missed.iter().map(missed).collect::<Vec<_>>(),
            "unmatched": self.unmatched.iter().map(unmatched).collect::<Vec<_>>(),
            "not_judged": self.not_judged,
        })
    }
}

#[cfg(test)]
mod tests;
