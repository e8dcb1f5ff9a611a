//! What the picture makes of reports.

use super::*;
use crate::ais::{Body, Class, Position, Report, SourceId, Static, StationId, TimeBasis};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

mod numbers;

const MMSI: u32 = 224_123_456;

fn report(seconds: i64, place: LatLon, payload: u64) -> Report {
    Report {
        at: Time::from_seconds(seconds),
        basis: TimeBasis::Tag,
        uncertainty: Span::ZERO,
        source: SourceId(0),
        station: StationId(1),
        mmsi: Mmsi(MMSI),
        payload,
        body: Body::Position(Position::new(Class::A, 1, Some((place.lat, place.lon)), Some(1.0), None, None, Some(0))),
    }
}

fn tracks() -> Tracks {
    Tracks::new(Settings::default(), Vec::new())
}

/// Sends fixes of `(seconds, place)` one after another; returns the outcomes.
fn sail(tracks: &mut Tracks, fixes: &[(i64, LatLon)]) -> Vec<Outcome> {
    let accept = |(place, (seconds, at)): (usize, &(i64, LatLon))| {
        tracks.accept(report(*seconds, *at, (*seconds as u64) << 8 | place as u64))
    };
    fixes.iter().enumerate().map(accept).collect()
}

fn key(ordinal: u16) -> TrackKey {
    TrackKey { mmsi: Mmsi(MMSI), ordinal }
}

#[test]
fn speed_made_good_is_measured_over_the_shortest_span_of_five_minutes() {
    let mut tracks = tracks();
    let start = LatLon::new(40.0, -10.0);
    // 10 kn north, a fix every 50 s.
    let fixes: Vec<_> =
        (0..12).map(|n| (n * 50, start.destination(0.0, 1852.0 * 10.0 * (n * 50) as f64 / 3600.0))).collect();
    let outcomes = sail(&mut tracks, &fixes);
    let Outcome::Fix { smg: Some(smg), .. } = outcomes[11] else {
        panic!("{:?}", outcomes[11]);
    };
    assert_eq!(smg.since, Time::from_seconds(250));
    assert!((smg.knots - 10.0).abs() < 0.1, "{}", smg.knots);
    assert!(matches!(outcomes[5], Outcome::Fix { smg: None, .. }));
}

#[test]
fn over_a_long_hole_speed_is_evidence_only() {
    let mut tracks = tracks();
    let start = LatLon::new(40.0, -10.0);
    let outcomes = sail(&mut tracks, &[(0, start), (1500, start.destination(90.0, 3000.0))]);
    let Outcome::Fix { smg: Some(smg), .. } = outcomes[1] else {
        panic!("{:?}", outcomes[1]);
    };
    assert!(smg.over_hole);
    assert_eq!(smg.since, Time::from_seconds(0));
}

#[test]
fn copies_from_other_stations_are_one_report_that_remembers_its_stations() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    tracks.accept(report(100, here, 7));
    let mut copy = report(102, here, 7);
    copy.station = StationId(2);
    assert_eq!(tracks.accept(copy), Outcome::Refused(Refusal::Copy));
    let vessel = tracks.find(key(1)).expect("one track");
    assert_eq!(vessel.fixes(), 1);
    assert_eq!(vessel.stations(), [StationId(2), StationId(1)]);
}

#[test]
fn a_single_wild_fix_is_refused_and_the_track_continues() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    let wild = LatLon::new(48.0, -10.0);
    let outcomes = sail(&mut tracks, &[(0, here), (10, here), (20, here), (30, wild), (40, here)]);
    assert_eq!(outcomes[3], Outcome::Refused(Refusal::Jump));
    assert!(matches!(outcomes[4], Outcome::Fix { .. }));
    assert_eq!(tracks.len(), 1);
}

