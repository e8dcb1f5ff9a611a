//! A receiver fails: no vessel is blamed, however far apart the vessels are that it heard.

use super::*;

/// Ships 26 nm apart that one receiver hears. From 10:00 those with these numbers are silent for the given minutes.
fn apart(silent: std::ops::RangeInclusive<usize>, minutes: u32) -> String {
    let mut script = String::new();
    for (number, lon) in ["-16.79", "-16.29", "-15.79", "-15.29"].iter().enumerate() {
        let then = if silent.contains(&number) { "dark" } else { "go" };
        script.push_str(&format!(
            "\nEAST{number} 22440000{number} every=300
               00:00 28.05 {lon}
               go 270 0.6 600
               {then} 270 0.6 {minutes}
               go 270 0.6 60"
        ));
    }
    script
}

/// The numbers of the vessels whose gaps were reported.
fn reported(script: &str) -> Vec<u32> {
    let changes = run(&settings(), AREA, &among_sentinels(script));
    let opened = changes.iter().filter(|change| change.change == ChangeKind::Opened);
    opened.map(|change| change.alert.vessels[0].mmsi).collect()
}

#[test]
fn ships_far_apart_that_fall_silent_at_once_with_nobody_heard_between_them_are_one_outage() {
    assert_eq!(reported(&apart(0..=3, 400)), [0; 0]);
}

#[test]
fn two_or_three_ships_that_switch_off_together_among_others_are_all_told() {
    assert_eq!(reported(&apart(0..=1, 400)), [224_400_000, 224_400_001]);
    assert_eq!(reported(&apart(0..=2, 400)), [224_400_000, 224_400_001, 224_400_002]);
}

#[test]
fn four_ships_that_switch_off_with_others_heard_between_them_are_all_told() {
    let mut script = apart(0..=3, 400);
    for (number, lon) in ["-16.65", "-16.15", "-15.65"].iter().enumerate() {
        script.push_str(&format!("\nMID{number} 22450000{number} every=300\n00:00 28.05 {lon}\nstop 1060"));
    }
    assert_eq!(reported(&script), [224_400_000, 224_400_001, 224_400_002, 224_400_003]);
}

#[test]
fn a_ship_that_sails_into_the_dead_water_is_not_blamed_and_one_that_goes_dark_outside_it_is() {
    let into = "
        INTO 224000001 every=300
           05:00 28.05 -17.98
           go 90 8 390
           dark 90 8 310
           go 90 8 60";
    let outside = "
        OUTSIDE 224000002 every=300
           05:00 28.05 -17.15
           stop 330
           silent 370
           stop 60";
    let script = format!("{}{into}{outside}", apart(0..=3, 400));
    assert_eq!(reported(&script), [224_000_002]);
    // With reception there, it is.
    let script = format!("{}{into}", apart(4..=4, 400));
    assert_eq!(reported(&script), [224_000_001]);
}
