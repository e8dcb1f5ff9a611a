//! The story of a case: what happened, in order of time and without repeating details.

use crate::base::units::METRES_PER_NM;

use super::member::Member;

/// Maximum number of alerts that a story describes: the first ones by start. It counts the rest.
const MOST_DESCRIBED: usize = 12;
/// Distance within which an alert is at the same place as the one before it: what a ship at anchor covers, and little more. Metres.
const SAME_PLACE_METRES: f64 = 0.5 * METRES_PER_NM;

/// The story as one paragraph. A date, name, place or zone that the sentence before has given is not repeated.
pub(super) fn story(alerts: &[&Member]) -> String {
    let mut sentences = Vec::new();
    let mut before: Option<&Member> = None;
    for alert in alerts.iter().take(MOST_DESCRIBED) {
        sentences.push(sentence(alert, before));
        before = Some(alert);
    }
    if MOST_DESCRIBED < alerts.len() {
        sentences.push(format!("And {} more.", alerts.len() - MOST_DESCRIBED));
    }
    sentences.join(" ")
}

/// One alert as a sentence. It leaves out what the sentence about `before`, the alert described last, has given already; `None` for
/// the first alert.
fn sentence(alert: &Member, before: Option<&Member>) -> String {
    let said = &alert.sentence;
    let date = alert.started_at.date();
    let date = match before.is_some_and(|before| before.started_at.date() == date) {
        true => String::new(),
        false => format!("{date} "),
    };
    // Two ships may have the same name, so the MMSIs are compared too.
    let shared =
        |before: &Member| alert.vessels.iter().any(|vessel| before.vessels.iter().any(|b| b.mmsi == vessel.mmsi));
    let same_who = before.is_some_and(|before| before.sentence.who == said.who && shared(before));
    // After a sentence that named another vessel too, a pronoun could mean either.
    let named = if said.several { 2 } else { 1 };
    let same_who = same_who && before.is_some_and(|before| before.vessels.len() <= named);
    let who = match (same_who, said.several) {
        (true, false) => "it",
        (true, true) => "they",
        (false, _) => said.who.as_str(),
    };
    let near = |before: &Member| match (before.position, alert.position) {
        (Some(then), Some(now)) => then.metres_to(now) <= SAME_PLACE_METRES,
        _ => false,
    };
    let off = match before.is_some_and(near) {
        true => ", at the same place",
        false => said.off.as_str(),
    };
    let zones = match before.is_some_and(|before| before.sentence.zones == said.zones) {
        true => "",
        false => said.zones.as_str(),
    };
    format!("{date}{} UTC: {who} {}{off}{zones}{}.", alert.started_at.clock(), said.deed, said.when())
}
