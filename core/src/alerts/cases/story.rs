//! The story of a case: what happened, in order of time and without repeating details.

use std::collections::BTreeMap;

use crate::alerts::{Alert, Sentence};
use crate::base::units::METRES_PER_NM;

/// Maximum number of alerts that a story describes. It counts the rest.
const TOLD: usize = 12;
/// Distance within which an alert is at the same place as the one before it. Metres.
const SAME_PLACE_METRES: f64 = 5.0 * METRES_PER_NM;

/// The story as one paragraph. A date, name, place or zone that the sentence before has given is not repeated.
pub(super) fn story(alerts: &[&Alert], sentences: &BTreeMap<String, Sentence>) -> String {
    let none = Sentence::default();
    let of = |alert: &Alert| sentences.get(&alert.id).unwrap_or(&none);
    let mut told = Vec::new();
    let mut before: Option<Said<'_>> = None;
    for alert in alerts.iter().take(TOLD) {
        told.push(sentence((alert, of(alert)), before));
        before = Some((alert, of(alert)));
    }
    if TOLD < alerts.len() {
        told.push(format!("And {} more.", alerts.len() - TOLD));
    }
    told.join(" ")
}

/// An alert, and the first sentence of its summary.
type Said<'a> = (&'a Alert, &'a Sentence);

fn sentence((alert, said): Said<'_>, before: Option<Said<'_>>) -> String {
    let date = alert.started_at.date();
    let date = match before.is_some_and(|(before, _)| before.started_at.date() == date) {
        true => String::new(),
        false => format!("{date} "),
    };
    // Two ships may have the same name, so the MMSIs are compared too.
    let shared =
        |before: &Alert| alert.vessels.iter().any(|vessel| before.vessels.iter().any(|b| b.mmsi == vessel.mmsi));
    let same_who = before.is_some_and(|(before, sentence)| sentence.who == said.who && shared(before));
    let who = match (same_who, said.several) {
        (true, false) => "it",
        (true, true) => "they",
        (false, _) => said.who.as_str(),
    };
    let near = |before: &Alert| match (before.position, alert.position) {
        (Some(then), Some(now)) => then.metres_to(now) <= SAME_PLACE_METRES,
        _ => false,
    };
    let off = match before.is_some_and(|(before, _)| near(before)) {
        true => ", there",
        false => said.off.as_str(),
    };
    let zones = match before.is_some_and(|(_, sentence)| sentence.zones == said.zones) {
        true => "",
        false => said.zones.as_str(),
    };
    let night = if said.night { ", at night" } else { "" };
    format!("{date}{} UTC: {who} {}{off}{zones}{night}.", alert.started_at.clock(), said.deed)
}
