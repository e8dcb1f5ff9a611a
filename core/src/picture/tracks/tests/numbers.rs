//! What the picture makes of MMSIs that do not belong to one ship, and of inexact fixes.

use super::*;

const HERE: LatLon = LatLon { lat: 40.0, lon: -10.0 };

/// A report of a ship with an MMSI, and with a course and speed if given.
fn sent(mmsi: u32, seconds: i64, place: LatLon, way: Option<(f64, f64)>) -> Report {
    let (course, knots) = way.unzip();
    let said = Position::new(Class::A, 1, Some((place.lat, place.lon)), knots, course, None, Some(0));
    let payload = (seconds as u64) << 32 | u64::from(mmsi);
    Report { mmsi: Mmsi(mmsi), body: Body::Position(said), ..report(seconds, place, payload) }
}

/// The same in the long-range format (type 27).
fn long_range(seconds: i64, place: LatLon) -> Report {
    let said = Position::new(Class::A, 27, Some((place.lat, place.lon)), Some(10.0), Some(0.0), None, Some(0));
    Report { body: Body::Position(said), ..report(seconds, place, 1 << 50 | seconds as u64) }
}

/// Handles a report as the engine does.
fn take(tracks: &mut Tracks, report: Report) -> Outcome {
    let resembled = tracks.resembled(&report);
    if resembled.is_some_and(|vessel| tracks.is_damaged(&report, vessel)) {
        return Outcome::Refused(Refusal::DamagedNumber);
    }
    tracks.accept(report)
}

fn north(metres: f64) -> LatLon {
    HERE.destination(0.0, metres)
}

#[test]
fn a_long_range_report_beside_a_finer_one_is_not_a_jump_and_changes_nothing() {
    let mut tracks = tracks();
    for minute in 0..30 {
        let seconds = minute * 60;
        let place = north(300.0 * minute as f64);
        tracks.accept(sent(MMSI, seconds, place, Some((0.0, 10.0))));
        let coarse = long_range(seconds + minute % 3, place.destination(90.0, 380.0));
        assert_eq!(tracks.accept(coarse), Outcome::Refused(Refusal::Coarse), "{minute}");
    }
    let vessel = tracks.find(key(1)).expect("one track");
    assert_eq!((tracks.len(), vessel.fixes()), (1, 30));
    let knots = vessel.speed_made_good().expect("half an hour of fixes").knots;
    assert!((knots - 9.7).abs() < 0.2, "{knots}");
}

#[test]
fn a_long_range_report_counts_if_no_finer_one_is_available() {
    let mut tracks = tracks();
    tracks.accept(sent(MMSI, 0, HERE, None));
    assert_eq!(tracks.accept(long_range(600, HERE)), Outcome::Refused(Refusal::Coarse));
    assert!(matches!(tracks.accept(long_range(601, HERE)), Outcome::Fix { .. }));
    assert!(matches!(tracks.accept(long_range(781, HERE)), Outcome::Fix { .. }));
}

#[test]
fn a_jump_is_judged_by_the_resolution_in_position_and_time() {
    // 200 m of jitter, and 196 m of a type 27 report.
    for (coarse, metres, jumps) in
        [(false, 190.0, false), (false, 210.0, true), (true, 390.0, false), (true, 410.0, true)]
    {
        let mut tracks = tracks();
        tracks.accept(sent(MMSI, 0, HERE, None));
        let second = if coarse { long_range(0, north(metres)) } else { sent(MMSI, 0, north(metres), None) };
        let jumped = tracks.accept(Report { payload: 1, ..second }) == Outcome::Refused(Refusal::Jump);
        assert_eq!(jumped, jumps, "{metres} m");
    }
    // 60 kn for 1,000 s plus the 15 min of uncertainty in a time of delivery give 31.7 nm.
    for (miles, jumps) in [(31.5, false), (32.1, true)] {
        let mut tracks = tracks();
        tracks.accept(sent(MMSI, 0, HERE, None));
        let late = Report { uncertainty: Span::from_minutes(15), ..sent(MMSI, 1000, north(1852.0 * miles), None) };
        assert_eq!(tracks.accept(late) == Outcome::Refused(Refusal::Jump), jumps, "{miles} nm");
    }
}

