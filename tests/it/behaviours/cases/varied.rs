//! Variations of the cases: the correct outcome must not depend on MMSIs, format, or how often or how late reports arrive.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;

use atalaia_core::ais::encode::{Envelope, Message, Motion};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use tempfile::TempDir;

use crate::harness::outcome::{Grade, Outcome, Told, area, at, input, replay_with};

/// How long reports wait for earlier ones. Seconds.
const LATENESS: i64 = 120;

/// One position of a table in the Danish layout.
#[derive(Clone)]
struct Row {
    at: Time,
    mmsi: u32,
    cells: Vec<String>,
}

struct Table {
    header: String,
    rows: Vec<Row>,
}

impl Table {
    fn of(case: &str) -> Table {
        let mut text = String::new();
        let file = fs::File::open(input(case, "track.csv")).unwrap();
        flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let row = |line: &str| {
            let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            let (day, clock) = cells[0].split_once(' ').unwrap();
            let (day, month, year) = (&day[..2], &day[3..5], &day[6..]);
            let at = Time::parse(&format!("{year}-{month}-{day}T{clock}Z")).unwrap();
            Row { at, mmsi: cells[2].parse().unwrap(), cells }
        };
        Table { header: header.to_owned(), rows: rows.lines().map(row).collect() }
    }

    fn csv(&self) -> String {
        let mut text = format!("{}\n", self.header);
        for row in &self.rows {
            let _ = writeln!(text, "{}", row.cells.join(","));
        }
        text
    }

    /// The positions as type 1 sentences after the time in a TAG block.
    fn nmea(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let number = |place: usize| row.cells[place].parse::<f64>().ok();
            let motion = Motion {
                lat_lon: number(3).zip(number(4)),
                sog_knots: number(7),
                cog_degrees: number(8),
                heading_degrees: number(9),
                ..Motion::default()
            };
            let envelope = Envelope { time: Some(row.at), ..Envelope::default() };
            for sentence in Message::class_a(1, Mmsi(row.mmsi), &motion).sentences(&envelope) {
                let _ = writeln!(text, "{sentence}");
            }
        }
        text
    }

    /// Changes every MMSI, so that the ships have other flags.
    fn renumbered(mut self) -> Table {
        for row in &mut self.rows {
            row.cells[2] = (row.mmsi + RENUMBERED).to_string();
        }
        self
    }

    /// Keeps every other report of each ship.
    fn thinned(mut self) -> Table {
        let mut counts = std::collections::BTreeMap::new();
        self.rows.retain(|row| {
            let count: &mut u32 = counts.entry(row.mmsi).or_default();
            *count += 1;
            *count % 2 == 1
        });
        self
    }

    /// Delays each report by up to `LATENESS`.
    fn delayed(mut self, seed: u64) -> Table {
        let mut random = fastrand::Rng::with_seed(seed);
        self.rows.sort_by_cached_key(|row| {
            (row.at + atalaia_core::base::time::Span::from_seconds(random.i64(0..LATENESS))).millis()
        });
        self
    }
}

/// Number added to each MMSI.
const RENUMBERED: u32 = 1_000_010;

/// Replays a case unchanged and in every variation, each with the number added to its MMSIs.
fn ways(case: &str, zones: &str) -> Vec<(&'static str, u32, Outcome)> {
    let folder = TempDir::new().unwrap();
    let replay = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        replay_with(&path, zones, &[])
    };
    vec![
        ("as it came", 0, replay("a.csv", Table::of(case).csv())),
        ("as sentences", 0, replay("b.nmea", Table::of(case).nmea())),
        ("other numbers", RENUMBERED, replay("c.csv", Table::of(case).renumbered().csv())),
        ("half as often", 0, replay("d.csv", Table::of(case).thinned().csv())),
        ("delayed", 0, replay("e.csv", Table::of(case).delayed(1).csv())),
        ("sentences, delayed", 0, replay("f.nmea", Table::of(case).delayed(2).nmea())),
    ]
}

fn of(told: &Outcome, behaviour: &str, mmsi: u32) -> Vec<String> {
    let about = told.standing(behaviour).into_iter().filter(|told| told.mmsis == [mmsi]);
    about.map(|told| format!("{told:?}")).collect()
}

#[test]
fn a_ship_that_sails_out_of_reach_has_not_gone_dark_however_it_is_received() {
    for (way, added, told) in ways("real-03-gap-ship-leaves-the-box", &area(-92.5, 25.2, -88.5, 29.2)) {
        assert_eq!(of(&told, "ais_gap", 257_987_002 + added), [""; 0], "{way}");
        let meetings = told.standing("rendezvous");
        assert!(meetings.iter().any(|told| told.worst == Grade::High), "{way}: {:?}", told.told);
    }
}

#[test]
fn no_loitering_claims_the_time_over_a_gap_however_it_is_received() {
    for (way, added, told) in ways("real-05-loitering-over-holes", &area(-98.0, 20.0, -80.0, 32.0)) {
        for (mmsi, moments) in [
            (369_987_001, ["2024-01-01T22:00:00Z", "2024-01-01T23:00:00Z"]),
            (367_987_001, ["2024-01-01T14:30:00Z", "2024-01-01T18:00:00Z"]),
        ] {
            let claims =
                |told: &&Told| told.mmsis == [mmsi + added] && moments.iter().any(|moment| told.covers(at(moment)));
            let claims: Vec<&Told> = told.of("loitering").into_iter().filter(claims).collect();
            assert!(claims.is_empty(), "{way}: {mmsi} sails then: {claims:?}");
        }
    }
}

#[test]
fn a_silent_ship_has_few_partners_however_it_is_received() {
    for (way, added, told) in ways("real-01-dark-rendezvous-flood", "") {
        for dark in told.standing("dark_rendezvous").into_iter().filter(|told| told.alert["severity"] != "info") {
            assert!(dark.measured("possible").is_some_and(|possible| possible <= 5.0), "{way}: {dark:?}");
        }
        let alongside = |told: &&&Told| {
            told.names(338_987_001 + added) && (told.names(241_987_001 + added) || told.names(311_987_001 + added))
        };
        assert_eq!(told.standing("dark_rendezvous").iter().filter(alongside).count(), 0, "{way}");
        let meets = |told: &&&Told| told.names(241_987_001 + added) && told.names(311_987_001 + added);
        assert_eq!(told.standing("rendezvous").iter().filter(meets).count(), 1, "{way}: {:?}", told.told);
    }
}

#[test]
fn trawling_is_not_a_collectors_stop_however_it_is_received() {
    for (way, _, told) in ways("real-02b-async-trawling-is-a-stop", &area(-98.0, 20.0, -80.0, 32.0)) {
        assert_eq!(told.standing("async_rendezvous").len(), 0, "{way}: {:?}", told.told);
    }
}

#[test]
fn waiting_tankers_collect_nothing_however_they_are_received() {
    for (way, _, told) in ways("real-02a-async-waiting-tankers", &area(-92.5, 25.2, -88.5, 29.2)) {
        let grave: Vec<&Told> =
            told.of("async_rendezvous").into_iter().filter(|told| Grade::Low < told.worst).collect();
        assert!(grave.is_empty(), "{way}: {grave:?}");
    }
}

#[test]
fn a_half_hourly_feed_is_not_silent_however_it_is_received() {
    for (way, _, told) in ways("real-09-feed-silent-half-hour-feed", "") {
        assert!(told.of("feed_silent").is_empty(), "{way}: {:?}", told.of("feed_silent"));
    }
}
