//! Profiles change only the keys they name, and the settings file comes after them.

use super::super::layers::Layer;
use super::super::load::load;
use super::*;
use crate::testing::{AREA, chart, run_on};
use atalaia_core::alerts::ChangeKind;
use atalaia_core::engine;

const ALL: [Option<Profile>; 4] = [None, Some(Profile::Gfw), Some(Profile::Skylight), Some(Profile::Starboard)];

fn settings(text: &str) -> engine::Settings {
    let file = [Layer { file: "test.toml".to_owned(), text: text.to_owned() }];
    let loaded = load(&file);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let config = loaded.config.expect("sound settings");
    assert_eq!(config.problems(), [], "{text}");
    config.engine()
}

/// The definitions (Atalaia's, gfw, skylight, starboard) under which the behaviour opens an alert for a script.
fn opens(behaviour: &str, script: &str) -> [bool; 4] {
    ALL.map(|profile| {
        let text = profile.map_or(String::new(), |profile| format!("profile = \"{}\"", profile.name()));
        let changes = run_on(&settings(&text), chart(AREA), script);
        changes.iter().any(|change| change.change == ChangeKind::Opened && change.alert.behaviour.name() == behaviour)
    })
}

/// Two ships side by side in mid-ocean, which then part.
fn meeting(metres: f64, minutes: u32) -> String {
    let lat = 27.0 + metres / 111_120.0;
    format!(
        "ALFA 224000001 type=70 jitter=0\n 12:00 27.0 -18\n stop {minutes}\n go 180 12 40\n\
         BRAVO 224000002 type=80 jitter=0\n 12:00 {lat:.6} -18\n stop {minutes}\n go 0 12 40"
    )
}

#[test]
fn a_meeting_is_one_by_some_definitions_and_not_by_others() {
    for (metres, minutes, expected) in [
        (400.0, 150, [true, true, false, false]),
        (400.0, 60, [true, false, false, false]),
        (230.0, 45, [true, false, true, false]),
        (150.0, 45, [true, false, true, true]),
        (75.0, 20, [true, false, false, false]),
        (40.0, 20, [true, false, false, true]),
        (600.0, 150, [false, false, false, false]),
    ] {
        assert_eq!(opens("rendezvous", &meeting(metres, minutes)), expected, "{metres} m for {minutes} min");
    }
}

#[test]
fn one_hour_is_loitering_to_some_and_four_to_all_who_define_it() {
    let stop = |minutes| format!("ALFA 224000001 type=70\n 12:00 27 -18\n go 90 10 60\n stop {minutes}\n go 90 10 60");
    assert_eq!(opens("loitering", &stop(50)), [false; 4]);
    assert_eq!(opens("loitering", &stop(90)), [true, true, true, false]);
    assert_eq!(opens("loitering", &stop(260)), [true; 4]);
    let circles = (0..8).map(|_| " go 0 5 20\n go 90 5 20\n go 180 5 20\n go 270 5 20\n").collect::<String>();
    let circles = format!("ALFA 224000001 type=70\n 12:00 27 -18\n{circles}");
    assert_eq!(opens("loitering", &circles), [true, false, true, false]);
}

#[test]
fn what_the_file_says_wins() {
    let own = settings("profile = \"gfw\"\n[behaviours.rendezvous]\nnear_minutes = 45\n");
    let rendezvous = &own.behaviours.rendezvous;
    assert_eq!((rendezvous.near_minutes, rendezvous.slow_knots), (45.0, 2.0));
    assert_eq!(own.behaviours.loitering.min_shore_nm, 20.0);
    // Even if the key repeats the default.
    let own = settings("profile = \"starboard\"\n[behaviours]\nloitering = { after_minutes = 60 }\n");
    assert_eq!((own.behaviours.loitering.after_minutes, own.behaviours.rendezvous.near_metres), (60.0, 200.0));
}

#[test]
fn every_value_of_a_profile_is_a_valid_setting() {
    for profile in ALL.into_iter().flatten() {
        let told = settings(&format!("profile = \"{}\"", profile.name()));
        let all = serde_json::to_value(&told.behaviours).expect("plain data");
        assert!(5 < profile.values().len());
        for (behaviour, key, value) in profile.values() {
            assert_eq!(all[&behaviour][&key].as_f64(), Some(value), "{} {behaviour}.{key}", profile.name());
        }
    }
}
