//! Cuts of real recordings whose licence allows distribution: real positions and times, invented MMSIs.

use crate::harness::outcome::{Grade, Outcome, Told, at, replay, replay_in};

/// Replays the Gulf of Mexico set with an area over all of it.
fn gulf(case: &str) -> Outcome {
    replay_in(case, "track.csv", -92.5, 25.2, -88.5, 29.2)
}

/// Replays the days from the United States' coast.
fn coast(case: &str) -> Outcome {
    replay_in(case, "track.csv", -98.0, 20.0, -80.0, 32.0)
}

fn one_vessel<'a>(told: &[&'a Told], mmsi: u32) -> Vec<&'a Told> {
    told.iter().copied().filter(|told| told.mmsis == [mmsi]).collect()
}

#[test]
fn one_silent_ship_is_not_the_partner_of_every_ship_that_stops() {
    let told = replay("real-01-dark-rendezvous-flood", "track.csv");
    // A dark meeting that opens with few possible partners is lowered to a fact once there are many.
    for dark in told.standing("dark_rendezvous").into_iter().filter(|told| told.alert["severity"] != "info") {
        assert!(dark.measured("possible").is_some_and(|possible| possible <= 5.0), "{dark:?}: {}", dark.summary());
        assert!(dark.measured("slack_hours").is_none_or(|hours| hours <= 48.0), "{dark:?}: {}", dark.summary());
    }
    // Two tankers alongside each other have met each other.
    let alongside = |told: &&&Told| told.names(338_987_001) && (told.names(241_987_001) || told.names(311_987_001));
    assert_eq!(told.standing("dark_rendezvous").iter().filter(alongside).count(), 0);
    let meetings = told.standing("rendezvous");
    let [lightering] = meetings.as_slice() else { panic!("one meeting: {meetings:?}") };
    assert!(lightering.worst == Grade::High && lightering.names(241_987_001) && lightering.names(311_987_001));
    let crowd = told.cases.iter().map(|case| case["vessels"].as_array().unwrap().len()).max();
    // The two ships of the lightering, and those that stopped while one of them was silent.
    assert!(crowd <= Some(5), "a case of {crowd:?} vessels");
}

#[test]
fn waiting_tankers_of_unknown_type_collect_nothing() {
    gulf("real-02a-async-waiting-tankers").at_most("async_rendezvous", Grade::Low);
}

#[test]
fn boats_that_trawl_have_not_slowed_down() {
    let told = coast("real-02b-async-trawling-is-a-stop");
    assert_eq!(told.standing("async_rendezvous").len(), 0, "{:?}", told.told);
}

#[test]
fn a_ship_that_sails_out_of_reach_has_not_gone_dark() {
    let told = gulf("real-03-gap-ship-leaves-the-box");
    let gaps = told.standing("ais_gap");
    assert!(one_vessel(&gaps, 257_987_002).is_empty(), "{gaps:?}");
    // The meeting of two ships alongside in the meantime is still reported.
    assert!(told.standing("rendezvous").iter().any(|told| told.worst == Grade::High), "{:?}", told.told);
}

#[test]
fn a_loitering_ends_when_the_distance_between_fixes_shows_it() {
    let told = coast("real-05-loitering-over-holes");
    let loitering = told.of("loitering");
    for (mmsi, under_way) in [
        (369_987_001, ["2024-01-01T22:00:00Z", "2024-01-01T23:00:00Z"]),
        (367_987_001, ["2024-01-01T14:30:00Z", "2024-01-01T18:00:00Z"]),
    ] {
        for moment in under_way {
            let claims = one_vessel(&loitering, mmsi).into_iter().filter(|told| told.covers(at(moment)));
            assert_eq!(claims.count(), 0, "{mmsi} sails at {moment}: {loitering:?}");
        }
    }
}

#[test]
fn a_time_of_delivery_does_not_create_a_second_ship() {
    let told = replay("real-08-identity-conflict-delivery-time", "track.nmea");
    told.none("identity_conflict");
    told.none("position_jump");
}

#[test]
fn a_feed_that_delivers_every_half_hour_is_not_silent_in_between() {
    replay("real-09-feed-silent-half-hour-feed", "track.csv").none("feed_silent");
}

