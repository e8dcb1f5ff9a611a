//! The summary of an alert: one sentence about what happens, and one about what the AIS data do not show.

use crate::ais::clean;
use crate::alerts::alert::{Confidence, Sentence};
use crate::alerts::night::Night;
use crate::base::text::distance;
use crate::behaviours::{About, AnyFacts, Caveat, Circumstances};
use crate::geo::Ports;
use crate::zones::Relation;

/// Maximum number of zones that are named for each relation, so that the sentence can still be read out. Further ones are counted.
const ZONES_NAMED: usize = 3;

/// What a summary states besides what the vessels do.
pub(super) struct Surroundings<'a> {
    /// Distance from shore in nautical miles; `None` without a position.
    pub(super) shore_nm: Option<f64>,
    /// How much of what the sentence states is at night.
    pub(super) night: Night,
    /// How well the vessels are received.
    pub(super) confidence: Confidence,
    /// The ports by which a position is described.
    pub(super) ports: &'a Ports,
}

/// The summary, one or two sentences that an analyst can read out, and the first of them in parts.
pub(super) fn summary(facts: &AnyFacts, of: &Circumstances<'_>, around: &Surroundings<'_>) -> (String, Sentence) {
    let who = facts.who(of);
    let sentence = Sentence {
        who: who.text,
        deed: facts.deed(of),
        off: off(facts, of, around),
        zones: zones(of),
        night: around.night,
        several: who.several,
    };
    (format!("{} {}", sentence.text(), caveat(facts, of, around)), sentence)
}

/// The name of a form in the reason for a change.
pub(super) fn form_words(facts: &AnyFacts) -> String {
    facts.form().parts().iter().map(|part| facts.part(part)).collect::<Vec<_>>().join(" and ")
}

/// Distances from the coast and from the nearest harbour, each preceded by a comma. Empty without a position. The coast is left out on
/// land, and where its distance is not known.
fn off(facts: &AnyFacts, of: &Circumstances<'_>, around: &Surroundings<'_>) -> String {
    let mut place = String::new();
    // The text of a quiet area already gives its position.
    if matches!(facts.form().behaviour().character().about, About::System(_)) {
        return place;
    }
    if let Some(nm) = around.shore_nm.filter(|nm| 0.0 < *nm && nm.is_finite()) {
        place.push_str(&format!(", {} off the coast", distance(nm)));
    }
    let harbour = of.position.and_then(|at| around.ports.nearest(at));
    if let Some((port, nm)) = harbour
        && let Some(name) = clean(&port.name)
    {
        place.push_str(&format!(", {} from {name}", distance(nm)));
        if let Some(country) = clean(&port.country) {
            place.push_str(&format!(" ({country})"));
        }
    }
    place
}

/// The zones it is inside or near, each group preceded by a comma. The zone that the alert is about is left out: the deed names it.
fn zones(of: &Circumstances<'_>) -> String {
    let mut place = String::new();
    for (relation, word) in [(Relation::In, "inside"), (Relation::Near, "near")] {
        let zones = of.zones.iter();
        let zones = zones.filter(|zone| zone.relation == relation && zone.id != of.place);
        let names: Vec<String> = zones.filter_map(|zone| clean(&zone.name)).collect();
        if names.is_empty() {
            continue;
        }
        let named = names[..names.len().min(ZONES_NAMED)].join(", ");
        place.push_str(&format!(", {word} {named}"));
        if ZONES_NAMED < names.len() {
            let more = names.len() - ZONES_NAMED;
            place.push_str(&format!(" and {more} more zone{}", if more == 1 { "" } else { "s" }));
        }
    }
    place
}

/// What the AIS data do not show, and what is only reported by the ship itself (SPEC "Cases": each alert says so).
fn caveat(facts: &AnyFacts, of: &Circumstances<'_>, around: &Surroundings<'_>) -> String {
    let heard = match around.confidence {
        Confidence::Low => "; heard by satellite only, so fixes are few",
        Confidence::Normal => "",
    };
    match (facts.caveat(), of.vessels.len()) {
        (Caveat::Reported(unseen), 2..) => format!("Names and types as reported by the ships; {unseen}{heard}."),
        (Caveat::Reported(unseen), _) => format!("Name and type as reported by the ship; {unseen}{heard}."),
        (Caveat::Alone(sentence), _) => format!("{sentence}{heard}."),
        (Caveat::Reception(sentence), _) => sentence.to_owned(),
    }
}
