//! Decoding of lines as feeds and recordings write them: times, stations, junk and parts.

mod layouts;
mod mutants;

use atalaia_core::ais::encode::{Envelope, Message};
use atalaia_core::ais::{
    Body, Decoder, Line, LineClock, Reject, Report, SourceId, SourceSettings, StationId, TimeBasis, UnusedTime,
};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use jiff::tz::TimeZone;

/// Reads one recording line by line.
struct Reader {
    decoder: Decoder,
    received: Option<Time>,
}

impl Reader {
    fn new() -> Reader {
        Reader::with(None, false)
    }

    fn with(zone: Option<&str>, live: bool) -> Reader {
        let settings = |name: &str| SourceSettings {
            name: name.to_owned(),
            time_zone: zone.map(|zone| TimeZone::get(zone).unwrap()),
            live,
        };
        Reader { decoder: Decoder::new(vec![settings("one"), settings("two")]), received: None }
    }

    fn from(&mut self, source: u16, lines: &[&str]) -> Vec<Report> {
        let mut out = Vec::new();
        for line in lines {
            let line = Line { source: SourceId(source), received: self.received, bytes: line.as_bytes() };
            self.decoder.line(line, &mut out);
        }
        out
    }

    fn read(&mut self, lines: &[&str]) -> Vec<Report> {
        self.from(0, lines)
    }

    fn rejected(&self, reason: Reject) -> u64 {
        self.decoder.tally().total().rejected(reason)
    }

    fn unused_times(&self, reason: UnusedTime) -> u64 {
        self.decoder.tally().total().unused_time(reason)
    }