#[test]
fn two_ships_under_one_mmsi_are_two_tracks() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    let there = LatLon::new(20.0, -60.0);
    let fixes: Vec<_> = (0..20).map(|n| (n * 30, if n % 2 == 0 { here } else { there })).collect();
    sail(&mut tracks, &fixes);
    assert_eq!(tracks.len(), 2);
    let place = |ordinal| tracks.find(key(ordinal)).and_then(|vessel| vessel.last()).expect("a fix").position;
    assert!(place(1).metres_to(here) < 1.0);
    assert!(place(2).metres_to(there) < 1.0);
    assert_eq!(tracks.vessels_seen(), 1);
}

#[test]
fn when_one_of_two_has_been_silent_for_half_an_hour_the_other_is_alone() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    let there = LatLon::new(20.0, -60.0);
    sail(&mut tracks, &[(0, here), (30, here), (60, here), (90, there), (120, there), (150, there)]);
    assert_eq!(tracks.len(), 2);
    sail(&mut tracks, &[(1000, there), (1900, there)]);
    assert_eq!(tracks.len(), 1);
    assert_eq!(tracks.take_forgotten().len(), 1);
    assert!(tracks.find(key(2)).is_some());
}

#[test]
fn a_first_fix_that_was_wrong_does_not_make_a_second_ship() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    sail(&mut tracks, &[(0, LatLon::new(0.0, 0.0)), (10, here), (20, here), (30, here), (40, here)]);
    assert_eq!(tracks.len(), 1);
    let vessel = tracks.find(key(1)).expect("the one track");
    assert!(vessel.last().expect("a fix").position.metres_to(here) < 1.0);
}

#[test]
fn a_late_report_is_current_only_if_newer_than_the_last_fix() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    let outcomes = sail(&mut tracks, &[(0, here), (600, here), (300, here), (600, here)]);
    assert!(matches!(outcomes[2], Outcome::Late { .. }));
    assert_eq!(outcomes[3], Outcome::Refused(Refusal::SameMoment));
}

#[test]
fn shore_stations_aids_and_aircraft_are_not_tracked() {
    let mut tracks = tracks();
    for number in [2_241_000, 992_241_234, 111_224_001, 822_412_345] {
        let mut one = report(0, LatLon::new(40.0, -10.0), number as u64);
        one.mmsi = Mmsi(number);
        assert_eq!(tracks.accept(one), Outcome::Refused(Refusal::NotTracked));
    }
    assert!(tracks.is_empty());
}

#[test]
fn a_number_outside_every_class_takes_part_after_an_hour() {
    let mut tracks = tracks();
    for minute in 0..=60 {
        let mut one = report(minute * 60, LatLon::new(40.0, -10.0), minute as u64);
        one.mmsi = Mmsi(912_345_678);
        tracks.accept(one);
        let takes_part = tracks.iter().next().expect("a track").takes_part();
        assert_eq!(takes_part, minute == 60);
    }
}

#[test]
fn static_data_before_the_first_position_is_kept() {
    let mut tracks = tracks();
    let mut said = report(0, LatLon::new(0.0, 0.0), 1);
    said.body = Body::Static(Box::new(Static { name: Some("ALFA".into()), ..Static::default() }));
    assert!(matches!(tracks.accept(said), Outcome::Identity { .. }));
    tracks.accept(report(10, LatLon::new(40.0, -10.0), 2));
    let vessel = tracks.find(key(1)).expect("one track");
    assert_eq!(vessel.identity().and_then(|identity| identity.name.as_deref()), Some("ALFA"));
    assert_eq!(vessel.fixes(), 1);
}

fn statics(seconds: i64, said: Static) -> Report {
    Report { body: Body::Static(Box::new(said)), ..report(seconds, LatLon::new(0.0, 0.0), 1 << 40 | seconds as u64) }
}

