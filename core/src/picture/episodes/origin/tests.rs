//! The source region that a vessel was last seen in.

use super::*;
use crate::ais::{Line, SourceId};
use crate::base::units::Mmsi;
use crate::testing::{engine, lines, only};
use crate::zones::Requests;
use crate::zones::{ZoneIx, ZoneSet};

/// Two source regions side by side, the eastern one active in winter only.
const REGIONS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"id":"west","name":"West coast","kind":"source"},
     "geometry":{"type":"Polygon","coordinates":[[[-20,26],[-18,26],[-18,30],[-20,30],[-20,26]]]}},
    {"type":"Feature","properties":{"id":"east","name":"East coast","kind":"source","months":[12]},
     "geometry":{"type":"Polygon","coordinates":[[[-18,26],[-16,26],[-16,30],[-18,30],[-18,26]]]}}]}"#;

fn zones() -> ZoneSet {
    ZoneSet::parse(&[("regions.geojson".to_owned(), REGIONS.to_owned())], Requests::NONE).expect("sound zones")
}

fn ship(number: u32) -> TrackKey {
    TrackKey { mmsi: Mmsi(number), ordinal: 1 }
}

fn day(day: i64) -> Time {
    Time::from_seconds(day * 86_400)
}

#[test]
fn the_last_region_is_remembered_for_thirty_days_after_it_was_left() {
    let (zones, mut origins) = (zones(), Origins::default());
    let (west, east) = (zones.get(ZoneIx(0)), zones.get(ZoneIx(1)));
    let origin = |origins: &Origins| {
        origins.of(ship(1)).map(|origin| (origin.region.id.to_string(), origin.since, origin.last_at))
    };
    for at in [1, 2, 3] {
        origins.seen(ship(1), west, day(at));
    }
    assert_eq!(origin(&origins), Some(("west".to_owned(), day(1), day(3))));
    assert_eq!(origins.of(TrackKey { ordinal: 2, ..ship(1) }), None, "another ship of the same number");
    origins.seen(ship(1), east, day(4));
    assert_eq!(origin(&origins), Some(("east".to_owned(), day(4), day(4))));
    origins.sweep(day(34));
    assert_eq!(origin(&origins), Some(("east".to_owned(), day(4), day(4))));
    origins.sweep(day(34) + Span::from_millis(1));
    assert_eq!(origin(&origins), None);
    assert!(origins.regions.is_empty());
}

#[test]
fn regions_are_kept_once_and_under_their_latest_name() {
    let (zones, mut origins) = (zones(), Origins::default());
    let west = zones.get(ZoneIx(0));
    origins.seen(ship(1), west, day(1));
    origins.seen(ship(2), west, day(1));
    let region = |origins: &Origins, number| Arc::clone(&origins.of(ship(number)).expect("seen").region);
    assert!(Arc::ptr_eq(&region(&origins, 1), &region(&origins, 2)));
    origins.seen(ship(2), &Zone { name: "Far west".to_owned(), ..west.clone() }, day(2));
    assert_eq!([&*region(&origins, 1).name, &*region(&origins, 2).name], ["West coast", "Far west"]);
    assert_eq!(origins.of(ship(2)).map(|origin| origin.since), Some(day(1)), "the same region by another name");
}

#[test]
fn when_full_those_seen_longest_ago_are_dropped_and_counted() {
    let (zones, mut origins) = (zones(), Origins::default());
    let west = zones.get(ZoneIx(0));
    for number in 0..MOST as u32 {
        origins.seen(ship(number), west, Time::from_seconds(i64::from(number)));
    }
    origins.seen(ship(0), west, day(3));
    assert_eq!((origins.last.len(), origins.evicted()), (MOST, 0), "one that is known needs no room");
    origins.seen(ship(MOST as u32), west, day(4));
    assert_eq!((origins.last.len(), origins.evicted()), (MOST - MAKE_ROOM + 1, MAKE_ROOM as u64));
    let gone = (0..=MOST as u32).filter(|number| origins.of(ship(*number)).is_none());
    assert!(gone.eq(1..=MAKE_ROOM as u32));
    assert!(origins.bytes() < 8_000_000);
}

/// The origin of the ship after a script, as `ID HH:MM-HH:MM`.
fn after(zones: &str, script: &str) -> Option<String> {
    of_track(1, zones, script)
}

fn of_track(ordinal: u16, zones: &str, script: &str) -> Option<String> {
    of(TrackKey { ordinal, ..ship(224_000_001) }, zones, script)
}

fn of(key: TrackKey, zones: &str, script: &str) -> Option<String> {
    let mut engine = engine(&only("distress"), zones);
    let mut out = Vec::new();
    for line in lines(script) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    let origin = engine.episodes().origins.of(key)?;
    Some(format!("{} {}-{}", origin.region.id, origin.since.clock(), origin.last_at.clock()))
}

#[test]
fn the_engine_looks_at_the_first_fix_and_then_each_half_hour() {
    let passes = "ALFA 224000001 type=70 every=60\n 12:10 28 -18.5\n go 90 12 240";
    // 26.5 nm to the border at 12 kn take 2 h 12 min. The eastern region is inactive in the month of the scripts.
    assert_eq!(after(REGIONS, passes).as_deref(), Some("west 12:10-14:00"));
    let all_year = REGIONS.replace(r#","months":[12]"#, "");
    assert_eq!(after(&all_year, passes).as_deref(), Some("east 14:30-16:00"));
    assert_eq!(after(&REGIONS.replace("source", "area"), passes), None, "a watched area is not a source region");
    let beside = passes.replace("28 -18.5", "31 -18.5");
    assert_eq!(after(REGIONS, &beside), None);
    let short = passes.replace("go 90 12 240", "stop 15");
    assert_eq!(after(REGIONS, &short).as_deref(), Some("west 12:10-12:10"));
    let unassigned = |script: &str| of(ship(100_000_001), REGIONS, &script.replace("224000001", "100000001"));
    assert_eq!(unassigned(&short), None, "an unassigned number counts as a vessel after an hour");
    assert_eq!(unassigned(passes).as_deref(), Some("west 13:30-14:00"));
}

#[test]
fn a_vessel_that_appears_in_a_region_is_remembered_at_once() {
    let far = "ALFA 224000001 type=70 every=60\n 12:00 20 -30\n go 90 12 20\n";
    let here = "ALFA 224000001 type=70 every=60\n 12:07 28 -19\n go 90 12 12";
    let both = format!("{far}{here}");
    assert_eq!(of_track(1, REGIONS, &both), None);
    let origin = of_track(2, REGIONS, &both);
    assert!(origin.as_ref().is_some_and(|origin| origin.starts_with("west 12:0")), "{origin:?}");
}
