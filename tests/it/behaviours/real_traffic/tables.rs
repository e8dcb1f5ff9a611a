//! Other publishers' tables as rows of the Danish layout: their columns of time, MMSI, position, speed and the rest.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::Path;

use atalaia_core::base::time::{Span, Time};

const HEADER: &str = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,\
Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,\
A,B,C,D\n";

/// Knots in one metre per second.
const KNOTS: f64 = 1.943_844;

/// A row for the Danish layout. Absent texts are empty and absent numbers `None`.
#[derive(Default)]
struct Row {
    at: Option<Time>,
    mmsi: u32,
    class_b: bool,
    place: Option<(f64, f64)>,
    knots: Option<f64>,
    course: Option<f64>,
    heading: Option<f64>,
    status: String,
    kind: &'static str,
    length: f64,
    width: f64,
    imo: String,
    call_sign: String,
    name: String,
    destination: String,
}

/// One row of a table, by the names of its columns.
struct Cells<'a> {
    columns: &'a HashMap<String, usize>,
    cells: &'a [String],
}

impl Cells<'_> {
    fn text(&self, column: &str) -> &str {
        let cell = self.columns.get(column).and_then(|place| self.cells.get(*place));
        cell.map_or("", |cell| cell.trim())
    }

    fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn knots(&self, column: &str) -> Option<f64> {
        self.number(column).filter(|knots| (0.0..=102.2).contains(knots))
    }

    fn degrees(&self, column: &str) -> Option<f64> {
        self.number(column).filter(|degrees| (0.0..360.0).contains(degrees))
    }

    fn place(&self, lat: &str, lon: &str) -> Option<(f64, f64)> {
        Some((self.number(lat)?, self.number(lon)?))
    }

    fn mmsi(&self, column: &str, base: u32) -> u32 {
        self.number(column).map_or(0, |number| base + number as u32)
    }

    /// A length or width; 0 if missing.
    fn metres(&self, column: &str) -> f64 {
        self.number(column).unwrap_or(0.0)
    }

    /// A date and time in any format, as UTC.
    fn civil(&self, column: &str) -> Option<Time> {
        let text = self.text(column);
        let numbers: Vec<i64> =
            text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let part = |place: usize| numbers.get(place).copied().unwrap_or(0) as u32;
        Time::from_utc(*numbers.first()? as i32, part(1), part(2), part(3), part(4), part(5))
    }
}

/// A development set in the Danish layout, in order of time; `None` if it is missing.
pub fn danish(data: &Path, name: &str) -> Option<String> {
    type Reader = fn(&Cells<'_>) -> Row;
    let (file, delimiter, read): (&str, char, Reader) = match name {
        "baltic" => ("tracks/baltic_2018-04-01_11h_387_ships.csv.gz", ';', baltic),
        "gom" => ("tracks/gulf_of_mexico_2023-08_31days_10min.csv.gz", ',', gulf),
        "bc" => ("tracks/british_columbia_2018-07_to_10_793_ships.csv.gz", ',', columbia),
        "atd_example" => ("tracks/us_gulf_coast_1day_atd_example.csv.gz", ',', coast),
        "atd_dataset1" => ("tracks/us_gulf_coast_1day_atd_dataset1.csv.gz", ',', coast),
        "adriatic" => ("tracks/adriatic_2_pair_trawlers_2017-03.csv.gz", ',', adriatic),
        "wind" => ("tracks/windfarm_jackups_2019-01_to_07_hourly.csv.gz", ';', wind),
        "gfw_a" => ("tracks/gfw_2021-01_32_numbers_labelled_segments_a.csv.gz", ',', watch),
        "jutland" => ("tracks/danish_waters_2022-11-01_1h_202_ships_10s.csv.gz", ',', jutland),
        "kattegat" => ("tracks/kattegat_2025-11-01_1day_1min_resampled.csv.gz", ',', kattegat),
        "gap" => ("events/gfw_gap_416000301_2018-12-25_positions.csv.gz", ',', gap),
        _ => return None,
    };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(data.join(file)).ok()?).read_to_string(&mut text).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let columns = cells(lines.next()?, delimiter).into_iter().enumerate();
    let columns = columns.map(|(place, name)| (name.trim().to_owned(), place)).collect();
    let rows = lines.map(|line| read(&Cells { columns: &columns, cells: &cells(line, delimiter) }));
    let mut rows: Vec<(Time, Row)> =
        rows.filter(|row| row.place.is_some() && 0 < row.mmsi).filter_map(|row| Some((row.at?, row))).collect();
    rows.sort_by_key(|(at, _)| *at);
    let mut out = HEADER.to_owned();
    rows.iter().for_each(|(at, row)| row.write(*at, &mut out));
    Some(out)
}

