//! Cuts of real recordings whose licence lets them travel: real positions and times, invented numbers.

use super::outcome::{Grade, Outcome, Told, at, replay, replay_in};

/// The Gulf of Mexico set, in an area over the whole of it.
fn gulf(case: &str) -> Outcome {
    replay_in(case, "track.csv", -92.5, 25.2, -88.5, 29.2)
}

/// The days of the United States' coast.
fn coast(case: &str) -> Outcome {
    replay_in(case, "track.csv", -98.0, 20.0, -80.0, 32.0)
}

fn one_vessel<'a>(told: &[&'a Told], mmsi: u32) -> Vec<&'a Told> {
    told.iter().copied().filter(|told| told.mmsis == [mmsi]).collect()
}

#[test]
fn one_silent_ship_is_not_the_partner_of_everybody_who_stops() {
    let told = replay("real-01-dark-rendezvous-flood", "track.csv");
    // What opens with few possible and comes to have many is worth no more than a fact from then on.
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
    // The two of the lightering, and those who stopped while one of them was silent.
    assert!(crowd <= Some(5), "a case of {crowd:?} vessels");
}

#[test]
fn tankers_of_unknown_type_that_wait_collect_nothing() {
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
    // What two ships alongside do in the meantime is told as before.
    assert!(told.standing("rendezvous").iter().any(|told| told.worst == Grade::High), "{:?}", told.told);
}

#[test]
fn a_loitering_ends_when_the_distance_between_fixes_says_so() {
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
fn a_time_of_delivery_makes_no_second_ship() {
    let told = replay("real-08-identity-conflict-delivery-time", "track.nmea");
    told.none("identity_conflict");
    told.none("position_jump");
}

#[test]
fn a_feed_that_comes_every_half_hour_is_not_silent_in_between() {
    replay("real-09-feed-silent-half-hour-feed", "track.csv").none("feed_silent");
}

#[test]
fn a_stop_is_one_row() {
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
fn a_wait_that_a_short_move_interrupts_is_one_wait() {
    let told = gulf("real-10-one-stop-many-alerts");
    let loitering: Vec<&Told> = one_vessel(&told.standing("loitering"), 636_987_001);
    // A day without a report and a move of 7.6 nm lie between them.
    assert!((1..=3).contains(&loitering.len()), "three waits: {loitering:?}");
}

#[test]
fn a_test_number_of_several_stations_is_one_conflict_and_loiters_nowhere() {
    let told = replay("real-11-one-number-many-stations", "track.csv");
    let conflicts = told.standing("identity_conflict");
    assert!((1..=3).contains(&conflicts.len()), "{conflicts:?}");
    assert_eq!(told.standing("loitering").len(), 0, "{:?}", told.told);
    for one in &told.told {
        assert!(!(one.summary().contains("Taiwan") && one.summary().contains("Gulf of Guinea")), "{}", one.summary());
    }
}

#[test]
fn a_type_that_comes_after_the_opening_counts() {
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
fn longliners_at_work_far_out_are_no_loitering() {
    let told = replay_in("real-14-longliners-at-work", "track.csv", -180.0, -40.0, -100.0, 0.0);
    let fishing = one_vessel(&told.of("loitering"), 416_987_001);
    assert!(fishing.iter().all(|told| told.worst <= Grade::Low), "{fishing:?}");
    // The other says no type: one row a stop, and from the third day on its daily round is known for its work.
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
    // One is left, by the only silent ship that had the time for it.
    assert!(told.standing("dark_rendezvous").len() <= 1, "{:?}", told.of("dark_rendezvous"));
    for one in &told.told {
        assert!(!(one.has_reason("repeat") && one.has_reason("rare_place")), "{one:?}");
    }
    // The first calls are not known for such; all further ones are.
    let grave = told.standing("loitering").into_iter().filter(|told| Grade::Medium <= told.worst).count();
    assert!(grave <= 4, "{grave} of eleven calls at medium: {:?}", told.of("loitering"));
}
