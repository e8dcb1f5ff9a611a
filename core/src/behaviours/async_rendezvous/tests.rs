//! What an analyst would notice about drops and collections.

use crate::alerts::Change;
use crate::behaviours::{Behaviour, Role};
use crate::testing::{AREA, area_with, check, only, run};

/// BIG slows to 3 kn for `minutes` at 13:00 near 28 N 18 W. TAKER leaves from the east and stops there `after` hours
/// later.
fn drop_and_collect(minutes: u32, after: f64, taker: &str) -> String {
    // TAKER starts 30 nm east and makes 10 kn, so it takes three hours.
    let start = 13.0 + after - 3.0;
    let (hour, minute) = (start as u32, ((start % 1.0) * 60.0) as u32);
    format!(
        "BIG 224000002 type=70 every=60
           11:00 28 -18.4533
           go 90 12 120
           go 90 3 {minutes}
           go 90 12 240
         TAKER 224000001 every=60 {taker}
           {hour:02}:{minute:02} 28 -17.432
           go 270 10 180
           stop 40
           go 90 10 180"
    )
}

fn told(script: &str) -> Vec<Change> {
    run(&only("async_rendezvous"), AREA, script)
}

const BOAT: &str = "class=B type=37 dims=6,6,2,2";

#[test]
fn a_boat_that_stops_where_a_ship_slowed_hours_before_collects() {
    let changes = told(&drop_and_collect(24, 5.0, BOAT));
    let opened = &changes[0];
    let alert = &opened.alert;
    assert!(["18:09", "18:10", "18:11"].contains(&opened.at.clock().as_str()), "{}", opened.at.clock());
    assert!(alert.summary.contains("on the track of BIG (Spain, cargo), which had slowed to"), "{}", alert.summary);
    assert_eq!(alert.behaviour, Behaviour::AsyncRendezvous);
    let names: Vec<_> = alert.vessels.iter().filter_map(|vessel| vessel.name.as_deref()).collect();
    assert_eq!(names, ["TAKER", "BIG"]);
    assert_eq!(alert.evidence.measured["dropper_mmsi"], 224_000_002);
    assert_eq!(alert.evidence.measured["drop"], "slow leg");
    assert!(alert.summary.contains("until 13:25 UTC, 4.6 h earlier"), "{}", alert.summary);
    let tracks = &alert.evidence.tracks;
    let first = tracks.iter().filter_map(|track| track.points.first()).map(|point| point.at).min();
    assert!(
        first.is_some_and(|first| first < changes[0].alert.started_at - crate::base::time::Span::from_hours(4)),
        "the drop is in the evidence"
    );
    let hours = alert.evidence.measured["hours_between"].as_f64().expect("a number");
    assert!((4.2..=4.9).contains(&hours), "{hours}");
    assert!(alert.summary.contains("TAKER") && alert.summary.contains("BIG"), "{}", alert.summary);
    let roles: Vec<_> = alert.vessels.iter().map(|vessel| vessel.role).collect();
    assert_eq!(roles, [Some(Role::Collector), Some(Role::Dropper)]);
    let ended = changes.last().expect("it ended");
    assert_eq!(ended.reason, "the boat left");
}

#[test]
fn too_short_a_leg_too_late_or_too_far_opens_nothing() {
    assert!(told(&drop_and_collect(6, 5.0, BOAT)).is_empty());
    // 40 min after the start of a leg of 24 min is less than half an hour after its end.
    assert!(told(&drop_and_collect(24, 3.0, BOAT).replace("11:00 28 -18.4533", "13:40 28 -18.4533")).is_empty());
    let aside = drop_and_collect(24, 5.0, BOAT).replace("28 -17.432", "28.15 -17.432");
    assert!(told(&aside).is_empty(), "9 nm aside, 4.1 allowed");
    assert!(!told(&aside.replace("28.15", "28.05")).is_empty(), "3 nm aside");
}

