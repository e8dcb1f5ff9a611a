//! JSON feeds: the same reports and alerts as from NMEA, over every transport, and no harm from hostile lines.

mod forms;
pub mod transports;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use atalaia_core::ais::{
    Body, Class, Decoder, Line, LineClock, LineCutter, MAX_OBJECT, Position, Reject, Report, SourceId, SourceSettings,
    TimeBasis,
};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::Settings;
use serde_json::Value;

use crate::harness::replay::{desk, replayed};
use crate::harness::scenes::{engine, lines};
use crate::harness::zones::guadeloupe;
use forms::Said;

const RECORDINGS: [&str; 3] = ["guadeloupe", "all_types", "us_coast_guard"];

fn decoder(live: bool) -> Decoder {
    Decoder::new(vec![SourceSettings { name: "feed".to_owned(), time_zone: None, live }])
}

fn read(decoder: &mut Decoder, received: Option<Time>, line: &str) -> Vec<Report> {
    let mut out = Vec::new();
    decoder.line(Line { source: SourceId(0), received, bytes: line.as_bytes() }, &mut out);
    out
}

#[test]
fn every_form_gives_the_same_as_the_sentences() {
    for name in RECORDINGS {
        let messages = forms::messages(name);
        assert!(150 < messages.len(), "{name}: {} messages", messages.len());
        let (mut decoded, mut clock) = (decoder(false), LineClock::new(None));
        let mut kinds = [0; 28];
        for said in &messages {
            kinds[usize::from(said.kind)] += 1;
            let nmea = forms::catcher_nmea(said);
            let reports = read(&mut decoded, None, &nmea);
            assert_eq!(clock.time_of(nmea.as_bytes()), Some(said.at()), "{nmea}");
            let told = |report: &Report| (report.at, report.mmsi, report.payload, report.body.clone());
            assert_eq!(
                reports.iter().map(told).collect::<Vec<_>>(),
                said.reports.iter().map(told).collect::<Vec<_>>(),
                "{nmea}"
            );

            let whole = [
                (forms::catcher_full(said), None, TimeBasis::Receiver),
                (forms::aisstream(said), None, TimeBasis::Receiver),
                (forms::gpsd(said, true), Some(said.at()), TimeBasis::Receipt),
                (forms::gpsd(said, false), Some(said.at()), TimeBasis::Receipt),
            ];
            for (line, received, basis) in whole {
                let Some(line) = line else { continue };
                let reports = read(&mut decoded, received, &line);
                let told = |report: &Report| (report.at, report.mmsi, report.body.clone());
                assert_eq!(
                    reports.iter().map(told).collect::<Vec<_>>(),
                    said.reports.iter().map(told).collect::<Vec<_>>(),
                    "{line}"
                );
                assert!(reports.iter().all(|report| report.basis == basis), "{line}");
            }
            assert_where_it_was(&mut decoded, said);
        }
        let total = decoded.tally().total();
        assert_eq!(total.rejects().collect::<Vec<_>>(), [], "{name}");
        assert!(name != "all_types" || 15 < kinds.iter().filter(|count| 0 < **count).count(), "{kinds:?}");
    }
}

/// Digitraffic lacks class and type, and BarentsWatch some fields: position, motion and identity are still the same.
fn assert_where_it_was(decoded: &mut Decoder, said: &Said) {
    let shown = |at: &Position| (at.units(), at.sog_knots(), at.cog_degrees(), at.heading_degrees(), at.status());
    for (line, class) in [(forms::digitraffic(said), false), (forms::barentswatch(said), true)] {
        let Some(line) = line else { continue };
        let reports = read(decoded, None, &line);
        assert_eq!(reports[0].mmsi, said.reports[0].mmsi, "{line}");
        assert_eq!(reports[0].at.seconds(), said.at().seconds(), "{line}");
        match (&reports[0].body, &said.reports[0].body) {
            (Body::Position(ours), Body::Position(theirs)) => {
                assert_eq!(shown(ours), shown(theirs), "{line}");
                assert_eq!(ours.class, if class { theirs.class } else { Class::Unknown }, "{line}");
            }
            (Body::Static(ours), Body::Static(theirs)) => {
                let theirs = atalaia_core::ais::Static { class: None, ..(**theirs).clone() };
                assert_eq!(**ours, theirs, "{line}");
            }
            other => panic!("{line}: {other:?}"),
        }
    }
}

