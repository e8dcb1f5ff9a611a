//! Stories of feeds with wrong clocks, disorder or delays, as a reader of the alerts sees them.

use std::sync::Arc;

use crate::ais::encode::{Envelope, Message, Motion};
use crate::ais::{Line, SourceId};
use crate::alerts::{Change, ChangeKind};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::behaviours::Behaviour;
use crate::engine::{Engine, SourceClock};
use crate::geo::LatLon;
use crate::testing::{AREA, chart, only};

/// A line of an input: when it arrives, on which input, and its content. Times are in seconds after noon.
struct Sent {
    arrives: i64,
    source: u16,
    line: String,
}

fn noon() -> Time {
    Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date")
}

fn sent(mmsi: u32, source: u16, at: i64, arrives: i64, place: LatLon, knots: f64) -> Sent {
    let time = noon() + Span::from_seconds(at);
    let motion = Motion {
        lat_lon: Some((place.lat, place.lon)),
        sog_knots: Some(knots),
        cog_degrees: Some(90.0),
        second: Some((at % 60) as u8),
        ..Motion::default()
    };
    let envelope = Envelope { time: Some(time), ..Envelope::default() };
    let line = Message::class_a(1, Mmsi(mmsi), &motion).sentences(&envelope).remove(0);
    Sent { arrives, source, line }
}

/// A ship that stays at 28 N 17 W for `hours`, heard every `step` s by input `source`; each report arrives `late` s after it was
/// sent.
fn lying(mmsi: u32, source: u16, hours: i64, step: i64, late: impl Fn(i64) -> i64) -> Vec<Sent> {
    let place = |at: i64| LatLon::new(28.0 + (at / step % 7) as f64 * 2e-4, -17.0);
    let all = (0..hours * 3600).step_by(step as usize);
    all.map(|at| sent(mmsi, source, at, at + late(at), place(at), 0.4)).collect()
}

/// A ship that passes far away, heard every minute without delay, so that time moves on.
fn passing(hours: i64) -> Vec<Sent> {
    let place = |at: i64| LatLon::new(40.0, -30.0 + at as f64 * 3e-5);
    (0..hours * 3600).step_by(60).map(|at| sent(255_000_001, 0, at, at, place(at), 5.0)).collect()
}

