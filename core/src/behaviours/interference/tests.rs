//! What an analyst would notice about jammed navigation.

use crate::alerts::{Change, ChangeKind};
use crate::behaviours::Behaviour;
use crate::engine::Settings;
use crate::testing::{AREA, check, only, run};

/// `ships` ships, far apart, that all appear at one place from 12:11 on, a minute after one another.
fn fleet(ships: u32, spread: f64) -> String {
    let ship = |number: u32| {
        let (lat, land) = (24.5 + 0.5 * f64::from(number), 29.5 + spread * f64::from(number));
        format!(
            "S{number} 22400001{number} type=70
               12:00 {lat} -21
               go 90 10 10
             S{number} 22400001{number} mute
               12:{} {land} -15
               stop 200\n",
            11 + number
        )
    };
    (0..ships).map(ship).collect()
}

#[test]
fn five_vessels_that_jump_to_one_place_are_one_notice() {
    check(
        &only("interference"),
        AREA,
        &fleet(5, 0.005),
        "12:17 opened interference S0+S1+S2+S3+S4 since=12:11
         13:15 ended interference S0+S1+S2+S3+S4 since=12:11 ended=12:15",
    );
    let alert = run(&only("interference"), AREA, &fleet(5, 0.005))[0].alert.clone();
    assert!(alert.summary.starts_with("5 vessels have jumped to one place"), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["mmsis"][4], 224_000_014);
}

#[test]
fn four_vessels_or_five_places_are_not_interference() {
    check(&only("interference"), AREA, &fleet(4, 0.005), "");
    check(&only("interference"), AREA, &fleet(5, 0.05), "");
}

#[test]
fn one_vessel_that_jumps_five_times_is_not_interference() {
    let one = fleet(5, 0.005);
    let one: String = (0..5).fold(one, |script, number| script.replace(&format!("22400001{number}"), "224000010"));
    check(&only("interference"), AREA, &one, "");
}

/// `ships` ships that appear at one place from 12:11 on, `apart` minutes after one another, and are back on their way
/// at `back` minutes after noon, likewise.
fn jammed(ships: u32, apart: u32, back: u32) -> String {
    let clock = |minutes: u32| format!("{}:{:02}", 12 + minutes / 60, minutes % 60);
    let ship = |number: u32| {
        let lat = 24.5 + 0.5 * f64::from(number);
        let (away, home) = (11 + apart * number, back + number);
        // At 10 kn along the parallel.
        let lon = -21.0 + f64::from(home) / 6.0 / 60.0 / lat.to_radians().cos();
        let name = format!("S{number} 22400001{number}");
        format!(
            "{name} type=70
               12:00 {lat} -21
               go 90 10 {}
             {name} mute
               {} {} -15
               stop {}
             {name} mute
               {} {lat} {lon}
               go 90 10 240\n",
            away - 1,
            clock(away),
            29.5 + 0.0002 * f64::from(number),
            home - away - 1,
            clock(home),
        )
    };
    (0..ships).map(ship).collect()
}

/// Alerts opened and not retracted, as `HH:MM behaviour`.
fn stands(changes: &[Change]) -> Vec<String> {
    let taken_back: Vec<&str> = changes
        .iter()
        .filter(|change| change.change == ChangeKind::Retracted)
        .inspect(|change| assert_eq!(change.reason, "interference: the positions were false"))
        .map(|change| change.alert.id.as_str())
        .collect();
    let opened = changes.iter().filter(|change| change.change == ChangeKind::Opened);
    let stands = opened.filter(|change| !taken_back.contains(&change.alert.id.as_str()));
    stands.map(|change| format!("{} {}", change.at.clock(), change.alert.behaviour)).collect()
}

#[test]
fn the_notice_names_its_vessels_under_an_id_that_stays() {
    let changes = run(&only("interference"), AREA, &jammed(7, 1, 80));
    let named = |change: &Change| change.alert.vessels.iter().map(|vessel| vessel.mmsi).collect::<Vec<u32>>();
    assert_eq!(named(&changes[0]), [224_000_010, 224_000_011, 224_000_012, 224_000_013, 224_000_014]);
    assert_eq!((changes[1].change, changes[1].reason.as_str()), (ChangeKind::Updated, "1 more vessel"));
    let last = changes.last().expect("it ended");
    assert_eq!((last.change, named(last).len()), (ChangeKind::Ended, 7));
    assert!(changes.iter().all(|change| change.alert.id == changes[0].alert.id));
    assert_eq!(last.alert.vessels[5].name.as_deref(), Some("S5"));
    assert_eq!(last.alert.score, changes[0].alert.score);
}

