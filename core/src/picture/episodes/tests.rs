//! Episodes detected in scripts, with a real engine.

use crate::ais::{Line, SourceId};
use crate::base::time::{Span, Time};
use crate::engine::Engine;
use crate::testing::{AREA, engine, lines, only};

use super::Episodes;

fn after(script: &str) -> Engine {
    let mut engine = engine(&only("distress"), AREA);
    let mut out = Vec::new();
    for line in lines(script) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    engine
}

fn halts(script: &str) -> Vec<String> {
    let engine = after(script);
    let halts = engine.episodes().halts.iter();
    halts
        .map(|(_, halt)| {
            let over = if halt.over { " over" } else { "" };
            format!("{} {}-{}{over}", halt.key.mmsi, halt.started_at.clock(), halt.last_at.clock())
        })
        .collect()
}

#[test]
fn ten_slow_minutes_are_a_halt_and_nine_are_not() {
    let halt = "ALFA 224000001 type=37 every=30\n 12:00 28 -18\n go 90 10 30\n stop 16\n go 90 10 30";
    let halts_found = halts(halt);
    assert_eq!(halts_found.len(), 1, "{halts_found:?}");
    // Speed made good is measured over five minutes, so the halt seems to begin and end slightly late.
    assert!(halts_found[0].starts_with("224000001 12:2") && halts_found[0].ends_with("over"), "{halts_found:?}");
    assert_eq!(halts(&halt.replace("stop 16", "stop 7")), Vec::<String>::new());
}

#[test]
fn a_halt_goes_on_over_a_hole_and_a_short_push() {
    let script = "ALFA 224000001 type=37 every=60\n 12:00 28 -18\n go 90 10 30\n stop 30\n silent 60\n stop 20\n go 90 3.4 10\n stop 30\n go 90 10 30";
    let halts_found = halts(script);
    assert_eq!(halts_found.len(), 1, "{halts_found:?}");
    assert!(halts_found[0].ends_with("over"));
}

#[test]
fn a_slow_passage_is_no_part_of_a_halt() {
    let script = "ALFA 224000001 type=70 every=60\n 12:00 28 -18\n go 90 10 30\n stop 120\n go 90 3.5 40\n stop 30\n go 90 10 30";
    let halts_found = halts(script);
    assert_eq!(halts_found.len(), 2, "{halts_found:?}");
    assert!(halts_found[0].contains("-14:3") && halts_found[0].ends_with("over"), "{halts_found:?}");
    assert!([" 15:0", " 15:1"].iter().any(|began| halts_found[1].contains(began)), "{halts_found:?}");
}

#[test]
fn tight_circles_are_a_halt_for_as_long_as_they_last() {
    let rounds = "go 0 7 1\n go 90 7 1\n go 180 7 1\n go 270 7 1\n".repeat(15);
    let halts_found =
        halts(&format!("ALFA 224000001 type=37 every=60\n 12:00 28 -18\n go 90 10 30\n {rounds} go 90 10 30"));
    assert_eq!(halts_found.len(), 1, "{halts_found:?}");
    let is_whole = ["-13:2", "-13:3"].iter().any(|until| halts_found[0].contains(until));
    assert!(halts_found[0].contains(" 12:29-") && is_whole && halts_found[0].ends_with("over"), "{halts_found:?}");
}

#[test]
fn a_vessel_in_calm_water_does_not_halt() {
    let harbour = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"port","name":"Port","kind":"port","radius_nm":2},
        "geometry":{"type":"Point","coordinates":[-18,28]}}]}"#;
    let mut engine = engine(&only("distress"), harbour);
    let mut out = Vec::new();
    for line in lines("ALFA 224000001 type=37 every=60\n 12:00 28 -18\n stop 60\n go 90 8 60\n stop 60") {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    let halts: Vec<_> = engine.episodes().halts.iter().map(|(_, halt)| halt.position.lon).collect();
    assert_eq!(halts.len(), 1);
    assert!(-17.9 < halts[0]);
}

