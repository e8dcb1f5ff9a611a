//! What an analyst would notice about one MMSI on two ships.

use crate::behaviours::Behaviour;
use crate::testing::{AREA, check, only, run};

/// One ship from noon on, and another with the same number 90 nm to the north from 12:11 on, each for the given
/// minutes.
fn two(first: u32, second: u32) -> String {
    format!(
        "ALFA 224000001 type=70
           12:00 28 -17
           go 90 10 {first}
         ALFA 224000001 mute
           12:11 29.5 -17
           go 90 10 {second}"
    )
}

#[test]
fn two_more_fixes_of_the_first_prove_two_ships_until_one_is_silent_for_six_hours() {
    check(
        &only("identity_conflict"),
        AREA,
        &two(60, 480),
        "12:15 opened identity_conflict ALFA+224000001 since=12:11
         19:00 ended identity_conflict ALFA+224000001 since=12:11 ended=13:00",
    );
    let alert = run(&only("identity_conflict"), AREA, &two(60, 480))[0].alert.clone();
    assert!(alert.summary.starts_with("Two ships heard 90 nm apart "), "{}", alert.summary);
    assert!(alert.summary.contains(" have been using MMSI 224000001"), "{}", alert.summary);
    assert_eq!(alert.vessels.iter().map(|vessel| vessel.track).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn distance_time_and_speed_are_of_one_pair_of_fixes_however_far_the_two_sail_apart() {
    let script = "ALFA 224000001 type=70
           12:00 28 -17
           go 180 10 480
         ALFA 224000001 mute
           12:11.5 29.5 -17
           go 0 10 480";
    let changes = run(&only("identity_conflict"), AREA, script);
    for change in &changes {
        let measured = &change.alert.evidence.measured;
        let number = |key: &str| measured[key].as_f64().unwrap_or_default();
        assert!((91.0..93.0).contains(&number("distance_nm")), "{measured:?}");
        let implied = number("distance_nm") / number("elapsed_minutes") * 60.0;
        assert!((implied / number("implied_knots") - 1.0).abs() < 0.1, "{measured:?}");
    }
    assert!(1 < changes.len(), "it was told again hours later");
}

#[test]
fn the_conflict_takes_the_place_of_the_jump() {
    let mut settings = only("identity_conflict");
    settings.behaviours.position_jump.enabled = true;
    check(
        &settings,
        AREA,
        &two(60, 180),
        "12:13 opened position_jump ALFA since=12:11
         12:15 ended position_jump 224000001 since=12:11 ended=12:13
         12:15 opened identity_conflict ALFA+224000001 since=12:11",
    );
    let changes = run(&settings, AREA, &two(60, 180));
    let conflict =
        changes.iter().find(|change| change.alert.behaviour == Behaviour::IdentityConflict).expect("a conflict");
    assert_eq!(changes[1].reason, format!("superseded by identity_conflict {}", &conflict.alert.id[..8]));
    assert_eq!(conflict.alert.replaces.as_ref(), Some(&changes[0].alert.id));
}

#[test]
fn two_positions_less_than_a_mile_apart_are_one_ship() {
    // First less than a mile to the north all the time, then slightly more than a mile.
    let beside =
        two(60, 60).replace("12:11 29.5 -17\n           go 90 10 60", "12:11 LAT -16.965\n           go 90 10 50");
    let script = |lat: &str| beside.replace("LAT", lat);
    check(&only("identity_conflict"), AREA, &script("28.0145"), "");
    let mut any = only("identity_conflict");
    any.behaviours.identity_conflict.min_nm = 0.0;
    assert!(!run(&any, AREA, &script("28.0145")).is_empty(), "only the distance keeps it");
    assert!(!run(&only("identity_conflict"), AREA, &script("28.0205")).is_empty());
}

#[test]
fn two_positions_that_are_a_mile_apart_only_at_first_are_one_ship() {
    // A station with a wrong clock puts the ship 1.3 nm ahead of itself, and less than a mile from the first report that could prove two.
    let script = "ALFA 224000001 type=70
           12:00 28 -17
           go 90 24 20
         ALFA 224000001 mute
           12:11 28 -16.8924
           go 90 14 10";
    check(&only("identity_conflict"), AREA, script, "");
    let mut any = only("identity_conflict");
    any.behaviours.identity_conflict.min_nm = 0.5;
    assert!(!run(&any, AREA, script).is_empty(), "only the distance keeps it");
}

#[test]
fn two_tracks_that_are_less_than_a_mile_apart_after_the_jump_are_never_told_as_two_ships() {
    // The jump is longer than a mile. Then the second comes to within half a mile of the first.
    let second = |leg: &str| {
        let close = format!("12:11 28.0205 -16.965\n           {leg}\n           go 90 10 40");
        two(60, 60).replace("12:11 29.5 -17\n           go 90 10 60", &close)
    };
    check(&only("identity_conflict"), AREA, &second("go 135 14.14 5"), "");
    // Ten minutes later, the conflict is open already. No line of it states so short a distance.
    let changes = run(&only("identity_conflict"), AREA, &second("go 90 10 10\n           go 135 14.14 5"));
    assert!(!changes.is_empty());
    for change in &changes {
        let nm = change.alert.evidence.measured["distance_nm"].as_f64().expect("a distance");
        assert!(1.0 <= nm, "{}", change.alert.summary);
    }
}

/// Ships with one number, 60 nm apart, each sending once a minute for three hours, starting `from` minutes after noon.
fn fleet(ships: u32, from: u32) -> String {
    let ship = |number: u32| {
        let mute = if number == 0 { "" } else { "mute" };
        let (hour, minute) = (12 + from / 60, from % 60);
        format!("ALFA 224000001 type=30 {mute}\n {hour}:{minute:02} {} -17\n go 90 4 180\n", 20 + number)
    };
    (0..ships).map(ship).collect()
}

#[test]
fn three_ships_or_more_are_one_alert_with_their_number() {
    for ships in [3, 5, 6, 8] {
        let changes = run(&only("identity_conflict"), AREA, &fleet(ships, 0));
        let opened = changes.iter().filter(|change| change.change == crate::alerts::ChangeKind::Opened).count();
        assert_eq!(opened, 1, "{ships} ships");
        let last = &changes[changes.len() - 1].alert;
        assert_eq!(last.evidence.measured["places"], ships, "{}", last.summary);
        let words = if ships <= 5 { format!("{ships} ships ") } else { format!("Transmitters in {ships} places ") };
        assert!(last.summary.starts_with(&words), "{}", last.summary);
    }
}

#[test]
fn an_ended_conflict_opens_again_only_with_a_further_place() {
    let opened = |script: &str| {
        let changes = run(&only("identity_conflict"), AREA, script);
        changes.iter().filter(|change| change.change == crate::alerts::ChangeKind::Opened).count()
    };
    // For three hours from noon, and again from 22:00.
    let again = fleet(2, 0) + &fleet(2, 600);
    assert_eq!(opened(&again), 1);
    assert_eq!(opened(&(fleet(2, 0) + &fleet(3, 600))), 2);
}

#[test]
fn a_number_of_six_zeros_is_not_reported_and_a_shared_one_once_a_day() {
    let opened = |script: &str| {
        let changes = run(&only("identity_conflict"), AREA, script);
        changes.into_iter().filter(|change| change.change == crate::alerts::ChangeKind::Opened).count()
    };
    assert_eq!(opened(&two(60, 180)), 1);
    assert_eq!(opened(&two(60, 180).replace("224000001", "224000000")), 0);
    // Seven places for three hours from noon, and eight from 22:00: the day has had its alert.
    assert_eq!(opened(&(fleet(7, 0) + &fleet(8, 600))), 1);
}

#[test]
fn one_fix_of_the_first_is_not_a_second_ship() {
    check(&only("identity_conflict"), AREA, &two(14, 480), "");
}

#[test]
fn a_silence_of_hours_does_not_join_two_ships_that_were_both_heard() {
    let script = format!(
        "{}
         ALFA 224000001 mute
           16:00 28 -16.7
           go 90 10 30",
        two(60, 300)
    );
    check(&only("identity_conflict"), AREA, &script, "12:15 opened identity_conflict ALFA+224000001 since=12:11");
}

/// Two ships with one number, 3,600 nm apart, each heard for four minutes every two hours, in turn. Each time they have sailed
/// `miles` to the north.
fn in_turn(visits: u32, miles: f64) -> String {
    let visit = |visit: u32| {
        let lat = if visit.is_multiple_of(2) { 25.0 } else { -35.0 } + f64::from(visit / 2) * miles / 60.0;
        let mute = if visit == 0 { "" } else { "mute" };
        format!("ALFA 224000001 type=70 jitter=0 {mute}\n {}:00 {lat} -17\n go 0 1 4\n", 12 + visit)
    };
    (0..visits).map(visit).collect()
}

#[test]
fn two_ships_that_are_heard_in_turn_are_two_however_long_each_is_silent() {
    let mut settings = only("identity_conflict");
    settings.behaviours.position_jump.enabled = true;
    let told = |script: &str| run(&settings, AREA, script);
    let changes = told(&in_turn(8, 20.0));
    let opened = |changes: &[crate::alerts::Change], behaviour| {
        let opened = changes.iter().filter(|change| change.change == crate::alerts::ChangeKind::Opened);
        opened.filter(|change| change.alert.behaviour == behaviour).count()
    };
    assert_eq!(opened(&changes, Behaviour::IdentityConflict), 1);
    let conflict = changes.iter().find(|change| change.alert.behaviour == Behaviour::IdentityConflict);
    let conflict = conflict.expect("a conflict");
    assert_eq!((conflict.at.clock().as_str(), conflict.alert.started_at.clock().as_str()), ("15:02", "13:00"));
    let summary = &conflict.alert.summary;
    assert!(summary.starts_with("Two ships heard 36") && summary.contains("using MMSI 224000001"), "{summary}");
    // The later jumps raise no alert of their own.
    assert!(opened(&changes, Behaviour::PositionJump) <= 2, "{changes:?}");
    let last = changes.iter().rev().find(|change| change.alert.id == conflict.alert.id).expect("its last line");
    assert!("18:00" <= last.alert.last_at.clock().as_str(), "{}", last.alert.last_at.clock());
}

#[test]
fn a_ship_that_jumps_once_or_lies_where_it_was_before_is_one() {
    let conflicts = |script: &str| run(&only("identity_conflict"), AREA, script).len();
    assert_eq!(conflicts(&in_turn(2, 20.0)), 0, "it jumped and stayed");
    for miles in [0.0, 20.0] {
        assert_eq!(conflicts(&in_turn(3, miles)), 0, "its positions were false for a while");
    }
    assert!(0 < conflicts(&in_turn(4, 0.0)), "both places were returned to");
    // A day later nothing is left of it.
    let late = in_turn(2, 20.0)
        + &in_turn(3, 20.0)
            .split("14:00")
            .nth(1)
            .map_or_else(String::new, |rest| format!("ALFA 224000001 mute\n 39:00{rest}"));
    assert_eq!(conflicts(&late), 0);
}

/// A passenger ship, and from 12:11 on a dredger 90 nm to the north that sends the same number, says its name and stops for hours.
const PASSENGER_AND_DREDGER: &str = "EMPRESA 224000001 type=60
           12:00 28 -17
           go 90 10 30
           say name=EMPRESA
           go 90 10 350
         EVELINE 224000001 type=33
           12:11 29.5 -17
           go 90 10 20
           say name=EVELINE
           go 0 1.2 330";

#[test]
fn names_and_types_of_several_ships_are_listed_and_none_of_them_gives_or_takes_points() {
    let changes = run(&only("identity_conflict"), AREA, PASSENGER_AND_DREDGER);
    let alert = &changes[changes.len() - 1].alert;
    let heard = ["as EMPRESA, passenger, ", "as EVELINE, dredger, "];
    assert!(heard.iter().all(|heard| alert.summary.contains(heard)), "{}", alert.summary);
    let types = alert.vessels.iter().map(|vessel| (vessel.ship_type, vessel.imo, vessel.call_sign.as_deref()));
    assert_eq!(types.collect::<Vec<_>>(), [(None, None, None); 2]);
    for change in &changes {
        let codes: Vec<&str> = change.alert.score_reasons.iter().map(|line| line.code.as_str()).collect();
        assert!(codes.iter().all(|code| !code.contains("cap") && !code.contains("passenger")), "{codes:?}");
    }
}

#[test]
fn what_one_of_the_ships_says_it_is_exempts_none_of_them_from_another_behaviour() {
    let codes = |script: &str| {
        let mut settings = only("loitering");
        settings.behaviours.identity_conflict.enabled = true;
        let changes = run(&settings, AREA, script);
        let loitering = changes.iter().rfind(|change| change.alert.behaviour == Behaviour::Loitering).expect("a stop");
        loitering.alert.score_reasons.iter().map(|line| line.code.to_string()).collect::<Vec<_>>()
    };
    let alone = PASSENGER_AND_DREDGER.split_once("EVELINE").map_or("", |(_, dredger)| dredger);
    let alone = codes(&format!("EVELINE{alone}"));
    assert!(alone.contains(&"cap_low".to_owned()), "a dredger alone is at work: {alone:?}");
    assert!(!codes(PASSENGER_AND_DREDGER).contains(&"cap_low".to_owned()));
}

#[test]
fn a_name_has_the_place_of_the_only_ship_that_was_heard_around_it() {
    let visit = |visit: u32| {
        let (name, lat) = if visit.is_multiple_of(2) { ("NORTH", 25.0) } else { ("SOUTH", -35.0) };
        let hour = 12 + visit;
        format!("{name} 224000001 type=70 jitter=0\n {hour}:00 {lat} -17\n go 0 1 4\n say name={name}\n go 0 1 2\n")
    };
    let script: String = (0..8).map(visit).collect();
    let changes = run(&only("identity_conflict"), AREA, &script);
    let summary = &changes[changes.len() - 1].alert.summary;
    for heard in ["as NORTH, cargo, at 25.00° N 17.00° W", "as SOUTH, cargo, at 35.00° S 17.00° W"] {
        assert!(summary.contains(heard), "{summary}");
    }
}
