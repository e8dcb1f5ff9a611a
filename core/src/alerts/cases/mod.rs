//! Cases: the alerts and facts of a vessel and its partners within 72 h, as one story.

mod links;
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::alerts::alert::{Alert, Change, Sentence, Severity, Status};
use crate::alerts::id::digest;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::{self, About, VesselRef};

use links::Links;
use story::story;

/// Alerts of one vessel at most this far apart in time belong to one case (SPEC "Cases").
const REACH: Span = Span::from_hours(72);
/// Points for each further behaviour of a case.
const FURTHER_POINTS: i32 = 10;
/// Score from which an alert adds points to a case and links vessels. Other alerts, and facts, are only part of the story.
const COUNTS_FROM: i32 = 20;
/// Two alerts of one vessel at most this far apart are about the same stop.
const SAME_STOP_METRES: f64 = 2.0 * METRES_PER_NM;
/// Maximum number of alerts that are weighed for the score of one case.
const MOST_WEIGHED: usize = 200;
/// Maximum number of alerts and facts remembered. Beyond it those that ended first are forgotten, facts before alerts.
const MOST: usize = 50_000;

/// A case: alerts and facts of vessels that belong together.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Case {
    /// 26 characters of base32, a hash of the id of its first alert.
    pub id: String,
    /// The best alert plus 10 points for each further behaviour that scores at least 20; at most 100.
    pub score: i32,
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

/// All alerts and facts that may belong to a case.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CaseBook {
    /// Alerts and facts by id.
    alerts: BTreeMap<String, Member>,
    /// Ids of the alerts that count, by vessel.
    by_vessel: BTreeMap<(u32, u16), BTreeSet<String>>,
    /// The score of the latest case of each vessel.
    scores: BTreeMap<(u32, u16), i32>,
    forgotten: u64,
}

/// An alert or fact, with what only its case needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Member {
    /// The alert in its present state, without its tracks, which no story needs.
    alert: Alert,
    /// The first sentence of its summary.
    sentence: Sentence,
    /// Whether it names only one of several possible vessels; if so, it adds no points to a case.
    is_uncertain: bool,
}

impl Deref for Member {
    type Target = Alert;

    fn deref(&self) -> &Alert {
        &self.alert
    }
}

/// Alerts of one vessel that are linked in time, and when the first begins.
type Stretch<'a> = (Time, Vec<&'a Member>);

impl CaseBook {
    /// Takes in a change: the alert in its present state, or its retraction.
    pub fn take(&mut self, change: &Change) {
        let alert = &change.alert;
        if alert.vessels.is_empty() || alert.behaviour.character().about == About::Area {
            // An alert about reception belongs to no case, and the vessels that a notice names are not partners.
            return;
        }
        // Without the tracks an alert is small.
        let mut small = Alert::clone(alert);
        small.evidence.tracks = Vec::new();
        let alert = Member { alert: small, sentence: change.sentence.clone(), is_uncertain: change.is_uncertain };
        if alert.status == Status::Retracted {
            self.remove(&alert.id);
            self.weigh(&alert);
            return;
        }
        self.alerts.insert(alert.id.clone(), alert.clone());
        let ties: BTreeSet<(u32, u16)> = if counts(&alert) { tied(&alert).collect() } else { BTreeSet::new() };
        for vessel in alert.vessels.iter().map(|vessel| (vessel.mmsi, vessel.track)) {
            match ties.contains(&vessel) {
                true => {
                    self.by_vessel.entry(vessel).or_default().insert(alert.id.clone());
                }
                false => self.untie(vessel, &alert.id),
            }
        }
        if counts(&alert) {
            self.weigh(&alert);
        }
        if MOST < self.alerts.len() {
            self.forget();
        }
    }

    /// The score of the latest case of a vessel; 0 if it has none.
    pub fn score_of(&self, mmsi: u32, track: u16) -> i32 {
        self.scores.get(&(mmsi, track)).copied().unwrap_or(0)
    }

