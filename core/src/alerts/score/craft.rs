//! Score lines about the vessels: what kind of craft they are, and how they are received. Types are as reported by the ships themselves; a
//! vessel that sends no type counts as none of them.

use crate::alerts::alert::ScoreReason;
use crate::alerts::party::Party;
use crate::base::text::{about_hours, decimals};
use crate::behaviours::AtAnchor;

use super::ingredients::Ingredients;
use super::line::line;
use super::settings::ScoreSettings;

/// The line for two unlike vessels: a merchant ship or tug with a small craft or fishing vessel. Tugs count because
/// they have been mother ships (SPEC "Points").
pub(super) fn merchant_with_small_craft(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let [a, b] = given.parties else {
        return None;
    };
    let small = |party: &Party| party.small() || party.fishing();
    let met = |big: &Party, other: &Party| big.merchant_or_tug() && small(other);
    (met(a, b) || met(b, a)).then(|| {
        line(
            "merchant_small_craft",
            settings.merchant_small_craft_points,
            "Merchant ship or tug with a small craft or fishing vessel",
        )
    })
}

/// The line for an MMSI outside every class of station. A badly programmed transponder is a lead, not dirt (SPEC "Vessels").
pub(super) fn unassigned_mmsi(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let party = given.parties.iter().find(|party| party.unassigned_mmsi)?;
    let text = format!("MMSI {} is not a ship's number", party.key.mmsi);
    Some(line("unassigned_mmsi", settings.unassigned_mmsi_points, text))
}

/// The line for a behaviour that looks like fishing, by fishing vessels only. It lowers the score.
pub(super) fn like_fishing(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    given.is_like_fishing().then(|| line("fishing", settings.fishing_points, "Consistent with fishing"))
}

/// The line for a pair of fishing vessels. It lowers the score. Two tracks of one MMSI are not a pair of ships.
pub(super) fn both_fishing(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let two = matches!(given.parties, [a, b] if a.key.mmsi != b.key.mmsi);
    let pair = two && !given.character().looks_like_fishing;
    let text = "Both are fishing vessels";
    (pair && given.all_fishing()).then(|| line("both_fishing", settings.both_fishing_points, text))
}

/// The line for yachts and passenger ships within the distance from shore up to which they are usual; every party must be one or the other.
/// It lowers the score; none without a position. The text names the distance of the settings: at 40 nm a yacht is usual, but not near shore.
pub(super) fn usual_traffic(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let shore_nm = given.shore_nm?;
    let parties = given.parties;
    let leisure = |party: &Party| party.leisure() && shore_nm < settings.leisure_shore_nm;
    let passenger = |party: &Party| party.passenger() && shore_nm < settings.passenger_shore_nm;
    if parties.is_empty() || !parties.iter().all(|party| leisure(party) || passenger(party)) {
        return None;
    }
    let within = |nm: f64| format!("within {} nm of shore", decimals(nm));
    let (code, points, text) = match parties.iter().all(leisure) {
        true => {
            let text = format!("Usual for yachts and boats {}", within(settings.leisure_shore_nm));
            ("leisure", settings.leisure_points, text)
        }
        // Of a yacht and a passenger ship, both must be where they are usual.
        false if parties.iter().any(leisure) => {
            let nm = settings.leisure_shore_nm.min(settings.passenger_shore_nm);
            let text = format!("Usual for yachts and passenger ships {}", within(nm));
            ("passenger", settings.passenger_points, text)
        }
        false => {
            let text = format!("Usual for passenger ships {}", within(settings.passenger_shore_nm));
            ("passenger", settings.passenger_points, text)
        }
    };
    Some(line(code, points, text))
}

/// The line for vessels at anchor, with what shows it: their status, or that they stay in place. It lowers the score.
pub(super) fn anchored(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = match given.holding.facts.at_anchor() {
        Some(AtAnchor::Swing { anchored_nm, anchored_hours }) => {
            let hours = about_hours(anchored_hours);
            format!("Has lain within {anchored_nm} nm for {hours}, whatever its reported status")
        }
        Some(AtAnchor::Still { anchored_nm, .. }) => {
            format!("Lies within {anchored_nm} nm, never under way since first heard")
        }
        Some(AtAnchor::Status { .. }) | None => "Reports itself at anchor or moored, and hardly moves".to_owned(),
    };
    let anchored = given.holding.anchored;
    anchored.then(|| line("anchored", settings.anchored_points, text))
}

/// The line for a vessel that only satellites hear: between its few fixes much may have happened. It lowers the score.
pub(super) fn satellite_only(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let heard = given.parties.iter().any(|party| party.satellite_only);
    let text = "Received by satellite only: few fixes";
    heard.then(|| line("satellite_only", settings.satellite_only_points, text))
}
