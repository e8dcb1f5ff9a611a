//! The worked examples of SPEC, and every score line with a counterexample.

use super::*;
use crate::alerts::{Confidence, Severity};
use crate::behaviours::Behaviour;

fn one(ship: Ship, change: impl FnOnce(&Sea, &mut Holding)) -> Arc<Alert> {
    let mut sea = Sea::new();
    let (key, ix) = sea.ship(ship);
    let mut holding = slow(0, 60);
    change(&sea, &mut holding);
    sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding)
}

fn pair(a: Ship, b: Ship, change: impl FnOnce(&Sea, &mut Holding)) -> Arc<Alert> {
    let mut sea = Sea::new();
    let (a, b) = (sea.ship(a), sea.ship(b));
    let mut holding = near();
    change(&sea, &mut holding);
    sea.opens(Behaviour::Rendezvous, Subject::pair(a, b), holding)
}

fn in_c07(sea: &Sea, holding: &mut Holding) {
    holding.zones.push((sea.zone("c07"), Relation::In));
}

fn at_night(holding: &mut Holding) {
    let span = time("2026-03-02T02:00:00Z") - holding.last_at;
    for at in [&mut holding.started_at, &mut holding.satisfied_at, &mut holding.last_at] {
        *at = *at + span;
    }
}

const ANOTHER_CARGO: Ship = Ship { mmsi: 636_000_003, name: "CHARLIE", ..CARGO };

#[test]
fn a_cargo_ship_loitering_in_a_corridor_is_medium() {
    let alert = one(CARGO, in_c07);
    assert_eq!((alert.score, alert.severity), (50, Severity::Medium));
    assert_eq!(lines_of(&alert), ["loitering 30", "in_corridor 15", "shore_24_nm 5"]);
    assert!(alert.announced);
}

#[test]
fn a_meeting_far_off_outside_any_zone_is_medium() {
    let alert = pair(CARGO, ANOTHER_CARGO, |_, _| {});
    assert_eq!((alert.score, alert.severity), (40, Severity::Medium));
}

#[test]
fn a_cargo_ship_with_a_fishing_boat_at_night_in_a_corridor_is_high() {
    let alert = pair(CARGO, FISHING, |sea, holding| {
        in_c07(sea, holding);
        at_night(holding);
    });
    assert_eq!((alert.score, alert.severity), (65, Severity::High));
    assert_eq!(lines_of(&alert), ["near 35", "in_corridor 15", "shore_24_nm 5", "merchant_small_craft 10"]);
}

#[test]
fn daily_traffic_stays_low() {
    let near_shore = |sea: &Sea, holding: &mut Holding| {
        in_c07(sea, holding);
        at_night(holding);
        holding.shore_nm = Some(20.0);
    };
    let ship = |ship_type, length| Ship { ship_type, length, ..CARGO };
    for (ship, score) in [(ship(60, 150), 35), (ship(36, 12), 35), (ship(50, 15), 39), (ship(33, 90), 39)] {
        let alert = one(ship, near_shore);
        assert_eq!((alert.score, alert.severity), (score, Severity::Low), "{}", ship.ship_type);
    }
    let anchored = one(CARGO, |sea, holding| {
        near_shore(sea, holding);
        holding.anchored = true;
    });
    assert_eq!((anchored.score, anchored.severity), (30, Severity::Low));
    let waiting = one(CARGO, |sea, holding| {
        near_shore(sea, holding);
        holding.anchored = true;
        holding.shore_nm = Some(11.0);
    });
    assert_eq!((waiting.score, waiting.announced), (19, false));
    assert_eq!(lines_of(&waiting).last().map(String::as_str), Some("cap_fact -11"));
}