/// The cells of a line; text may be in quotation marks.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

impl Row {
    fn write(&self, at: Time, out: &mut String) {
        let text = at.to_string();
        let (date, clock) = (&text[..10], &text[11..19]);
        let date: Vec<&str> = date.split('-').rev().collect();
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.1}"));
        let metres = |value: f64| if 0.0 < value { format!("{value:.0}") } else { String::new() };
        let bare = |text: &str| text.replace([',', '"'], " ");
        let (lat, lon) = self.place.unwrap_or((91.0, 181.0));
        let class = if self.class_b { "Class B" } else { "Class A" };
        writeln!(
            out,
            "{} {clock},{class},{:09},{lat:.6},{lon:.6},{},,{},{},{},{},{},{},{},,{},{},,,{},,AIS,,,,",
            date.join("/"),
            self.mmsi,
            self.status,
            number(self.knots),
            number(self.course),
            number(self.heading),
            bare(&self.imo),
            bare(&self.call_sign),
            bare(&self.name),
            self.kind,
            metres(self.width),
            metres(self.length),
            bare(&self.destination),
        )
        .unwrap();
    }
}

/// The Danish layout's word for a ship type in another table's words.
fn kind(said: &str) -> &'static str {
    let said = said.to_lowercase();
    let beginnings = [
        ("cargo", "Cargo"),
        ("tanker", "Tanker"),
        ("fishing", "Fishing"),
        ("tug", "Tug"),
        ("passenger", "Passenger"),
        ("sailing", "Sailing"),
        ("pleasure", "Pleasure"),
        ("hsc", "HSC"),
        ("pilot", "Pilot"),
        ("sar", "SAR"),
        ("military", "Military"),
        ("dredging", "Dredging"),
        ("towing", "Towing"),
        ("law enforcement", "Law enforcement"),
        ("diving", "Diving"),
    ];
    let within = [
        ("tanker", "Tanker"),
        ("gas carrier", "Tanker"),
        ("cargo", "Cargo"),
        ("bulk", "Cargo"),
        ("carrier", "Cargo"),
        ("container", "Cargo"),
        ("passenger", "Passenger"),
        ("ferry", "Passenger"),
        ("cruise", "Passenger"),
        ("fish", "Fishing"),
        ("trawl", "Fishing"),
        ("yacht", "Pleasure"),
        ("tug", "Tug"),
        ("search", "SAR"),
        ("dredg", "Dredging"),
    ];
    let begins = beginnings.iter().find(|(word, _)| said.starts_with(word));
    begins.or_else(|| within.iter().find(|(word, _)| said.contains(word))).map_or("", |(_, kind)| kind)
}

fn status(code: Option<f64>) -> String {
    let words = [
        "Under way using engine",
        "At anchor",
        "Not under command",
        "Restricted maneuverability",
        "Constrained by her draught",
        "Moored",
        "Aground",
        "Engaged in fishing",
        "Under way sailing",
    ];
    code.and_then(|code| words.get(code as usize)).copied().unwrap_or_default().to_owned()
}

fn unix(seconds: Option<f64>) -> Option<Time> {
    seconds.map(|seconds| Time::from_millis((seconds * 1000.0).round() as i64))
}