/// Sentences with their time in front, as recorded.
fn nmea(messages: &[Said]) -> String {
    let line = |said: &Said| {
        let at = said.at().seconds();
        said.sentences.iter().map(|sentence| format!("{at},{sentence}\n")).collect::<String>()
    };
    messages.iter().map(line).collect()
}

fn lines_of(messages: &[Said], form: impl Fn(&Said) -> Option<String>) -> String {
    messages.iter().filter_map(form).map(|line| line + "\n").collect()
}

#[test]
fn a_real_recording_gives_the_same_alerts_in_every_complete_form() {
    let mut messages = forms::messages("guadeloupe");
    messages.truncate(messages.len() / 2);
    // The order of two fixes of one vessel in the same second depends on the payload's hash, which differs between forms.
    let mut seen = BTreeSet::new();
    messages.retain(|said| seen.insert((said.reports[0].mmsi, said.at().seconds())));
    let settings = Settings::default();
    let told = |recording: &str| {
        let mut engine = engine(&settings, &guadeloupe());
        let mut changes = Vec::new();
        for bytes in lines(recording.as_bytes()) {
            engine.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
        }
        engine.finish(&mut changes);
        changes.iter().map(|change| serde_json::to_value(change).unwrap()).collect::<Vec<_>>()
    };
    let expected = told(&nmea(&messages));
    assert!(50 < expected.len(), "{} changes", expected.len());
    let same = |form: &str, recording: &str| {
        let changes = told(recording);
        for (number, (ours, theirs)) in changes.iter().zip(&expected).enumerate() {
            assert_eq!(ours, theirs, "{form}, change {number}");
        }
        assert_eq!(changes.len(), expected.len(), "{form}");
    };
    same("AIS-catcher", &lines_of(&messages, |said| Some(forms::catcher_nmea(said))));
    same("aisstream", &lines_of(&messages, forms::aisstream));
    // Sentences and objects alternate in one feed.
    let mut turn = 0;
    let mixed: Vec<String> = messages
        .iter()
        .map(|said| {
            turn += 1;
            match turn % 2 {
                0 => forms::catcher_nmea(said) + "\n",
                _ => nmea(std::slice::from_ref(said)),
            }
        })
        .collect();
    same("mixed", &mixed.concat());
}

