//! A million mutated real lines.

use atalaia_core::ais::{Body, Line, LineClock, LineCutter, Reject, SourceId};
use atalaia_core::base::time::Span;
use jiff::tz::TimeZone;

use super::layouts::{DMA, NOAA, NOAA_2025};
use super::{PART_1, PLAIN, Reader, at, sealed, tagged};

/// A broken line made from real ones; half of them get a correct checksum again.
fn mutant(rng: &mut fastrand::Rng, lines: &[Vec<u8>]) -> Vec<u8> {
    let mut line = rng.choice(lines).unwrap().clone();
    for _ in 0..rng.usize(1..4) {
        let place = rng.usize(0..line.len().max(1)).min(line.len());
        match rng.u8(0..9) {
            0 => line.truncate(place),
            1 if place < line.len() => line[place] = rng.u8(..),
            2 => line.insert(place, rng.u8(..)),
            3 => {
                let other = rng.choice(lines).unwrap();
                line.truncate(place);
                line.extend_from_slice(&other[rng.usize(0..=other.len())..]);
            }
            4 => line.splice(place..place, "é€".bytes()).for_each(drop),
            5 => {
                let other = rng.choice(lines).unwrap().clone();
                line.extend_from_slice(&other);
            }
            6 => {
                let digits = b"999999999999999999999,-1,.,,0,1e308,:*\\!$"[rng.usize(0..20)..].to_vec();
                line.splice(place..place, digits).for_each(drop);
            }
            7 if place < line.len() => {
                line.remove(place);
            }
            _ => {
                let armour = |rng: &mut fastrand::Rng| {
                    let value = rng.u8(0..64);
                    if value < 40 { value + 48 } else { value + 56 }
                };
                let payload: Vec<u8> = (0..rng.usize(0..90)).map(|_| armour(rng)).collect();
                line = format!("!AIVDM,1,1,,A,{},{}*00", String::from_utf8_lossy(&payload), rng.u8(0..6)).into_bytes();
            }
        }
    }
    let start = line.iter().rposition(|byte| matches!(byte, b'!' | b'$'));
    let star = line.iter().rposition(|byte| *byte == b'*');
    if let (Some(start), Some(star), true) = (start, star, rng.bool())
        && start < star
    {
        let sum = line[start + 1..star].iter().fold(0, |sum, byte| sum ^ byte);
        line.truncate(star + 1);
        line.extend_from_slice(format!("{sum:02X}").as_bytes());
    }
    line
}

fn real_lines() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/decoder");
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for name in ["guadeloupe", "san_francisco", "all_types", "us_coast_guard"] {
        let bytes = std::fs::read(folder.join(format!("{name}.nmea.gz"))).unwrap();
        let mut text = Vec::new();
        let mut unzipped = flate2::read::MultiGzDecoder::new(&bytes[..]);
        std::io::Read::read_to_end(&mut unzipped, &mut text).unwrap();
        LineCutter::new().feed(&text, |line| lines.push(line.to_vec()));
    }
    for _ in 0..2000 {
        for line in [DMA, NOAA, NOAA_2025].concat() {
            lines.push(line.as_bytes().to_vec());
        }
        lines.push(tagged("s:2573555,c:1707873398", PLAIN).into_bytes());
        lines.push(tagged("g:1-2-3730,s:43576,c:1654340281", PART_1).into_bytes());
        lines.push(b"$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22".to_vec());
        lines.push(sealed("$", "GPZDA,194310,14,07,2008,01,30").into_bytes());
        lines.push(sealed("$", "GPGLL,5759.097,N,01144.343,E,092211,A").into_bytes());
    }
    lines
}

#[test]
fn a_million_mutated_lines_cause_neither_panics_nor_impossible_reports() {
    let lines = real_lines();
    let mut rng = fastrand::Rng::with_seed(0x00A7_A1A1_A000_0001);
    let mut reader = Reader::with(Some("Europe/Paris"), true);
    let mut received = at("2026-01-01T00:00:00Z");
    let mut clock = LineClock::new(Some(TimeZone::UTC));
    let mut cutter = LineCutter::new();
    let mut out = Vec::new();
    let mut given = 0;
    // Unoptimised builds use fewer mutants; optimised ones use all of them, with overflow checks on.
    let mutants = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    for number in 0..mutants {
        let mut line = mutant(&mut rng, &lines);
        clock.time_of(&line);
        // At the faster pace wrong times gain on receipt like those of a recording, whose lines are refused.
        received = received + Span::from_seconds(if number / 5_000 % 2 == 0 { 90 } else { 1 });
        line.push(b"\r\n"[rng.usize(0..2)]);
        cutter.feed(&line, |bytes| {
            let line = Line { source: SourceId(0), received: Some(received), bytes };
            reader.decoder.line(line, &mut out);
        });
        given += out.len();
        for report in out.drain(..) {
            assert!(report.mmsi.0 <= 999_999_999);
            assert!(at("2000-01-01T00:00:00Z") <= report.at && report.at <= received + Span::from_seconds(60));
            if let Body::Position(position) = &report.body {
                let place = position.units();
                assert!(place.is_none_or(|(lat, lon)| { lat.abs() <= 54_000_000 && lon.abs() <= 108_000_000 }));
                assert!(position.cog_degrees().is_none_or(|course| course < 360.0));
                assert!(position.heading_degrees().is_none_or(|heading| heading < 360.0));
            }
        }
    }
    let total = reader.decoder.tally().total();
    assert!(mutants / 10 < given, "only {given} reports");
    for reason in Reject::ALL {
        // Objects have their own mutants (`json_feeds`).
        let never = matches!(reason, Reject::StationsFull) || reason.name().starts_with("json");
        assert!(never || 0 < total.rejected(reason), "{} never struck", reason.name());
    }
}