#[test]
fn a_merchant_ship_or_a_pilot_does_not_collect_and_a_fisherman_does_not_drop() {
    for taker in
        ["type=70", "type=50 class=B", "type=80 dims=10,10,3,3", "type=55 dims=6,6,2,2", "type=0", "dims=15,16,3,3"]
    {
        assert!(told(&drop_and_collect(24, 5.0, taker)).is_empty(), "{taker}");
    }
    for taker in ["type=30 dims=10,10,3,3", "class=B", "type=36", "type=0 dims=14,15,3,3"] {
        assert!(!told(&drop_and_collect(24, 5.0, taker)).is_empty(), "{taker}");
    }
    for kind in ["type=30", "type=36", "type=50", "type=51", "type=33"] {
        let script = drop_and_collect(24, 5.0, BOAT).replace("type=70", kind);
        assert!(told(&script).is_empty(), "{kind}");
    }
}

#[test]
fn a_second_stop_counts_only_as_the_farthest_point_and_opens_on_the_way_back() {
    let script = drop_and_collect(24, 6.0, BOAT).replace(
        "go 270 10 180\n           stop 40",
        "go 270 10 60\n           stop 20\n           go 270 10 120\n           stop 40",
    );
    let changes = told(&script);
    // It goes back 5 nm from 19:20 + 40 min at 10 kn.
    let opened = &changes[0];
    assert!(("20:2".to_owned()..="20:4".to_owned()).contains(&opened.at.clock()), "{}", opened.at.clock());
    let farther =
        script.replace("stop 40\n           go 90 10 180", "stop 40\n           go 270 10 60\n           go 90 10 240");
    assert!(told(&farther).is_empty());
}

#[test]
fn one_stop_is_one_alert_and_other_ships_that_slowed_there_are_named() {
    let second = drop_and_collect(24, 5.0, BOAT)
        .replace("BIG 224000002", "ALSO 224000003")
        .replace("28 -18.4533", "28.02 -18.4533");
    let both = format!("{}\n{}", drop_and_collect(24, 5.0, BOAT), second.split("TAKER").next().expect("the ship"));
    let opened: Vec<_> = told(&both).into_iter().filter(|change| change.revision == 1).collect();
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].alert.evidence.measured["dropper_mmsi"], 224_000_002);
    let others = opened[0].alert.evidence.measured["other_candidates"].to_string();
    assert!(others.contains("224000003"), "{others}");
}

#[test]
fn ships_that_slowed_there_are_all_counted_and_the_first_are_listed() {
    let alone = drop_and_collect(24, 5.0, BOAT);
    let ships = (3..8).map(|number| {
        let ship = alone.replace("BIG 224000002", &format!("ALSO{number} 22400000{number}"));
        ship.replace("28 -18.4533", &format!("28.00{number} -18.4533"))
            .split("TAKER")
            .next()
            .expect("the ship")
            .to_owned()
    });
    let script = format!("{alone}\n{}", ships.collect::<Vec<String>>().join("\n"));
    let opened: Vec<_> = told(&script).into_iter().filter(|change| change.revision == 1).collect();
    assert_eq!(opened.len(), 1);
    let alert = &opened[0].alert;
    assert!(alert.summary.contains("one of 6 ships that slowed or turned there"), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["ships_there"], 6);
    let others = alert.evidence.measured["other_candidates"].as_array().expect("a list");
    assert_eq!((others.len(), others.last().and_then(|other| other.as_str())), (4, Some("and 2 more")), "{others:?}");
}

#[test]
fn a_boat_not_heard_again_is_lost_after_six_hours() {
    let script = drop_and_collect(24, 5.0, BOAT);
    let script = script.replace("stop 40\n           go 90 10 180", "stop 40");
    let others = format!("{script}\nLATER 224000009 type=70 every=60\n 18:00 25 -20\n go 90 10 600");
    let changes = told(&others);
    assert_eq!(changes.last().map(|change| change.reason.as_str()), Some("lost"));
}