#[test]
fn speed_from_coarse_places_is_measured_over_a_longer_span() {
    let mut tracks = tracks();
    let outcomes: Vec<Outcome> = (0..6).map(|n| tracks.accept(long_range(n * 180, HERE))).collect();
    let spans = outcomes.iter().map(|outcome| match outcome {
        Outcome::Fix { smg: Some(smg), .. } => smg.since.seconds(),
        _ => -1,
    });
    // Twelve minutes are needed; five would do for fine fixes.
    assert_eq!(spans.collect::<Vec<_>>(), [-1, -1, -1, -1, -1, 0]);
}

#[test]
fn interleaved_ships_under_one_mmsi_are_each_a_track_at_any_rate() {
    for ships in 2..=8_i64 {
        let mut tracks = tracks();
        for second in 0..1800 {
            for ship in (0..ships).filter(|ship| second % (30 * (ship + 1)) == *ship) {
                let place = HERE.destination(0.0, 100_000.0 * ship as f64);
                tracks.accept(sent(MMSI, second, place, Some((90.0, 5.0))));
            }
        }
        assert_eq!(tracks.under(Mmsi(MMSI)).count(), ships as usize);
        assert_eq!(tracks.vessels_seen(), 1);
    }
}

#[test]
fn ships_of_one_mmsi_keep_their_tracks_where_their_courses_cross() {
    let mut tracks = tracks();
    // They begin 6 nm apart at 12 kn and meet after a quarter of an hour.
    let (west, south) = (HERE.destination(270.0, 5556.0), HERE.destination(180.0, 5556.0));
    for minute in 0..40 {
        let metres = 370.4 * minute as f64;
        tracks.accept(sent(MMSI, minute * 60, west.destination(90.0, metres), Some((90.0, 12.0))));
        tracks.accept(sent(MMSI, minute * 60 + 20, south.destination(0.0, metres + 123.0), Some((0.0, 12.0))));
    }
    let place = |ordinal| tracks.find(key(ordinal)).and_then(|vessel| vessel.last()).expect("a fix").position;
    assert!(place(1).metres_to(HERE.destination(90.0, 8890.0)) < 200.0);
    assert!(place(2).metres_to(HERE.destination(0.0, 9013.0)) < 200.0);
}

#[test]
fn two_ships_that_were_both_heard_are_kept_apart_for_a_day() {
    let there = LatLon::new(20.0, -60.0);
    for (hours, kept) in [(23, 2), (25, 1)] {
        let mut tracks = tracks();
        let fixes: Vec<_> = (0..20).map(|n| (n * 60, if n % 2 == 0 { HERE } else { there })).collect();
        sail(&mut tracks, &fixes);
        sail(&mut tracks, &[(hours * 3600, HERE), (hours * 3600 + 1800, HERE)]);
        assert_eq!(tracks.len(), kept, "{hours} h");
    }
}

/// A number of ships in turn, 60 nm apart, for an hour.
fn crowd(ships: i64) -> Tracks {
    let mut tracks = tracks();
    for minute in 0..60 {
        for ship in 0..ships {
            let place = HERE.destination(0.0, 111_000.0 * ship as f64);
            tracks.accept(sent(MMSI, minute * 60 + ship, place, None));
        }
    }
    tracks
}

#[test]
fn a_number_of_more_than_five_places_is_shared_until_a_day_has_passed() {
    assert!(crowd(5).iter().all(|vessel| !vessel.shares_number()));
    let mut tracks = crowd(6);
    assert_eq!(tracks.places_within_a_day(Mmsi(MMSI)), 6);
    assert!(tracks.iter().all(|vessel| vessel.shares_number()));
    let end = Time::from_seconds(3540);
    tracks.sweep(end + Span::from_hours(23));
    assert!(tracks.iter().all(|vessel| vessel.shares_number()));
    tracks.sweep(end + Span::from_hours(25));
    assert!(tracks.iter().all(|vessel| !vessel.shares_number()));
}

