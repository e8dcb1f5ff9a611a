//! Our own cases about the behaviour of vessels: invented ships, modelled on public reports.

use std::collections::BTreeSet;

use atalaia_core::base::time::Time;

use crate::harness::outcome::{Grade, Outcome, Told, at, input, replay, replay_with, time};

/// The zone over the cable, as in its own file.
const ESTLINK: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"estlink",
"name":"Estlink 2","kind":"corridor","half_width_nm":5,"calm_margin_nm":0,"settings":{"slowdown":{"min_shore_nm":6}}},
"geometry":{"type":"LineString","coordinates":[[25.6,60.2],[26.3,59.85],[26.9,59.5]]}}]}"#;

#[test]
fn a_tanker_that_takes_ninety_minutes_for_three_miles_leaves_a_fact() {
    let told = replay_with(&input("16-slowdown-over-a-hole", "in.nmea"), ESTLINK, &[]);
    let slow = |told: &&Told| ["slowdown", "loitering"].contains(&told.behaviour.as_str()) && told.names(518_998_001);
    let slow: Vec<&Told> = told.told.iter().filter(slow).collect();
    let [fact] = slow.as_slice() else { panic!("one fact: {:?}", told.told) };
    assert_eq!(fact.worst, Grade::Fact, "a hole proves nothing: never an alert by itself");
    let measured = fact.alert["evidence"]["measured"].as_object().unwrap();
    let implied = measured.iter().filter(|(key, _)| key.contains("knots")).filter_map(|(_, value)| value.as_f64());
    assert!(implied.into_iter().any(|knots| (1.5..=2.6).contains(&knots)), "{measured:?}");
}

#[test]
fn a_ship_that_circles_for_thirty_hours_gives_one_alert() {
    let told = replay("17-circling-slowly", "in.nmea");
    let loitering = told.standing("loitering");
    let [one] = loitering.as_slice() else { panic!("one loitering: {loitering:?}") };
    assert!(Grade::Medium <= one.worst);
    assert!((at("2023-09-22T21:30:00Z")..at("2023-09-22T22:45:00Z")).contains(&one.opened_at), "{:?}", one.opened_at);
    assert!(one.covers(at("2023-09-23T16:00:00Z")), "{one:?}");
}

#[test]
fn net_beacons_do_not_loiter_and_hauling_the_net_is_not_a_meeting() {
    for name in ["in.nmea", "other-names.nmea"] {
        let told = replay("18-net-buoys", name);
        let grave: Vec<&Told> = told.told.iter().filter(|told| Grade::Medium <= told.worst).collect();
        assert!(grave.is_empty(), "{name}: {grave:?}");
        // The alert about the boat working on its net is unchanged.
        assert!(told.standing("loitering").iter().any(|told| told.names(224_700_123)), "{name}");
    }
}

#[test]
fn a_regatta_gives_one_row_at_most() {
    let told = replay("19-regatta", "in.nmea");
    told.at_most("rendezvous", Grade::Low);
    told.at_most("loitering", Grade::Low);
    let row = |told: &&Told| told.alert["group_id"].as_str().or(told.alert["id"].as_str()).unwrap().to_owned();
    let rows: std::collections::BTreeSet<String> = told.standing("rendezvous").iter().map(row).collect();
    assert!(rows.len() <= 1, "{rows:?}");
}

/// Asserts the meeting of the tanker with the MMSI that others send as well.
#[track_caller]
fn meets_the_shared_number(told: &Outcome) {
    assert!(!told.standing("identity_conflict").is_empty(), "{:?}", told.told);
    let with = |told: &&&Told| told.names(255_800_001) && told.names(224_800_002);
    let meetings = told.standing("rendezvous");
    let [meeting] = meetings.iter().filter(with).collect::<Vec<_>>()[..] else { panic!("one meeting: {meetings:?}") };
    assert_eq!(meeting.worst, Grade::Critical);
    assert!((at("2026-03-01T01:58:00Z")..=at("2026-03-01T02:03:00Z")).contains(&meeting.started_at()), "{meeting:?}");
}

#[test]
fn an_mmsi_shared_by_three_ships_hides_no_meeting_of_one_of_them() {
    meets_the_shared_number(&replay("21-three-ships-one-number", "control.nmea"));
    meets_the_shared_number(&replay("21-three-ships-one-number", "in.nmea"));
}