fn run(behaviour: Behaviour, mut all: Vec<Sent>, lateness: &[Span]) -> (Vec<Change>, Engine) {
    all.sort_by_key(|sent| sent.arrives);
    let source = |lateness: &Span| SourceClock {
        name: "feed".into(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: *lateness,
    };
    let sources = lateness.iter().map(source).collect();
    let mut engine = Engine::new(&only(behaviour.name()), Arc::new(chart(AREA)), sources);
    let mut out = Vec::new();
    for sent in &all {
        let line = Line { source: SourceId(sent.source), received: None, bytes: sent.line.as_bytes() };
        engine.line(line, &mut out);
    }
    engine.finish(&mut out);
    (out, engine)
}

fn told(changes: &[Change]) -> Vec<(Behaviour, ChangeKind)> {
    let news = changes.iter().filter(|change| change.change != ChangeKind::Updated);
    news.map(|change| (change.alert.behaviour, change.change)).collect()
}

#[test]
fn a_live_feed_behind_a_recording_moves_time_with_its_first_line() {
    let source = |live| SourceClock {
        name: "feed".into(),
        time_zone: None,
        live,
        recording: !live,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&only("loitering"), Arc::new(chart(AREA)), vec![source(false), source(true)]);
    let mut out = Vec::new();
    engine.source_unheard(SourceId(1), &mut out);
    for sent in passing(1) {
        engine.line(Line { source: SourceId(0), received: None, bytes: sent.line.as_bytes() }, &mut out);
    }
    engine.source_idle(SourceId(0), &mut out);
    engine.source_idle(SourceId(0), &mut out);
    let live = sent(255_000_002, 1, 4_000, 4_000, LatLon::new(40.0, -30.0), 5.0);
    let received = noon() + Span::from_seconds(4_000);
    engine.line(Line { source: SourceId(1), received: Some(received), bytes: live.line.as_bytes() }, &mut out);
    assert_eq!(engine.time(), Some(received - Span::from_seconds(30)));
}

#[test]
fn a_recording_of_last_year_beside_a_live_feed_neither_holds_its_alerts_back_nor_changes_them() {
    let source = |live| SourceClock {
        name: "feed".into(),
        time_zone: None,
        live,
        recording: !live,
        lateness: Span::from_seconds(30),
    };
    let year = 365 * 86_400;
    let opened = |recorded: &[Sent]| {
        let mut engine = Engine::new(&only("loitering"), Arc::new(chart(AREA)), vec![source(false), source(true)]);
        let mut recorded = recorded.iter();
        let mut out = Vec::new();
        for live in lying(224_000_001, 1, 3, 60, |_| 0) {
            let received = noon() + Span::from_seconds(live.arrives);
            let before = out.len();
            engine.line(Line { source: SourceId(1), received: Some(received), bytes: live.line.as_bytes() }, &mut out);
            for change in &out[before..] {
                let change: &Change = change;
                assert!(received - change.at <= Span::from_minutes(2), "{} comes at {}", change.at, received.clock());
            }
            if let Some(old) = recorded.next() {
                engine.line(Line { source: SourceId(0), received: None, bytes: old.line.as_bytes() }, &mut out);
            }
        }
        (out, engine)
    };
    let (alone, _) = opened(&[]);
    assert_eq!(alone.first().map(|change| change.change), Some(ChangeKind::Opened));
    // The same ship and another one, a year ago at another place.
    let old: Vec<Sent> = (0..120)
        .map(|n| sent(224_000_001 + n % 2, 0, i64::from(n) * 60 - year, 0, LatLon::new(27.5, -16.0), 0.2))
        .collect();
    let (beside, engine) = opened(&old);
    assert!(alone == beside);
    assert_eq!((engine.refused(SourceId(0)), engine.refused(SourceId(1))), (120, 0));
    assert_eq!(engine.summary().rejects.get("recording"), Some(&120));
}

#[test]
fn a_ship_heard_only_by_a_satellite_that_delivers_hours_late_is_not_lost_on_arrival() {
    for hours_late in [1, 5, 8, 20] {
        let late = Span::from_hours(hours_late);
        let all = lying(224_000_001, 1, 40, 1800, |_| late.millis() / 1000).into_iter().chain(passing(60)).collect();
        let (changes, _) = run(Behaviour::Loitering, all, &[Span::from_seconds(120), late]);
        let story = told(&changes);
        assert_eq!(story.first(), Some(&(Behaviour::Loitering, ChangeKind::Opened)), "{hours_late} h");
        assert!(story.len() <= 2, "{hours_late} h late: {story:?}");
        let id = &changes[0].alert.id;
        assert!(changes.iter().all(|change| change.alert.id == *id), "one alert");
    }
}

#[test]
fn a_punctual_ship_is_lost_six_hours_after_its_last_report() {
    let all = lying(224_000_001, 0, 30, 600, |_| 0).into_iter().chain(passing(60)).collect();
    let (changes, _) = run(Behaviour::Loitering, all, &[Span::from_seconds(120)]);
    let ended = changes.iter().find(|change| change.change == ChangeKind::Ended).expect("it ends");
    assert_eq!((ended.reason.as_str(), ended.at.clock().as_str()), ("lost", "23:50"));
}

#[test]
fn a_broken_clock_changes_nothing_but_a_count() {
    let ship = || lying(224_000_001, 0, 30, 600, |_| 0);
    let (expected, _) = run(Behaviour::Loitering, ship(), &[Span::from_seconds(120)]);
    assert!(!expected.is_empty());
    for ahead in [3, 12, 24, 20_000] {
        let mut all = ship();
        let wrong = sent(235_000_009, 0, 50_000 + ahead * 3600, 50_000, LatLon::new(28.1, -17.0), 9.0);
        all.insert(90, wrong);
        let (changes, engine) = run(Behaviour::Loitering, all, &[Span::from_seconds(120)]);
        assert!(changes == expected, "{ahead} h ahead");
        assert_eq!(engine.summary().rejects.get("time_leap"), Some(&1));
    }
}

#[test]
fn reports_relayed_late_make_neither_a_second_ship_nor_a_jump() {
    for (step, delay) in [(10, 90), (10, 3000), (60, 90), (60, 240), (60, 3590), (180, 100), (180, 400)] {
        let ship = |late: i64| {
            let place = |at: i64| LatLon::new(28.0, -20.0).destination(90.0, at as f64 * 18.0 * 1852.0 / 3600.0);
            // The relay stamps its own time.
            let of = move |at: i64| {
                let mut sent = sent(224_000_001, 0, at, at + late, place(at), 18.0);
                let tagged = format!("c:{}", (noon() + Span::from_seconds(at)).seconds());
                let own = format!("c:{}", (noon() + Span::from_seconds(at + late)).seconds());
                sent.line = retagged(&sent.line, &tagged, &own);
                sent
            };
            (0..3 * 3600).step_by(step).map(of).collect::<Vec<_>>()
        };
        for behaviour in [Behaviour::PositionJump, Behaviour::IdentityConflict] {
            let all: Vec<Sent> = ship(0).into_iter().chain(ship(delay)).collect();
            let (changes, engine) = run(behaviour, all, &[Span::from_seconds(30)]);
            assert!(changes.is_empty(), "every {step} s, {delay} s late: {:?}", told(&changes));
            let copies = engine.summary().copies;
            let all = 3 * 3600 / step as u64;
            assert!(all * 9 / 10 <= copies && copies <= all, "every {step} s, {delay} s late: {copies} of {all}");
        }
    }
}

#[test]
fn a_station_whose_clock_is_wrong_moves_neither_a_slow_ship_nor_what_it_does_later() {
    // Along a quay, adrift, under way.
    let legs = [(30 * 60, 0.0), (40 * 60, 0.9), (60 * 60, 9.0)];
    let along = |at: i64| {
        let (mut left, mut nm) = (at, 0.0);
        for (seconds, knots) in legs {
            let spent = left.clamp(0, seconds);
            (left, nm) = (left - spent, nm + knots * spent as f64 / 3600.0);
        }
        LatLon::new(28.0, -20.0).destination(90.0, nm * 1852.0)
    };
    let speed = |at: i64| {
        if at < 30 * 60 {
            0.0
        } else if at < 70 * 60 {
            0.9
        } else {
            9.0
        }
    };
    for late in [120, 180, 480, 1200, 2400] {
        let ship = |late: i64| {
            let of = move |at: i64| {
                let mut sent = sent(224_000_001, 0, at, at, along(at), speed(at));
                let tagged = format!("c:{}", (noon() + Span::from_seconds(at)).seconds());
                let own = format!("c:{}", (noon() + Span::from_seconds(at + late)).seconds());
                sent.line = retagged(&sent.line, &tagged, &own);
                sent.arrives += i64::from(late != 0);
                sent
            };
            (0..130 * 60).step_by(30).map(of).collect::<Vec<_>>()
        };
        let all: Vec<Sent> = ship(0).into_iter().chain(ship(late)).collect();
        let (_, engine) = run(Behaviour::Rendezvous, all, &[Span::from_seconds(120)]);
        let summary = engine.summary();
        // Those along the quay repeat their bits. Of the others each is known: a copy by the hour, or an original that came too late while
        // the last copy along the quay was still ahead of it.
        assert!(200 * 9 / 10 <= summary.copies, "{late} s: {} copies, {:?}", summary.copies, summary.rejects);
        let late_ones = summary.rejects.get("too_late").copied().unwrap_or(0);
        assert!(late_ones <= 60 + late as u64 / 30, "{late} s: {:?}", summary.rejects);
    }
}

#[test]
fn a_ship_that_two_stations_hear_in_turn_does_not_meet_itself_if_their_clocks_differ() {
    let speed = |at: i64| if (9_000..18_000).contains(&at) { 1.0 } else { 12.0 };
    let mut nm = 0.0;
    let mut way = Vec::new();
    for at in (0..27_000).step_by(10) {
        way.push((at, LatLon::new(28.0, -20.0).destination(90.0, nm * 1852.0)));
        nm += speed(at) * 10.0 / 3600.0;
    }
    for late in [20, 45, 90, 180, 300, -90, -180] {
        // Each hears some 60 % of what the ship sends.
        let heard = |source: u16, at: i64| (at * 7_919 + i64::from(source) * 104_729) % 997 * 10 < 5_980;
        let of = |source: u16, late: i64| {
            let some = way.iter().filter(move |(at, _)| heard(source, *at));
            some.map(move |(at, place)| {
                let mut sent = sent(224_000_001, source, *at, *at + i64::from(source), *place, speed(*at));
                let tagged = format!("c:{}", (noon() + Span::from_seconds(*at)).seconds());
                let own = format!("c:{}", (noon() + Span::from_seconds(*at + late)).seconds());
                sent.line = retagged(&sent.line, &tagged, &own);
                sent
            })
        };
        let all = || of(0, 0).chain(of(1, late)).collect::<Vec<_>>();
        let lateness = [Span::from_seconds(120); 2];
        let (changes, _) = run(Behaviour::Rendezvous, all(), &lateness);
        assert!(changes.is_empty(), "{late} s: {:?}", told(&changes));
        let (changes, engine) = run(Behaviour::Loitering, all(), &lateness);
        let opened = changes.iter().filter(|change| change.change == ChangeKind::Opened).collect::<Vec<_>>();
        assert_eq!(opened.len(), 1, "{late} s: {:?} {:?}", told(&changes), engine.summary().rejects);
        let started = (opened[0].alert.started_at - noon()).minutes();
        assert!((started - 150.0).abs() <= 12.0, "{late} s: {started}");
    }
}

/// The same line with another time in its TAG block.
fn retagged(line: &str, from: &str, to: &str) -> String {
    let (block, sentence) = line[1..].split_once('\\').expect("a TAG block");
    let body = block.split('*').next().unwrap_or_default().replace(from, to);
    let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("\\{body}*{sum:02X}\\{sentence}")
}

#[test]
fn a_ship_that_returns_to_the_same_place_and_second_is_heard_each_time() {
    // A round of 20 min, repeated 20 times with identical bits.
    let place = |at: i64| LatLon::new(28.0, -17.0).destination((at % 1200) as f64 * 0.3, 600.0);
    let round = |at: i64| {
        let mut sent = sent(224_000_001, 0, at, at, place(at), 6.1);
        let motion = Motion {
            lat_lon: Some((place(at).lat, place(at).lon)),
            sog_knots: Some(6.1),
            cog_degrees: Some(((at % 1200) as f64 * 0.3 + 90.0).rem_euclid(360.0)),
            second: Some(0),
            ..Motion::default()
        };
        let envelope = Envelope { time: Some(noon() + Span::from_seconds(at)), ..Envelope::default() };
        sent.line = Message::class_a(1, Mmsi(224_000_001), &motion).sentences(&envelope).remove(0);
        sent
    };
    let (_, engine) =
        run(Behaviour::Loitering, (0..24_000).step_by(60).map(round).collect(), &[Span::from_seconds(30)]);
    assert_eq!(engine.summary().copies, 0);
}

#[test]
fn a_moored_ship_that_repeats_itself_is_still_there() {
    let of = |at: i64| sent(224_000_001, 0, at, at, LatLon::new(28.0, -17.0), 0.0);
    let (_, engine) = run(Behaviour::Loitering, (0..36_000).step_by(180).map(of).collect(), &[Span::from_seconds(30)]);
    assert_eq!(engine.summary().copies, 0);
}

#[test]
fn in_a_table_a_value_that_every_row_repeats_is_received_again_and_again() {
    let header = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass";
    let row = |minute: i64| {
        // Under way it takes another name, and later its IMO number appears under another MMSI.
        let (mmsi, name) = match minute {
            ..60 => (224_123_456, "ALFA"),
            60..180 => (224_123_456, "BRAVO"),
            _ => (357_123_456, "CHARLIE"),
        };
        let time = (noon() + Span::from_seconds(60 * minute)).to_string();
        let (time, lat) = (time.split(['.', 'Z']).next().unwrap_or_default(), 28.0 + minute as f64 * 0.002_78);
        let line = format!("{mmsi},{time},{lat:.5},-17.0,10.0,0.0,0,{name},IMO9074729,ABCD,70,0,150,20,8.0,70,A");
        Sent { arrives: 60 * minute, source: 0, line }
    };
    let table = |minutes: i64| {
        let first = Sent { arrives: 0, source: 0, line: header.to_owned() };
        let (changes, _) = run(
            Behaviour::IdentityChange,
            std::iter::once(first).chain((0..minutes).map(row)).collect(),
            &[Span::from_seconds(120)],
        );
        changes.iter().filter(|change| change.change == ChangeKind::Opened).count()
    };
    assert_eq!(table(60 + 3), 0, "a name of three minutes");
    assert_eq!(table(180), 1, "another name");
    assert_eq!(table(240), 2, "its number under another MMSI");
}

#[test]
fn vessels_are_counted_by_mmsi_however_often_they_return() {
    // Three ships, each with a hole of ten days.
    let weeks =
        |number: u32| (0..2).flat_map(move |part| (0..40).map(move |minute| (number, part * 864_000 + minute * 60)));
    let of = |(number, at): (u32, i64)| sent(224_000_000 + number, 0, at, at, LatLon::new(28.0, -17.0), 0.0);
    let (_, engine) = run(Behaviour::Loitering, (1..=3).flat_map(weeks).map(of).collect(), &[Span::from_seconds(30)]);
    assert_eq!(engine.summary().vessels, 3);
}