fn baltic(row: &Cells<'_>) -> Row {
    Row {
        at: unix(row.number("timestamp").map(|millis| millis / 1000.0)),
        mmsi: row.mmsi("mmsi", 0),
        class_b: row.text("targetType") == "B",
        place: row.place("lat", "long"),
        knots: row.knots("sog"),
        course: row.degrees("cog"),
        kind: kind(row.text("shipType")),
        length: row.metres("dimBow") + row.metres("dimStern"),
        width: row.metres("dimPort") + row.metres("dimStarboard"),
        imo: row.text("imo").to_owned(),
        call_sign: row.text("callsign").to_owned(),
        name: row.text("name").to_owned(),
        ..Row::default()
    }
}

fn gulf(row: &Cells<'_>) -> Row {
    Row {
        at: unix(row.number("timestamp")),
        mmsi: row.mmsi("mmsi", 0),
        place: row.place("lat", "lon"),
        knots: row.knots("sog"),
        course: row.degrees("cog"),
        ..Row::default()
    }
}

/// Local time, seven hours behind UTC; ids in place of MMSIs.
fn columbia(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("Local.Time").map(|local| local + Span::from_hours(7)),
        mmsi: row.mmsi("ID", 316_000_000),
        place: row.place("Latitude", "Longitude"),
        knots: row.knots("SOG"),
        course: row.degrees("COG"),
        kind: kind(row.text("Type")),
        length: row.metres("Length"),
        ..Row::default()
    }
}

fn coast(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("time"),
        mmsi: row.mmsi("track_id", 0),
        place: row.place("lat", "lon"),
        knots: row.knots("speed"),
        course: row.degrees("course"),
        ..Row::default()
    }
}

fn adriatic(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("datetime"),
        mmsi: row.mmsi("MMSI", 247_000_000),
        place: row.place("latitude", "longitude"),
        knots: row.knots("speed"),
        kind: "Fishing",
        ..Row::default()
    }
}

fn wind(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("TIMESTAMP"),
        mmsi: row.mmsi("MMSI", 0),
        place: row.place("LAT", "LON"),
        knots: row.knots("SPEED"),
        course: row.degrees("COURSE"),
        heading: row.degrees("HEADING"),
        status: status(row.number("STATUS")),
        ..Row::default()
    }
}

/// Messages without a position are the static ones.
fn watch(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("timestamp"),
        mmsi: row.mmsi("ssvid", 0),
        class_b: ["AIS.18", "AIS.19", "AIS.24"].contains(&row.text("type")),
        place: row.place("lat", "lon").or(Some((91.0, 181.0))),
        knots: row.knots("speed"),
        course: row.degrees("course"),
        heading: row.degrees("heading"),
        status: status(row.number("status")),
        kind: kind(row.text("shiptype")),
        length: row.metres("length"),
        width: row.metres("width"),
        imo: row.text("imo").to_owned(),
        call_sign: row.text("callsign").to_owned(),
        name: row.text("shipname").to_owned(),
        destination: row.text("destination").to_owned(),
    }
}

fn jutland(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("datetime"),
        mmsi: row.mmsi("mmsi", 219_000_000),
        place: row.place("lat", "lon"),
        knots: row.knots("SOG"),
        heading: row.degrees("Heading"),
        status: row.text("navigational_status").to_owned(),
        kind: kind(row.text("shiptype")),
        length: row.metres("length"),
        width: row.metres("width"),
        imo: row.text("imo").to_owned(),
        name: row.text("name").to_owned(),
        ..Row::default()
    }
}

fn kattegat(row: &Cells<'_>) -> Row {
    Row {
        at: row.civil("Timestamp"),
        mmsi: row.mmsi("MMSI", 0),
        place: row.place("Latitude", "Longitude"),
        knots: row.number("SOG").map(|metres| metres * KNOTS),
        ..Row::default()
    }
}

fn gap(row: &Cells<'_>) -> Row {
    Row { at: row.civil("timestamp"), mmsi: row.mmsi("ssvid", 0), place: row.place("lat", "lon"), ..Row::default() }
}