#[test]
fn a_merchant_ship_that_slows_to_a_third_makes_a_leg_and_a_fishing_boat_does_not() {
    let script = "BIG 224000002 type=70 every=60\n 12:00 28 -18\n go 90 12 60\n go 90 4 20\n go 90 12 60";
    let engine = after(script);
    let legs: Vec<_> = engine.episodes().legs.iter().map(|(_, leg)| leg.clone()).collect();
    assert_eq!(legs.len(), 1);
    assert!(((legs[0].last_at - legs[0].started_at).minutes() - 20.0).abs() < 6.0, "{legs:?}");
    assert!(after(&script.replace("type=70", "type=30")).episodes().legs.is_empty());
    assert!(after(&script.replace("go 90 4 20", "go 90 4 5")).episodes().legs.is_empty());
    assert!(after(&script.replace("go 90 4 20", "go 90 7.5 20")).episodes().legs.is_empty());
}

#[test]
fn out_of_the_way_and_back_is_a_kink_and_a_new_course_or_a_small_swerve_is_not() {
    let kink = "BIG 224000002 type=70 every=60\n 12:00 28 -18\n go 90 12 60\n go 140 12 15\n go 40 12 15\n go 90 12 60";
    let engine = after(kink);
    let kinks: Vec<_> = engine.episodes().kinks.iter().map(|(_, kink)| kink.clone()).collect();
    assert_eq!(kinks.len(), 1, "{kinks:?}");
    // 3 nm at 50 degrees from its course are 2.3 nm aside.
    assert!((2.1..=2.4).contains(&(kinks[0].aside_metres / 1852.0)), "{kinks:?}");
    assert!((40.0..=60.0).contains(&kinks[0].turn_degrees), "{kinks:?}");
    let new_course = "BIG 224000002 type=70 every=60\n 12:00 28 -18\n go 90 12 60\n go 140 12 90";
    assert!(after(new_course).episodes().kinks.is_empty());
    assert!(
        after(&kink.replace("go 140 12 15\n go 40 12 15", "go 110 12 15\n go 70 12 15")).episodes().kinks.is_empty()
    );
    // Back after two hours is a way of its own.
    assert!(
        after(&kink.replace("go 140 12 15\n go 40 12 15", "go 140 12 60\n go 40 12 60")).episodes().kinks.is_empty()
    );
    assert!(after(&kink.replace("type=70", "type=36")).episodes().kinks.is_empty());
}

#[test]
fn a_kink_is_measured_against_the_straight_way_before_it() {
    // Whenever the looks at the track fall, and however long each leg is.
    for start in 0..5 {
        for leg in [10, 12, 15] {
            let weave = |degrees: i32| {
                let (out, back) = (90 - degrees, 90 + degrees);
                format!(
                    "BIG 224000002 type=70 every=60\n 12:0{start} 28 -18\n go 90 12 60\n go {out} 12 {leg}
                     go {back} 12 {leg}\n go 90 12 60"
                )
            };
            for degrees in [16, 18, 20, 22, 25, 27] {
                let engine = after(&weave(degrees));
                let kinks: Vec<_> = engine.episodes().kinks.iter().map(|(_, kink)| kink.clone()).collect();
                assert!(kinks.is_empty(), "{degrees} degrees for {leg} min from {start}: {kinks:?}");
            }
            let engine = after(&weave(40));
            let kinks: Vec<_> = engine.episodes().kinks.iter().map(|(_, kink)| kink.clone()).collect();
            assert_eq!(kinks.len(), 1, "40 degrees for {leg} min from {start}");
            let aside_nm = leg as f64 * 12.0 / 60.0 * 40_f64.to_radians().sin();
            let told_nm = kinks[0].aside_metres / 1852.0;
            assert!((told_nm / aside_nm - 1.0).abs() < 0.05, "{told_nm} for {aside_nm} nm, {leg} min from {start}");
            let noon = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time");
            let apex = noon + Span::from_minutes(start + 60 + leg);
            assert!((kinks[0].aside_at - apex).abs() <= Span::from_minutes(1), "{kinks:?}, {leg} min from {start}");
        }
    }
}

