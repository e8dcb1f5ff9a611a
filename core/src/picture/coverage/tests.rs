//! What the model learns about reception from the feed, and which silences are improbable.

use crate::ais::{Body, Class, Position, Report, SourceId, StationId, TimeBasis};
use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::geo::LatLon;
use crate::picture::tracks::{self, Outcome, TrackIx, TrackKey, Tracks};

use super::{Coverage, REPORTED_BELOW, Settings};

/// A model and a picture, with vessels that report every five minutes.
struct Sea {
    tracks: Tracks,
    coverage: Coverage,
    minute: i64,
    reported: Vec<(i64, u32)>,
}

#[derive(Clone, Copy)]
struct Boat {
    mmsi: u32,
    class: Class,
    from: LatLon,
    course: f64,
    knots: f64,
    station: u16,
}

const OFF: LatLon = LatLon { lat: 28.1, lon: -17.1 };
const FAR: LatLon = LatLon { lat: 40.0, lon: -30.0 };

fn boat(mmsi: u32, from: LatLon, knots: f64) -> Boat {
    Boat { mmsi: 224_000_000 + mmsi, class: Class::A, from, course: 0.0, knots, station: 0 }
}

impl Boat {
    fn at(&self, minute: i64) -> LatLon {
        self.from.destination(self.course, self.knots * minute as f64 / 60.0 * METRES_PER_NM)
    }
}

impl Sea {
    fn new(learn_hours: u32) -> Sea {
        let mut coverage = Coverage::new(Settings { learn_hours, ..Settings::default() });
        coverage.begin(Time::from_seconds(0));
        Sea { tracks: Tracks::new(tracks::Settings::default(), Vec::new()), coverage, minute: 0, reported: Vec::new() }
    }

    /// Runs until `until` in steps of five minutes, with the reports that `heard` lets through.
    fn run(&mut self, until: i64, boats: &[Boat], heard: impl Fn(&Boat, i64) -> bool) {
        while self.minute < until {
            let minute = self.minute;
            for boat in boats.iter().filter(|boat| heard(boat, minute)) {
                self.say(boat, minute);
            }
            self.minute += 5;
            if self.minute % 10 == 0 {
                let mut reported = Vec::new();
                self.coverage.turn(&self.tracks, &mut reported);
                self.reported.extend(reported.iter().map(|(key, _)| (self.minute, key.mmsi.0 - 224_000_000)));
            }
        }
    }

    fn say(&mut self, boat: &Boat, minute: i64) -> TrackIx {
        let place = boat.at(minute);
        let position = Position::new(
            boat.class,
            1,
            Some((place.lat, place.lon)),
            Some(boat.knots),
            Some(boat.course),
            None,
            Some(0),
        );
        let report = Report {
            at: Time::from_seconds(minute * 60),
            basis: TimeBasis::Tag,
            uncertainty: Span::ZERO,
            source: SourceId(0),
            station: StationId(boat.station),
            mmsi: Mmsi(boat.mmsi),
            payload: (minute as u64) << 32 | u64::from(boat.mmsi),
            body: Body::Position(position),
        };
        self.coverage.heard(report.source, report.station, report.at);
        let outcome = self.tracks.accept(report);
        let Outcome::Fix { vessel, previous, .. } = outcome else {
            panic!("{outcome:?}");
        };
        let fix = self.tracks.vessel(vessel).last().expect("just taken in");
        if self.coverage.wants(previous.as_ref(), &fix) {
            self.coverage.seen(self.tracks.vessel(vessel), previous, fix);
        }
        vessel
    }

    fn find(&self, mmsi: u32) -> TrackIx {
        let key = TrackKey { mmsi: Mmsi(224_000_000 + mmsi), ordinal: 1 };
        self.tracks.find(key).expect("it was heard").ix()
    }
}

fn always(_: &Boat, _: i64) -> bool {
    true
}

#[test]
fn a_silence_where_all_vessels_are_heard_is_reported_as_improbable_within_90_minutes() {
    let mut sea = Sea::new(4);
    let boats = [boat(1, OFF, 0.2), boat(2, OFF, 0.2), boat(3, FAR, 0.2)];
    sea.run(600, &boats, always);
    assert!(sea.reported.is_empty());
    sea.run(695, &boats, |boat, _| boat.mmsi != 224_000_001);
    assert_eq!(sea.reported.iter().map(|(_, mmsi)| *mmsi).collect::<Vec<_>>(), [1]);
    let silence = *sea.coverage.silence(sea.find(1)).expect("it is silent");
    assert!(silence.unheard() < 1e-6, "{}", silence.unheard());
    assert_eq!((silence.since.seconds(), sea.coverage.missed(&silence)), (595 * 60, Span::ZERO));
    sea.run(720, &boats, always);
    assert!(sea.coverage.silence(sea.find(1)).is_none());
}

