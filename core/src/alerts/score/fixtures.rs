//! Caps for vessels of no interest: beacons of fishing gear, and vessels held in one place. Their alerts are facts, unless a vessel is
//! on a watchlist.

use crate::alerts::party::Party;
use crate::behaviours::RestsOn;
use crate::picture::episodes::{GearSign, HeldSign};

use super::ingredients::Ingredients;
use super::line::Cap;
use super::settings::ScoreSettings;

/// The sign that identifies a party as a gear beacon; `None` if there is none.
pub(super) fn gear_sign(party: &Party, given: &Ingredients<'_>) -> Option<GearSign> {
    given.view.episodes.gear.sign_of(&party.vessel(given.view.tracks)?)
}

/// The cap for an alert with a beacon of a net or line, since hauling gear is not a meeting (SPEC "What is not a vessel of interest"). Not
/// for behaviours that rest on no position, such as a distress call.
pub(super) fn gear(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let concerns = given.character().rests_on != RestsOn::Neither;
    let gear = |party: &Party| Some((party.key.mmsi, gear_sign(party, given)?));
    let (mmsi, sign) = given.parties.iter().filter(|_| concerns).find_map(gear)?;
    Some(Cap::fact(settings, format!("{mmsi} is a fishing gear beacon ({}): recorded as a fact", sign.words())))
}

/// The cap for a vessel that stays in one place, or lies where others did: a platform, a buoy, or a vessel moored to one. For a meeting
/// only a vessel that was never under way counts, since a ship that came and anchored for days may still meet others.
pub(super) fn held(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let lying = &given.view.episodes.lying;
    let rests_on = given.character().rests_on;
    let held = match given.parties {
        [party] if rests_on == RestsOn::OneVessel => lying.held(party.key, given.holding.position?),
        parties if rests_on == RestsOn::Meeting => parties.iter().find_map(|party| {
            let never = party.vessel(given.view.tracks).is_some_and(|vessel| !vessel.ever_under_way());
            lying.held_itself(party.key).filter(|_| never)
        }),
        _ => None,
    }?;
    let text = match held {
        HeldSign::Itself { radius_nm, time } => {
            format!(
                "Has not left a circle of {radius_nm:.2} nm for {time}, and was there the day before: recorded as a fact"
            )
        }
        HeldSign::BesideHeld { nm } => {
            format!("Lies {nm:.2} nm from where other vessels lay for a day and more: recorded as a fact")
        }
    };
    Some(Cap::fact(settings, text))
}
