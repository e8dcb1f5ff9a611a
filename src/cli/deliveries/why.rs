//! `atalaia deliveries why`: for each sink, through which stages each change of one alert has gone and what
//! became of it there, also if it was never meant to go to the sink.
//!
//! Since version 0.2 each stage records where a change ends, also if that is before anything is sent. For
//! older changes the present settings are asked instead, and the answer says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::table::short_id;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, AlertFile, DeliveryState, Filter, Stage, StageOutcome};
use atalaia_core::base::time::Time;

/// What is known of an alert and its deliveries.
pub(super) struct DeliveryRecords<'a> {
    /// The alert, with all of its changes.
    pub(super) file: &'a AlertFile,
    /// What the stages have recorded: at most one outcome for each change and sink.
    pub(super) outcomes: &'a [StageOutcome],
    /// Filters of the sinks in the settings, for changes of which nothing is recorded. Empty if the store was
    /// named without settings.
    pub(super) filters: &'a [Filter],
    /// When each sink is tried next, by name.
    pub(super) probes: &'a BTreeMap<String, Time>,
    /// The wall clock.
    pub(super) now: Time,
}

/// Outcome at one sink, with the consecutive revisions that share it.
#[derive(Debug, PartialEq)]
struct Run {
    /// The stage that decided; `None` if the change was not offered to the sink.
    stage: Option<Stage>,
    /// The outcome in words, escaped.
    outcome: String,
    /// The revisions, at least one, in order.
    revisions: Vec<u64>,
}

impl DeliveryRecords<'_> {
    /// The outcomes for every sink in the settings and every sink of which something is recorded, or for one
    /// of them. By name of the sink.
    fn runs(&self, only: Option<&str>) -> BTreeMap<String, Vec<Run>> {
        let mut sinks: BTreeMap<&str, Option<&Filter>> = BTreeMap::new();
        sinks.extend(self.outcomes.iter().map(|outcome| (outcome.sink.as_str(), None)));
        sinks.extend(self.filters.iter().map(|filter| (filter.sink.as_str(), Some(filter))));
        sinks.retain(|sink, _| only.is_none_or(|only| only == *sink));
        sinks.into_iter().map(|(sink, filter)| (sink.to_owned(), self.runs_of(sink, filter))).collect()
    }

    /// The outcomes at one sink, in the order of the changes.
    fn runs_of(&self, sink: &str, filter: Option<&Filter>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for line in &self.file.lines {
            let revision = line.line["revision"].as_u64().unwrap_or_default();
            let is_it = |outcome: &&StageOutcome| outcome.sink == sink && u64::from(outcome.revision) == revision;
            let (stage, outcome) = match self.outcomes.iter().find(is_it) {
                Some(recorded) => {
                    let again = super::next(sink, recorded.due_at, self.probes, self.now);
                    (Some(recorded.stage()), outcome(recorded, &self.file.told.entry.id, again.as_deref()))
                }
                None => unrecorded(&line.line["alert"], filter),
            };
            match runs.last_mut().filter(|run| run.stage == stage && run.outcome == outcome) {
                Some(run) => run.revisions.push(revision),
                None => runs.push(Run { stage, outcome, revisions: vec![revision] }),
            }
        }
        runs
    }

    /// The page: a line for each outcome at each sink, with the stages that led to it.
    pub(super) fn page(&self, only: Option<&str>) -> String {
        let mut page = format!("alert {}\n", self.file.told.entry.id);
        for (sink, runs) in self.runs(only) {
            for Run { stage, outcome, revisions } in runs {
                let of = match revisions.as_slice() {
                    [one] => format!("revision {one}"),
                    all => format!("revisions {} to {}", all[0], all[all.len() - 1]),
                };
                let chain = stage.map_or_else(String::new, |stage| format!("  {}", chain(stage)));
                page += &format!("  {}  {of}{chain}: {outcome}\n", FromAir(&sink));
            }
        }
        page
    }

    /// The same as one JSON object for each sink and outcome.
    pub(super) fn objects(&self, only: Option<&str>) -> String {
        let alert = &self.file.told.entry.id;
        let mut objects = String::new();
        for (sink, runs) in self.runs(only) {
            for Run { stage, outcome, revisions } in runs {
                let stage = stage.map(Stage::name);
                let value =
                    json!({ "alert": alert, "sink": sink, "revisions": revisions, "stage": stage, "outcome": outcome });
                objects += &format!("{value}\n");
            }
        }
        objects
    }

    /// The message if nothing is known of a sink of this name; `None` if something is. Without this check a
    /// misspelt name would print nothing.
    pub(super) fn unknown(&self, sink: &str) -> Option<String> {
        let known = self.filters.iter().any(|filter| filter.sink == sink)
            || self.outcomes.iter().any(|outcome| outcome.sink == sink);
        let id = short_id(&self.file.told.entry.id);
        (!known).then(|| format!("no sink `{sink}` is in the settings, and it has no delivery of alert {id}"))
    }
}

/// The stages up to this one, as `select > silence > clear`. All before the last were passed.
fn chain(last: Stage) -> String {
    let passed = Stage::ALL.into_iter().filter(|stage| *stage <= last).map(Stage::name);
    passed.collect::<Vec<_>>().join(" > ")
}