#[test]
fn a_vessel_that_leaves_reception_where_others_left_it_is_not_reported() {
    let mut sea = Sea::new(4);
    // No vessel is heard north of 28.6°; a boat leaves every 40 min, each at 12 kn.
    let mut boats: Vec<Boat> = (0..30)
        .map(|number| {
            boat(number, LatLon::new(28.0, -17.1).destination(180.0, number as f64 * 8.0 * METRES_PER_NM), 12.0)
        })
        .collect();
    boats.push(boat(100, FAR, 0.2));
    sea.run(2000, &boats, |boat, minute| boat.at(minute).lat < 28.6 || 39.0 < boat.at(minute).lat);
    let first_hours = sea.reported.iter().filter(|(minute, _)| 700 < *minute).count();
    assert_eq!(first_hours, 0, "{:?}", sea.reported);
    let here = sea.coverage.reception(LatLon::new(28.4, -17.1), Class::A);
    let beyond = sea.coverage.reception(LatLon::new(28.9, -17.1), Class::A);
    assert!(0.5 < here.chance(), "{here:?}");
    assert!(beyond.chance() < 0.05 && 20.0 < beyond.observed, "{beyond:?}");
}

#[test]
fn while_the_feed_is_silent_no_vessel_is_missed() {
    let mut sea = Sea::new(4);
    let boats = [boat(1, OFF, 0.2), boat(2, OFF, 0.2)];
    sea.run(600, &boats, always);
    sea.run(900, &boats, |_, _| false);
    let silence = *sea.coverage.silence(sea.find(1)).expect("it is silent");
    assert_eq!(silence.unheard(), 1.0);
    assert_eq!(sea.coverage.missed(&silence), Span::from_minutes(300));
    // One of the two comes back; the silence of the other counts from then on.
    sea.run(940, &boats, |boat, _| boat.mmsi == 224_000_002);
    assert_eq!(sea.reported, [(920, 1)]);
    let silence = *sea.coverage.silence(sea.find(1)).expect("it is silent");
    assert_eq!(sea.coverage.missed(&silence), Span::from_minutes(300));
}

#[test]
fn an_area_that_falls_silent_at_once_is_one_quiet_area_and_no_vessel_is_reported() {
    let mut sea = Sea::new(4);
    let mut boats: Vec<Boat> =
        (0..6).map(|number| boat(number, OFF.destination(60.0 * f64::from(number), 15_000.0), 1.0)).collect();
    boats.push(boat(50, FAR, 0.2));
    sea.run(600, &boats, always);
    sea.run(800, &boats, |boat, _| boat.mmsi == 224_000_050);
    assert!(sea.reported.is_empty(), "{:?}", sea.reported);
    let [area] = sea.coverage.quiet_areas() else {
        panic!("{:?}", sea.coverage.quiet_areas());
    };
    assert_eq!((area.vessels, area.since.seconds()), (6, 595 * 60));
    sea.run(820, &boats, always);
    assert!(sea.coverage.quiet_areas().is_empty());
}

