//! `atalaia deliveries why`: for each sink, what became of each change of one alert, also if it was never meant to go there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::alerts::outcome;
use crate::cli::table::short_id;
use crate::store::{AlertFile, Filter, Sent};
use crate::telemetry::FromAir;

/// Outcome at one sink, with the revisions that share it.
#[derive(Debug, PartialEq)]
struct Run {
    outcome: String,
    revisions: Vec<u64>,
}

/// The outcomes for every sink in the settings and every sink that has deliveries of the alert, or for one of them.
fn runs(file: &AlertFile, filters: &[Filter], only: Option<&str>) -> BTreeMap<String, Vec<Run>> {
    let told = &file.told;
    let mut sinks: BTreeMap<&str, Option<&Filter>> = BTreeMap::new();
    sinks.extend(told.deliveries.iter().map(|sent| (sent.sink.as_str(), None)));
    sinks.extend(filters.iter().map(|filter| (filter.sink.as_str(), Some(filter))));
    let wanted = |(sink, _): &(&str, Option<&Filter>)| only.is_none_or(|only| only == *sink);
    let of_sink = |(sink, filter): (&str, Option<&Filter>)| {
        let mut runs: Vec<Run> = Vec::new();
        for line in &file.lines {
            let revision = line.line["revision"].as_u64().unwrap_or_default();
            let sent = told.deliveries.iter().find(|sent| sent.sink == sink && u64::from(sent.revision) == revision);
            let outcome = outcome_of(&line.line["alert"], sent, filter);
            match runs.last_mut().filter(|run| run.outcome == outcome) {
                Some(run) => run.revisions.push(revision),
                None => runs.push(Run { outcome, revisions: vec![revision] }),
            }
        }
        (sink.to_owned(), runs)
    };
    sinks.into_iter().filter(wanted).map(of_sink).collect()
}

fn outcome_of(alert: &Value, sent: Option<&Sent>, filter: Option<&Filter>) -> String {
    match (sent, filter) {
        (Some(sent), _) => outcome(sent),
        (None, _) if alert["announced"] == false => "not offered: a fact, below alerts.alert_from".to_owned(),
        (None, None) => "no delivery; the sink is not in the settings".to_owned(),
        (None, Some(filter)) => match filter.because(alert) {
            Some(because) => format!("not selected: {because}"),
            None => "not selected by the settings of that time; today's would select it".to_owned(),
        },
    }
}

/// The page: a line for each outcome at each sink.
pub(super) fn page(file: &AlertFile, filters: &[Filter], only: Option<&str>) -> String {
    let mut page = format!("alert {}\n", file.told.entry.id);
    for (sink, runs) in runs(file, filters, only) {
        for Run { outcome, revisions } in runs {
            let of = match revisions.as_slice() {
                [one] => format!("revision {one}"),
                all => format!("revisions {} to {}", all[0], all[all.len() - 1]),
            };
            page += &format!("  {}  {of}: {outcome}\n", FromAir(&sink));
        }
    }
    page
}

/// The same as one JSON object for each sink and outcome.
pub(super) fn objects(file: &AlertFile, filters: &[Filter], only: Option<&str>) -> String {
    let alert = &file.told.entry.id;
    let mut objects = String::new();
    for (sink, runs) in runs(file, filters, only) {
        for Run { outcome, revisions } in runs {
            let value = json!({ "alert": alert, "sink": sink, "revisions": revisions, "outcome": outcome });
            objects += &format!("{value}\n");
        }
    }
    objects
}

/// What is said if nothing is known of a sink of this name.
pub(super) fn unknown(file: &AlertFile, filters: &[Filter], sink: &str) -> Option<String> {
    let known =
        filters.iter().any(|filter| filter.sink == sink) || file.told.deliveries.iter().any(|sent| sent.sink == sink);
    let id = short_id(&file.told.entry.id);
    (!known).then(|| format!("no sink `{sink}` is in the settings, and it has no delivery of alert {id}"))
}
