//! What a watch officer would notice about silent receivers.

use std::sync::Arc;

use crate::ais::encode::{Envelope, Message, Motion};
use crate::ais::{Line, SourceId};
use crate::alerts::{Change, ChangeKind};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::engine::{Engine, Settings, SourceClock};
use crate::testing::{AREA, chart, check, lines, only, run};

fn settings() -> Settings {
    let mut settings = only("feed_silent");
    settings.coverage.learn_hours = 5;
    settings
}

/// The changes as `MM:SS change summary`, without updates.
fn told(changes: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        let alert = &change.alert;
        assert!(alert.vessels.is_empty(), "no vessel is to blame");
        format!("{} {:?} {}", change.at.clock(), change.change, alert.summary)
    };
    changes.iter().filter(|change| change.change != ChangeKind::Updated).map(line).collect()
}

/// Two live inputs and the lines of a ship that one of them hears every 10 s.
struct Live {
    engine: Engine,
    out: Vec<Change>,
}

impl Live {
    fn new(settings: &Settings) -> Live {
        let source = |name: &str, live| SourceClock {
            name: name.to_owned(),
            time_zone: None,
            live,
            recording: !live,
            lateness: Span::from_seconds(30),
        };
        let sources = vec![source("roof", true), source("coast", true), source("archive", false)];
        Live { engine: Engine::new(settings, Arc::new(chart(AREA)), sources), out: Vec::new() }
    }

    /// Runs the seconds `from..to` with a tick each; the inputs in `heard` deliver a line every 10 s.
    fn run(&mut self, from: i64, to: i64, heard: &[u16]) {
        let day = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date");
        for second in from..to {
            let now = day + Span::from_seconds(second);
            if second % 10 == 0 {
                for source in heard {
                    let motion = Motion { lat_lon: Some((28.0, -17.0)), ..Motion::default() };
                    let message = Message::class_a(1, Mmsi(224_000_000 + u32::from(*source)), &motion);
                    let envelope = Envelope { time: Some(now), ..Envelope::default() };
                    for sentence in message.sentences(&envelope) {
                        let line = Line { source: SourceId(*source), received: Some(now), bytes: sentence.as_bytes() };
                        self.engine.line(line, &mut self.out);
                    }
                }
            }
            self.engine.tick(now, &mut self.out);
        }
    }
}

#[test]
fn a_silent_input_opens_after_90_seconds_and_ends_when_heard() {
    let mut live = Live::new(&settings());
    live.run(0, 300, &[0, 1]);
    live.run(300, 380, &[1]);
    assert!(live.out.is_empty());
    live.run(380, 400, &[1]);
    let [opened] = live.out.as_slice() else {
        panic!("{:?}", told(&live.out));
    };
    assert_eq!(opened.alert.started_at.clock(), "12:04");
    assert_eq!(opened.alert.opened_at - opened.alert.started_at, Span::from_seconds(90));
    assert_eq!((opened.alert.score, opened.alert.announced), (20, true));
    assert!(
        opened.alert.summary.starts_with("Input roof has sent nothing since 12:04 UTC"),
        "{}",
        opened.alert.summary
    );
    // Heard again, so it is over once the merge window has closed.
    live.run(400, 600, &[1]);
    live.run(600, 700, &[0, 1]);
    live.run(700, 4400, &[0, 1]);
    assert_eq!(live.out.last().map(|change| change.change), Some(ChangeKind::Ended));
    assert_eq!(live.out.last().and_then(|change| change.alert.ended_at).map(Time::clock), Some("12:10".to_owned()));
    assert_eq!(live.out.len(), 2);
}

#[test]
fn an_input_that_never_sent_a_line_opens_too_and_one_that_may_be_silent_does_not() {
    let mut live = Live::new(&settings());
    live.run(0, 200, &[1]);
    let summaries = told(&live.out);
    assert_eq!(summaries.len(), 1, "{summaries:?}");
    assert!(summaries[0].contains("Input roof"));
}

#[test]
fn a_feed_that_flaps_is_one_alert_and_a_pause_of_80_seconds_none() {
    let mut live = Live::new(&settings());
    live.run(0, 300, &[0, 1]);
    for turn in 0..5 {
        live.run(300 + turn * 300, 500 + turn * 300, &[1]);
        live.run(500 + turn * 300, 600 + turn * 300, &[0, 1]);
    }
    assert_eq!(told(&live.out).len(), 1, "{:?}", told(&live.out));
    live.run(1800, 5400, &[0, 1]);
    let last = told(&live.out).pop().expect("an end");
    let said = "Input roof sent nothing 5 times from 12:04 to 12:28 UTC, for 18 min in all.";
    assert!(last.contains(said), "{last}");
    let mut live = Live::new(&settings());
    for turn in 0..5 {
        live.run(turn * 200, 120 + turn * 200, &[0, 1]);
        live.run(120 + turn * 200, 200 + turn * 200, &[1]);
    }
    assert!(live.out.is_empty());
}

