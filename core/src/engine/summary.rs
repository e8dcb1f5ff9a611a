//! Counters of a run, and the summary that `replay --summary` writes from them.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::ais::{self, Reject, Report};
use crate::alerts::{Change, ChangeKind, Severity};
use crate::base::time::{Span, Time};
use crate::behaviours::Behaviour;
use crate::picture::tracks::{Refusal, Tracks};

use super::watermark::Watermarks;

/// Counters of a run, for people and for `--summary`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Lines of every kind.
    pub lines: u64,
    /// AIS sentences, including refused ones.
    pub sentences: u64,
    /// Decoded messages by AIS message type; `csv` for rows, `json` for objects that do not state a type.
    pub reports_by_type: BTreeMap<String, u64>,
    /// Refused lines, sentences and reports, by reason.
    pub rejects: BTreeMap<String, u64>,
    /// Distinct MMSIs that took part in the picture.
    pub vessels: u64,
    /// Alerts by behaviour and by their present or final severity; retracted alerts are not counted.
    pub alerts: BTreeMap<String, BTreeMap<String, u64>>,
    /// Facts opened, by behaviour.
    pub facts: BTreeMap<String, u64>,
    /// Event time of the first report; `None` before it.
    pub first_at: Option<Time>,
    /// Event time of the last report; `None` before it.
    pub last_at: Option<Time>,
    /// Messages without a usable time; no rule ran on them.
    pub untimed: u64,
    /// Reports older than engine time when they arrived.
    pub late: u64,
    /// Copies of one transmission received by several stations.
    pub copies: u64,
    /// Why nothing in the input could be used; `None` if something could.
    #[serde(skip)]
    pub unusable: Option<String>,
    /// A warning for the user, such as a recording without times; `None` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How long after its end an alert may still change, which can move it to another count.
const CHANGES_WITHIN: Span = Span::from_hours(49);

/// What the engine counts during a run.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Counters {
    pub(super) late: u64,
    /// Reports with a position, from any kind of station.
    positions: u64,
    first_at: Option<Time>,
    last_at: Option<Time>,
    refused: BTreeMap<Refusal, u64>,
    alerts: BTreeMap<Behaviour, BTreeMap<Severity, u64>>,
    facts: BTreeMap<Behaviour, u64>,
    /// The severity under which each alert is counted, and when it ended (`None` while it is open), by id. Alerts that ended longer
    /// ago than `CHANGES_WITHIN` are dropped.
    told: BTreeMap<String, (Severity, Option<Time>)>,
    ended: VecDeque<(Time, String)>,
}

impl Counters {
    /// Counts the reports with a position, whether or not their time is believed.
    pub(super) fn decoded(&mut self, report: &Report) {
        self.positions += u64::from(report.body.lat_lon().is_some());
    }

    /// Notes the time of a report whose time is believed.
    pub(super) fn report(&mut self, report: &Report) {
        self.first_at = Some(self.first_at.map_or(report.at, |first| first.min(report.at)));
        self.last_at = self.last_at.max(Some(report.at));
    }

    pub(super) fn refused(&mut self, refusal: Refusal) {
        *self.refused.entry(refusal).or_default() += 1;
    }

    /// Counts a change of an alert or fact. An alert is always counted once, under its present severity.
    pub(super) fn change(&mut self, change: &Change) {
        let alert = &change.alert;
        let severity = alert.severity;
        if !alert.announced {
            if change.change == ChangeKind::Opened {
                *self.facts.entry(alert.behaviour).or_default() += 1;
            }
            return;
        }
        let counts = self.alerts.entry(alert.behaviour).or_default();
        let ended_at = (change.change == ChangeKind::Ended).then_some(change.at);
        if let Some((before, _)) = self.told.insert(alert.id.clone(), (severity, ended_at))
            && let Some(count) = counts.get_mut(&before)
        {
            *count -= 1;
        }
        match change.change {
            ChangeKind::Retracted => drop(self.told.remove(&alert.id)),
            ChangeKind::Opened | ChangeKind::Updated | ChangeKind::Ended => *counts.entry(severity).or_default() += 1,
        }
        self.ended.extend(ended_at.map(|at| (at, alert.id.clone())));
        while self.ended.front().is_some_and(|(at, _)| *at < change.at - CHANGES_WITHIN) {
            if let Some((at, id)) = self.ended.pop_front()
                && self.told.get(&id).is_some_and(|(_, ended_at)| *ended_at == Some(at))
            {
                self.told.remove(&id);
            }
        }
    }