#[test]
fn nothing_else_is_reported_of_ships_that_are_jammed_and_come_back() {
    // Back within half an hour, while the true tracks are still known, and after hours, when they are not.
    for (ships, apart, back) in [(5, 1, 38), (7, 1, 80), (6, 6, 150), (9, 1, 300)] {
        let changes = run(&Settings::default(), AREA, &jammed(ships, apart, back));
        let stands = stands(&changes);
        assert_eq!(stands.len(), 1, "{ships} ships, back at {back}: {stands:?}");
        assert!(stands[0].ends_with(" interference"), "{stands:?}");
    }
}

#[test]
fn jumps_spread_over_more_than_the_window_are_reported_one_by_one() {
    let stands = stands(&run(&Settings::default(), AREA, &jammed(5, 8, 80)));
    assert!(stands.iter().all(|told| !told.ends_with(" interference")), "{stands:?}");
    assert!(4 < stands.len(), "{stands:?}");
}

#[test]
fn a_ship_that_is_there_keeps_all_her_behaviours() {
    let there = "TRUE 224000099 type=70
                   10:00 29.5 -15.001
                   stop 300\n";
    let stands = stands(&run(&Settings::default(), AREA, &[&jammed(7, 1, 80), there].concat()));
    assert_eq!(stands, ["11:00 loitering", "12:17 interference"]);
}

#[test]
fn a_ship_that_is_back_stays_muted_for_half_an_hour() {
    // The ship meets a boat at the place where it comes back.
    let lon = -21.0 + 80.0 / 360.0 / 24.5_f64.to_radians().cos();
    let script = jammed(5, 1, 80).replacen("go 90 10 240", "stop 240", 1);
    let boat = format!("BOAT 224000098 type=37 every=60\n12:30 24.5003 {lon}\nstop 300\n");
    let met = |back_minutes: f64| {
        let mut settings = Settings::default();
        settings.behaviours.interference.back_minutes = back_minutes;
        let stands = stands(&run(&settings, AREA, &[script.as_str(), boat.as_str()].concat()));
        stands.into_iter().find(|told| told.ends_with("rendezvous"))
    };
    assert_eq!(met(0.0).as_deref(), Some("13:29 rendezvous"));
    assert_eq!(met(30.0).as_deref(), Some("13:52 rendezvous"));
}

#[test]
fn a_ship_that_never_comes_back_stays_in_doubt_and_one_notice_is_no_case() {
    let gone = fleet(7, 0.0005).replace("stop 200", "stop 1500");
    let mut engine = crate::testing::engine(&Settings::default(), AREA);
    let mut changes = Vec::new();
    for line in crate::testing::lines(&gone) {
        let line = crate::ais::Line { source: crate::ais::SourceId(0), received: None, bytes: line.as_bytes() };
        engine.line(line, &mut changes);
    }
    assert_eq!(stands(&changes), ["12:17 interference"]);
    assert!(engine.cases().is_empty());
    // The explanation of why it does not loiter gives the reason.
    let told = engine.explain(crate::base::units::Mmsi(224_000_010));
    let loitering = told.iter().flat_map(|track| &track.behaviours).filter(|(name, _)| *name == Behaviour::Loitering);
    let conditions: Vec<_> = loitering.flat_map(|(_, told)| told).flat_map(|told| &told.conditions).collect();
    let positions = conditions.iter().find(|condition| condition.name == "positions").expect("a condition");
    assert!(!positions.met && positions.measured == "false since 2026-03-01T12:11:00Z", "{positions:?}");
}

#[test]
fn positions_that_go_on_for_miles_from_where_they_landed_are_believed() {
    // The earlier positions were the false ones: all ships sail on from the roads where they appeared.
    let sails = |minutes| {
        let script = fleet(6, 0.0005).replace("stop 200", &format!("go 180 10 {minutes}\nstop 200"));
        stands(&run(&Settings::default(), AREA, &script))
    };
    assert!(sails(60).iter().all(|told| told.ends_with(" interference")), "{:?}", sails(60));
    assert!(sails(150).iter().any(|told| told.ends_with(" loitering")), "{:?}", sails(150));
}