#[test]
fn six_boats_under_one_mmsi_give_more_than_one_track() {
    let told = replay("21-three-ships-one-number", "six-fishers.nmea");
    let refused = told.rejected("jump");
    assert!(refused < 200, "{refused} of 1080 positions refused");
    let conflicts = told.standing("identity_conflict");
    // An MMSI set by manufacturers on delivery must not lead to an accusation.
    assert_eq!(conflicts.len(), 0, "{conflicts:?}");
    let tracks: BTreeSet<u64> = told.of("loitering").iter().flat_map(|told| told.tracks()).collect();
    assert!(6 <= tracks.len(), "{tracks:?}");
}

#[test]
fn two_transponders_of_one_hull_do_not_meet() {
    for (name, one, other) in [("in.nmea", 224_100_001, 224_990_001), ("tender-on-deck.nmea", 319_100_001, 983_191_001)]
    {
        let told = replay("23-one-hull-two-sets", name);
        let both = |told: &&&Told| told.names(one) && told.names(other);
        let meetings = told.of("rendezvous");
        assert!(meetings.iter().filter(both).all(|told| told.worst <= Grade::Low), "{name}: {meetings:?}");
        // The hull itself is still watched.
        assert!(!told.standing("loitering").is_empty(), "{name}");
    }
}

#[test]
fn an_mmsi_with_one_flipped_bit_is_not_a_second_ship() {
    let told = replay("24-number-damaged-on-the-way", "in.nmea");
    let meetings = told.of("rendezvous");
    assert!(meetings.iter().all(|told| told.worst == Grade::Fact), "{meetings:?}");
    let loitering: Vec<&Told> = told.of("loitering").into_iter().filter(|told| Grade::Medium <= told.worst).collect();
    let [one] = loitering.as_slice() else { panic!("one loitering: {loitering:?}") };
    assert_eq!(one.mmsis, [304_198_001]);
}

#[test]
fn an_interference_ends_with_its_jumps_and_leaves_nothing_behind() {
    let told = replay("31-back-from-interference", "in.nmea");
    let seven = [211_183_133, 225_297_587, 248_431_918, 372_274_048, 538_944_068, 538_979_382, 636_100_355];
    let notices = told.standing("interference");
    let [notice] = notices.as_slice() else { panic!("one notice: {notices:?}") };
    let near = |moment: Time, text: &str| (moment - at(text)).abs().minutes() <= 2.0;
    assert!(near(notice.opened_at, "2026-03-04T08:34:45Z"), "{:?}", notice.opened_at);
    let ended = time(&notice.alert["ended_at"]).expect("it ended");
    assert!(ended < at("2026-03-04T10:10:00Z"), "{ended}");
    assert!(5 <= notice.mmsis.len() && notice.mmsis.iter().all(|mmsi| seven.contains(mmsi)), "{notice:?}");
    let about = |told: &&Told| told.behaviour != "interference" && told.stands();
    let rest: Vec<&Told> =
        told.told.iter().filter(about).filter(|told| seven.iter().any(|own| told.names(*own))).collect();
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn ships_placed_at_one_point_by_a_jammer_do_not_meet_there() {
    let told = replay("02-jam-cluster-at-sea", "in.nmea");
    let notices = told.standing("interference");
    let [notice] = notices.as_slice() else { panic!("one notice: {notices:?}") };
    assert!((notice.opened_at - at("2025-05-23T00:04:28Z")).abs().minutes() <= 2.0, "{:?}", notice.opened_at);
    assert!(5 <= notice.mmsis.len(), "it names its ships: {notice:?}");
    let of_it = |told: &&Told| told.behaviour != "interference" && told.mmsis.iter().any(|mmsi| notice.names(*mmsi));
    let of_it: Vec<&Told> = told.told.iter().filter(of_it).collect();
    let meetings = of_it.iter().filter(|told| told.behaviour == "rendezvous" && told.stands());
    assert_eq!(meetings.count(), 0, "{of_it:?}");
    assert!(of_it.iter().all(|told| told.worst < Grade::Medium), "{of_it:?}");
}
