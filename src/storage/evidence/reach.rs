//! What a bundle must contain so that a replay finds the alerts again: whose sentences, from when, and of which other
//! vessels nearby.
//!
//! Each behaviour declares how much history it needs (`history_hours`). More would make the bundle larger and show more of
//! the vessels than the case is about.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::rests_on::{is_of_reception, mmsis, named_times, named_vessels};
use super::witnesses::Witnesses;
use crate::storage::store::{AlertFile, CaseFile};
use atalaia_core::alerts::{Alert, EvidencePoint};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::HISTORY_HOURS;
use atalaia_core::geo::LatLon;

/// Sentences are taken until this long after the last change of the case, so that a replay also reaches the end of its alerts.
const AFTER: Span = Span::from_minutes(15);

/// The part of the journal that a bundle needs.
pub(super) struct Reach {
    /// The vessels of the case, and those in the measurements of its alerts: a previous MMSI, the silent vessel, other
    /// candidates.
    pub(super) vessels: BTreeSet<u32>,
    /// Start of the history that is wanted, by the time of the alerts.
    pub(super) wanted: Time,
    /// Start of the period that is read, by time of receipt.
    pub(super) from: Time,
    /// End of the period that is read.
    pub(super) until: Time,
    /// Selects sentences of other vessels.
    pub(super) witnesses: Witnesses,
    /// Ids of alerts that this version cannot read, and which the other fields therefore leave out.
    pub(super) unread: Vec<String>,
}

/// What the alerts of a case need. `before` is the history before each alert, in place of the default. `None` if none
/// of the alerts is stored any more, or none can be read.
pub(super) fn reach(case_file: &CaseFile, before: Option<Span>, now: Time) -> Option<Reach> {
    let read = |alert_file: &AlertFile| {
        let body = &alert_file.told.entry.body;
        Alert::deserialize(body).map_err(|_| alert_file.told.entry.id.clone())
    };
    let (alerts, unread): (Vec<_>, Vec<_>) = case_file.alerts.iter().map(read).partition(Result::is_ok);
    let alerts: Vec<Alert> = alerts.into_iter().flatten().collect();
    let unread = unread.into_iter().filter_map(Result::err).collect();
    let stored = || case_file.alerts.iter().flat_map(|alert_file| alert_file.lines.iter().map(|line| line.stored_at));
    let first = |alert: &Alert| {
        let usual = Span::from_hours(alert.behaviour.character().history_hours);
        named_times(alert).fold(alert.started_at, Time::min) - before.unwrap_or(usual)
    };
    let wanted = alerts.iter().map(first).min()?;
    let last = alerts.iter().map(|alert| alert.last_at).chain(stored()).max()?;
    // A feed may report times long before their receipt, or, if its clock is ahead, after it.
    let from = stored().min().map_or(wanted, |stored| wanted.min(stored - Span::from_hours(HISTORY_HOURS)));
    let mut vessels: BTreeSet<u32> = vessels_of(&case_file.case).collect();
    alerts.iter().for_each(|alert| vessels.extend(mmsis(alert).chain(named_vessels(alert))));
    let of_reception = alerts.iter().filter(|alert| is_of_reception(alert));
    let witnesses = Witnesses::around(of_reception.flat_map(places));
    Some(Reach { vessels, wanted, from, until: (last + AFTER).min(now), witnesses, unread })
}

/// MMSIs of the vessels of a case, as the store returns it.
fn vessels_of(case: &Value) -> impl Iterator<Item = u32> {
    let vessels = case["vessels"].as_array().into_iter().flatten();
    vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok())
}

/// The position of an alert and the points of its tracks.
fn places(alert: &Alert) -> impl Iterator<Item = LatLon> {
    let points = alert.evidence.tracks.iter().flat_map(|track| &track.points);
    alert.position.into_iter().chain(points.map(EvidencePoint::position))
}