#[test]
fn a_fishing_fleet_is_capped_and_a_lone_pair_is_not() {
    let boat = |number: u32| Ship { mmsi: 263_000_100 + number, ..FISHING };
    let mut sea = Sea::new();
    let boats: Vec<_> = (0..5).map(|number| sea.ship(boat(number))).collect();
    let mut holding = sea.in_c07(near());
    holding.base = vec![("close", 45), ("long", 10)];
    holding.facts = facts::meets(rendezvous::Form::CloseLong, 40, 180.0).into();
    let five = sea.opens(Behaviour::Rendezvous, Subject::pair(boats[0], boats[1]), holding.clone());
    assert_eq!(five.score, 45 + 10 + 15 + 5 - 10);
    sea.ship(boat(5));
    let six = sea.opens(Behaviour::Rendezvous, Subject::pair(boats[2], boats[3]), holding.clone());
    assert_eq!(six.score, 39);
    assert_eq!(lines_of(&six).last().map(String::as_str), Some("cap_low -26"));
    // A merchant ship in the fleet does not belong to it.
    let cargo = sea.ship(CARGO);
    let mixed = sea.opens(Behaviour::Rendezvous, Subject::pair(cargo, boats[4]), holding);
    assert_eq!(mixed.score, 45 + 10 + 15 + 5 + 10);
}

#[test]
fn the_largest_watched_zone_counts_once_and_then_the_benign_one() {
    let alert = one(CARGO, |sea, holding| {
        holding.zones.push((sea.zone("c11"), Relation::In));
        holding.zones.push((sea.zone("c07"), Relation::Near));
        holding.zones.push((sea.zone("banc"), Relation::In));
    });
    assert_eq!(lines_of(&alert), ["loitering 30", "near_corridor 15", "shore_24_nm 5", "in_benign -25"]);
    assert_eq!(alert.zones.len(), 3);
}

#[test]
fn a_score_is_lowered_only_if_every_party_qualifies() {
    let yacht = Ship { mmsi: 235_000_004, ship_type: 36, length: 14, class: Class::B, ..CARGO };
    let other = Ship { mmsi: 235_000_005, ..yacht };
    let coastal = |_: &Sea, holding: &mut Holding| holding.shore_nm = Some(49.0);
    assert_eq!(pair(yacht, other, coastal).score, 35 + 5 - 15);
    assert_eq!(pair(yacht, CARGO, coastal).score, 35 + 5 + 10);
    // Nobody would call that near shore.
    let texts = |alert: &Alert| -> Vec<String> { alert.score_reasons.iter().map(|line| line.text.clone()).collect() };
    let usual = "Usual for yachts and boats within 50 nm of shore".to_owned();
    assert!(texts(&pair(yacht, other, coastal)).contains(&usual), "{:?}", texts(&pair(yacht, other, coastal)));
    let far = |_: &Sea, holding: &mut Holding| holding.shore_nm = Some(50.0);
    assert_eq!(pair(yacht, other, far).score, 40);
    // A fishing vessel gets the points for fishing, not those for a small boat as well.
    let boat = Ship { class: Class::B, length: 14, ..FISHING };
    assert_eq!(lines_of(&one(boat, coastal)), ["loitering 30", "fishing -15"]);
    // Both ships are at anchor.
    let anchored = |_: &Sea, holding: &mut Holding| holding.anchored = true;
    assert_eq!(pair(CARGO, ANOTHER_CARGO, anchored).score, 20);
}

#[test]
fn tugs_meet_small_craft_as_merchants_do_and_big_ships_are_not_small() {
    let tug = Ship { mmsi: 224_000_006, ship_type: 52, length: 28, ..CARGO };
    let unknown = Ship { mmsi: 224_000_007, ship_type: 0, length: 0, ..CARGO };
    let liner = Ship { mmsi: 224_000_008, ship_type: 60, length: 200, ..CARGO };
    let boat = Ship { length: 12, ..unknown };
    let raised = |a, b| pair(a, b, |_, _| {}).score == 50;
    assert!(raised(tug, boat));
    assert!(raised(CARGO, boat));
    // SPEC "Definitions revised": an unknown type alone does not make a small craft.
    assert!(!raised(tug, unknown));
    assert!(!raised(CARGO, unknown));
    assert!(!raised(tug, CARGO));
    assert!(!raised(CARGO, liner));
    assert!(!raised(liner, unknown));
}

