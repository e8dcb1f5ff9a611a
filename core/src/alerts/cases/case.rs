//! A case, and how its score, vessels and roles follow from its alerts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::alerts::alert::{ScoreReason, Severity};
use crate::alerts::id::digest;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::{self, VesselRef};

use super::member::{Member, counts, links};
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
    /// The best alert plus 10 points for each further behaviour that scores at least 20; at most 100. The best alert counts at the score
    /// it has now, also if a correction has lowered it.
    pub score: i32,
    /// The lines that add up to the score: its best alert, each further behaviour, and with no points each that adds nothing. The code is
    /// the behaviour.
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
    let first = alerts.iter().find(|alert| links(alert)).or(alerts.first());
    let score_reasons = score_reasons(alerts);
    let score = total(&score_reasons);
    // Of alerts that began at the same moment, the one that was told first comes first.
    let mut told = alerts.to_vec();
    told.sort_by_key(|alert| (alert.started_at, alert.opened_at));
    Case {
        id: first.map_or_else(String::new, |alert| id_of(alert)),
        score,
        score_reasons,
        severity: Severity::of(score),
        vessels: vessels(alerts),
        roles: roles(alerts),
        alerts: told.iter().map(|alert| alert.id.clone()).collect(),
        story: story(&told),
    }
}

/// The vessels as the alert knows them that was last known to hold. What it does not state comes from the latest that does.
fn vessels(alerts: &[&Member]) -> Vec<VesselRef> {
    let mut by_time = alerts.to_vec();
    by_time.sort_by_key(|alert| (alert.last_at, alert.started_at));
    let mut vessels: BTreeMap<(u32, u16), VesselRef> = BTreeMap::new();
    for now in by_time.iter().flat_map(|alert| &alert.vessels) {
        let mut now = now.clone();
        if let Some(before) = vessels.remove(&(now.mmsi, now.track)) {
            now.imo = now.imo.or(before.imo);
            now.name = now.name.or(before.name);
            now.call_sign = now.call_sign.or(before.call_sign);
            now.ship_type = now.ship_type.or(before.ship_type);
            now.class = now.class.or(before.class);
            now.role = now.role.or(before.role);
        }
        vessels.insert((now.mmsi, now.track), now);
    }
    vessels.into_values().collect()
}

/// The roles of the vessels; facts give none. A vessel may have several, one line each, ordered by MMSI and track.
fn roles(alerts: &[&Member]) -> Vec<Role> {
    let cast: BTreeSet<(u32, u16, behaviours::Role)> = alerts
        .iter()
        .filter(|alert| links(alert))
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

/// The lines of the score, which add up to it: the best alert, each further behaviour, and with no points each behaviour that adds
/// nothing, and why. Empty if no alert ever counted.
fn score_reasons(alerts: &[&Member]) -> Vec<ScoreReason> {
    let mut ranked: Vec<&Member> = alerts.iter().copied().filter(|alert| counts(alert)).collect();
    if ranked.is_empty() {
        // Corrections have lowered all of them. The best is still the best.
        ranked = alerts.iter().copied().filter(|alert| links(alert)).collect();
    }
    // An alert that names one of several possible vessels counts only where nothing else does.
    ranked.sort_by(|a, b| {
        let rank = |alert: &Member| (alert.is_uncertain, -alert.score, alert.started_at);
        rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id))
    });
    let line = |alert: &Member, points: i32, text: String| ScoreReason {
        code: alert.behaviour.name().to_owned(),
        points,
        text,
    };
    let title = |alert: &Member| alert.behaviour.character().title;
    let Some((best, further)) = ranked.split_first() else {
        return Vec::new();
    };
    let (mut counted, mut idle) = (vec![*best], Vec::new());
    for alert in further.iter().filter(|alert| counts(alert)) {
        if counted.iter().any(|other| other.behaviour == alert.behaviour) {
            continue;
        }
        match without_points(alert, &counted, alerts) {
            None => counted.push(alert),
            Some(why) => idle.push((*alert, why)),
        }
    }
    let mut lines = vec![line(best, best.score, format!("Its highest alert: {}", title(best)))];
    let added = counted.iter().skip(1);
    lines.extend(added.map(|alert| line(alert, FURTHER_POINTS, format!("A further behaviour: {}", title(alert)))));
    let sum = total(&lines);
    if MOST_POINTS < sum {
        let text = "Scores end at 100".to_owned();
        lines.push(ScoreReason { code: "clamp".to_owned(), points: MOST_POINTS - sum, text });
    }
    let mut told: BTreeSet<&str> = counted.iter().map(|alert| alert.behaviour.name()).collect();
    for (alert, why) in idle {
        if told.insert(alert.behaviour.name()) {
            lines.push(line(alert, 0, format!("{} adds nothing: {why}", title(alert))));
        }
    }
    lines
}

/// Why an alert adds no points beside those that count already; `None` if it adds some.
fn without_points(alert: &Member, counted: &[&Member], alerts: &[&Member]) -> Option<String> {
    let is_superseded = alerts.iter().any(|other| other.replaces.as_ref() == Some(&alert.id));
    let supersedes = |other: &&&Member| alert.replaces.as_ref() == Some(&other.id);
    let same = counted.iter().find(supersedes).or_else(|| counted.iter().find(|other| same_stop(other, alert)));
    let title = |other: &Member| other.behaviour.character().title;
    if alert.is_uncertain && !counted.iter().all(|other| other.is_uncertain) {
        Some("it names one of several possible vessels".to_owned())
    } else if alert.score_reasons.iter().any(|reason| reason.code == "cap_low") {
        // What is limited to low (a pilot, a fleet) does not raise a case above low either.
        Some("it is limited to low".to_owned())
    } else if is_superseded {
        Some("another alert tells the same in full".to_owned())
    } else {
        same.map(|other| format!("it is the same event as {}", title(other)))
    }
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
