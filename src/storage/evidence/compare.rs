//! Compares the alerts of a bundle with those that a replay finds: the same, the same with other points, or not found,
//! and why, as far as the bundle shows it.
//!
//! A difference does not mean that the bundle is wrong. It has the sentences of its own vessels only, and begins at some
//! moment, so what rests on others or on earlier history cannot come out the same. The texts say which it is.
//!
//! All times compared are those of the alerts, which are engine time. A late feed, or a recording that is played, is
//! received long after the times it reports.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::open::Opened;
use super::rests_on::{is_of_reception, mmsis, named_vessels, old_heard_at};
use atalaia_core::alerts::{Alert, Change, ScoreReason, Status};
use atalaia_core::base::time::{Span, Time};

/// Maximum difference between the beginnings of two alerts that are taken for the same one. A replay begins with less history, so a
/// condition may be noticed a few reports later.
const SAME_WITHIN: Span = Span::from_minutes(10);
/// Score reasons that look back, by code, with the time they cover in hours. A replay that begins later cannot find them.
const LOOK_BACK: [(&str, i64); 7] = [
    ("gap_lately", 24),
    ("draught_lately", 24),
    ("after_meeting", 24),
    ("habit", 14 * 24),
    ("repeat", 14 * 24),
    ("source_region", 30 * 24),
    ("new_identity", 180 * 24),
];
/// Score reasons that depend on other vessels at the place, whose sentences a bundle does not have.
const OF_OTHERS: [&str; 4] = ["rare_place", "busy_place", "crowded_place", "little_data"];
/// Maximum number of score reasons named where points differ.
const LINES_NAMED: usize = 4;

/// The result of replaying a bundle.
#[derive(Clone, PartialEq, Debug)]
pub struct Replayed {
    /// Everything the engine decided, in order.
    pub changes: Vec<Change>,
    /// Time of the first report of each vessel in the replay, by MMSI. Engine time.
    pub heard: BTreeMap<u32, Time>,
}

/// The result for one alert of the bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Id of the alert.
    pub id: String,
    /// Name of its behaviour.
    pub behaviour: String,
    /// Whether it was found again.
    pub verdict: Verdict,
}

/// Whether an alert was found again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Found with the same vessels, behaviour, zone, beginning and points.
    Same,
    /// Found with other points, or with another beginning within 10 minutes for the same vessels and behaviour. The
    /// text says what differs.
    Differs(String),
    /// Not found, or only as a fact. The text says why.
    Missing(String),
}

/// Compares the alerts of a bundle with a replay of it.
pub fn compare(opened: &Opened, replayed: &Replayed) -> Vec<Found> {
    let mut states: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &replayed.changes {
        states.entry(&change.alert.id).or_default().push(change);
    }
    let comparison = Comparison { opened, states, heard: &replayed.heard };
    opened.alerts.iter().map(|stored| comparison.found(stored)).collect()
}

/// What is compared.
struct Comparison<'a> {
    /// The bundle.
    opened: &'a Opened,
    /// The changes of each alert, in order, by its id.
    states: BTreeMap<&'a str, Vec<&'a Change>>,
    /// First report of each vessel in the replay.
    heard: &'a BTreeMap<u32, Time>,
}