    fn station(&self, report: &Report) -> &str {
        self.decoder.station_name(report.station)
    }
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn sealed(start: &str, content: &str) -> String {
    let sum = content.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("{start}{content}*{sum:02X}")
}

fn tagged(fields: &str, sentence: &str) -> String {
    format!("{}\\{sentence}", sealed("\\", fields))
}

const PLAIN: &str = "!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23";
const PART_1: &str = "!AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49";
const PART_2: &str = "!AIVDM,2,2,7,A,888888888888880,2*23";

#[test]
fn every_written_form_of_time_is_read_and_the_best_one_wins() {
    let pghp = "$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22".to_owned();
    let tag = tagged("s:2573555,c:1707873398", PLAIN);
    let rmc = sealed("$", "GPRMC,092211.00,A,5759.09700,N,01144.34344,E,5.2,28.2,200715,,,A");
    let zda = sealed("$", "ECZDA,194310,14,07,2008,,");
    let own = format!("{PLAIN}\r");
    let bare = format!("{PLAIN},1630526404,1630526406");
    let uscg = format!("{PLAIN},s1234,d-119,T12.34567123,r003669958,1085889680");
    let tagged_uscg = tagged("c:1707873398123", &uscg);
    let local = format!("2016-03-31 00:00:01, {PLAIN}");
    let epoch = format!("1490075479,{PLAIN}");
    let cases: &[(&[&str], &str, TimeBasis, &str)] = &[
        (&[&tag], "2024-02-14T01:16:38Z", TimeBasis::Tag, "2573555"),
        (&[&pghp, PLAIN], "2015-02-01T00:00:00.031Z", TimeBasis::Gatehouse, ""),
        (&[&pghp, &tag], "2024-02-14T01:16:38Z", TimeBasis::Tag, "2573555"),
        (&[&pghp, &bare], "2015-02-01T00:00:00.031Z", TimeBasis::Gatehouse, ""),
        (&[&bare], "2021-09-01T20:00:04Z", TimeBasis::Receiver, ""),
        (&[&uscg], "2004-05-30T04:01:20Z", TimeBasis::Receiver, "r003669958"),
        (&[&tagged_uscg], "2024-02-14T01:16:38.123Z", TimeBasis::Tag, "r003669958"),
        (&[&local], "2016-03-30T22:00:01Z", TimeBasis::Receiver, ""),
        (&[&epoch], "2017-03-21T05:51:19Z", TimeBasis::Receiver, ""),
        (&[&rmc, PLAIN], "2015-07-20T09:22:11Z", TimeBasis::OwnClock, ""),
        (&[&zda, &own], "2008-07-14T19:43:10Z", TimeBasis::OwnClock, ""),
        (&[&rmc, &epoch], "2017-03-21T05:51:19Z", TimeBasis::Receiver, ""),
    ];
    for (lines, time, basis, station) in cases {
        let mut reader = Reader::with(Some("Europe/Paris"), false);
        let reports = reader.read(lines);
        assert_eq!(reports.len(), 1, "{lines:?}");
        assert_eq!((reports[0].at, reports[0].basis), (at(time), *basis), "{lines:?}");
        assert_eq!(reader.station(&reports[0]), *station, "{lines:?}");
        let mut clock = LineClock::new(Some(TimeZone::get("Europe/Paris").unwrap()));
        let times = lines.iter().map(|line| clock.time_of(line.as_bytes()));
        assert_eq!(times.last().unwrap(), Some(at(time)), "{lines:?}");
    }
}

#[test]
fn a_message_without_any_time_is_counted_and_gives_no_report() {
    let mut reader = Reader::new();
    assert_eq!(reader.read(&[PLAIN, &format!("{PLAIN},4800123")]), []);
    let total = reader.decoder.tally().total();
    assert_eq!((total.reports_by_type[1], total.untimed[1]), (2, 2));
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    assert_eq!(reader.read(&[PLAIN])[0].basis, TimeBasis::Receipt);
    assert_eq!(LineClock::new(None).time_of(PLAIN.as_bytes()), None);
}

#[test]
fn sample_counters_are_never_times_even_when_large_enough() {
    let mut reader = Reader::new();
    let counted = |count: u64| format!("{PLAIN},{count}");
    for count in [4_800_000, 4_900_000, 5_000_000] {
        assert_eq!(reader.read(&[&counted(count)]), []);
    }
    assert_eq!(reader.read(&[&counted(1_000_000_000)]), []);
    assert_eq!(reader.from(1, &[&counted(1_000_000_000)]).len(), 1);
}

#[test]
fn a_type_4_from_another_station_does_not_set_the_clock() {
    let base = Mmsi(2_190_067);
    let clock = Message::base_station(base, at("2013-11-12T12:00:05Z"), Some((56.0, 10.0)));
    let sentence = |envelope| clock.sentences(&envelope).remove(0);
    let heard = sentence(Envelope::default());
    let own = sentence(Envelope { own_ship: true, ..Envelope::default() });
    let of_station = sentence(Envelope { station: Some("r002190067"), ..Envelope::default() });
    let of_other = sentence(Envelope { station: Some("r002190068"), ..Envelope::default() });
    let named = tagged("s:r002190067", PLAIN);
    for (lines, expected) in [
        ([&heard[..], PLAIN], 0),
        ([&of_other, PLAIN], 0),
        ([&own, PLAIN], 2),
        ([&of_station, &named], 2),
        ([&of_station, PLAIN], 1),
    ] {
        let reports = Reader::new().read(&lines);
        assert_eq!(reports.len(), expected, "{lines:?}");
        for report in reports {
            assert_eq!(report.at, at("2013-11-12T12:00:05Z"));
        }
    }
}

#[test]
fn live_a_time_ahead_of_receipt_is_replaced_and_counted() {
    let ahead = tagged("c:1707873398", PLAIN);
    for (received, live, expected) in [
        ("2024-02-14T01:15:37Z", true, TimeBasis::Receipt),
        ("2024-02-14T01:15:38Z", true, TimeBasis::Tag),
        ("2024-02-14T01:15:37Z", false, TimeBasis::Tag),
    ] {
        let mut reader = Reader::with(None, live);
        reader.received = Some(at(received));
        assert_eq!(reader.read(&[&ahead])[0].basis, expected, "{received} {live}");
        assert_eq!(reader.unused_times(UnusedTime::Ahead), u64::from(expected == TimeBasis::Receipt));
    }
}

#[test]
fn live_a_time_a_day_behind_receipt_is_replaced_whatever_its_source() {
    let rmc = "$GPRMC,072017.00,A,2300.0000,N,01736.0000,W,0.0,0.0,200107,,,A";
    let sum = rmc[1..].bytes().fold(0, |sum, byte| sum ^ byte);
    let rmc = format!("{rmc}*{sum:02X}");
    let told = at("2007-01-20T07:20:17Z").seconds();
    let (tag, before) = (tagged(&format!("c:{told}"), PLAIN), format!("{told},{PLAIN}"));
    let behind = format!("{PLAIN},{told}");
    let ways: [(&[&str], TimeBasis); 4] = [
        (&[&rmc, PLAIN], TimeBasis::OwnClock),
        (&[&tag], TimeBasis::Tag),
        (&[&before], TimeBasis::Receiver),
        (&[&behind], TimeBasis::Receiver),
    ];
    for (lines, basis) in ways {
        for (received, live, replaced) in [
            ("2026-03-01T12:00:00Z", true, true),
            ("2007-01-21T07:20:18Z", true, true),
            ("2007-01-21T07:20:17Z", true, false),
            ("2026-03-01T12:00:00Z", false, false),
        ] {
            let mut reader = Reader::with(None, live);
            reader.received = Some(at(received));
            let report = &reader.read(lines)[0];
            let expected = if replaced { TimeBasis::Receipt } else { basis };
            assert_eq!(report.basis, expected, "{lines:?} received {received}, live {live}");
            assert_eq!(reader.unused_times(UnusedTime::Behind), u64::from(replaced));
        }
    }
}

#[test]
fn a_bad_tag_block_is_dropped_and_its_sentence_kept() {
    let good = tagged("s:2573555,c:1707873398", PLAIN);
    let bad = good.replace("c:17078", "c:17079");
    let mut reader = Reader::new();
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    let reports = reader.read(&[&bad, &format!("\\s:unclosed{PLAIN}")]);
    assert_eq!(reports.len(), 2);
    assert!(reports.iter().all(|report| report.basis == TimeBasis::Receipt));
    assert_eq!(reports[0].station, StationId(0));
    assert_eq!(reader.rejected(Reject::TagChecksum), 1);
    assert_eq!(reader.rejected(Reject::TagUnclosed), 1);
}

#[test]
fn several_sentences_on_a_line_are_separated_from_the_junk_around_them() {
    let tag = tagged("c:1707873398", PLAIN);
    let other = "!AIVDM,1,1,,A,133sVfPP00PD>hRMDH@jNOvN20S8,0*7F";
    let line = format!("\u{1}junk$\\ {tag},r003669958{tag}\t{other} tail");
    let mut reader = Reader::new();
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    let reports = reader.read(&[&line]);
    assert_eq!(reports.len(), 3, "{reports:?}");
    assert_eq!(reader.station(&reports[0]), "r003669958");
    assert_eq!(reports[1].basis, TimeBasis::Tag);
    assert_eq!(reports[2].mmsi, Mmsi(205_448_890));
    let cut_short = format!("{}{PLAIN}", &other[..30]);
    assert_eq!(reader.read(&[&cut_short]).len(), 1);
    assert_eq!(reader.rejected(Reject::ChecksumWrong), 1);
    reader.read(&["# a comment", "", "epoch,AIS_Sentences", "\u{7f}\u{1}"]);
    assert_eq!(reader.rejected(Reject::NotASentence), 2);
    assert_eq!(reader.decoder.tally().total().comments, 2);
}

#[test]
fn parts_are_joined_in_any_order_and_between_other_parts() {
    let station = |name: &str, sentence: &str| tagged(&format!("s:{name}"), sentence);
    let grouped = |number: u8, fields: &str, sentence: &str| tagged(&format!("g:{number}-2-3730{fields}"), sentence);
    let without_id = |sentence: &str| {
        let content = sentence[1..].split('*').next().unwrap().replace(",7,A,", ",,A,");
        sealed("!", &content)
    };
    let other_channel = |sentence: &str| {
        let content = sentence[1..].split('*').next().unwrap().replace(",7,A,", ",7,B,");
        sealed("!", &content)
    };
    let cases: Vec<(&str, Vec<String>, usize)> = vec![
        ("in order", vec![PART_1.into(), PART_2.into()], 1),
        ("reversed", vec![PART_2.into(), PART_1.into()], 1),
        ("no ids", vec![without_id(PART_1), without_id(PART_2)], 1),
        ("no ids, reversed", vec![without_id(PART_2), without_id(PART_1)], 1),
        (
            "two stations interleaved",
            vec![station("x", PART_1), station("y", PART_1), station("y", PART_2), station("x", PART_2)],
            2,
        ),
        (
            "two channels interleaved",
            vec![PART_1.into(), other_channel(PART_1), PART_2.into(), other_channel(PART_2)],
            2,
        ),
        ("station on the first part only", vec![station("x", PART_1), PART_2.into()], 1),
        (
            "TAG group, station and time on the first part only",
            vec![grouped(1, ",s:x,c:1654340281", PART_1), grouped(2, "", PART_2)],
            1,
        ),
        ("first part twice", vec![PART_1.into(), PART_1.into(), PART_2.into()], 1),
        ("every line twice", vec![PART_1.into(), PART_1.into(), PART_2.into(), PART_2.into()], 1),
        ("second part never comes", vec![PART_1.into(), PLAIN.into()], 1),
        ("second part of another message", vec![PART_1.into(), other_channel(PART_2)], 0),
    ];
    for (case, lines, expected) in cases {
        let mut reader = Reader::new();
        reader.received = Some(at("2026-01-01T00:00:00Z"));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let reports = reader.read(&lines);
        assert_eq!(reports.len(), expected, "{case}: {reports:?}");
        if case.starts_with("TAG group") {
            assert_eq!(reports[0].at, at("2022-06-04T10:58:01Z"));
            assert_eq!(reader.station(&reports[0]), "x");
        }
        if case == "two stations interleaved" {
            assert_eq!(reports[0].payload, reports[1].payload);
        }
    }
}

#[test]
fn a_group_with_a_member_that_is_not_ais_blocks_nothing() {
    let first = "\\g:1-2-73874,n:157036,s:r003669945,c:1241544035*4A\\\
                 !AIVDM,1,1,,B,15N4cJ`005Jrek0H@9n`DW5608EP,0*13";
    let frame = sealed("$", "ARFSR,r003669945,162021.3,A,0000,0,0000,-107,,,,");
    let other = tagged("g:2-2-73874", &frame);
    let mut reader = Reader::new();
    let reports = reader.read(&[first, &other]);
    assert_eq!(reports.len(), 1);
    assert_eq!(reader.station(&reports[0]), "r003669945");
    let head = tagged("g:1-2-5,s:x,c:1241544035", &frame);
    let tail = tagged("g:2-2-5", PLAIN);
    let reports = reader.read(&[&head, &tail]);
    assert_eq!((reports[0].at, reader.station(&reports[0])), (at("2009-05-05T17:20:35Z"), "x"));
}

#[test]
fn three_parts_and_more_are_joined_and_orphans_stay_bounded() {
    let text = "THIS IS A SAFETY TEXT LONG ENOUGH FOR THREE PARTS OF ONE MESSAGE ".repeat(2);
    let message = Message::safety_text(Mmsi(224_123_456), text.trim());
    let parts = message.sentences(&Envelope::default());
    assert_eq!(parts.len(), 3);
    let mut reader = Reader::new();
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    for orphan in 0..10_000 {
        let line = sealed("!", &format!("AIVDM,2,1,{},{},13mB7d,0", orphan % 10, orphan % 7));
        reader.read(&[&tagged(&format!("s:st{orphan}"), &line)]);
    }
    assert!(9_000 < reader.rejected(Reject::PartMissing));
    let reports = reader.read(&[&parts[2], &parts[0], &parts[1]]);
    let Body::SafetyText(said) = &reports[0].body else {
        panic!("{reports:?}");
    };
    assert_eq!(&**said, text.trim());
}

#[test]
fn an_old_first_part_is_not_joined_to_a_later_message() {
    let stale = tagged("c:1707873398", PART_1);
    let late = tagged("c:1707873420", PART_2);
    let mut reader = Reader::new();
    assert_eq!(reader.read(&[&stale, &late]), []);
    assert_eq!(reader.rejected(Reject::PartMissing), 1);
    // Without times, the number of sentences in between distinguishes an abandoned part from one that came early.
    let mut reader = Reader::new();
    reader.received = Some(at("2026-01-01T00:00:00Z"));
    let between = [PLAIN; 30];
    reader.read(&[&[PART_2][..], &between].concat());
    assert_eq!(reader.read(&[PART_1]), []);
    assert_eq!(reader.read(&[PART_2]).len(), 1);
}
