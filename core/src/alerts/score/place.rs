//! Score lines about the place and the hour: zones, distance from shore, night.

use crate::alerts::alert::ScoreReason;
use crate::alerts::night::Night;
use crate::alerts::party::Party;
use crate::zones::{Kind, Relation, Zone};

use super::habit;
use super::ingredients::Ingredients;
use super::line::line;
use super::settings::ScoreSettings;

/// The line for a corridor or area: its weight. Only the heaviest zone counts, so that overlapping zones do not add up (SPEC "Zones").
pub(super) fn watched_zone(given: &Ingredients<'_>, _: &ScoreSettings) -> Option<ScoreReason> {
    let watched = |kind| matches!(kind, Kind::Corridor | Kind::Area);
    let (zone, relation) = heaviest(given, watched)?;
    Some(zone_line(zone, relation, zone.weight))
}

/// The line for a benign zone, such as a fishing ground: its weight, subtracted. Not for listed vessels, or those of a grave case.
pub(super) fn benign_zone(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (zone, relation) = heaviest(given, |kind| kind == Kind::Benign).filter(|_| !given.is_exempt(settings))?;
    Some(zone_line(zone, relation, -zone.weight))
}

/// The line for a place far from shore, where a meeting or a stop has fewer ordinary reasons.
pub(super) fn shore(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    // Fishing vessels work far out, so distance means nothing for them.
    if given.is_like_fishing() || habit::is_habit(given, settings) {
        return None;
    }
    let text = "nm or more from shore";
    match given.shore_nm? {
        ..24.0 => None,
        24.0..100.0 => Some(line("shore_24_nm", settings.shore_24_nm_points, format!("24 {text}"))),
        _ => Some(line("shore_100_nm", settings.shore_100_nm_points, format!("100 {text}"))),
    }
}

/// The line for the night of what the sentence states. Not for fishing vessels, which work at night.
pub(super) fn night(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    // If the behaviour itself gives points for the night, those count instead.
    if given.holding.base.iter().any(|(code, _)| *code == "night") {
        return None;
    }
    let text = match given.night {
        Night::No => return None,
        Night::Partly => "Partly at night there",
        Night::Whole => "At night there",
    };
    let fishing = given.parties.iter().any(Party::fishing) || habit::is_habit(given, settings);
    (!fishing).then(|| line("night", settings.night_points, text))
}

/// The zone with the largest weight among those that `wanted` selects; of equal ones, one that the alert is in, then the smaller id.
fn heaviest<'a>(given: &'a Ingredients<'_>, wanted: fn(Kind) -> bool) -> Option<(&'a Zone, Relation)> {
    let zones = given.view.chart.zones.zones();
    let near = given.holding.zones.iter();
    near.filter_map(|(zone, relation)| Some((zones.get(usize::from(zone.0))?, *relation)))
        .filter(|(zone, relation)| wanted(zone.kind) && *relation != Relation::Outside)
        .min_by(|(a, in_a), (b, in_b)| (-a.weight, in_a, &a.id).cmp(&(-b.weight, in_b, &b.id)))
}

/// The line of a zone, with a code such as `near_corridor`.
fn zone_line(zone: &Zone, relation: Relation, points: i32) -> ScoreReason {
    let code = format!("{}_{}", relation.name(), zone.kind.name());
    let place = match relation {
        Relation::In => "Inside",
        Relation::Near | Relation::Outside => "Near",
    };
    line(&code, points, format!("{place} {}", zone.name))
}