impl Comparison<'_> {
    /// The result for one alert of the bundle. One that this version cannot read keeps its id and behaviour as written.
    fn found(&self, stored: &Value) -> Found {
        let text = |key: &str| stored[key].as_str().unwrap_or_default().to_owned();
        let verdict = match Alert::deserialize(stored) {
            Ok(stored) => self.verdict(&stored),
            Err(error) => Verdict::Missing(format!("this version cannot read it: {error}")),
        };
        Found { id: text("id"), behaviour: text("behaviour"), verdict }
    }

    /// Looks for an alert in the replay by its id, or else by vessels, behaviour and beginning. The id is a hash that includes the zone and
    /// the numbers of the tracks, so either may make it differ.
    fn verdict(&self, stored: &Alert) -> Verdict {
        let start = stored.started_at;
        if let Some(states) = self.states.get(stored.id.as_str()) {
            return self.held_against(stored, states, None);
        }
        let near = |states: &&Vec<&Change>| {
            let Some(alert) = states.last().map(|change| &change.alert) else {
                return false;
            };
            let apart = if alert.started_at < start { start - alert.started_at } else { alert.started_at - start };
            alert.behaviour == stored.behaviour && apart <= SAME_WITHIN && sorted_mmsis(alert) == sorted_mmsis(stored)
        };
        match self.states.values().find(near) {
            Some(states) => {
                let began = states.last().map_or(start, |change| change.alert.started_at);
                let other = match began == start {
                    true => "same with another zone, or another number of a track".to_owned(),
                    false => format!("same with another beginning: {began}, was {start}"),
                };
                self.held_against(stored, states, Some(other))
            }
            None => Verdict::Missing(self.why_missing(stored)),
        }
    }

    /// Compares a stored alert with the changes of the replay. `other` says what differs apart from the points.
    fn held_against(&self, stored: &Alert, states: &[&Change], other: Option<String>) -> Verdict {
        let Some(last) = states.last() else {
            return Verdict::Missing(self.why_missing(stored));
        };
        let alert = &last.alert;
        if alert.status == Status::Retracted && stored.status != Status::Retracted {
            return Verdict::Missing(format!("found, and then disproved: {}", last.reason));
        }
        let has_points = |change: &&Change| {
            let alert = &change.alert;
            (alert.score, alert.severity) == (stored.score, stored.severity)
        };
        // Any state of the replay will do: the bundle may have been made before the alert's last change.
        let same = states.iter().any(has_points);
        if stored.announced && !alert.announced {
            return Verdict::Missing(format!("only as a fact below an alert, {}", self.other_points(stored, alert)));
        }
        match (same, other) {
            (true, None) => Verdict::Same,
            (true, Some(other)) => Verdict::Differs(other),
            (false, None) => Verdict::Differs(format!("same with other points: {}", self.other_points(stored, alert))),
            (false, Some(other)) => Verdict::Differs(format!("{other}; {}", self.other_points(stored, alert))),
        }
    }

    /// The points and why they differ, for example
    /// `score 15 (info), was 40 (medium): no history before the bundle's first line (…); without +10 Silent for 3 h within 24 h of it`.
    fn other_points(&self, stored: &Alert, alert: &Alert) -> String {
        let (now, was) = (&alert.score_reasons, &stored.score_reasons);
        let same = |one: &ScoreReason, other: &ScoreReason| (&one.code, one.points) == (&other.code, other.points);
        let gone: Vec<_> = was.iter().filter(|was| !now.iter().any(|now| same(now, was))).collect();
        let new: Vec<_> = now.iter().filter(|now| !was.iter().any(|was| same(now, was))).collect();
        let first = mmsis(stored).filter_map(|mmsi| self.heard.get(&mmsi)).min().copied();
        let mut why = Vec::new();
        let codes = || gone.iter().chain(&new).map(|line| line.code.as_str());
        let looks_back = |code: &str| {
            let back = LOOK_BACK.iter().find(|(known, _)| *known == code);
            back.is_some_and(|(_, hours)| {
                first.is_some_and(|first| stored.started_at - Span::from_hours(*hours) < first)
            })
        };
        if let Some(first) = first.filter(|_| codes().any(looks_back)) {
            why.push(format!("no history before the bundle's first line ({first})"));
        }
        if codes().any(|code| OF_OTHERS.contains(&code)) {
            why.push("what other vessels do there is not in the bundle".to_owned());
        }
        let signed = |word: &str, lines: &[&ScoreReason]| {
            let named = lines.iter().take(LINES_NAMED).map(|line| format!("{:+} {}", line.points, line.text));
            (!lines.is_empty()).then(|| format!("{word} {}", named.collect::<Vec<_>>().join(", ")))
        };
        why.extend(signed("without", &gone));
        why.extend(signed("with", &new));
        let (score, severity) = (alert.score, alert.severity.name());
        let points = match stored.severity == alert.severity {
            true => format!("score {score}, was {}", stored.score),
            false => format!("score {score} ({severity}), was {} ({})", stored.score, stored.severity.name()),
        };
        if why.is_empty() { points } else { format!("{points}: {}", why.join("; ")) }
    }

    /// Why the replay does not have an alert: the first cause that the bundle shows, from the plainest to the vaguest.
    fn why_missing(&self, stored: &Alert) -> String {
        let start = stored.started_at;
        if self.opened.manifest.lines == 0 {
            return "there are no sentences in the bundle".to_owned();
        }
        let own = sorted_mmsis(stored);
        let heard = first_of(self.heard, own.iter().copied().chain(named_vessels(stored)));
        if let Some((mmsi, _)) = heard.iter().find(|(_, first)| first.is_none()) {
            return format!("the bundle has no positions of MMSI {mmsi:09}");
        }
        let late = heard.iter().filter(|(mmsi, _)| own.contains(mmsi));
        let late = late.filter_map(|(mmsi, first)| Some((*mmsi, (*first)?))).find(|(_, first)| start < *first);
        if let Some((mmsi, first)) = late {
            return format!("it began {start}, before the first sentence of MMSI {mmsi:09} in the bundle ({first})");
        }
        let before = old_heard_at(stored).zip(self.heard.values().min().copied());
        if let Some((before, first)) = before.filter(|(before, first)| before < first) {
            return format!("it rests on what was heard {before}, before the bundle's first line ({first})");
        }
        if is_of_reception(stored) {
            return "it rests on how well others were heard around, and only a part of their sentences is in the bundle".to_owned();
        }
        let first = heard.iter().filter_map(|(_, first)| *first).min();
        match first {
            Some(first) => format!(
                "it may rest on what happened before the bundle's first line of its vessels ({first}), or on other vessels, which are not in the bundle"
            ),
            None => "it rests on other vessels, whose sentences are not in the bundle".to_owned(),
        }
    }
}

/// The MMSIs of an alert's vessels, sorted.
fn sorted_mmsis(alert: &Alert) -> Vec<u32> {
    let mut all: Vec<u32> = mmsis(alert).collect();
    all.sort_unstable();
    all
}

/// The first report of each of these vessels in a replay, in engine time, in order of MMSI; `None` for a vessel without one.
fn first_of(heard: &BTreeMap<u32, Time>, mmsis: impl Iterator<Item = u32>) -> Vec<(u32, Option<Time>)> {
    let mut all: Vec<u32> = mmsis.collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|mmsi| (mmsi, heard.get(&mmsi).copied())).collect()
}
