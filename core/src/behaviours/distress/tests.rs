//! What an analyst would notice about distress devices.

use std::sync::Arc;

use crate::ais::encode::{Envelope, Message, Motion};
use crate::ais::{Line, SourceId};
use crate::alerts::{Change, ChangeKind, Severity};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::engine::{Engine, SourceClock};
use crate::testing::{AREA, chart, check, only, run};

#[test]
fn an_active_device_is_high_at_once_and_over_after_a_quarter_of_an_hour() {
    let script = "SART 970123456 status=14 mute
           12:00 28 -17
           stop 10
         ALFA 224000001
           12:00 40 -30
           stop 120";
    check(
        &only("distress"),
        AREA,
        script,
        "12:00 opened distress 970123456 since=12:00
         13:10 ended distress 970123456 since=12:00 ended=12:10",
    );
    let changes = run(&only("distress"), AREA, script);
    assert!(Severity::High <= changes[0].alert.severity);
}

#[test]
fn a_test_is_a_fact_and_an_ordinary_ship_is_nothing() {
    let mut settings = only("distress");
    settings.alerts.alert_from = 20;
    let script = "MOB 972123456 status=15 mute
           12:00 28 -17
           stop 10
         ALFA 224000001 status=14
           12:00 28 -17
           stop 10";
    let changes = run(&settings, AREA, script);
    assert_eq!(changes.len(), 1);
    assert!(!changes[0].alert.announced);
    assert_eq!(changes[0].alert.score, 5);
}

#[test]
fn a_device_that_moves_like_a_ship_is_said_to() {
    let told = |knots: u32| {
        let script = format!("MOB 972123456 status=14 mute\n 12:00 28 -17\n go 90 {knots} 40");
        let changes = run(&only("distress"), AREA, &script);
        changes.last().expect("an alert").alert.summary.clone()
    };
    assert!(told(16).contains("moving at 16 kn, faster than anything adrift"), "{}", told(16));
    assert!(!told(2).contains("moving"), "{}", told(2));
}

/// A device, heard live.
struct Device {
    engine: Engine,
    mmsi: Mmsi,
    out: Vec<Change>,
}

impl Device {
    fn new(mmsi: u32) -> Device {
        let clock = SourceClock {
            name: "roof".to_owned(),
            time_zone: None,
            live: true,
            recording: false,
            lateness: Span::ZERO,
        };
        let engine = Engine::new(&only("distress"), Arc::new(chart(AREA)), vec![clock]);
        Device { engine, mmsi: Mmsi(mmsi), out: Vec::new() }
    }

    fn sends(&mut self, second: i64, message: &Message) {
        let now = Time::from_seconds(1_772_366_400 + second);
        for sentence in message.sentences(&Envelope { time: Some(now), ..Envelope::default() }) {
            let line = Line { source: SourceId(0), received: Some(now), bytes: sentence.as_bytes() };
            self.engine.line(line, &mut self.out);
        }
    }

    fn active(&mut self, second: i64) {
        let motion = Motion { lat_lon: Some((28.0, -17.0)), status: Some(14), ..Motion::default() };
        self.sends(second, &Message::class_a(1, self.mmsi, &motion));
    }

    fn says(&mut self, second: i64, text: &str) {
        self.sends(second, &Message::safety_text(self.mmsi, text));
    }
}

#[test]
fn a_safety_text_of_a_test_makes_an_active_device_a_test() {
    let mut device = Device::new(970_123_456);
    device.active(0);
    device.says(60, "SART ACTIVE");
    assert!(Severity::High <= device.out[0].alert.severity);
    assert_eq!(device.out.len(), 1);
    device.says(120, "SART TEST");
    device.active(180);
    let told: Vec<_> = device.out.iter().map(|change| (change.change, change.alert.score)).collect();
    assert_eq!(told[1].0, ChangeKind::Retracted);
    assert_eq!(told[2], (ChangeKind::Opened, 5));
    assert_eq!(told.len(), 3);
}

#[test]
fn a_device_that_says_test_first_never_alarms() {
    let mut device = Device::new(972_123_456);
    device.says(0, "MOB TEST");
    (1..8).for_each(|minute| device.active(60 * minute));
    assert!(device.out.iter().all(|change| change.alert.score == 5));
}

#[test]
fn a_device_that_does_not_say_whether_it_is_a_test_alarms_until_it_does() {
    let mut device = Device::new(970_123_456);
    device.says(0, "SART ACTIVE");
    let alert = &device.out[0].alert;
    assert!(Severity::High <= alert.severity && alert.announced);
    assert!(alert.summary.contains("does not say whether this is a test"), "{}", alert.summary);
    assert!(!alert.summary.contains("satellite"), "{}", alert.summary);
    device.active(60);
    assert!(device.out.iter().all(|change| Severity::High <= change.alert.severity));

    let mut under_test = Device::new(974_123_456);
    under_test.says(0, "BATTERY LOW");
    let motion = Motion { lat_lon: Some((28.0, -17.0)), status: None, ..Motion::default() };
    under_test.sends(60, &Message::class_a(1, Mmsi(974_123_456), &motion));
    let told: Vec<_> = under_test.out.iter().map(|change| (change.change, change.alert.score)).collect();
    assert_eq!(told[1..], [(ChangeKind::Retracted, told[0].1), (ChangeKind::Opened, 5)]);
}

#[test]
fn in_a_table_a_missing_status_is_no_test() {
    let rows = |status: &str| {
        let clock = SourceClock {
            name: "table".to_owned(),
            time_zone: None,
            live: false,
            recording: true,
            lateness: Span::ZERO,
        };
        let mut engine = Engine::new(&only("distress"), Arc::new(chart(AREA)), vec![clock]);
        let mut out = Vec::new();
        let header = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass";
        let row = format!("970852911,2026-03-01T12:00:00,28.00000,-17.00000,0.0,0.0,511,,,,,{status},,,,,A");
        for line in [header, &row] {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
        }
        engine.finish(&mut out);
        out[0].alert.score_reasons[0].code.clone()
    };
    assert_eq!([rows(""), rows("0"), rows("14"), rows("15")], ["unstated", "unstated", "active", "test"]);
}