#[test]
fn two_of_many_vessels_that_fall_silent_at_once_do_not_make_a_quiet_area() {
    let mut sea = Sea::new(4);
    let boats: Vec<Boat> =
        (0..8).map(|number| boat(number, OFF.destination(45.0 * f64::from(number), 9000.0), 1.0)).collect();
    sea.run(600, &boats, always);
    sea.run(700, &boats, |boat, _| 224_000_001 < boat.mmsi);
    assert!(sea.coverage.quiet_areas().is_empty());
    assert_eq!(sea.reported.iter().map(|(_, mmsi)| *mmsi).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_class_b_boat_is_judged_by_class_b() {
    let mut sea = Sea::new(4);
    let b = Boat { class: Class::B, ..boat(9, OFF, 0.2) };
    let boats = [boat(1, OFF, 0.2), boat(2, OFF, 0.2), b];
    // Class A is always heard there, class B in two slots of ten.
    let heard = |boat: &Boat, minute: i64| boat.class == Class::A || minute / 10 % 10 < 2;
    sea.run(1500, &boats, heard);
    sea.run(1600, &boats, |boat, _| boat.class == Class::A);
    assert!(sea.reported.is_empty(), "{:?}", sea.reported);
    let chance = sea.coverage.reception(OFF, Class::B).chance();
    assert!((0.12..0.25).contains(&chance), "{chance}");
    let hour = sea.coverage.probability_unheard(std::iter::repeat_n(OFF, 6), Class::B);
    assert!((hour - (1.0 - chance).powi(6)).abs() < 1e-9);
}

#[test]
fn no_silence_is_reported_before_enough_was_learned() {
    let mut sea = Sea::new(24);
    let boats = [boat(1, OFF, 0.2), boat(2, OFF, 0.2)];
    sea.run(600, &boats, always);
    sea.run(1430, &boats, |boat, _| boat.mmsi == 224_000_002);
    assert!(!sea.coverage.learned());
    assert!(sea.reported.is_empty());
    sea.run(1440, &boats, always);
    assert!(sea.coverage.learned());
}

#[test]
fn a_late_fix_restarts_the_silence() {
    let mut sea = Sea::new(4);
    let boats = [boat(1, OFF, 0.2), boat(2, OFF, 0.2)];
    sea.run(600, &boats, always);
    sea.run(720, &boats, |boat, _| boat.mmsi == 224_000_002);
    let before = sea.coverage.silence(sea.find(1)).expect("it is silent").unheard();
    let vessel = sea.say(&boats[0], 697);
    let silence = *sea.coverage.silence(vessel).expect("it is silent still");
    assert_eq!(silence.since.seconds(), 697 * 60);
    assert!(before < silence.unheard() && silence.unheard() < 0.5, "{}", silence.unheard());
}

#[test]
fn a_vessel_that_sails_into_the_water_of_a_silent_station_is_not_missed() {
    // Station 1 hears the south and station 2 the north, with two boats each.
    let heard_by = |station: u16, mmsi: u32, lat: f64| Boat { station, ..boat(mmsi, LatLon::new(lat, -17.1), 0.0) };
    let boats = [heard_by(1, 1, 27.6), heard_by(1, 2, 27.8), heard_by(2, 3, 28.1), heard_by(2, 4, 28.4)];
    let into = Boat {
        station: 1,
        ..boat(9, LatLon::new(27.99, -17.1).destination(180.0, 6095.0 / 60.0 * 8.0 * METRES_PER_NM), 8.0)
    };
    let all: Vec<Boat> = boats.into_iter().chain([into]).collect();
    let unheard = |silent: u16| {
        let mut sea = Sea::new(4);
        sea.run(6200, &all, |boat, minute| match boat.mmsi % 1000 {
            9 => 5800 < minute && minute < 6100,
            _ => boat.station != silent || minute < 6000,
        });
        sea.coverage.silence(sea.find(9)).expect("it is silent").unheard()
    };
    assert!(0.5 < unheard(2), "{}", unheard(2));
    assert!(unheard(0) < REPORTED_BELOW, "{}", unheard(0));
}

#[test]
fn a_vessel_that_sails_into_a_dead_area_and_is_heard_shows_that_its_cell_is_not_dead() {
    let mut sea = Sea::new(4);
    // Ten boats in two rows 25 nm apart, and one that sails north along their western edge, heard all the way.
    let at =
        |east: f64, north: f64| OFF.destination(90.0, east * METRES_PER_NM).destination(0.0, north * METRES_PER_NM);
    let mut boats: Vec<Boat> = (0..10)
        .map(|number| boat(number, at(25.0 * f64::from(number % 5), 25.0 * f64::from(number / 5)), 0.6))
        .collect();
    boats.push(boat(50, FAR, 0.2));
    boats.push(boat(60, at(-5.0, -112.0), 10.0));
    sea.run(600, &boats, always);
    sea.run(900, &boats, |boat, _| 224_000_010 <= boat.mmsi);
    assert!(sea.reported.is_empty(), "{:?}", sea.reported);
    assert_eq!(sea.coverage.quiet_areas().len(), 1);
    // One of the ten is heard again, so the receiver is back.
    sea.run(930, &boats, |boat, _| 224_000_009 <= boat.mmsi);
    assert!(sea.coverage.quiet_areas().is_empty());
}