#[test]
fn a_further_track_is_a_phantom_until_it_has_lived_an_hour_and_in_interference_for_good() {
    let mut tracks = crowd(2);
    let further =
        |tracks: &Tracks| tracks.find(key(2)).map(|vessel| (vessel.ix(), vessel.is_phantom())).expect("a track");
    assert!(further(&tracks).1 && !tracks.find(key(1)).expect("a track").is_phantom());
    tracks.accept(sent(MMSI, 3601, HERE.destination(0.0, 111_000.0), None));
    assert!(!further(&tracks).1);
    tracks.mark_in_interference(further(&tracks).0);
    assert!(further(&tracks).1);
}

const SHIP: u32 = 304_198_001;

/// A ship that drifts at 1 kn with one report a minute, every tenth of them under another number. Returns the tracks after two
/// hours, and how many reports were taken for damaged.
fn damaged(other: u32, first: i64, mut change: impl FnMut(&mut Report)) -> (Tracks, usize) {
    let mut tracks = tracks();
    let mut refused = 0;
    for minute in 0..120 {
        let place = HERE.destination(90.0, 30.87 * minute as f64);
        let is_damaged = minute % 10 == first;
        let mut report = sent(if is_damaged { other } else { SHIP }, minute * 60, place, Some((90.0, 1.0)));
        if is_damaged {
            change(&mut report);
        }
        refused += usize::from(take(&mut tracks, report) == Outcome::Refused(Refusal::DamagedNumber));
        tracks.take_forgotten().into_iter().for_each(|gone| tracks.release(gone));
    }
    (tracks, refused)
}

#[test]
fn an_mmsi_with_one_or_two_flipped_bits_is_not_a_vessel_from_its_first_report() {
    for turned in [1 << 9, 1, 1 << 27, 1 << 9 | 1 << 3, 1 << 27 | 1] {
        let (tracks, refused) = damaged(SHIP ^ turned, 5, |_| {});
        assert_eq!((tracks.len(), tracks.vessels_seen(), refused), (1, 1, 12), "{turned:b}");
        assert_eq!(tracks.damaged(Mmsi(SHIP ^ turned)).map(|(of, _)| of.mmsi), Some(Mmsi(SHIP)));
    }
}

#[test]
fn a_damaged_number_heard_before_the_vessel_is_forgotten_with_its_next_report() {
    let (tracks, refused) = damaged(SHIP ^ 1 << 9, 0, |_| {});
    assert_eq!((tracks.len(), tracks.vessels_seen(), refused), (1, 1, 11));
}

#[test]
fn three_flipped_bits_or_another_movement_are_another_vessel() {
    let aside = |report: &mut Report| {
        let place = HERE.destination(0.0, 1000.0);
        report.body = sent(SHIP, 0, place, Some((90.0, 1.0))).body;
    };
    let faster = |report: &mut Report| {
        let Body::Position(said) = report.body else { return };
        report.body = sent(SHIP, 0, said.lat_lon().expect("a place"), Some((90.0, 8.0))).body;
    };
    assert_eq!(damaged(SHIP ^ 0b111, 5, |_| {}).0.len(), 2);
    assert_eq!(damaged(SHIP ^ 1 << 9, 5, aside).0.len(), 2);
    assert_eq!(damaged(SHIP ^ 1 << 9, 5, faster).0.len(), 2);
}

#[test]
fn a_sister_ship_alongside_is_a_vessel_by_her_static_data_her_place_or_by_sending_as_often() {
    let sister = 304_198_002;
    let alongside = |with_static: bool, seconds_after: i64| {
        let mut tracks = tracks();
        if with_static {
            let said = statics(0, Static { name: Some("SISTER".into()), ..Static::default() });
            tracks.accept(Report { mmsi: Mmsi(sister), ..said });
        }
        let mut refused = 0;
        for minute in 0..60 {
            for (mmsi, second, metres) in [(SHIP, 0, 0.0), (sister, seconds_after, 40.0)] {
                let report = sent(mmsi, minute * 60 + second, HERE.destination(0.0, metres), Some((90.0, 0.1)));
                refused += usize::from(take(&mut tracks, report) == Outcome::Refused(Refusal::DamagedNumber));
            }
        }
        (tracks.len(), refused)
    };
    assert_eq!(alongside(true, 25), (2, 0));
    // Heard at the same moments elsewhere, she is not the first ship with another number.
    assert_eq!(alongside(false, 0), (2, 0));
    let (ships, refused) = alongside(false, 25);
    assert!(ships == 2 && refused < 8, "{refused} reports of hers were lost");
}
