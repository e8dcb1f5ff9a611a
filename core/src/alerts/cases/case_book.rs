//! The book of cases: all alerts and facts that may belong to a case, and the score of the case of each vessel.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alerts::alert::{Alert, Change, Status};
use crate::base::time::Time;
use crate::behaviours::About;

use super::case::{Case, case, id_of, score};
use super::links::Links;
use super::member::{Member, counts, links, near_in_time, order, tied};
use super::stretches::{stretches, tie};

/// Maximum number of alerts that are weighed for the score of one case, because it is computed again at every change.
const MOST_WEIGHED: usize = 200;
/// Maximum number of alerts and facts remembered. Beyond it those that ended first are forgotten, facts before alerts.
pub(super) const MOST: usize = 50_000;

/// All alerts and facts that may belong to a case. The engine owns it and passes it every change, in the order of the alert stream.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CaseBook {
    /// Alerts and facts by id.
    alerts: BTreeMap<String, Member>,
    /// Ids of the alerts that link vessels, by MMSI and track of those vessels. A vessel without such alerts has no entry.
    by_vessel: ByVessel,
    /// Ids of the facts about a vessel, by its MMSI and track. A vessel without facts has no entry.
    facts_by_vessel: ByVessel,
    /// The score of the latest case of each vessel. Points, 1-100; no entry stands for 0.
    scores: BTreeMap<(u32, u16), i32>,
    /// Number of alerts and facts dropped because there were too many.
    forgotten: u64,
}

/// Ids of alerts or facts, by MMSI and track of the vessels that they are about.
type ByVessel = BTreeMap<(u32, u16), BTreeSet<String>>;

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
        let has_counted = self.alerts.get(&small.id).is_some_and(|before| before.has_counted);
        let mut alert =
            Member { alert: small, sentence: change.sentence.clone(), is_uncertain: change.is_uncertain, has_counted };
        alert.has_counted |= counts(&alert);
        if alert.status == Status::Retracted {
            self.remove(&alert.id);
            // Its vessels lead to what is left of its case.
            self.weigh(&alert);
            return;
        }
        self.alerts.insert(alert.id.clone(), alert.clone());
        let ties: BTreeSet<(u32, u16)> = tied(&alert).collect();
        for vessel in alert.vessels.iter().map(|vessel| (vessel.mmsi, vessel.track)) {
            let (is_tied, is_link) = (ties.contains(&vessel), links(&alert));
            match is_tied && is_link {
                true => enter(&mut self.by_vessel, vessel, &alert.id),
                false => self.untie(vessel, &alert.id),
            }
            match is_tied && !is_link {
                true => enter(&mut self.facts_by_vessel, vessel, &alert.id),
                false => strike(&mut self.facts_by_vessel, vessel, &alert.id),
            }
        }
        if links(&alert) {
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
        self.linked(id)?.first_key_value().map(|(_, first)| id_of(first))
    }

    /// The case that an alert or fact belongs to, the same as [`cases`](CaseBook::cases) has it at this moment. `None` as for
    /// [`case_of`](CaseBook::case_of).
    pub fn case_with(&self, id: &str) -> Option<Case> {
        let mut alerts = self.linked(id)?;
        let vessels: BTreeSet<(u32, u16)> = alerts.values().flat_map(|alert| tied(alert)).collect();
        let ids = vessels.iter().filter_map(|vessel| self.facts_by_vessel.get(vessel)).flatten();
        // A fact about two vessels may be there twice.
        let ids: BTreeSet<&String> = ids.collect();
        let joins = |fact: &Member| self.joined(fact).is_some_and(|alert| alerts.contains_key(&order(alert)));
        let facts = ids.into_iter().filter_map(|id| self.alerts.get(id));
        let facts: Vec<&Member> = facts.filter(|fact| joins(fact)).collect();
        alerts.extend(facts.into_iter().map(|fact| (order(fact), fact)));
        Some(case(&alerts.into_values().collect::<Vec<_>>()))
    }

    /// The alerts that link vessels in the case of an alert or fact, in their order. `None` if it belongs to no case.
    fn linked(&self, id: &str) -> Option<BTreeMap<(Time, &str), &Member>> {
        let alert = self.alerts.get(id)?;
        let start = if links(alert) { alert } else { self.joined(alert)? };
        // The stretches of each vessel reached so far. A stretch that was followed is left empty.
        let mut of_vessels: BTreeMap<(u32, u16), Vec<Stretch<'_>>> = BTreeMap::new();
        let (mut linked, mut next): (BTreeMap<(Time, &str), &Member>, Vec<&Member>) = (BTreeMap::new(), vec![start]);
        while let Some(alert) = next.pop() {
            linked.insert(order(alert), alert);
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
        Some(linked)
    }

    /// The alert whose case a fact joins: the earliest one near it in time, of the first of its vessels that has one.
    fn joined(&self, fact: &Member) -> Option<&Member> {
        let vessels: BTreeSet<(u32, u16)> = tied(fact).collect();
        let near =
            |vessel| self.of_vessel(vessel).filter(|other| near_in_time(other, fact)).min_by_key(|one| order(one));
        vessels.into_iter().find_map(near)
    }

    /// The alerts that link a vessel.
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

    /// Removes the link of a vessel to an alert that no longer links it, and computes the score of the rest of the case.
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

    /// Removes an alert that was retracted or forgotten. Does not compute the score of what is left of its case.
    fn remove(&mut self, id: &str) {
        let Some(alert) = self.alerts.remove(id) else {
            return;
        };
        for vessel in alert.vessels.iter().map(|vessel| (vessel.mmsi, vessel.track)) {
            strike(&mut self.facts_by_vessel, vessel, id);
            if let Some(ids) = self.by_vessel.get_mut(&vessel) {
                ids.remove(id);
                if ids.is_empty() {
                    self.by_vessel.remove(&vessel);
                    self.scores.remove(&vessel);
                }
            }
        }
    }

    /// All cases, each with at least one alert that counts or did before a correction, the highest score first, then by id.
    pub fn cases(&self) -> Vec<Case> {
        let mut alerts: Vec<&Member> = self.alerts.values().collect();
        alerts.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut joined = Links::new(alerts.len());
        tie(&alerts, &mut joined);
        let mut cases: Vec<Case> = joined
            .sets()
            .into_iter()
            .map(|set| set.into_iter().map(|index| alerts[index]).collect::<Vec<_>>())
            .filter(|set| set.iter().any(|alert| links(alert)))
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
            .map(|alert| (alert.status == Status::Open, links(alert), alert.last_at, alert.id.clone()))
            .collect();
        order.sort_unstable();
        for (_, _, _, id) in order.into_iter().take(MOST / 10) {
            self.remove(&id);
            self.forgotten += 1;
        }
    }
}

/// Enters an alert or fact under one of its vessels.
fn enter(ids: &mut ByVessel, vessel: (u32, u16), id: &str) {
    ids.entry(vessel).or_default().insert(id.to_owned());
}

/// Removes an alert or fact from one of its vessels, if it is there.
fn strike(ids: &mut ByVessel, vessel: (u32, u16), id: &str) {
    if let Some(of_vessel) = ids.get_mut(&vessel) {
        of_vessel.remove(id);
        if of_vessel.is_empty() {
            ids.remove(&vessel);
        }
    }
}
