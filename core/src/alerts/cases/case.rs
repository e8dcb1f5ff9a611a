//! A case, and how its score, vessels and roles follow from its alerts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::alerts::alert::{ScoreReason, Severity};
use crate::alerts::id::digest;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::{self, VesselRef};

use super::member::{Member, counts};
use super::story::story;

/// Points for each further behaviour of a case (SPEC "Cases").
const FURTHER_POINTS: i32 = 10;
/// The highest score.
const MOST_POINTS: i32 = 100;
/// Two alerts of one vessel at most this far apart are about the same stop, if they overlap in time. Metres.
const SAME_STOP_METRES: f64 = 2.0 * METRES_PER_NM;

/// A case: alerts and facts of vessels that belong together.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Case {
    /// 26 characters of base32, a hash of the id of its first alert.
    pub id: String,
    /// The best alert plus 10 points for each further behaviour that scores at least 20; at most 100.
    pub score: i32,
    /// The lines that add up to the score: its best alert, then each further behaviour. The code is the behaviour.
    pub score_reasons: Vec<ScoreReason>,
    /// Follows from the score.
    pub severity: Severity,
    /// All vessels that take part, by MMSI and track.
    pub vessels: Vec<VesselRef>,
    /// The vessels that have a role, and which.
    pub roles: Vec<Role>,
    /// Ids of its alerts and facts, ordered by start.
    pub alerts: Vec<String>,
    /// What happened, in order of time, as one paragraph.
    pub story: String,
}

/// The role of one vessel in a case.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Role {
    /// MMSI of the vessel.
    pub mmsi: u32,
    /// Ordinal of its track under that MMSI, from 1.
    pub track: u16,
    /// Its role in an alert of the case.
    pub role: behaviours::Role,
}

/// The id of a case, derived from the first alert that counts in it.
pub(super) fn id_of(first: &Member) -> String {
    digest(&format!("case|{}", first.id))
}

/// Builds a case from its alerts and facts, which are ordered by start.
pub(super) fn case(alerts: &[&Member]) -> Case {
    let first = alerts.iter().find(|alert| counts(alert)).or(alerts.first());
    let score_reasons = score_reasons(alerts);
    let score = total(&score_reasons);
    let mut vessels: BTreeMap<(u32, u16), VesselRef> = BTreeMap::new();
    for vessel in alerts.iter().flat_map(|alert| &alert.vessels) {
        let before = vessels.insert((vessel.mmsi, vessel.track), vessel.clone()).and_then(|before| before.role);
        if let Some(latest) = vessels.get_mut(&(vessel.mmsi, vessel.track)) {
            latest.role = latest.role.or(before);
        }
    }
    Case {
        id: first.map_or_else(String::new, |alert| id_of(alert)),
        score,
        score_reasons,
        severity: Severity::of(score),
        vessels: vessels.into_values().collect(),
        roles: roles(alerts),
        alerts: alerts.iter().map(|alert| alert.id.clone()).collect(),
        story: story(alerts),
    }
}

/// The roles of the vessels; facts give none. A vessel may have several, one line each, ordered by MMSI and track.
fn roles(alerts: &[&Member]) -> Vec<Role> {
    let cast: BTreeSet<(u32, u16, behaviours::Role)> = alerts
        .iter()
        .filter(|alert| counts(alert))
        .flat_map(|alert| &alert.vessels)
        .filter_map(|vessel| Some((vessel.mmsi, vessel.track, vessel.role?)))
        .collect();
    cast.into_iter().map(|(mmsi, track, role)| Role { mmsi, track, role }).collect()
}

/// The score of the best alert, plus 10 for each further behaviour that is not about a stop already counted.
pub(super) fn score(alerts: &[&Member]) -> i32 {
    total(&score_reasons(alerts))
}

/// The sum of score lines.
fn total(lines: &[ScoreReason]) -> i32 {
    lines.iter().map(|line| line.points).sum()
}

/// The lines of the score, which add up to it; empty if no alert counts.
fn score_reasons(alerts: &[&Member]) -> Vec<ScoreReason> {
    // An alert that names one of several possible vessels counts only where nothing else does.
    let certain = alerts.iter().any(|alert| counts(alert) && !alert.is_uncertain);
    let weighs = |alert: &Member| counts(alert) && !(certain && alert.is_uncertain);
    let mut ranked: Vec<&Member> = alerts.iter().copied().filter(|alert| weighs(alert)).collect();
    ranked.sort_by(|a, b| (-a.score, a.started_at, &a.id).cmp(&(-b.score, b.started_at, &b.id)));
    let replaced: BTreeSet<&str> = alerts.iter().filter_map(|alert| alert.replaces.as_deref()).collect();
    let mut counted: Vec<&Member> = Vec::new();
    for alert in ranked.iter().filter(|alert| !replaced.contains(alert.id.as_str())) {
        let known = counted.iter().any(|other| other.behaviour == alert.behaviour);
        // An alert limited to low (a pilot, a fleet) does not raise a case above low either.
        let adds = counted.is_empty() || alert.score_reasons.iter().all(|reason| reason.code != "cap_low");
        if adds && !known && !counted.iter().any(|other| same_stop(other, alert)) {
            counted.push(alert);
        }
    }
    let line = |alert: &Member, points: i32, what: &str| {
        let title = alert.behaviour.character().title;
        ScoreReason { code: alert.behaviour.name().to_owned(), points, text: format!("{what}: {title}") }
    };
    let best = ranked.first().map(|alert| line(alert, alert.score, "Its highest alert"));
    let mut lines: Vec<ScoreReason> = best.into_iter().collect();
    let further = counted.iter().skip(1);
    lines.extend(further.map(|alert| line(alert, FURTHER_POINTS, "A further behaviour")));
    let sum = total(&lines);
    if MOST_POINTS < sum {
        let text = "Scores end at 100".to_owned();
        lines.push(ScoreReason { code: "clamp".to_owned(), points: MOST_POINTS - sum, text });
    }
    lines
}

/// Whether two alerts describe the same stop: behaviours about stops, with a vessel in common, at one place and time.
fn same_stop(a: &Member, b: &Member) -> bool {
    let stops = [a, b].iter().all(|alert| alert.behaviour.character().is_stop);
    let overlap = a.started_at <= b.last_at && b.started_at <= a.last_at;
    let shared = a.vessels.iter().any(|vessel| {
        let key = (vessel.mmsi, vessel.track);
        b.vessels.iter().any(|other| key == (other.mmsi, other.track))
    });
    let here = match (a.position, b.position) {
        (Some(a), Some(b)) => a.metres_to(b) <= SAME_STOP_METRES,
        _ => false,
    };
    stops && overlap && shared && here
}
