//! The lines of a score besides the base, one small function each, in the order of the lines.

use crate::ais::ship_type_name;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::{AtAnchor, Level, LiftedBy, Silence};
use crate::geo::LatLon;
use crate::geo::sun_altitude_degrees;
use crate::zones::{Kind, Relation, Zone};

use super::alert::ScoreReason;
use super::everyday;
use super::habit;
use super::history;
use super::of_interest;
use super::party::Party;
use super::score::{Cap, Scene, ScoreSettings};
use crate::base::text::about_hours;

/// Altitude of the sun below which it is night (SPEC). Degrees.
const NIGHT_DEGREES: f64 = -6.0;
const HALF_A_DAY: Span = Span::from_hours(12);
/// Age of the last fix beyond which a fishing vessel does not count as nearby.
const STALE: Span = Span::from_hours(6);

/// A function that returns one score line; `None` if it does not apply.
type Ingredient = fn(&Scene<'_>, &ScoreSettings) -> Option<ScoreReason>;
/// A function that returns one cap; `None` if it does not apply.
type Limit = fn(&Scene<'_>, &ScoreSettings) -> Option<Cap>;

/// All score lines except base and caps, in order.
pub(super) const INGREDIENTS: &[Ingredient] = &[
    watched_zone,
    shore,
    night,
    merchant_with_small_craft,
    after_meeting,
    history::gap_lately,
    history::draught_lately,
    history::new_identity,
    repeat,
    habit::habit,
    history::source_region,
    history::rarity,
    unassigned_mmsi,
    like_fishing,
    both_fishing,
    near_shore_traffic,
    anchored,
    benign_zone,
    satellite_only,
];

/// All caps that a grave case or a watchlist lifts. The lowest that applies is the last line of the score.
pub(super) const CAPS: &[Limit] = &[at_anchor_near_shore, on_duty, fleet, circles_by_trade, everyday::yachts];

/// All caps that only a watchlist lifts.
pub(super) const FIRM_CAPS: &[Limit] = &[of_interest::gear, of_interest::held, everyday::working_fleet];

/// The caps that the behaviour itself calls for, among those that `lifted_by` lifts.
pub(super) fn own_caps(scene: &Scene<'_>, settings: &ScoreSettings, lifted_by: LiftedBy) -> Vec<Cap> {
    let limits = scene.holding.facts.limits().into_iter().filter(|limit| limit.lifted_by == lifted_by);
    let cap = |limit: crate::behaviours::Limit| {
        let (points, code, only_below) = match limit.level {
            Level::Fact => (settings.cap_fact, "cap_fact", i32::MAX),
            Level::FactIfSlight => (settings.cap_fact, "cap_fact", settings.short_gap_alert_from),
            Level::Low => (settings.cap_low, "cap_low", i32::MAX),
        };
        Cap { points, only_below, code, text: limit.text }
    };
    limits.map(cap).collect()
}

/// The base score, line by line as the behaviour gave it.
pub(super) fn base(scene: &Scene<'_>) -> Vec<ScoreReason> {
    let base = scene.holding.base.iter();
    let text = |code| scene.holding.facts.line(code, &scene.holding.zones, scene.view.chart);
    base.map(|(code, points)| line(code, *points, text(code))).collect()
}

/// Whether it is night at that place and time.
pub(super) fn is_night(position: LatLon, at: Time) -> bool {
    sun_altitude_degrees(position, at) < NIGHT_DEGREES
}

/// A score line with these points.
pub(super) fn line(code: &str, points: i32, text: impl Into<String>) -> ScoreReason {
    ScoreReason { code: code.to_owned(), points, text: text.into() }
}

/// The zone with the largest weight among those that `wanted` selects; of equal ones, one that the alert is in, then the smaller id.
fn heaviest<'a>(scene: &'a Scene<'_>, wanted: fn(Kind) -> bool) -> Option<(&'a Zone, Relation)> {
    let zones = scene.view.chart.zones.zones();
    let near = scene.holding.zones.iter();
    near.filter_map(|(zone, relation)| Some((zones.get(usize::from(zone.0))?, *relation)))
        .filter(|(zone, relation)| wanted(zone.kind) && *relation != Relation::Outside)
        .min_by(|(a, in_a), (b, in_b)| (-a.weight, in_a, &a.id).cmp(&(-b.weight, in_b, &b.id)))
}

fn zone_line(zone: &Zone, relation: Relation, points: i32) -> ScoreReason {
    let code = format!("{}_{}", relation.name(), zone.kind.name());
    let place = match relation {
        Relation::In => "Inside",
        Relation::Near | Relation::Outside => "Near",
    };
    line(&code, points, format!("{place} {}", zone.name))
}

fn watched_zone(scene: &Scene<'_>, _: &ScoreSettings) -> Option<ScoreReason> {
    let watched = |kind| matches!(kind, Kind::Corridor | Kind::Area);
    let (zone, relation) = heaviest(scene, watched)?;
    Some(zone_line(zone, relation, zone.weight))
}

fn benign_zone(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (zone, relation) = heaviest(scene, |kind| kind == Kind::Benign).filter(|_| !scene.is_exempt(settings))?;
    Some(zone_line(zone, relation, -zone.weight))
}

fn shore(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    // Fishing vessels work far out, so distance means nothing for them.
    if is_like_fishing(scene) || habit::is_habit(scene, settings) {
        return None;
    }
    let text = "nm or more from shore";
    match scene.shore_nm? {
        ..24.0 => None,
        24.0..100.0 => Some(line("shore_24_nm", settings.shore_24_nm_points, format!("24 {text}"))),
        _ => Some(line("shore_100_nm", settings.shore_100_nm_points, format!("100 {text}"))),
    }
}

fn night(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    // If the behaviour itself gives points for the night, those count instead.
    if scene.holding.base.iter().any(|(code, _)| *code == "night") {
        return None;
    }
    // Half a day always includes part of a night.
    let lasted = scene.holding.last_at - scene.holding.started_at;
    if scene.character().silence == Silence::Itself && HALF_A_DAY <= lasted {
        return None;
    }
    let dark = is_night(scene.holding.position?, scene.holding.last_at);
    let fishing = scene.parties.iter().any(Party::fishing) || habit::is_habit(scene, settings);
    (dark && !fishing).then(|| line("night", settings.night_points, "At night there"))
}

fn merchant_with_small_craft(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let [a, b] = scene.parties else {
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

/// The line for a draught that changed after a meeting. A silence before the change already has its own points.
fn after_meeting(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let silent = scene.holding.base.iter().any(|(code, _)| *code == "after_gap");
    let counts = scene.character().gains_by_meeting && scene.met && !silent;
    counts.then(|| line("after_meeting", settings.draught_after_meeting_points, "After a meeting at sea"))
}

fn repeat(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = format!("Not the first time in {} days", settings.repeat_days);
    // A repeat adds nothing where the usual stops at the place are scored, or where the vessel has a habit of stopping.
    let weighed = || history::rarity(scene, settings).is_some();
    let repeated = scene.repeated && !weighed() && !habit::is_habit(scene, settings);
    repeated.then(|| line("repeat", settings.repeat_points, text))
}

fn unassigned_mmsi(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let party = scene.parties.iter().find(|party| party.unassigned_mmsi)?;
    let text = format!("MMSI {} is not a ship's number", party.key.mmsi);
    Some(line("unassigned_mmsi", settings.unassigned_mmsi_points, text))
}

fn all_fishing(scene: &Scene<'_>) -> bool {
    !scene.parties.is_empty() && scene.parties.iter().all(Party::fishing)
}

fn is_like_fishing(scene: &Scene<'_>) -> bool {
    scene.character().looks_like_fishing && all_fishing(scene)
}

fn like_fishing(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    is_like_fishing(scene).then(|| line("fishing", settings.fishing_points, "Consistent with fishing"))
}

fn both_fishing(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let two = matches!(scene.parties, [a, b] if a.key.mmsi != b.key.mmsi);
    let pair = two && !scene.character().looks_like_fishing;
    let text = "Both are fishing vessels";
    (pair && all_fishing(scene)).then(|| line("both_fishing", settings.both_fishing_points, text))
}

/// The line for yachts and passenger ships near shore; every party must be one or the other.
fn near_shore_traffic(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let shore_nm = scene.shore_nm?;
    let parties = scene.parties;
    let leisure = |party: &Party| party.leisure() && shore_nm < settings.leisure_shore_nm;
    let passenger = |party: &Party| party.passenger() && shore_nm < settings.passenger_shore_nm;
    if parties.is_empty() || !parties.iter().all(|party| leisure(party) || passenger(party)) {
        return None;
    }
    match parties.iter().all(leisure) {
        true => Some(line("leisure", settings.leisure_points, "Usual for yachts and boats near shore")),
        false => Some(line("passenger", settings.passenger_points, "Usual for passenger ships near shore")),
    }
}

fn anchored(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = match scene.holding.facts.at_anchor() {
        Some(AtAnchor::Swing { anchored_nm, anchored_hours }) => {
            let hours = about_hours(anchored_hours);
            format!("Has lain within {anchored_nm} nm for {hours}, whatever its reported status")
        }
        Some(AtAnchor::Still { anchored_nm, .. }) => {
            format!("Lies within {anchored_nm} nm, never under way since first heard")
        }
        Some(AtAnchor::Status { .. }) | None => "Reports itself at anchor or moored, and hardly moves".to_owned(),
    };
    let anchored = scene.holding.anchored;
    anchored.then(|| line("anchored", settings.anchored_points, text))
}

fn satellite_only(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let heard = scene.parties.iter().any(|party| party.satellite_only);
    let text = "Received by satellite only: few fixes";
    heard.then(|| line("satellite_only", settings.satellite_only_points, text))
}

/// A cap that limits an alert to severity low.
pub(super) fn cap_low(settings: &ScoreSettings, text: String) -> Cap {
    Cap { points: settings.cap_low, only_below: i32::MAX, code: "cap_low", text }
}

fn at_anchor_near_shore(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let near = scene.shore_nm? < settings.anchored_shore_nm;
    (scene.holding.anchored && near).then(|| Cap {
        points: settings.cap_fact,
        only_below: i32::MAX,
        code: "cap_fact",
        text: format!(
            "At anchor, or lying as still, within {} nm of shore: recorded as a fact",
            settings.anchored_shore_nm
        ),
    })
}

fn on_duty(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let party = scene.parties.iter().find(|party| party.on_duty())?;
    let kind = ship_type_name(party.named.ship_type);
    Some(cap_low(settings, format!("One reports itself as {kind}: limited to low")))
}

fn fleet(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let at = scene.holding.position.filter(|_| all_fishing(scene))?;
    let mut fishing = 0;
    let stale = scene.holding.last_at - STALE;
    let metres = settings.fleet_nm * METRES_PER_NM;
    scene.view.tracks.near(at, metres, |vessel, _| {
        let fresh = vessel.last().is_some_and(|fix| stale <= fix.at);
        fishing += u32::from(fresh && vessel.ship_type() == Some(30));
    });
    (settings.fleet_vessels < fishing).then(|| {
        let text =
            format!("{fishing} fishing vessels within {} nm: a fleet at work, limited to low", settings.fleet_nm);
        cap_low(settings, text)
    })
}

fn circles_by_trade(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let circling = scene.holding.facts.form().is_circling();
    let party = scene.parties.iter().find(|party| party.circles_by_trade())?;
    let kind = ship_type_name(party.named.ship_type);
    circling.then(|| cap_low(settings, format!("Circling is normal work ({kind}): limited to low")))
}