#[test]
fn a_replay_has_no_receipt_and_reports_no_inputs() {
    check(
        &settings(),
        AREA,
        "ALFA 224000001
           06:00 28.1 -17.1
           stop 240
           silent 300
           stop 60",
        "",
    );
}

/// Lines of a ship at a station, every `every` seconds of these minutes.
fn heard_at(station: &str, mmsi: u32, every: i64, minutes: std::ops::Range<i64>) -> Vec<(i64, String)> {
    let day = Time::from_utc(2026, 3, 1, 0, 0, 0).expect("a date");
    let mut lines = Vec::new();
    for second in (minutes.start * 60..minutes.end * 60).step_by(every as usize) {
        let motion = Motion { lat_lon: Some((28.0, -17.0)), sog_knots: Some(0.1), ..Motion::default() };
        let time = Some(day + Span::from_seconds(second));
        let envelope = Envelope { time, station: Some(station), ..Envelope::default() };
        let sentences = Message::class_a(1, Mmsi(mmsi), &motion).sentences(&envelope);
        lines.extend(sentences.into_iter().map(|line| (second, line)));
    }
    lines
}

fn stations(parts: Vec<Vec<(i64, String)>>) -> Vec<Change> {
    stations_with(&settings(), parts)
}

fn stations_with(settings: &Settings, parts: Vec<Vec<(i64, String)>>) -> Vec<Change> {
    let mut lines: Vec<(i64, String)> = parts.into_iter().flatten().collect();
    lines.sort();
    let mut engine = crate::testing::engine(settings, AREA);
    let mut out = Vec::new();
    for (_, line) in lines {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

#[test]
fn a_station_opens_after_its_own_limit() {
    let rest = || heard_at("other", 224_000_009, 30, 0..900);
    let out =
        stations(vec![rest(), heard_at("hill", 224_000_001, 20, 0..600), heard_at("hill", 224_000_001, 20, 700..900)]);
    let lines = told(&out);
    assert_eq!(lines.len(), 2, "{lines:?}");
    // Last heard at 09:59:40; a quarter of an hour passes first.
    assert!(lines[0].starts_with("10:14 Opened Station hill has been silent since 09:59 UTC"), "{}", lines[0]);
    assert_eq!(out.last().and_then(|change| change.alert.ended_at).map(Time::clock), Some("11:40".to_owned()));
    // Short pauses, and a station that is seldom heard anyway, give no alert.
    let pauses =
        heard_at("hill", 224_000_001, 20, 0..600).into_iter().chain(heard_at("hill", 224_000_001, 20, 612..900));
    assert!(stations(vec![rest(), pauses.collect()]).is_empty());
    assert!(stations(vec![rest(), heard_at("hill", 224_000_001, 180, 0..300)]).is_empty());
}

/// The second silence begins within the merge window of the first, so both are one alert.
#[test]
fn a_station_that_was_heard_between_two_silences_was_silent_twice() {
    let hill = |minutes| heard_at("hill", 224_000_001, 20, minutes);
    let parts = vec![heard_at("other", 224_000_009, 30, 0..900), hill(0..600), hill(630..640), hill(700..900)];
    let out = stations(parts);
    let lines = told(&out);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("has been silent since 09:59 UTC, longer than"), "{}", lines[0]);
    let said = "Station hill was silent twice from 09:59 to 11:40 UTC, for 1 h 31 min in all, each time longer than";
    assert!(lines[1].contains(said), "{}", lines[1]);
    let measured = &out.last().expect("an end").alert.evidence.measured;
    assert_eq!((&measured["earlier_silences"], &measured["heard_between_minutes"]), (&1.into(), &9.7.into()));
    assert_eq!(measured["silent_since"], "2026-03-01T10:39:40Z");
    // A silence that begins later is another alert.
    let parts = vec![heard_at("other", 224_000_009, 30, 0..900), hill(0..600), hill(630..800), hill(830..900)];
    let lines = told(&stations(parts));
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[1].contains("was silent from 09:59 to 10:30 UTC"), "{}", lines[1]);
    assert!(lines[2].contains("has been silent since 13:19 UTC, longer than"), "{}", lines[2]);
}

