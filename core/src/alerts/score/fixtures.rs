//! Caps for vessels of no interest: beacons of fishing gear, and vessels held in one place. Their alerts are facts, unless a vessel is on a
//! watchlist.

use crate::behaviours::RestsOn;
use crate::picture::episodes::{GearSign, Held};

use super::party::Party;
use super::score::{Cap, Scene, ScoreSettings};

/// The sign that identifies a party as a gear beacon; `None` if there is none.
pub(super) fn gear_sign(party: &Party, scene: &Scene<'_>) -> Option<GearSign> {
    scene.view.episodes.gear.sign_of(&party.vessel(scene.view.tracks)?)
}

/// The cap for an alert with a beacon of a net or line, since hauling gear is not a meeting.
pub(super) fn gear(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let concerns = scene.character().rests_on != RestsOn::Neither;
    let gear = |party: &Party| Some((party.key.mmsi, gear_sign(party, scene)?));
    let (mmsi, sign) = scene.parties.iter().filter(|_| concerns).find_map(gear)?;
    Some(fact(settings, format!("{mmsi} is a fishing gear beacon ({}): recorded as a fact", sign.words())))
}

/// The cap for a vessel that stays in one place, or lies where others did. For a meeting only a vessel that was never under way
/// counts, since a ship that came and anchored for days may still meet others.
pub(super) fn held(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let lying = &scene.view.episodes.lying;
    let rests_on = scene.character().rests_on;
    let held = match scene.parties {
        [party] if rests_on == RestsOn::OneVessel => lying.held(party.key, scene.holding.position?),
        parties if rests_on == RestsOn::Meeting => parties.iter().find_map(|party| {
            let never = party.vessel(scene.view.tracks).is_some_and(|vessel| !vessel.ever_under_way());
            lying.held_itself(party.key).filter(|_| never)
        }),
        _ => None,
    }?;
    let text = match held {
        Held::Itself { radius_nm, time } => {
            format!(
                "Has not left a circle of {radius_nm:.2} nm for {time}, and was there the day before: recorded as a fact"
            )
        }
        Held::BesideHeld { nm } => {
            format!("Lies {nm:.2} nm from where other vessels lay for a day and more: recorded as a fact")
        }
    };
    Some(fact(settings, text))
}

fn fact(settings: &ScoreSettings, text: String) -> Cap {
    Cap { points: settings.cap_fact, only_below: i32::MAX, code: "cap_fact", text }
}
