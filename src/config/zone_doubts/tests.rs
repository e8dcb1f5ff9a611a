//! Zones that are probably mistakes are reported, and sound ones are not.

use super::*;
use crate::config::{Checked, Purpose, check};
use atalaia_core::behaviours::ZONE_REQUESTS;

fn odd(zones: &ZoneSet) -> Vec<String> {
    let now = Time::parse("2026-06-01T00:00:00Z").expect("a time");
    odd_zones(zones, &Coast::built_in(), now).into_iter().map(|(_, fault)| fault.to_string()).collect()
}

fn zones(features: &[(&str, &str)]) -> ZoneSet {
    let feature = |(id, rest): &(&str, &str)| {
        format!(r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"area",{rest}}}"#)
    };
    let features: Vec<String> = features.iter().map(feature).collect();
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    ZoneSet::parse(&[("a.geojson".to_owned(), text)], ZONE_REQUESTS).expect("sound zones")
}

fn circle(lon: f64, lat: f64) -> String {
    format!(r#""radius_nm":10}},"geometry":{{"type":"Point","coordinates":[{lon},{lat}]}}"#)
}

#[test]
fn the_shipped_zones_cause_no_warnings() {
    assert_eq!(odd(&ZoneSet::built_in(ZONE_REQUESTS)), [""; 0]);
}

#[test]
fn a_zone_on_land_is_reported_if_swapping_brings_it_to_sea() {
    let told = odd(&zones(&[("a", &circle(38.4, -9.9))]));
    assert!(told.len() == 1 && told[0].starts_with("geometry: lies on land, at 9.90 S 38.40 E; "), "{told:?}");
    assert!(told[0].ends_with("it belongs to 38.40 N 9.90 W"), "{told:?}");
    assert_eq!(odd(&zones(&[("a", &circle(-9.9, 38.4))])), [""; 0]);
    assert_eq!(odd(&zones(&[("a", &circle(20.0, 45.0))])), [""; 0], "on land either way: perhaps a lake");
}

#[test]
fn an_isolated_zone_is_reported_if_swapping_brings_it_among_others() {
    let (a, b) = (circle(-18.0, 28.0), circle(-20.0, 30.0));
    let (c, astray) = (circle(-22.0, 25.0), circle(26.0, -55.0));
    assert_eq!(
        odd(&zones(&[("a", &a), ("b", &b), ("c", &c), ("d", &astray)])),
        [""; 0],
        "its other place is none of theirs"
    );
    let swapped = circle(57.0, -17.0);
    let there = [circle(-17.5, 56.0), circle(-18.5, 57.5), circle(-16.5, 58.0), circle(-15.0, 58.0)];
    let all = [("a", &*there[0]), ("b", &*there[1]), ("c", &*there[2]), ("e", &*there[3]), ("d", &*swapped)];
    let told = odd(&zones(&all));
    assert!(told.len() == 1 && told[0].starts_with("geometry: lies at 17.00 S 57.00 E, "), "{told:?}");
}

#[test]
fn a_zone_apart_is_reported_if_swapping_brings_it_next_to_another() {
    let guinea = [circle(-18.0, 12.0), circle(-17.0, 9.0), circle(-19.0, 15.0)];
    // Off Namibia, less than 3000 nm from the others; meant 25 nm from the first of them.
    let with = |astray: &str| odd(&zones(&[("a", &guinea[0]), ("b", &guinea[1]), ("c", &guinea[2]), ("d", astray)]));
    let told = with(&circle(11.8, -18.3));
    assert!(
        told.len() == 1
            && told[0].starts_with("geometry: lies at 18.30 S 11.80 E, ")
            && told[0].contains("if they were swapped, it belongs to 11.80 N 18.30 W"),
        "{told:?}"
    );
    assert_eq!(with(&circle(11.8, -23.0)), [""; 0], "its other place is next to none");
}

#[test]
fn of_two_zones_that_mirror_one_another_neither_is_accused_alone() {
    // Both are at sea, one off Portugal and one off Mozambique.
    let told = odd(&zones(&[("right", &circle(-20.0, 40.0)), ("swapped", &circle(40.0, -20.0))]));
    assert_eq!(
        told,
        ["geometry: lies at 20.00 S 40.00 E, 4920 nm from the nearest other zone; positions are \
          [longitude, latitude]: if they were swapped here, it belongs to 40.00 N 20.00 W, or else those of right were"]
    );
}

#[test]
fn expired_empty_and_inverted_zones_are_reported() {
    let over = format!(r#""expires":"2026-05-31",{}"#, circle(-18.0, 28.0));
    let told = odd(&zones(&[("a", &over)]));
    assert!(told.len() == 1 && told[0].contains("it was over at 2026-06-01T00:00:00Z"), "{told:?}");
    let null = circle(0.0, 0.0);
    assert!(odd(&zones(&[("a", &null)]))[0].contains("holds the position 0, 0"));
    let polygon = |ring: &str| format!(r#""near_nm":1}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}"#);
    let round = polygon("[[-170,10],[-60,10],[60,10],[170,10],[170,20],[60,20],[-60,20],[-170,20],[-170,10]]");
    assert!(odd(&zones(&[("a", &round)]))[0].contains("the long way round"));
    let speck = polygon("[[-18,28],[-17.9999,28],[-17.9999,28.0001],[-18,28]]");
    assert!(odd(&zones(&[("a", &speck)]))[0].contains("a few metres wide"));
}

#[test]
fn settings_of_a_behaviour_that_the_zone_does_not_run_are_reported() {
    let zone = |behaviours: &str| {
        let rest = format!(
            r#""settings":{{"zone_speed":{{"min_knots":3}},"zone_entry":{{}}}},{behaviours}{}"#,
            circle(-9.9, 38.4)
        );
        odd(&zones(&[("a", &rest)]))
    };
    assert_eq!(
        zone(r#""behaviours":["loitering","zone_entry"],"#),
        [
            "behaviours: does not name zone_speed, so the zone's own settings of zone_speed have no effect; add \"zone_speed\", or leave \
          `behaviours` out to run all of them"
        ]
    );
    assert_eq!(zone(""), [""; 0]);
}

#[test]
fn a_start_and_a_reload_of_the_zones_have_the_warnings_that_a_check_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("atalaia.toml");
    let zones = folder.path().join("zones");
    std::fs::create_dir(&zones).expect("made");
    std::fs::write(&file, "[zones]\nfolder = \"zones\"\n").expect("written");
    let write = |circle: &str| {
        let head = r#"{"type":"Feature","properties":{"id":"a","name":"a","kind":"area","#;
        let text = format!(r#"{{"type":"FeatureCollection","features":[{head}{circle}}}]}}"#);
        std::fs::write(zones.join("a.geojson"), text).expect("written");
    };
    let swapped = |settings: &Checked| {
        let about = settings.warnings.iter().filter(|warning| warning.fault.to_string().contains("lies on land"));
        (about.count(), settings.zone_doubts)
    };
    write(&circle(38.4, -9.9));
    let mut started = check(Some(&file), None, Purpose::Run).expect("sound");
    assert_eq!(swapped(&started), (1, 1));
    write(&circle(-9.9, 38.4));
    started.read_zones_again().expect("sound");
    assert_eq!(swapped(&started), (0, 0));
    write(&circle(38.4, -9.9));
    started.read_zones_again().expect("sound");
    assert_eq!(swapped(&started), (1, 1));
    let replayed = check(Some(&file), None, Purpose::Replay).expect("sound");
    assert_eq!(swapped(&replayed), (0, 0), "a replay says what it said before");
}