/// What is heard first ends the silence, even if the station pauses again at once.
#[test]
fn a_station_is_heard_again_from_its_first_line_on() {
    let hill = |minutes| heard_at("hill", 224_000_001, 20, minutes);
    let parts = vec![heard_at("other", 224_000_009, 30, 0..900), hill(0..600), hill(631..632), hill(638..900)];
    let out = stations(parts);
    assert_eq!(out.last().and_then(|change| change.alert.ended_at).map(Time::clock), Some("10:31".to_owned()));
}

/// A wake-up about a station has its number in place of a vessel, which may belong to none of the lanes.
#[test]
fn a_station_falls_silent_with_any_number_of_lanes() {
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    for lanes in [1, 3, 5, 6, 7] {
        let mut settings = settings();
        settings.tracks.lanes = lanes;
        for silent in names {
            let minutes = |name| if name == silent { 0..600 } else { 0..700 };
            let parts = (224_000_001..).zip(names).map(|(mmsi, name)| heard_at(name, mmsi, 30, minutes(name)));
            let lines = told(&stations_with(&settings, parts.collect()));
            let said = format!("Station {silent} has been silent since 09:59");
            assert!(lines.iter().any(|line| line.contains(&said)), "{lanes} lanes: {lines:?}");
        }
    }
}

#[test]
fn stations_are_not_reported_one_by_one_when_their_input_is_silent() {
    let both = |minutes: std::ops::Range<i64>| {
        let one = heard_at("hill", 224_000_001, 20, minutes.clone());
        one.into_iter().chain(heard_at("other", 224_000_009, 20, minutes)).collect()
    };
    assert!(stations(vec![both(0..600), both(700..900)]).is_empty());
}

/// Six ships close together that fall silent at ten for the given minutes, and one far away.
fn outage(minutes: i64) -> String {
    let mut script = "FAR 224000050 every=300
           00:00 26 -20
           stop 1500\n"
        .to_owned();
    for ship in 1..=6 {
        script.push_str(&format!(
            "SHIP{ship} 22400000{ship} every=120
               00:00 28.{ship} -17.1
               go 0 1 600
               silent {minutes}
               go 0 1 {}\n",
            900 - minutes
        ));
    }
    script
}

#[test]
fn an_area_quiet_for_all_is_one_notice() {
    let out = run(&settings(), AREA, &outage(400));
    let lines = told(&out);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("10:30 Opened All 6 vessels near 28."), "{}", lines[0]);
    assert!(lines[0].contains("(each heard at least every 2 min before)"), "{}", lines[0]);
    assert_eq!(out.last().and_then(|change| change.alert.ended_at).map(Time::clock), Some("16:40".to_owned()));
    assert!(run(&settings(), AREA, &outage(9)).is_empty());
}

#[test]
fn one_ship_heard_there_again_ends_it_when_the_others_have_sailed_on() {
    let five = |script: String| {
        script.replace("silent 400\n               go 0 1 500", "dark 270 10 400\n               go 270 10 500")
    };
    let script = outage(400);
    let (far, ships) = script.split_at(script.find("SHIP2").expect("ships"));
    let out = run(&settings(), AREA, &format!("{far}{}", five(ships.to_owned())));
    assert_eq!(out.len(), 2, "{:?}", told(&out));
    // The first of six is heard from 16:40 on.
    let ended_at = out[1].alert.ended_at.map(Time::clock).expect("it ended");
    assert!(["16:40", "16:50", "17:00"].contains(&ended_at.as_str()), "{ended_at}");
}

#[test]
fn an_area_needs_three_vessels_that_were_heard_at_least_every_twenty_minutes() {
    // All of them fall silent, but some were heard only every half hour.
    let seldom = |ships: usize, every: i64| outage(400).replacen("every=120", &format!("every={every}"), ships);
    let opened = |script: String| {
        let lines = told(&run(&settings(), AREA, &script));
        lines.first().map(|line| line[..12].to_owned())
    };
    assert_eq!(opened(seldom(6, 1800)), None);
    assert_eq!(opened(seldom(4, 1800)), None);
    assert_eq!(opened(seldom(3, 1800)).as_deref(), Some("10:30 Opened"));
    // If they were heard every quarter of an hour, half an hour passes first.
    assert_eq!(opened(seldom(6, 900)).as_deref(), Some("10:40 Opened"));
}

#[test]
fn one_ship_alone_is_not_a_quiet_area() {
    let script = outage(400).replacen("silent 400", "go 0 1 400", 5);
    assert!(run(&settings(), AREA, &script).is_empty());
}

#[test]
fn a_silent_feed_belongs_to_no_case() {
    let mut engine = crate::testing::engine(&settings(), AREA);
    let mut out = Vec::new();
    for line in lines(&outage(400)) {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    assert!(!out.is_empty());
    assert!(engine.cases().is_empty());
}