#[test]
fn weak_evidence_lowers_and_strange_numbers_raise() {
    let satellite = Ship { message_type: 27, ..CARGO };
    let alert = one(satellite, |_, _| {});
    assert_eq!(lines_of(&alert), ["loitering 30", "shore_24_nm 5", "satellite_only -5"]);
    assert_eq!(alert.confidence, Confidence::Low);
    let strange = Ship { mmsi: 912_345_678, ..CARGO };
    let alert = one(strange, |_, _| {});
    assert_eq!(lines_of(&alert), ["loitering 30", "shore_24_nm 5", "unassigned_mmsi 5"]);
    assert_eq!(alert.confidence, Confidence::Normal);
}

#[test]
fn night_and_open_sea_count_and_twilight_does_not() {
    let night = one(CARGO, |_, holding| {
        at_night(holding);
        holding.shore_nm = Some(150.0);
    });
    assert_eq!(lines_of(&night), ["loitering 30", "shore_100_nm 10", "night 5"]);
    // Sunset is at 19:20 UTC there: twenty minutes later the sun is 5° below the horizon.
    let dusk = one(CARGO, |_, holding| holding.last_at = time("2026-03-01T19:25:00Z"));
    assert_eq!(lines_of(&dusk), ["loitering 30", "shore_24_nm 5"]);
}

#[test]
fn a_stay_into_the_night_is_partly_at_night_in_sentence_and_score() {
    let until = |clock: &str| one(CARGO, |_, holding| holding.last_at = time(clock));
    let said = |alert: &Alert| {
        let text = |reason: &crate::alerts::ScoreReason| reason.text.clone();
        (alert.summary.contains(", partly at night."), alert.score_reasons.last().map(text))
    };
    // It is night from 19:43 UTC on.
    assert_eq!(said(&until("2026-03-01T22:00:00Z")), (true, Some("Partly at night there".to_owned())));
    let dusk = until("2026-03-01T19:45:00Z");
    assert!(!dusk.summary.contains("night"), "two minutes of seven hours: {}", dusk.summary);
    assert_eq!(lines_of(&dusk), ["loitering 30", "shore_24_nm 5"]);
}

#[test]
fn a_silence_has_the_night_of_the_last_report_before_it() {
    let silent = |from: &str, until: &str| {
        let mut sea = Sea::new();
        let (key, ix) = sea.ship(CARGO);
        let mut holding = slow(0, 0);
        (holding.started_at, holding.satisfied_at, holding.last_at) = (time(from), time(until), time(until));
        holding.facts = facts::falls_silent(crate::behaviours::ais_gap::Form::LongSilent, 300).into();
        let alert = sea.opens(Behaviour::AisGap, Subject::one(key, ix), holding);
        (alert.summary.contains("at night"), alert.score_reasons.iter().any(|reason| reason.code == "night"))
    };
    assert_eq!(silent("2026-03-01T15:24:00Z", "2026-03-01T20:24:00Z"), (false, false));
    assert_eq!(silent("2026-03-02T02:24:00Z", "2026-03-02T09:24:00Z"), (true, true));
    assert_eq!(silent("2026-03-02T02:24:00Z", "2026-03-02T16:24:00Z"), (true, true), "however long");
}

#[test]
fn a_zone_can_raise_a_score_and_a_pilot_is_still_capped() {
    let entry = |ship| {
        let mut sea = Sea::new();
        let (key, ix) = sea.ship(ship);
        let mut holding = sea.in_c07(slow(0, 0));
        holding.facts = facts::enters().into();
        holding.base = vec![("zone_entry", 10)];
        holding.asked = Some(40);
        sea.opens(Behaviour::ZoneEntry, Subject::in_zone(key, ix, "c07"), holding)
    };
    let alert = entry(CARGO);
    assert_eq!(lines_of(&alert), ["zone_entry 10", "in_corridor 15", "shore_24_nm 5", "asked 10"]);
    let pilot = Ship { ship_type: 50, ..CARGO };
    assert_eq!(lines_of(&entry(pilot)).last().map(String::as_str), Some("cap_low -1"));
}

#[test]
fn circling_by_trade_is_capped_and_slowness_is_not() {
    let ferry = Ship { ship_type: 60, ..CARGO };
    let form = |form: loitering::Form| {
        one(ferry, |sea, holding| {
            in_c07(sea, holding);
            holding.facts = facts::loiters(form, 60).into();
        })
    };
    assert_eq!(form(loitering::Form::Circling).score, 39);
    assert_eq!(form(loitering::Form::SlowAndCircling).score, 50);
}