/// What the stages have recorded of a change of `alert`, in words, with the reason or the error where there is one, and the way on.
/// `again` is when a waiting one is tried again; `None` if that is not scheduled.
fn outcome(recorded: &StageOutcome, alert: &str, again: Option<&str>) -> String {
    let reason = recorded.reason.as_ref().map(|reason| FromAir(reason).to_string());
    let with = |what: &str| match &reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what.to_owned(),
    };
    let attempts = recorded.attempts;
    match recorded.state {
        DeliveryState::NotSelected => with("not selected"),
        DeliveryState::Silenced => format!("held back by {}", reason.as_deref().unwrap_or("a silence")),
        DeliveryState::Withheld if recorded.reason.as_deref() == Some(store::WITHDRAWN) => with("withheld"),
        DeliveryState::Withheld => format!(
            "{}; once its marking or the sink's limits allow it: atalaia deliveries retry --alert {}",
            with("withheld"),
            short_id(alert)
        ),
        // The pace of a sink, or a digest to come, holds back a delivery before the first attempt.
        DeliveryState::Pending if attempts == 0 => match (recorded.due_at, &reason) {
            (Some(at), None) => format!("waiting for the pace of the sink, until {at}"),
            (Some(at), Some(reason)) => format!("waiting until {at}: {reason}"),
            (None, _) => with("waiting"),
        },
        DeliveryState::Pending => {
            with(&format!("waiting after attempt {attempts}, tried again {}", again.unwrap_or("soon")))
        }
        DeliveryState::Delivered => {
            // Of a delivered change, only a digest is worth mentioning; an error would be of
            // an earlier attempt.
            let digest = reason.filter(|reason| reason.starts_with(store::IN_DIGEST));
            let digest = digest.map_or_else(String::new, |digest| format!(" {digest}"));
            let late = if 1 < attempts { format!(" at attempt {attempts}") } else { String::new() };
            format!("delivered{digest}{late}")
        }
        DeliveryState::Failed if attempts == 0 => with("given up"),
        DeliveryState::Failed => with(&format!("given up after attempt {attempts}")),
    }
}

/// Why nothing is recorded of a change: a fact is not offered, and versions before 0.2 did not record what a
/// sink does not select. The first part is the stage that decided, if one did.
fn unrecorded(alert: &Value, filter: Option<&Filter>) -> (Option<Stage>, String) {
    if alert["announced"] == false {
        return (None, "not offered: a fact, below alerts.alert_from".to_owned());
    }
    let Some(filter) = filter else {
        return (None, "no delivery; the sink is not in the settings".to_owned());
    };
    match filter.because(alert) {
        Some(because) => (Some(Stage::Select), format!("not selected: by today's settings, {because}")),
        None => (None, "not offered; the sink was not in the settings or did not select it then".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALERT: &str = "k3f2aaaabbbbccccddddeeeeff";

    fn recorded(state: DeliveryState, attempts: u32, reason: Option<&str>) -> StageOutcome {
        let due_at = (state == DeliveryState::Pending && 0 < attempts).then(|| Time::from_millis(0));
        let reason = reason.map(str::to_owned);
        StageOutcome { revision: 1, sink: "mail".to_owned(), state, attempts, due_at, reason }
    }

    #[test]
    fn each_outcome_names_the_stage_that_decided_and_those_before_it() {
        let shown = |state, attempts, reason| {
            let recorded = recorded(state, attempts, reason);
            format!("{}: {}", chain(recorded.stage()), outcome(&recorded, ALERT, Some("at 1970-01-01T00:00:00Z")))
        };
        assert_eq!(shown(DeliveryState::NotSelected, 0, Some("too low")), "select: not selected: too low");
        assert_eq!(
            shown(DeliveryState::Silenced, 0, Some("silence 3 (ana: a buoy)")),
            "select > silence: held back by silence 3 (ana: a buoy)"
        );
        assert_eq!(
            shown(DeliveryState::Withheld, 0, Some("TLP:RED is above its max_tlp AMBER")),
            "select > silence > clear: withheld: TLP:RED is above its max_tlp AMBER; once its marking or the sink's limits allow it: \
             atalaia deliveries retry --alert k3f2aaaa"
        );
        assert_eq!(shown(DeliveryState::Pending, 0, None), "select > silence > clear > pace: waiting");
        let paced = StageOutcome { due_at: Some(Time::from_millis(0)), ..recorded(DeliveryState::Pending, 0, None) };
        assert_eq!(outcome(&paced, ALERT, None), "waiting for the pace of the sink, until 1970-01-01T00:00:00Z");
        assert_eq!(paced.stage(), Stage::Pace);
        let gathered = StageOutcome { reason: Some("waits for a digest".to_owned()), ..paced };
        assert_eq!(outcome(&gathered, ALERT, None), "waiting until 1970-01-01T00:00:00Z: waits for a digest");
        assert_eq!(
            shown(DeliveryState::Delivered, 2, None),
            "select > silence > clear > pace > send: delivered at attempt 2"
        );
        assert_eq!(
            shown(DeliveryState::Pending, 3, Some("busy")),
            "select > silence > clear > pace > send > retry: waiting after attempt 3, tried again at 1970-01-01T00:00:00Z: busy"
        );
        assert_eq!(
            shown(DeliveryState::Failed, 9, Some("refused")),
            "select > silence > clear > pace > send > retry: given up after attempt 9: refused"
        );
    }
}
