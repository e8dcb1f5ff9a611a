//! The summary of an alert: one sentence about what happens, and one about what the AIS data do not show.

use crate::ais::clean;
use crate::alerts::alert::{Confidence, Sentence};
use crate::alerts::night::Night;
use crate::base::text::distance;
use crate::behaviours::{About, AnyFacts, Caveat, Circumstances, VesselRef};
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
        place.push_str(&format!(", {word} {}", named(&names)));
    }
    place
}

/// The names of zones; of many the first, and the number of the others. A single other one is named too: to count it takes as much
/// room.
fn named(names: &[String]) -> String {
    match names.len() {
        count if count <= ZONES_NAMED + 1 => names.join(", "),
        count => format!("{} and {} more zones", names[..ZONES_NAMED].join(", "), count - ZONES_NAMED),
    }
}

/// What the AIS data do not show, and what is only reported by the ship itself (SPEC "Cases": each alert says so).
fn caveat(facts: &AnyFacts, of: &Circumstances<'_>, around: &Surroundings<'_>) -> String {
    let heard = match around.confidence {
        Confidence::Low => "; heard by satellite only, so fixes are few",
        Confidence::Normal => "",
    };
    match facts.caveat() {
        Caveat::Reported(unseen) => match reported(of.vessels) {
            Some(reported) => format!("{reported}; {unseen}{heard}."),
            None => format!("{}{heard}.", capitalised(unseen)),
        },
        Caveat::Alone(sentence) => format!("{sentence}{heard}."),
        Caveat::Reception(sentence) => sentence.to_owned(),
    }
}

/// What the sentence states by the ships' own word: `Name and type as reported by the ship`. `None` if they sent neither.
fn reported(vessels: &[VesselRef]) -> Option<String> {
    let several = 1 < vessels.len();
    let (names, types) = if several { ("Names", "types") } else { ("Name", "type") };
    let named = vessels.iter().any(|vessel| vessel.name.is_some());
    let typed = vessels.iter().any(|vessel| vessel.ship_type.is_some());
    let what = match (named, typed) {
        (true, true) => format!("{names} and {types}"),
        (true, false) => names.to_owned(),
        (false, true) => capitalised(types),
        (false, false) => return None,
    };
    Some(format!("{what} as reported by the {}", if several { "ships" } else { "ship" }))
}

/// A text with its first letter in capitals.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_ship_sent_is_by_its_own_word() {
        let ship = |name: Option<&str>, ship_type: Option<u8>| {
            let ship = serde_json::json!({
                "mmsi": 224_000_001, "track": 1, "imo": null, "name": name, "call_sign": null, "ship_type": ship_type,
                "flag": "ES", "class": "A", "role": null,
            });
            serde_json::from_value::<VesselRef>(ship).expect("a vessel")
        };
        let (named, typed, silent) = (ship(Some("ALFA"), None), ship(None, Some(70)), ship(None, None));
        assert_eq!(reported(&[ship(Some("ALFA"), Some(70))]).as_deref(), Some("Name and type as reported by the ship"));
        assert_eq!(reported(std::slice::from_ref(&named)).as_deref(), Some("Name as reported by the ship"));
        assert_eq!(reported(std::slice::from_ref(&typed)).as_deref(), Some("Type as reported by the ship"));
        assert_eq!(reported(&[silent.clone(), silent.clone()]), None);
        assert_eq!(reported(&[named, silent]).as_deref(), Some("Names as reported by the ships"));
        assert_eq!(capitalised("craft without AIS would not be seen"), "Craft without AIS would not be seen");
    }

    #[test]
    fn a_single_zone_is_named_and_not_counted() {
        let zones = |count: usize| named(&["A", "B", "C", "D", "E"].map(str::to_owned)[..count]);
        assert_eq!(zones(3), "A, B, C");
        assert_eq!(zones(4), "A, B, C, D");
        assert_eq!(zones(5), "A, B, C and 2 more zones");
    }
}
