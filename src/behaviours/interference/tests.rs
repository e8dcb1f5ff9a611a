//! What an analyst would notice about jammed navigation.

use crate::engine::Settings;
use crate::testing::{AREA, check, only, run};

/// So many ships, far apart, that all turn up at one place from 12:11 on, a minute after one another.
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
        "12:17 opened interference - since=12:13
         13:17 ended interference - since=12:13 ended=12:17",
    );
    let alert = run(&only("interference"), AREA, &fleet(5, 0.005))[0].alert.clone();
    assert!(alert.summary.starts_with("5 vessels jumped to one place"), "{}", alert.summary);
    assert_eq!(alert.evidence.measured["mmsis"][4], 224_000_014);
}

#[test]
fn four_vessels_or_five_places_are_none() {
    check(&only("interference"), AREA, &fleet(4, 0.005), "");
    check(&only("interference"), AREA, &fleet(5, 0.05), "");
}

#[test]
fn one_vessel_that_jumps_five_times_is_none() {
    let one = fleet(5, 0.005);
    let one: String = (0..5).fold(one, |script, number| script.replace(&format!("22400001{number}"), "224000010"));
    check(&only("interference"), AREA, &one, "");
}

#[test]
fn while_it_lasts_nobody_loiters_there() {
    let late = |number: u32, clock: &str| {
        let ship = format!("S{number} 22400001{number} type=70\n12:00 28 -21\ngo 90 10 10\n");
        format!("{ship}S{number} 22400001{number} mute\n{clock} 29.5 -15\nstop 200\n")
    };
    let loiters = |ships| {
        let script = [fleet(ships, 0.005), late(8, "12:40"), late(9, "13:08")].concat();
        let changes = run(&Settings::default(), AREA, &script);
        changes.iter().find(|change| change.alert.behaviour == "loitering").map(|change| change.at.clock())
    };
    // Three and two are no area within half an hour: the first loiters after an hour. Five are one, until half an hour after
    // the last jump.
    assert_eq!(loiters(3), Some("13:13".to_owned()));
    assert_eq!(loiters(5), Some("13:40".to_owned()));
}