    pub(super) fn summary(&self, tally: &ais::Tally, tracks: &Tracks, watermarks: &Watermarks) -> Summary {
        let total = tally.total();
        let mut rejects: BTreeMap<String, u64> =
            total.rejects().map(|(reason, count)| (reason.name().to_owned(), count)).collect();
        let refused = self.refused.iter().filter(|(refusal, _)| **refusal != Refusal::Copy);
        rejects.extend(refused.filter_map(|(refusal, count)| Some((refusal.name()?.to_owned(), *count))));
        if 0 < watermarks.refused_in_all() {
            *rejects.entry(Reject::Recording.name().to_owned()).or_default() += watermarks.refused_in_all();
        }
        if 0 < watermarks.leaps_refused() {
            rejects.insert("time_leap".to_owned(), watermarks.leaps_refused());
        }
        if 0 < tracks.evicted() {
            rejects.insert("track_evicted".to_owned(), tracks.evicted());
        }
        let by_type = total.reports_by_type.iter().enumerate().skip(1).map(|(kind, count)| (kind.to_string(), *count));
        // A message that does not state its type came from a CSV row or a JSON object.
        let rows = [("csv", total.csv_rows), ("json", total.reports_by_type[0].saturating_sub(total.csv_rows))];
        let by_type = by_type.chain(rows.map(|(name, count)| (name.to_owned(), count))).filter(|(_, count)| 0 < *count);
        let severity = |severity: Severity| match severity {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        };
        let counts = |counts: &BTreeMap<Severity, u64>| {
            counts
                .iter()
                .filter(|(_, count)| 0 < **count)
                .map(|(kind, count)| (severity(*kind).to_owned(), *count))
                .collect()
        };
        let untimed = total.untimed_total();
        let note = if 0 < untimed && self.first_at.is_none() {
            Some("the recording has no times: it was decoded and counted, and no rule ran; give --time-from and --rate")
        } else if 0 < self.positions && tracks.vessels_seen() == 0 && self.alerts.is_empty() && self.facts.is_empty() {
            Some("it has positions but no vessels: none of its numbers is the MMSI of a ship")
        } else {
            None
        };
        let is_unusable = 0 < total.lines && self.positions == 0 && untimed == 0 && self.alerts.is_empty();
        let unusable = is_unusable.then(|| {
            let refused: Vec<String> = rejects.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            let is_table = rejects.keys().all(|reason| reason == Reject::CsvRow.name());
            match (refused.is_empty(), is_table) {
                (true, _) => "none of its lines contains a position".to_owned(),
                (false, true) => format!(
                    "no row of its table can be read: a row needs its MMSI, its date and time in one column, as 2026-03-01 04:10:00, \
                     and latitude and longitude in degrees, as 36.95; refused: {}",
                    refused.join(", ")
                ),
                (false, false) => format!("none of its lines contains a position; refused: {}", refused.join(", ")),
            }
        });
        Summary {
            unusable,
            lines: total.lines,
            sentences: total.sentences,
            reports_by_type: by_type.collect(),
            rejects,
            vessels: tracks.vessels_seen(),
            alerts: self.alerts.iter().map(|(kind, by)| (kind.to_string(), counts(by))).collect(),
            facts: self.facts.iter().map(|(kind, count)| (kind.to_string(), *count)).collect(),
            first_at: self.first_at,
            last_at: self.last_at,
            untimed,
            late: self.late,
            copies: self.refused.get(&Refusal::Copy).copied().unwrap_or(0),
            note: note.map(str::to_owned),
        }
    }
}