    /// The id of the case that an alert or fact belongs to, consistent with [`cases`](CaseBook::cases) at this moment. `None` for
    /// a fact without an alert of its vessels within 72 h, for an alert about an area or without vessels, and for an unknown id.
    pub fn case_of(&self, id: &str) -> Option<String> {
        let alert = self.alerts.get(id)?;
        let start = if counts(alert) { alert } else { self.joined(alert)? };
        // The stretches of each vessel reached so far. A stretch that was followed is left empty.
        let mut of_vessels: BTreeMap<(u32, u16), Vec<Stretch<'_>>> = BTreeMap::new();
        let (mut first, mut next): (&Member, Vec<&Member>) = (start, vec![start]);
        while let Some(alert) = next.pop() {
            first = if order(alert) < order(first) { alert } else { first };
            for vessel in tied(alert) {
                let stretches = of_vessels.entry(vessel).or_insert_with(|| {
                    let mut alerts: Vec<&Member> = self.of_vessel(vessel).collect();
                    alerts.sort_by(|a, b| order(a).cmp(&order(b)));
                    let stretches = stretches(alerts, |alert| alert).into_iter();
                    stretches.map(|stretch| (stretch[0].started_at, stretch)).collect()
                });
                // The alert is in the last stretch of the vessel that begins no later than the alert.
                let behind = stretches.partition_point(|(from, _)| *from <= alert.started_at);
                if let Some((_, stretch)) = stretches[..behind].last_mut() {
                    next.append(stretch);
                }
            }
        }
        Some(id_of(first))
    }

    /// The alert whose case a fact joins: the earliest one near it in time, of the first of its vessels that has one.
    fn joined(&self, fact: &Member) -> Option<&Member> {
        let vessels: BTreeSet<(u32, u16)> = tied(fact).collect();
        let near =
            |vessel| self.of_vessel(vessel).filter(|other| near_in_time(other, fact)).min_by_key(|one| order(one));
        vessels.into_iter().find_map(near)
    }

    /// The alerts that count for a vessel.
    fn of_vessel(&self, vessel: (u32, u16)) -> impl Iterator<Item = &Member> {
        self.by_vessel.get(&vessel).into_iter().flatten().filter_map(|id| self.alerts.get(id))
    }

    /// Computes the score of the case around an alert, and stores it for each vessel of the case.
    fn weigh(&mut self, alert: &Member) {
        let mut vessels: BTreeSet<(u32, u16)> = BTreeSet::new();
        let mut ids: BTreeSet<&String> = BTreeSet::new();
        let mut case: Vec<&Member> = Vec::new();
        let mut next: Vec<&Member> = vec![alert];
        while let Some(alert) = next.pop() {
            for vessel in tied(alert) {
                vessels.insert(vessel);
                for id in self.by_vessel.get(&vessel).into_iter().flatten() {
                    let near = self.alerts.get(id).filter(|other| near_in_time(alert, other));
                    if let Some(other) = near.filter(|_| case.len() < MOST_WEIGHED && ids.insert(id)) {
                        case.push(other);
                        next.push(other);
                    }
                }
            }
        }
        case.retain(|alert| !alert.is_uncertain);
        let score = score(&case);
        for vessel in vessels {
            match score {
                0 => self.scores.remove(&vessel),
                score => self.scores.insert(vessel, score),
            };
        }
    }

    /// Removes the link of a vessel to an alert that no longer counts for it, and computes the score of the rest of the case.
    fn untie(&mut self, vessel: (u32, u16), id: &str) {
        let Some(ids) = self.by_vessel.get_mut(&vessel) else {
            return;
        };
        if !ids.remove(id) {
            return;
        }
        let other = ids.first().and_then(|id| self.alerts.get(id)).cloned();
        match other {
            Some(other) => self.weigh(&other),
            None => {
                self.by_vessel.remove(&vessel);
                self.scores.remove(&vessel);
            }
        }
    }

    fn remove(&mut self, id: &str) {
        let Some(alert) = self.alerts.remove(id) else {
            return;
        };
        for vessel in alert.vessels.iter().map(|vessel| (vessel.mmsi, vessel.track)) {
            if let Some(ids) = self.by_vessel.get_mut(&vessel) {
                ids.remove(id);
                if ids.is_empty() {
                    self.by_vessel.remove(&vessel);
                    self.scores.remove(&vessel);
                }
            }
        }
    }

    /// All cases with at least one alert that counts, the highest score first, then by id.
    pub fn cases(&self) -> Vec<Case> {
        let mut alerts: Vec<&Member> = self.alerts.values().collect();
        alerts.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut links = Links::new(alerts.len());
        tie(&alerts, &mut links);
        let mut cases: Vec<Case> = links
            .sets()
            .into_iter()
            .map(|set| set.into_iter().map(|index| alerts[index]).collect::<Vec<_>>())
            .filter(|set| set.iter().any(|alert| counts(alert)))
            .map(|set| case(&set))
            .collect();
        cases.sort_by(|a, b| (-a.score, &a.id).cmp(&(-b.score, &b.id)));
        cases
    }

