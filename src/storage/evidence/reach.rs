//! What a bundle must contain so that a replay finds the alerts again: whose sentences, from when, and of which other
//! vessels nearby.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compare::time;
use super::witnesses::Witnesses;
use crate::storage::store::{AlertFile, CaseFile};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::{Behaviour, HISTORY_HOURS};
use atalaia_core::geo::LatLon;

/// Sentences are taken until this long after the last change of the case.
const AFTER: Span = Span::from_minutes(15);
/// Whether a stored alert depends on how well other vessels nearby were received.
pub(super) fn is_of_reception(body: &Value) -> bool {
    behaviour_of(body).is_some_and(|behaviour| behaviour.character().rests_on_silence)
}

fn behaviour_of(body: &Value) -> Option<Behaviour> {
    Behaviour::named(body["behaviour"].as_str()?)
}

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
}

/// What the alerts of a case need. `before` is the history before each alert, in place of the default. `None` if none
/// of the alerts is stored any more.
pub(super) fn reach(case_file: &CaseFile, before: Option<Span>, now: Time) -> Option<Reach> {
    let bodies = || case_file.alerts.iter().map(|alert_file| &alert_file.told.entry.body);
    let stored = || case_file.alerts.iter().flat_map(|alert_file| alert_file.lines.iter().map(|line| line.stored_at));
    let lead = |body: &Value| {
        let usual = behaviour_of(body).map(|behaviour| behaviour.character().history_hours);
        before.unwrap_or(Span::from_hours(usual.unwrap_or(HISTORY_HOURS)))
    };
    let first = |alert_file: &AlertFile| {
        let body = &alert_file.told.entry.body;
        let named = named_times(body);
        Some(time(body, "started_at").into_iter().chain(named).min()? - lead(body))
    };
    let wanted = case_file.alerts.iter().filter_map(first).min()?;
    let last = bodies().filter_map(|body| time(body, "last_at")).chain(stored()).max()?;
    // A feed may report times long before their receipt, or, if its clock is ahead, after it.
    let from = stored().min().map_or(wanted, |stored| wanted.min(stored - Span::from_hours(HISTORY_HOURS)));
    let mut vessels: BTreeSet<u32> = vessels_of(&case_file.case).collect();
    bodies().for_each(|body| vessels.extend(vessels_of(body).chain(named_vessels(body))));
    let of_reception = bodies().filter(|body| is_of_reception(body));
    let witnesses = Witnesses::around(of_reception.flat_map(places));
    Some(Reach { vessels, wanted, from, until: (last + AFTER).min(now), witnesses })
}

fn vessels_of(body: &Value) -> impl Iterator<Item = u32> {
    let vessels = body["vessels"].as_array().into_iter().flatten();
    vessels.filter_map(|vessel| u32::try_from(vessel["mmsi"].as_u64()?).ok())
}

/// Vessels that are only in `measured`: under `…_mmsi`, and in the list of further candidates.
pub(super) fn named_vessels(body: &Value) -> impl Iterator<Item = u32> {
    let measured = body["evidence"]["measured"].as_object().into_iter().flatten();
    measured.flat_map(|(key, value)| -> Vec<u32> {
        match value {
            Value::Number(number) if key.ends_with("_mmsi") => {
                number.as_u64().and_then(|mmsi| u32::try_from(mmsi).ok()).into_iter().collect()
            }
            Value::Array(list) if key == "other_candidates" => {
                let first = |text: &Value| text.as_str()?.split(' ').next()?.parse().ok();
                list.iter().filter_map(first).collect()
            }
            _ => Vec::new(),
        }
    })
}

/// Earlier moments in `measured`, such as the beginning of a silence or the last report under a previous MMSI.
fn named_times(body: &Value) -> impl Iterator<Item = Time> {
    let measured = body["evidence"]["measured"].as_object().into_iter().flatten();
    let named = measured.filter(|(key, _)| key.ends_with("_at") || key.ends_with("_since"));
    named.filter_map(|(_, value)| Time::parse(value.as_str()?))
}

/// The position of an alert and the points of its tracks.
fn places(body: &Value) -> Vec<LatLon> {
    let place = |lat: &Value, lon: &Value| Some(LatLon::new(lat.as_f64()?, lon.as_f64()?));
    let own = place(&body["position"]["lat"], &body["position"]["lon"]);
    let tracks = body["evidence"]["tracks"].as_array().into_iter().flatten();
    let points = tracks.filter_map(|track| track["points"].as_array()).flatten();
    own.into_iter().chain(points.filter_map(|point| place(&point[2], &point[1]))).collect()
}

/// The first report of each vessel in a replay, in engine time. `None` if it has none.
pub(super) fn first_of(heard: &BTreeMap<u32, Time>, mmsis: impl Iterator<Item = u32>) -> Vec<(u32, Option<Time>)> {
    let mut all: Vec<u32> = mmsis.collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|mmsi| (mmsi, heard.get(&mmsi).copied())).collect()
}
