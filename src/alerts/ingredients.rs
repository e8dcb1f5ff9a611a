//! The lines of a score besides the base, one small function each, in the order of the lines.

use crate::ais::ship_type_name;
use crate::behaviours::{Behaviour, Holding};
use crate::geo::LatLon;
use crate::geo::sun_altitude_degrees;
use crate::time::{Span, Time};
use crate::units::METRES_PER_NM;
use crate::zones::{Kind, Relation, Zone};

use super::alert::ScoreReason;
use super::everyday;
use super::habit;
use super::history;
use super::named;
use super::of_interest;
use super::party::Party;
use super::score::{Cap, Scene, ScoreSettings};
use super::summary::{about_hours, decimals};

/// It is night while the sun is below this altitude (SPEC). Degrees.
const NIGHT_DEGREES: f64 = -6.0;
const HALF_A_DAY: Span = Span::from_hours(12);
/// A fishing vessel last heard longer ago than this does not count as nearby.
const STALE: Span = Span::from_hours(6);
/// Behaviours that fishing can look like.
const LIKE_FISHING: [Behaviour; 4] =
    [Behaviour::Loitering, Behaviour::Slowdown, Behaviour::Drift, Behaviour::DarkRendezvous];

type Ingredient = fn(&Scene<'_>, &ScoreSettings) -> Option<ScoreReason>;
type Limit = fn(&Scene<'_>, &ScoreSettings) -> Option<Cap>;

/// All score lines besides base and caps, in order.
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

/// All caps that a grave case or a watchlist lifts; the lowest that applies is the last line.
pub(super) const CAPS: &[Limit] =
    &[at_anchor_near_shore, short_gap, wrong_check_digit, on_duty, fleet, circles_by_trade, everyday::yachts];

/// Caps that hold whatever the score of the case; only a watchlist lifts them.
pub(super) const FIRM_CAPS: &[Limit] =
    &[of_interest::gear, of_interest::held, of_interest::slow_over_a_hole, everyday::habitual, everyday::one_gear];

/// The base score, line by line as the behaviour gave it.
pub(super) fn base(scene: &Scene<'_>) -> Vec<ScoreReason> {
    let base = scene.holding.base.iter();
    base.map(|(code, points)| line(code, *points, base_text(scene, code))).collect()
}

/// Whether it is night at that place and time.
pub(super) fn is_night(position: LatLon, at: Time) -> bool {
    sun_altitude_degrees(position, at) < NIGHT_DEGREES
}

pub(super) fn line(code: &str, points: i32, text: impl Into<String>) -> ScoreReason {
    ScoreReason { code: code.to_owned(), points, text: text.into() }
}

fn base_text(scene: &Scene<'_>, code: &str) -> String {
    let text = match (scene.behaviour, code, scene.holding.form) {
        (Behaviour::Loitering, _, "circling") => "Circles in a small area without making good any distance",
        (Behaviour::Loitering, _, _) => {
            match scene.holding.thresholds.get("slow_knots").and_then(serde_json::Value::as_f64) {
                Some(knots) => return format!("Stays below {} kn away from harbours and anchorages", decimals(knots)),
                None => "Stays slow away from harbours and anchorages",
            }
        }
        (Behaviour::Rendezvous, "near", _) => "Two ships stay close at low speed, away from shore",
        (Behaviour::Rendezvous, "close", _) => "Two ships lie side by side at low speed, away from shore",
        (Behaviour::Rendezvous, "underway", _) => "Two ships keep close company under way",
        (Behaviour::Rendezvous, "long", _) => "Lasts for hours",
        (Behaviour::Slowdown, _, "hole") => "Made good little distance between two reports, on passage",
        (Behaviour::Slowdown, _, _) => "Slowed right down on passage, in open water",
        (Behaviour::OutAndBack, _, _) => "Went far out, stopped in open water and came back without a port call",
        (Behaviour::SmallCraftStop, "gale", _) => "Gale there: yachts heave to",
        (Behaviour::SmallCraftStop, _, _) => "Small craft stopped or drifting in mid-ocean",
        (Behaviour::FishingOutOfPlace, "foreign_flag", _) => "Flag state from another region, or unknown",
        (Behaviour::FishingOutOfPlace, _, _) => "Fishing vessel on a straight course for days, then stops far out",
        (Behaviour::Drift, _, _) => "Moves slowly, not in the direction of its heading",
        (Behaviour::DarkRendezvous, "lay_still", _) => "The silent vessel lay still when last heard",
        (Behaviour::DarkRendezvous, _, _) => "Stopped where a silent vessel could have come and returned in time",
        (Behaviour::AsyncRendezvous, "late", _) => {
            return measured(scene, "hours_between", "", " h later: many other explanations");
        }
        (Behaviour::AsyncRendezvous, "far", _) => {
            return measured(scene, "distance_nm", "", " nm away: many other explanations");
        }
        (Behaviour::AsyncRendezvous, "by_chance", _) => {
            return measured(
                scene,
                "expected_by_chance",
                "",
                " such stops expected there in that time by chance alone",
            );
        }
        (Behaviour::AsyncRendezvous, _, _) => "Small craft stopped where a ship had slowed or turned hours earlier",
        (Behaviour::AisGap, "alone", _) => "The only vessel on its input: the receiver may have failed instead",
        (Behaviour::AisGap, "long" | "longer", _) => return long_gap(scene, code),
        (Behaviour::AisGap, _, "out_of_reach") => "Went silent at sea",
        (Behaviour::AisGap, _, _) => "Went silent at sea in an area with good reception",
        (Behaviour::ZoneEntry, _, _) => return entered(scene),
        (Behaviour::ZoneExit, _, _) => "Left the zone",
        (Behaviour::ZoneSpeed, _, "too_slow") => "Below the zone's minimum speed",
        (Behaviour::ZoneSpeed, _, _) => "Above the zone's speed limit",
        (Behaviour::LimitHugging, _, _) => "Stays slow just outside the limit",
        (Behaviour::AlongsideAtAnchor, "night", _) => "At night",
        (Behaviour::AlongsideAtAnchor, "second_visit", _) => "The same boat has been alongside this ship before",
        (Behaviour::AlongsideAtAnchor, _, _) => "Small craft alongside a ship at anchor",
        (Behaviour::DraughtChange, "after_gap", _) => "After hours of silence",
        (Behaviour::DraughtChange, _, "deeper") => "Reported draught has increased without a port call",
        (Behaviour::DraughtChange, _, _) => "Reported draught has decreased without a port call",
        (Behaviour::VoyageAnomaly, _, "short_calls") => "Calls at ports without loading or unloading",
        (Behaviour::VoyageAnomaly, _, _) => "Reported destination changed at sea",
        (Behaviour::FeedSilent, _, "input") => "An input is silent",
        (Behaviour::FeedSilent, _, "station") => "A station is silent",
        (Behaviour::FeedSilent, _, _) => "All vessels in an area went silent at once",
        (Behaviour::PositionJump, _, _) => "Reported from where it could not have got to",
        (Behaviour::IdentityConflict, _, _) => "One MMSI used by two ships",
        (Behaviour::IdentityChange, "new_identity", _) => {
            "Same IMO number seen before under another MMSI, name or flag"
        }
        (Behaviour::IdentityChange, "new_mmsi", _) => "Same IMO number seen before under another MMSI",
        (Behaviour::IdentityChange, "shared_imo", _) => "Transmits an IMO number that another vessel also transmits",
        (Behaviour::IdentityChange, "check_digit", _) => "Transmits an invalid IMO number",
        (Behaviour::IdentityChange, "renamed", _) => "Changed its name",
        (Behaviour::IdentityChange, "call_sign", _) => "Changed its call sign under way",
        (Behaviour::IdentityChange, _, _) => "Changed its reported type under way",
        (Behaviour::Interference, _, _) => "Many vessels jumped to one place: satellite navigation jammed or spoofed",
        (Behaviour::Watchlist, _, _) => return named::listed(scene.holding),
        (Behaviour::Distress, "test", _) => "Distress device under test",
        (Behaviour::Distress, _, _) => "Distress device active",
        (behaviour, code, _) if behaviour.name() == code => return words(code),
        (behaviour, code, _) => return format!("{}: {}", words(behaviour.name()), words(code)),
    };
    text.to_owned()
}

/// How long the silence was, and whether part of it remains unexplained.
fn long_gap(scene: &Scene<'_>, code: &str) -> String {
    let Holding { thresholds, measured, .. } = scene.holding;
    let number = |of: &serde_json::Map<String, serde_json::Value>, key| of.get(key)?.as_f64();
    let how_long = match (code, number(thresholds, "long_hours"), number(measured, "silent_minutes")) {
        ("longer", _, Some(minutes)) => format!("for {}", Span::from_minutes(minutes as i64)),
        (_, Some(hours), _) => format!("for more than {} h", decimals(hours)),
        _ => "for hours".to_owned(),
    };
    let closed = measured.contains_key("slack_hours");
    format!("Silent {how_long}{}", if closed { ", part of it unexplained" } else { "" })
}

/// A measured number between two texts.
fn measured(scene: &Scene<'_>, key: &str, before: &str, after: &str) -> String {
    let number = scene.holding.measured.get(key).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    format!("{before}{number:.1}{after}")
}

/// Owner of the zone and reason for watching it, if the zone file states them.
fn entered(scene: &Scene<'_>) -> String {
    let zones = scene.view.chart.zones.zones();
    let crossed = scene.holding.zones.iter().filter(|(_, relation)| *relation == Relation::In);
    let told = crossed.filter_map(|(zone, _)| zones.get(usize::from(zone.0))).find_map(|zone| {
        let why = [zone.reason.clone(), zone.owner.as_ref().map(|owner| format!("owner: {owner}"))];
        let why: Vec<String> = why.into_iter().flatten().collect();
        (!why.is_empty()).then(|| format!("Entered a watched zone ({})", why.join("; ")))
    });
    told.unwrap_or_else(|| "Entered the zone".to_owned())
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// The zone of the largest weight among those that `wanted` selects; of equals the one it is in, then the smaller id.
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
    // Where the behaviour itself gives points for the night, those count instead.
    if scene.holding.base.iter().any(|(code, _)| *code == "night") {
        return None;
    }
    // Half a day always includes part of a night.
    let lasted = scene.holding.last_at - scene.holding.started_at;
    if scene.behaviour == Behaviour::AisGap && HALF_A_DAY <= lasted {
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

/// A draught that changed after a meeting. A silence before the change already has its own points.
fn after_meeting(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let silent = scene.holding.base.iter().any(|(code, _)| *code == "after_gap");
    let counts = scene.behaviour == Behaviour::DraughtChange && scene.met && !silent;
    counts.then(|| line("after_meeting", settings.draught_after_meeting_points, "After a meeting at sea"))
}

fn repeat(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = format!("Not the first time in {} days", settings.repeat_days);
    // How usual stops are at the place says more, either way, and a habit says the opposite.
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
    LIKE_FISHING.contains(&scene.behaviour) && all_fishing(scene)
}

fn like_fishing(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    is_like_fishing(scene).then(|| line("fishing", settings.fishing_points, "Consistent with fishing"))
}

fn both_fishing(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let two = matches!(scene.parties, [a, b] if a.key.mmsi != b.key.mmsi);
    let pair = two && !LIKE_FISHING.contains(&scene.behaviour);
    let text = "Both are fishing vessels";
    (pair && all_fishing(scene)).then(|| line("both_fishing", settings.both_fishing_points, text))
}

/// Yachts and passenger ships near shore; every party must be one or the other.
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
    let measured = |key: &str| scene.holding.measured.get(key);
    let number = |key: &str| measured(key).and_then(serde_json::Value::as_f64);
    let text = match (measured("anchored_by").and_then(serde_json::Value::as_str), number("anchored_nm")) {
        (Some("swing"), Some(nm)) => {
            format!(
                "Has lain within {nm} nm for {}, whatever its reported status",
                about_hours(number("anchored_hours").unwrap_or(0.0))
            )
        }
        (Some("still"), Some(nm)) => format!("Lies within {nm} nm, never under way since first heard"),
        _ => "Reports itself at anchor or moored, and hardly moves".to_owned(),
    };
    let anchored = scene.holding.anchored;
    anchored.then(|| line("anchored", settings.anchored_points, text))
}

fn satellite_only(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let heard = scene.parties.iter().any(|party| party.satellite_only);
    let text = "Received by satellite only: few fixes";
    heard.then(|| line("satellite_only", settings.satellite_only_points, text))
}

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

fn short_gap(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let short = scene.behaviour == Behaviour::AisGap && scene.holding.form == "silent";
    short.then(|| Cap {
        points: settings.cap_fact,
        only_below: settings.short_gap_alert_from,
        code: "cap_fact",
        text: "Not silent for long: recorded as a fact".to_owned(),
    })
}

fn wrong_check_digit(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let wrong = scene.behaviour == Behaviour::IdentityChange && scene.holding.form == "check_digit";
    let text = "Usually a typing error: recorded as a fact".to_owned();
    wrong.then_some(Cap { points: settings.cap_fact, only_below: i32::MAX, code: "cap_fact", text })
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
    let circling = scene.behaviour == Behaviour::Loitering && scene.holding.form == "circling";
    let party = scene.parties.iter().find(|party| party.circles_by_trade())?;
    let kind = ship_type_name(party.named.ship_type);
    circling.then(|| cap_low(settings, format!("Circling is normal work ({kind}): limited to low")))
}