#[test]
fn a_stop_gives_one_row() {
    let told = gulf("real-10-one-stop-many-alerts");
    let rows: Vec<&Told> = told.told.iter().filter(|told| told.stands() && !told.gave_way()).collect();
    for slowdown in rows.iter().filter(|told| told.behaviour == "slowdown") {
        let same = |told: &&&Told| told.behaviour == "loitering" && told.mmsis == slowdown.mmsis;
        let overlaps = rows
            .iter()
            .filter(same)
            .any(|told| told.covers(slowdown.started_at()) || slowdown.covers(told.started_at()));
        assert!(!overlaps, "{slowdown:?} and {rows:?}");
    }
    assert!(rows.iter().any(|told| told.behaviour == "loitering"), "{:?}", told.told);
}

#[test]
fn a_wait_interrupted_by_a_short_move_is_one_wait() {
    let told = gulf("real-10-one-stop-many-alerts");
    let loitering: Vec<&Told> = one_vessel(&told.standing("loitering"), 636_987_001);
    // Between them are a day without a report and a move of 7.6 nm.
    assert!((1..=3).contains(&loitering.len()), "three waits: {loitering:?}");
}

#[test]
fn a_test_mmsi_of_several_stations_is_one_conflict_and_never_loiters() {
    let told = replay("real-11-one-number-many-stations", "track.csv");
    let conflicts = told.standing("identity_conflict");
    assert!((1..=3).contains(&conflicts.len()), "{conflicts:?}");
    assert_eq!(told.standing("loitering").len(), 0, "{:?}", told.told);
    for one in &told.told {
        assert!(!(one.summary().contains("Taiwan") && one.summary().contains("Gulf of Guinea")), "{}", one.summary());
    }
}

#[test]
fn a_type_received_after_the_opening_counts() {
    let told = replay_in("real-12-type-known-after-opening", "track.csv", -40.0, 0.0, -10.0, 40.0);
    let loitering = told.of("loitering");
    assert!(!loitering.is_empty());
    for one in loitering {
        let severity = one.alert["severity"].as_str().unwrap();
        assert!(one.has_reason("fishing") && !["high", "critical"].contains(&severity), "{one:?}");
    }
}

#[test]
fn a_ship_that_comes_back_after_a_week_is_counted_once() {
    assert_eq!(replay("real-13-vessels-counted-twice", "track.csv").summary["vessels"], 3);
}

#[test]
fn longliners_working_far_out_do_not_loiter() {
    let told = replay_in("real-14-longliners-at-work", "track.csv", -180.0, -40.0, -100.0, 0.0);
    let fishing = one_vessel(&told.of("loitering"), 416_987_001);
    assert!(fishing.iter().all(|told| told.worst <= Grade::Low), "{fishing:?}");
    // The other one sends no type. It gives one row per stop, and from the third day its daily round is recognised as work.
    let other: Vec<&Told> = told.told.iter().filter(|told| told.names(372_987_001)).collect();
    let work = other.iter().filter(|told| at("2021-01-04T00:00:00Z") <= told.started_at());
    assert!(work.clone().count() > 0 && work.clone().all(|told| told.worst <= Grade::Low), "{other:?}");
    let rows: Vec<&&Told> = other.iter().filter(|told| told.stands() && !told.gave_way()).collect();
    for one in rows.iter().filter(|told| ["slowdown", "drift"].contains(&told.behaviour.as_str())) {
        let covered = |told: &&&&Told| told.behaviour == "loitering" && told.covers(one.started_at());
        assert_eq!(rows.iter().filter(covered).count(), 0, "{one:?} and {rows:?}");
    }
}

#[test]
fn supply_ships_call_at_their_platforms() {
    let told = gulf("real-15-platform-supply-ships");
    // One remains, because of the only silent ship that had time for it.
    assert!(told.standing("dark_rendezvous").len() <= 1, "{:?}", told.of("dark_rendezvous"));
    for one in &told.told {
        assert!(!(one.has_reason("repeat") && one.has_reason("rare_place")), "{one:?}");
    }
    // The first calls are not recognised as such; all later ones are.
    let grave = told.standing("loitering").into_iter().filter(|told| Grade::Medium <= told.worst).count();
    assert!(grave <= 4, "{grave} of eleven calls at medium: {:?}", told.of("loitering"));
}