#[test]
fn recordings_of_objects_are_replayed_plain_packed_and_merged_with_sentences() {
    let folder = desk();
    let scene = crate::harness::scenes::meeting(3).feed();
    let object = |sent: &atalaia_core::scenario::Transmission| transports::object(sent) + "\n";
    let whole: String = scene.sent.iter().map(object).collect();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("feed.nmea", scene.nmea().as_bytes());
    write("feed.jsonl", whole.as_bytes());
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(whole.as_bytes()).unwrap();
    write("feed.jsonl.gz", &packer.finish().unwrap());
    write("feed.jsonl.zst", &zstd::encode_all(whole.as_bytes(), 1).unwrap());
    let played = |names: &[&str]| replayed(&folder, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let expected = played(&["feed.nmea"]);
    assert!(expected.contains("\"rendezvous\""));
    for name in ["feed.jsonl", "feed.jsonl.gz", "feed.jsonl.zst"] {
        assert!(played(&[name]) == expected, "{name}");
    }
    // Every second message is in another file.
    let half = |odd: usize, text: &dyn Fn(&atalaia_core::scenario::Transmission) -> String| {
        scene.sent.iter().skip(odd).step_by(2).map(text).collect::<String>()
    };
    write("even.nmea", half(0, &|sent| atalaia_core::scenario::Feed { sent: vec![sent.clone()] }.nmea()).as_bytes());
    write("odd.jsonl", half(1, &object).as_bytes());
    let opened = |text: &str| {
        let changes = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let opened = changes.filter(|change| change["change"] == "opened");
        opened.map(|change| (change["at"].clone(), change["alert"]["id"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(opened(&played(&["odd.jsonl", "even.nmea"])), opened(&expected));
}

/// One object of each form.
fn samples() -> Vec<String> {
    let messages = forms::messages("all_types");
    let mut samples = Vec::new();
    for said in &messages {
        samples.push(forms::catcher_nmea(said));
        let others = [forms::catcher_full(said), forms::gpsd(said, false), forms::aisstream(said)];
        samples.extend(others.into_iter().chain([forms::digitraffic(said), forms::barentswatch(said)]).flatten());
    }
    samples
}

fn mutant(rng: &mut fastrand::Rng, samples: &[String]) -> Vec<u8> {
    let mut line = rng.choice(samples).unwrap().clone().into_bytes();
    for _ in 0..rng.usize(1..4) {
        let place = rng.usize(1..line.len().max(2)).min(line.len());
        let odd: &[&[u8]] = &[
            b"1e999",
            b"-1",
            b"null",
            b"[[[[",
            b"{\"a\":",
            b"\"",
            b"\\u0000",
            b"\\ud800",
            b"\x00",
            b"\xFF\xFE",
            b"9999999999999999999999",
            b",\"mmsi\":1",
            b",\"class\":\"AIS\"",
            b"}",
            b"]",
            b"NaN",
            b"true",
            b"-0.0",
            b"1E308",
            "\u{202e}".as_bytes(),
        ];
        match rng.u8(0..6) {
            0 => line.truncate(place),
            1 if place < line.len() => line[place] = rng.u8(..),
            2 => drop(line.splice(place..place, rng.choice(odd).unwrap().iter().copied())),
            3 => {
                // Replaces a number with something else.
                if let Some(start) = line[place..].iter().position(u8::is_ascii_digit).map(|start| place + start) {
                    let end = line[start..]
                        .iter()
                        .position(|byte| !b"0123456789.-".contains(byte))
                        .map_or(line.len(), |end| start + end);
                    drop(line.splice(start..end, rng.choice(odd).unwrap().iter().copied()));
                }
            }
            4 => {
                let other = rng.choice(samples).unwrap().as_bytes();
                line.truncate(place);
                line.extend_from_slice(&other[rng.usize(0..other.len())..]);
            }
            _ if place < line.len() => drop(line.remove(place)),
            _ => {}
        }
    }
    line
}

#[test]
fn mutated_objects_never_panic_or_give_impossible_reports() {
    let samples = samples();
    let mut rng = fastrand::Rng::with_seed(0x00A7_A1A1_A000_0005);
    let mut decoder = decoder(true);
    let mut clock = LineClock::new(None);
    let mut received = Time::parse("2026-01-01T00:00:00Z").unwrap();
    let (mut out, mut given) = (Vec::new(), 0);
    let mutants = if cfg!(debug_assertions) { 60_000 } else { 600_000 };
    for _ in 0..mutants {
        let bytes = mutant(&mut rng, &samples);
        clock.time_of(&bytes);
        // A clock that gains nothing for 90 s is not that of a recording, whose lines are refused.
        received = received + Span::from_seconds(90);
        decoder.line(Line { source: SourceId(0), received: Some(received), bytes: &bytes }, &mut out);
        given += out.len();
        for report in out.drain(..) {
            assert!(report.mmsi.0 <= 999_999_999);
            assert!(report.at <= received + Span::from_seconds(60));
            if let Body::Position(at) = &report.body {
                assert!(at.units().is_none_or(|(lat, lon)| lat.abs() <= 54_000_000 && lon.abs() <= 108_000_000));
                assert!(at.cog_degrees().is_none_or(|course| course < 360.0));
                assert!(at.sog_knots().is_none_or(|knots| knots <= 1022.0));
            }
            if let Body::Static(who) = &report.body {
                let texts = [&who.name, &who.destination, &who.call_sign].into_iter().flatten();
                assert!(texts.into_iter().all(|text| text.chars().count() <= 20 && !text.contains(char::is_control)));
            }
        }
    }
    assert!(mutants / 20 < given, "only {given} reports");
    let total = decoder.tally().total();
    for reason in [
        Reject::Json,
        Reject::JsonUnknown,
        Reject::JsonFields,
        Reject::Mmsi,
        Reject::UnknownType,
        Reject::ChecksumWrong,
    ] {
        assert!(0 < total.rejected(reason), "{} never struck", reason.name());
    }
}

#[test]
fn oversized_objects_are_counted_by_their_reason_and_take_no_memory() {
    let refused = |line: &[u8], reason: Reject| {
        let mut decoder = decoder(true);
        let mut out = Vec::new();
        decoder.line(Line { source: SourceId(0), received: None, bytes: line }, &mut out);
        let total = decoder.tally().total();
        assert!(out.is_empty());
        assert_eq!(
            total.rejects().collect::<Vec<_>>(),
            [(reason, 1)],
            "{}",
            String::from_utf8_lossy(&line[..line.len().min(80)])
        );
    };
    let deep = |depth: usize| format!("{{\"class\":\"AIS\",\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    refused(deep(32).as_bytes(), Reject::JsonTooDeep);
    refused(deep(20_000).as_bytes(), Reject::JsonTooDeep);
    refused(format!("{{\"class\":\"AIS\",\"a\":{}", "{\"a\":".repeat(5000)).as_bytes(), Reject::JsonTooDeep);
    // At the depth limit; rejected only for its missing sender.
    refused(deep(31).as_bytes(), Reject::Mmsi);
    refused(format!("{{\"class\":\"AIS\",\"a\":\"{}\"}}", "x".repeat(MAX_OBJECT)).as_bytes(), Reject::JsonTooLarge);
    refused(b"{\"class\":\"AIS\",\"mmsi\":1\xff}", Reject::Json);
    refused(b"{\"class\":\"AIS\",\"mmsi\":1\x00}", Reject::Json);
    refused(b"{\"class\":\"AIS\",\"type\":1,\"mmsi\":224000001,\"lat\":1e999}", Reject::Json);
    refused(b"{\"class\":\"AIS\",\"type\":1,\"mmsi\":224000001,\"mmsi\":224000002}", Reject::JsonFields);
    refused(b"{\"class\":\"AIS\",\"type\":1,\"mmsi\":\"224000001\"}", Reject::JsonFields);
    refused(b"{\"class\":\"AIS\",\"type\":1,\"mmsi\":224000001.5}", Reject::JsonFields);
    refused(b"{\"class\":\"AIS\",\"type\":1,\"mmsi\":-1}", Reject::Mmsi);
    refused(b"{\"class\":\"AIS\",\"type\":28,\"mmsi\":224000001}", Reject::UnknownType);
    refused(b"{\"class\":\"AIS\",\"nmea\":{}}", Reject::JsonFields);
    refused(b"{\"class\":\"AIS\",\"nmea\":[\"rubbish\"]}", Reject::NotASentence);
    refused(b"{}", Reject::JsonUnknown);
    refused(b"{\"type\":\"FeatureCollection\"}", Reject::JsonUnknown);
    refused(b"{", Reject::Json);
    refused(b"{\"class\":\"AIS", Reject::Json);
    refused(b"{\"class\":\"AIS\"}}", Reject::Json);
    let many = format!("{{\"class\":\"AIS\",\"a\":[{}1]}}", "1,".repeat(30_000));
    refused(many.as_bytes(), Reject::Mmsi);

    // Ten megabytes without a line end, repeatedly: one line is dropped each time, and the next one is kept.
    let mut cutter = LineCutter::new();
    let mut kept = 0;
    for _ in 0..3 {
        let chunk = vec![b'['; 1 << 16];
        cutter.feed(b"{\"class\":", |_| kept += 1);
        (0..160).for_each(|_| cutter.feed(&chunk, |_| kept += 1));
        cutter.feed(b"\n{\"class\":\"AIS\"}\n", |_| kept += 1);
    }
    assert_eq!((kept, cutter.overlong()), (3, 3));
}