    /// Number of alerts and facts forgotten because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Drops a tenth: ended before open, facts before alerts, the oldest first.
    fn forget(&mut self) {
        let mut order: Vec<_> = self
            .alerts
            .values()
            .map(|alert| (alert.status == Status::Open, counts(alert), alert.last_at, alert.id.clone()))
            .collect();
        order.sort_unstable();
        for (_, _, _, id) in order.into_iter().take(MOST / 10) {
            self.remove(&id);
            self.forgotten += 1;
        }
    }
}

fn counts(alert: &Member) -> bool {
    alert.announced && COUNTS_FROM <= alert.score
}

/// Whether an alert links a vessel to its case. One of several possible silent vessels may have nothing to do with it.
fn ties(alert: &Member, vessel: &VesselRef) -> bool {
    !(vessel.role == Some(behaviours::Role::Dark) && alert.is_uncertain)
}

/// The vessels that an alert links.
fn tied(alert: &Member) -> impl Iterator<Item = (u32, u16)> {
    alert.vessels.iter().filter(|vessel| ties(alert, vessel)).map(|vessel| (vessel.mmsi, vessel.track))
}

/// Links alerts that share a vessel within 72 h. A fact joins the earliest such alert but links no other vessel to it: otherwise
/// the facts of a fishing fleet would join a whole sea into one case.
fn tie(alerts: &[&Member], links: &mut Links) {
    let mut by_vessel: BTreeMap<(u32, u16), Vec<usize>> = BTreeMap::new();
    for (index, alert) in alerts.iter().enumerate() {
        for vessel in tied(alert) {
            by_vessel.entry(vessel).or_default().push(index);
        }
    }
    let mut joined: BTreeSet<usize> = BTreeSet::new();
    for indices in by_vessel.values() {
        let (heavy, light): (Vec<usize>, Vec<usize>) = indices.iter().partition(|index| counts(alerts[**index]));
        for stretch in stretches(heavy.iter().copied(), |index| alerts[index]) {
            stretch.windows(2).for_each(|pair| links.join(pair[0], pair[1]));
        }
        for fact in light {
            let mut near = heavy.iter().filter(|other| near_in_time(alerts[**other], alerts[fact]));
            if let Some(first) = near.next()
                && joined.insert(fact)
            {
                links.join(*first, fact);
            }
        }
    }
}

/// Splits the alerts that count for one vessel, ordered by start, into stretches linked in time. Each alert is compared with the
/// earlier one that lasted longest, so that a short alert in between does not split a stretch.
fn stretches<'a, T: Copy>(by_start: impl IntoIterator<Item = T>, alert: impl Fn(T) -> &'a Member) -> Vec<Vec<T>> {
    let mut stretches: Vec<Vec<T>> = Vec::new();
    let mut longest: Option<&Member> = None;
    for one in by_start {
        let now = alert(one);
        match (longest, stretches.last_mut()) {
            (Some(before), Some(stretch)) if near_in_time(before, now) => stretch.push(one),
            _ => stretches.push(vec![one]),
        }
        longest = longest.filter(|before| now.last_at < before.last_at).or(Some(now));
    }
    stretches
}

fn near_in_time(a: &Member, b: &Member) -> bool {
    a.started_at - b.last_at <= REACH && b.started_at - a.last_at <= REACH
}

/// Order of the alerts in a case: by start, then by id.
fn order(alert: &Member) -> (Time, &str) {
    (alert.started_at, &alert.id)
}

/// The id of a case, derived from the first alert that counts in it.
fn id_of(first: &Member) -> String {
    digest(&format!("case|{}", first.id))
}

/// Builds a case from its alerts and facts, which are ordered by start.
fn case(alerts: &[&Member]) -> Case {
    let first = alerts.iter().find(|alert| counts(alert)).or(alerts.first());
    let score = score(alerts);
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
        severity: Severity::of(score),
        vessels: vessels.into_values().collect(),
        roles: roles(alerts),
        alerts: alerts.iter().map(|alert| alert.id.clone()).collect(),
        story: story(alerts),
    }
}

/// The roles of the vessels; facts give none.
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
fn score(alerts: &[&Member]) -> i32 {
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
    let best = ranked.first().map_or(0, |alert| alert.score);
    let further = counted.len().saturating_sub(1) as i32;
    (best + FURTHER_POINTS * further).min(100)
}

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

#[cfg(test)]
mod tests;