#[test]
fn stops_of_others_of_a_kind_count_and_one_vessel_three_times_at_most() {
    use super::{Craft, Kind, Rate};
    use crate::base::units::Mmsi;
    use crate::geo::LatLon;
    use crate::picture::tracks::TrackKey;
    let mut script = String::new();
    for number in 1..=4 {
        script.push_str(&format!(
            "YACHT{number} 22400000{number} type=37 every=60\n 00:00 28.0{number} -18\n stop 30\n go 0 10 30\n"
        ));
    }
    script.push_str("TRAWLER 224000009 type=30 every=60\n 00:00 28 -18\n stop 30\n go 0 10 30\n");
    script.push_str("AGAIN 224000008 type=36 every=60\n 00:00 28 -18.01\n");
    for _ in 0..6 {
        script.push_str(" stop 30\n go 0 10 6\n go 180 10 6\n");
    }
    script.push_str(" go 0 10 1440\n");
    let engine = after(&script);
    let here = LatLon::new(28.0, -18.0);
    let now = engine.now().expect("time began");
    let stops = |craft, nm, left_out: u32| {
        let left_out = move |key: TrackKey| key.mmsi == Mmsi(left_out);
        engine.episodes().rate((here, nm), (Kind::Stops, craft), now, left_out)
    };
    // A day later each weighs a fourteenth less.
    let near = |rate: Rate, count: f64| (count * 0.9..=count).contains(&rate.count);
    assert!(near(stops(Craft::Small, 5.0, 0), 4.0 + 3.0), "{:?}", stops(Craft::Small, 5.0, 0));
    assert!(near(stops(Craft::Fishing, 5.0, 0), 1.0));
    assert!(stops(Craft::Merchant, 5.0, 0).is_none());
    assert!(near(stops(Craft::Other, 5.0, 224_000_008), 5.0));
    assert!(near(stops(Craft::Small, 1.0, 224_000_008), 1.0));
    let rate = stops(Craft::Small, 5.0, 0);
    assert!((0.9..1.3).contains(&rate.days) && rate.vessels == 5, "{rate:?}");
}

#[test]
fn years_between_a_recording_and_the_feed_of_today_are_not_years_of_data() {
    let then = Time::from_utc(2013, 5, 1, 0, 0, 0).expect("a time");
    let today = Time::from_utc(2026, 3, 1, 0, 0, 0).expect("a time");
    let slot = Span::from_minutes(10);
    let mut episodes = Episodes::default();
    let watched = |episodes: &mut Episodes, from: Time, slots: i64| {
        (1..=slots).for_each(|slots| episodes.passed(slot, true, from + Span::from_minutes(10 * slots)));
    };
    episodes.heard(then);
    watched(&mut episodes, then, 144);
    assert_eq!(episodes.seen_for(then + Span::from_hours(24)).hours(), 24.0);
    // The daemon was off for two days, then ran for another hour.
    let later = then + Span::from_hours(72);
    episodes.passed(Span::from_hours(48), false, later);
    assert_eq!(episodes.seen_for(later).hours(), 24.0, "a pause does not count as watched");
    watched(&mut episodes, later, 6);
    assert_eq!(episodes.seen_for(later + Span::from_hours(1)).hours(), 25.0);
    // An hour without reports counts, as the feed was up.
    let quiet = later + Span::from_hours(2);
    episodes.passed(Span::from_hours(1), false, quiet);
    watched(&mut episodes, quiet, 6);
    assert_eq!(episodes.seen_for(quiet + Span::from_hours(1)).hours(), 27.0);
    episodes.passed(today - (quiet + Span::from_hours(1)), false, today);
    watched(&mut episodes, today, 6);
    assert_eq!(episodes.seen_for(today + Span::from_hours(1)).hours(), 1.0, "what was known of stops has faded");
}

#[test]
fn the_halt_of_a_vessel_that_is_forgotten_is_over() {
    let found = halts(
        "ALFA 224000001 type=37 every=30
           12:00 28 -18
           go 90 10 30
           stop 30
         BRAVO 224000002 type=70 every=600
           12:00 30 -20
           go 90 5 11000",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("224000001") && found[0].ends_with("over"), "{found:?}");
}