#[test]
fn a_score_stays_between_0_and_100() {
    let alert = one(CARGO, |sea, holding| {
        in_c07(sea, holding);
        holding.base = vec![("loitering", 95)];
    });
    assert_eq!(lines_of(&alert).last().map(String::as_str), Some("clamp -15"));
    let alert = one(FISHING, |sea, holding| {
        holding.zones.push((sea.zone("banc"), Relation::In));
        holding.base = vec![("loitering", 5)];
    });
    assert_eq!((alert.score, alert.severity), (0, Severity::Info));
}

#[test]
fn a_distress_call_is_equally_urgent_anywhere_and_a_test_is_a_fact() {
    let device = Ship { mmsi: 970_011_234, name: "", ship_type: 0, length: 0, ..CARGO };
    for (form, code, points, announced) in
        [(distress::Form::Active, "active", 60, true), (distress::Form::Test, "test", 5, false)]
    {
        let mut sea = Sea::new();
        let (key, ix) = sea.ship(device);
        let mut holding = sea.in_c07(slow(0, 1));
        holding.facts = facts::calls(form).into();
        holding.base = vec![(code, points)];
        let alert = sea.opens(Behaviour::Distress, Subject::one(key, ix), holding);
        assert_eq!((alert.score, alert.announced), (points, announced));
        assert_eq!(lines_of(&alert).len(), 1);
    }
}

/// The score lines, and the text of the last one, of a cargo ship loitering in C07 that was in source regions the given number of
/// hours before.
fn came(from: &[(&str, i64)]) -> (Vec<String>, String) {
    let alert = came_with(from, ScoreSettings::default());
    (lines_of(&alert), alert.score_reasons.last().map(|reason| reason.text.clone()).unwrap_or_default())
}

fn came_with(from: &[(&str, i64)], score: ScoreSettings) -> Arc<Alert> {
    let mut sea = Sea::new();
    sea.book = AlertBook::new(Settings::default(), score, HandlingSettings::default());
    let (key, ix) = sea.ship(CARGO);
    for (region, hours) in from {
        let region = sea.chart.zones.get(sea.zone(region));
        sea.episodes.origins.seen(key, region, minute(-60 * hours));
    }
    let holding = sea.in_c07(slow(0, 60));
    sea.opens(Behaviour::Loitering, Subject::one(key, ix), holding)
}

#[test]
fn a_visit_to_a_source_region_within_thirty_days_adds_five_points() {
    let known = ["loitering 30", "in_corridor 15", "shore_24_nm 5"];
    let more = ["loitering 30", "in_corridor 15", "shore_24_nm 5", "source_region 5"];
    assert_eq!(came(&[]).0, known);
    let (lines, text) = came(&[("s06", 30 * 24), ("s06", 24)]);
    assert_eq!(lines, more);
    assert_eq!(text, "Came from Panama, Pacific side (last there 2026-02-28 12:00 UTC)");
    assert_eq!(came(&[("s06", 48), ("s05", 24)]).1, "Came from Ecuador (last there 2026-02-28 12:00 UTC)");
    assert_eq!(came(&[("s06", 3), ("s06", 0)]).1, "Came from Panama, Pacific side (there since 2026-03-01 09:00 UTC)");
    assert_eq!(came(&[("s06", 30 * 24)]).0, more);
    assert_eq!(came(&[("s06", 30 * 24 + 1)]).0, known);
    assert_eq!(came(&[("s06", -1)]).0, more, "there when the hour of loitering was over");
    assert_eq!(came(&[("s06", -2)]).0, known, "it went there afterwards");
    let week = ScoreSettings { source_region_days: 7, ..ScoreSettings::default() };
    assert_eq!(lines_of(&came_with(&[("s06", 7 * 24)], week.clone())), more);
    assert_eq!(lines_of(&came_with(&[("s06", 7 * 24 + 1)], week)), known);
    let nothing = ScoreSettings { source_region_points: 0, ..ScoreSettings::default() };
    assert_eq!(lines_of(&came_with(&[("s06", 24)], nothing)), known);
}