#[test]
fn nothing_opens_outside_a_zone_or_where_the_zone_is_stricter() {
    let script = drop_and_collect(24, 5.0, BOAT);
    check(&only("async_rendezvous"), r#"{"type":"FeatureCollection","features":[]}"#, &script, "");
    let strict = area_with(r#","settings":{"async_rendezvous":{"max_hours":2}}"#);
    check(&only("async_rendezvous"), &strict, &script, "");
}

#[test]
fn a_kink_is_a_drop_too() {
    let script = "BIG 224000002 type=70 every=60
           11:00 28 -18.4533
           go 90 12 120
           go 140 12 20
           go 40 12 20
           go 90 12 240
         TAKER 224000001 every=60 class=B type=37
           13:40 27.95 -17.30
           go 270 12 180
           stop 40
           go 90 12 180";
    let changes = told(script);
    let alert = &changes[0].alert;
    assert_eq!(alert.evidence.measured["drop"], "kink", "{}", alert.summary);
}

fn codes(change: &Change) -> Vec<String> {
    change.alert.score_reasons.iter().map(|reason| reason.code.clone()).collect()
}

#[test]
fn a_boat_that_creeps_has_not_stopped_and_a_fishing_boat_must_have_come_for_it() {
    let script = drop_and_collect(24, 5.0, BOAT);
    assert!(told(&script.replace("stop 40", "go 270 1.6 40")).is_empty(), "never below 1 kn");
    assert!(!told(&script.replace("stop 40", "go 270 0.6 40")).is_empty());
    let fishing = drop_and_collect(24, 5.0, "type=30 dims=10,10,3,3");
    assert!(!told(&fishing).is_empty(), "came at 10 kn");
    // It spends the last three hours fishing, at 2.8 kn.
    let trawling = fishing.replace("28 -17.432", "28 -17.842").replace("go 270 10 180", "go 270 2.8 180");
    assert!(told(&trawling).is_empty());
}

#[test]
fn a_ship_that_was_never_under_way_has_not_slowed_down() {
    let script = drop_and_collect(24, 5.0, BOAT);
    // First heard when already slow, or always at 4 kn.
    let unknown =
        script.replace("11:00 28 -18.4533\n           go 90 12 120", "12:50 28 -18.0076\n           go 90 3 10");
    assert!(told(&unknown).is_empty());
    let slow = script.replace("11:00 28 -18.4533\n           go 90 12 120", "11:00 28 -18.151\n           go 90 4 120");
    assert!(told(&slow.replace("go 90 3 24", "go 90 1.5 24")).is_empty());
    let known =
        script.replace("11:00 28 -18.4533\n           go 90 12 120", "12:00 28 -18.2266\n           go 90 12 60");
    let told = told(&known);
    assert_eq!(told[0].alert.evidence.measured["usual_knots"].as_f64().map(|knots| 11.0 < knots), Some(true));
}

#[test]
fn hours_and_miles_weigh() {
    let near = told(&drop_and_collect(24, 5.0, BOAT));
    assert!(!codes(&near[0]).iter().any(|code| code == "late" || code == "far"), "{:?}", codes(&near[0]));
    let far = told(&drop_and_collect(24, 7.0, BOAT).replace("28 -17.432", "28.06 -17.432"));
    assert!(codes(&far[0]).iter().any(|code| code == "far"), "3.6 nm: {:?}", codes(&far[0]));
    let mut settings = only("async_rendezvous");
    settings.behaviours.async_rendezvous.late_hours = 4.0;
    let late = run(&settings, AREA, &drop_and_collect(24, 5.0, BOAT));
    assert!(codes(&late[0]).iter().any(|code| code == "late"), "4.6 h: {:?}", codes(&late[0]));
}

/// `boats` other boats stopped around the place in the morning, before the ship came by.
fn busy(boats: u32) -> String {
    let mut script = drop_and_collect(24, 5.0, BOAT);
    for number in 0..boats {
        let (lat, lon) = (27.97 + f64::from(number % 7) * 0.01, -18.03 + f64::from(number / 7) * 0.01);
        script.push_str(&format!("\nBOAT{number} 2251000{number:02} class=B type=37 dims=6,6,2,2 every=120\n 06:00 {lat} {lon}\n stop 60\n go 0 12 180"));
    }
    script
}

#[test]
fn what_chance_would_bring_lowers_the_score_and_is_a_fact_in_the_end() {
    let mut settings = only("async_rendezvous");
    settings.behaviours.async_rendezvous.chance_nm = 5.0;
    let form = |boats: u32| {
        let changes = run(&settings, AREA, &busy(boats));
        let taker = changes.iter().find(|change| change.alert.vessels.iter().any(|vessel| vessel.mmsi == 224_000_001));
        let alert = &taker.expect("a find").alert;
        let expected = alert.evidence.measured["expected_by_chance"].as_f64().expect("a number");
        (expected, alert.score, alert.score_reasons.last().map(|reason| reason.code.clone()))
    };
    let (none, alone, _) = form(0);
    assert_eq!(none, 0.0);
    let (some, lower, _) = form(12);
    assert!((0.5..2.0).contains(&some), "{some}");
    assert_eq!(lower, alone - 20);
    let (many, fact, line) = form(40);
    assert!(2.0 <= many && fact <= 19, "{many} {line:?}");
}

#[test]
fn many_craft_that_stop_there_after_it_are_one_alert_and_then_a_fact() {
    let after = |boats: u32| {
        let mut script = drop_and_collect(24, 5.0, BOAT);
        for number in 0..boats {
            let lat = 27.99 + f64::from(number) * 0.004;
            script.push_str(&format!(
                "\nMORE{number} 22520000{number} class=B type=37 dims=6,6,2,2 every=60\n 17:0{number} {lat} -17.6213\n go 270 10 120\n stop 120\n go 90 10 60"
            ));
        }
        told(&script)
    };
    let opened = |changes: &[Change]| changes.iter().filter(|change| change.revision == 1).count();
    let few = after(2);
    assert_eq!(opened(&few), 3);
    let more = after(4);
    assert!(opened(&more) < 5, "{}", opened(&more));
    let many = after(7);
    let last = many.last().expect("a line");
    assert_eq!(last.alert.evidence.measured["craft_stopped_there"].as_u64(), Some(8));
    let forms: Vec<_> = many.iter().map(|change| codes(change).last().cloned()).collect();
    assert!(
        forms.iter().any(|code| code.as_deref() == Some("cap_fact"))
            || many.iter().all(|change| change.alert.score <= 40),
        "{forms:?}"
    );
}

/// BIG's slow leg, and this many boats that stop within reach of it in the same minute.
fn at_once(boats: u32) -> Vec<Change> {
    let mut script = drop_and_collect(24, 5.0, BOAT);
    for number in 1..boats {
        let lat = 27.99 + f64::from(number) * 0.004;
        script.push_str(&format!(
            "\nMORE{number} 22520000{number} class=B type=37 dims=6,6,2,2 every=60\n 15:00 {lat} -17.432\n go 270 10 180\n stop 60\n go 90 10 60"
        ));
    }
    told(&script)
}

#[test]
fn four_craft_at_one_slow_leg_are_one_alert_that_lists_them_and_six_a_fact() {
    let going_on = |changes: &[Change]| -> Vec<Change> {
        let ids: std::collections::BTreeSet<_> = changes.iter().map(|change| &change.alert.id).collect();
        let last = ids.iter().filter_map(|id| changes.iter().rev().find(|change| change.alert.id == **id));
        last.filter(|change| !change.reason.starts_with("superseded")).cloned().collect()
    };
    let three = at_once(3);
    assert_eq!(going_on(&three).len(), 3, "so few may each be it");
    let four = at_once(4);
    let one = going_on(&four);
    assert_eq!(one.len(), 1, "{four:?}");
    let alert = &one[0].alert;
    assert_eq!(alert.evidence.measured["craft"].as_array().map(Vec::len), Some(4));
    assert!(
        alert.summary.contains("4 small craft have stopped there since (MMSI 224000001, 225200001, "),
        "{}",
        alert.summary
    );
    assert!(crate::alerts::Severity::Medium <= alert.severity, "{:?}", alert.score_reasons);
    let six = at_once(6);
    let one = going_on(&six);
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].alert.severity, crate::alerts::Severity::Info, "{:?}", one[0].alert.score_reasons);
    let text = &one[0].alert.score_reasons.last().expect("a cap").text;
    assert!(text.contains("6 craft stopped there since, too many to single one out"), "{text}");
}