#[test]
fn a_change_of_static_data_is_reported_once_when_new_and_once_when_repeated() {
    let mut tracks = tracks();
    let named = |name: &str| Static { name: Some(name.into()), ..Static::default() };
    let mut said = |seconds, said| match tracks.accept(statics(seconds, said)) {
        Outcome::Identity { learned, .. } => learned.map(|learned| (learned.changed, learned.repeated)),
        _ => None,
    };
    let none = Fields::default();
    assert_eq!(said(0, named("ALFA")), Some((Fields::NAME, none)));
    assert_eq!(said(360, named("ALFA")), Some((none, Fields::NAME)));
    assert_eq!(said(720, named("ALFA")), None);
    assert_eq!(said(1080, Static { eta: Some((3, 1, 0, 0)), ..named("ALFA") }), None);
    assert_eq!(said(1440, named("BRAVO")), Some((Fields::NAME, none)));
    assert_eq!(said(1800, named("ALFA")), Some((Fields::NAME, none)));
    assert_eq!(said(2160, named("ALFA")), Some((none, Fields::NAME)));
}

#[test]
fn static_data_of_a_shared_mmsi_goes_to_the_track_heard_last_and_is_marked() {
    let mut tracks = tracks();
    let here = LatLon::new(40.0, -10.0);
    let there = LatLon::new(20.0, -60.0);
    let mut fixes: Vec<_> = (0..20).map(|n| (n * 30, if n % 2 == 0 { here } else { there })).collect();
    fixes.push((600, here));
    sail(&mut tracks, &fixes);
    let said = statics(610, Static { name: Some("ALFA".into()), ..Static::default() });
    let Outcome::Identity { vessel, learned: Some(learned) } = tracks.accept(said) else {
        panic!("nothing learned");
    };
    assert_eq!(tracks.vessel(vessel).key(), key(1));
    assert!(learned.shared);
    assert!(tracks.iter().all(|vessel| vessel.identity().is_some()));
}

#[test]
fn a_flood_of_invented_mmsis_evicts_unconfirmed_tracks_and_spares_watched_ones() {
    let settings = Settings { max_tracks: 1000, ..Settings::default() };
    let mut tracks = Tracks::new(settings, Vec::new());
    let here = LatLon::new(40.0, -10.0);
    sail(&mut tracks, &[(0, here), (10, here), (20, here)]);
    let watched = tracks.find(key(1)).expect("a track").ix();
    tracks.mark_active(watched, 0, Activity::Keeps);
    for invented in 0..20_000_u32 {
        let mut one = report(100 + i64::from(invented), here, u64::from(invented));
        one.mmsi = Mmsi(300_000_000 + invented);
        tracks.accept(one);
        for gone in tracks.take_forgotten() {
            tracks.release(gone);
        }
    }
    assert!(tracks.len() <= 1000);
    assert!(18_000 < tracks.evicted());
    assert!(tracks.find(key(1)).is_some());
}

#[test]
fn a_name_that_came_before_the_first_position_is_kept_for_as_long_as_a_track() {
    let mut tracks = tracks();
    let name = Static { name: Some("PEZ VELOZ".into()), ..Static::default() };
    tracks.accept(Report { body: Body::Static(Box::new(name)), ..report(0, LatLon::new(28.0, -17.0), 1) });
    tracks.sweep(Time::from_seconds(3 * 3600));
    sail(&mut tracks, &[(4 * 3600, LatLon::new(28.0, -17.0))]);
    let named = |tracks: &Tracks| tracks.under(Mmsi(MMSI)).next().and_then(|vessel| vessel.name().map(str::to_owned));
    assert_eq!(named(&tracks).as_deref(), Some("PEZ VELOZ"));
    // A number that never sends a position is forgotten like any other.
    let mut silent = Tracks::new(Settings::default(), Vec::new());
    let name = Static { name: Some("PEZ VELOZ".into()), ..Static::default() };
    silent.accept(Report { body: Body::Static(Box::new(name)), ..report(0, LatLon::new(28.0, -17.0), 1) });
    let hours = i64::from(Settings::default().forget_after_hours);
    silent.sweep(Time::from_seconds((hours + 1) * 3600));
    assert_eq!(silent.under(Mmsi(MMSI)).count(), 0);
}