#[test]
fn the_ship_that_was_in_a_source_region_last_gives_the_line() {
    let mut sea = Sea::new();
    let (a, b) = (sea.ship(CARGO), sea.ship(ANOTHER_CARGO));
    for ((key, _), region, hours) in [(a, "s05", 40), (b, "s06", 30)] {
        let region = sea.chart.zones.get(sea.zone(region));
        sea.episodes.origins.seen(key, region, minute(-60 * hours));
    }
    let alert = sea.opens(Behaviour::Rendezvous, Subject::pair(a, b), near());
    assert_eq!(lines_of(&alert), ["near 35", "shore_24_nm 5", "source_region 5"]);
    let text = &alert.score_reasons[2].text;
    assert_eq!(text, "Came from Panama, Pacific side (last there 2026-02-28 06:00 UTC)");
}

#[test]
fn a_vessel_that_sent_neither_type_nor_length_is_no_small_craft() {
    let meets = |other: Ship| {
        let mut sea = Sea::new();
        let (a, b) = (sea.ship(CARGO), sea.ship(other));
        sea.opens(Behaviour::Rendezvous, Subject::pair(a, b), near())
    };
    let unknown = Ship { ship_type: 0, length: 0, ..FISHING };
    let alert = meets(unknown);
    assert_eq!(lines_of(&alert), ["near 35", "shore_24_nm 5"]);
    assert!(alert.vessels.iter().all(|vessel| vessel.role.is_none()), "{:?}", alert.vessels);
    assert!(alert.handling.personal_data, "it may be somebody's boat");
    for small in [Ship { length: 12, ..unknown }, Ship { class: Class::B, message_type: 18, ..unknown }, FISHING] {
        let alert = meets(small);
        assert!(lines_of(&alert).contains(&"merchant_small_craft 10".to_owned()), "{:?}", lines_of(&alert));
        assert!(alert.vessels.iter().all(|vessel| vessel.role.is_some()), "{:?}", alert.vessels);
    }
}

#[test]
fn what_score_lines_say_about_the_place_is_true_at_a_quay_too() {
    let text = |behaviour: Behaviour, code: &'static str, position: LatLon, shore_nm: f64| {
        let mut sea = Sea::new();
        let (a, b) = (sea.ship(CARGO), sea.ship(ANOTHER_CARGO));
        let is_pair = behaviour == Behaviour::Rendezvous;
        let subject = if is_pair { Subject::pair(a, b) } else { Subject::one(a.0, a.1) };
        let mut holding = slow(0, 60);
        holding.facts = facts::usual(behaviour);
        (holding.base, holding.position, holding.shore_nm) = (vec![(code, 35)], Some(position), Some(shore_nm));
        sea.opens(behaviour, subject, holding).score_reasons[0].text.clone()
    };
    // The harbour of Nouadhibou.
    let quay = LatLon { lat: 20.901, lon: -17.041 };
    let (near_harbour, near_shore) = ("at or near a harbour or anchorage", "near shore");
    for (behaviour, code, at_sea) in [
        (Behaviour::Rendezvous, "near", "away from shore"),
        (Behaviour::Rendezvous, "close", "away from shore"),
        (Behaviour::Loitering, "loitering", "away from harbours and anchorages"),
        (Behaviour::Slowdown, "slowdown", "in open water"),
        (Behaviour::AisGap, "ais_gap", "at sea"),
        (Behaviour::SmallCraftStop, "small_craft_stop", "in mid-ocean"),
        (Behaviour::FishingOutOfPlace, "fishing_out_of_place", "far out"),
    ] {
        let far = text(behaviour, code, HERE, 120.0);
        assert!(far.contains(at_sea), "{far}");
        let quayside = text(behaviour, code, quay, 0.3);
        assert!(quayside.contains(near_harbour) && !quayside.contains(at_sea), "{quayside}");
        // Off a shore without a harbour, as a zone may ask with `min_shore_nm` 0.
        let close = text(behaviour, code, HERE, 0.7);
        let is_about_shore = behaviour != Behaviour::Loitering;
        assert_eq!(close.contains(near_shore) && !close.contains(at_sea), is_about_shore, "{close}");
    }
}
