//! What a map costs: the copy of the picture on the main loop, and the frames made of it for readers: `cargo bench --bench picture`.
//!
//! A fleet of `ATALAIA_BENCH_VESSELS` ships (20,000) with names sails for `ATALAIA_BENCH_ROUNDS` half minutes (12). The table shows the
//! median and the longest of some dozen runs, in milliseconds, and the length of a frame. `changes` has a tenth of the vessels, which is
//! what a second of traffic changes; `for the next reader` is the same frame asked for again.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use atalaia::http::Pictures;
use atalaia::storage::store::{Clearance, Orders, Store};
use atalaia_core::ais::encode::Envelope;
use atalaia_core::ais::{Dimensions, Line, SourceId};
use atalaia_core::alerts::HandlingSettings;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::questions::Picture;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::{Fleet, Particulars, Transponder};
use atalaia_core::zones::{Chart, ZoneSet};

const REPORT_EVERY: i64 = 30;
const RUNS: usize = 24;

fn main() {
    let (vessels, rounds) = (number("ATALAIA_BENCH_VESSELS", 20_000), number("ATALAIA_BENCH_ROUNDS", 12));
    let engine = sailed(vessels, rounds);
    let folder = tempfile::TempDir::new().unwrap();
    let store = folder.path().join("store.sqlite");
    let now = engine.now().unwrap();
    let orders = Orders { filters: Vec::new(), handling: HandlingSettings::default() };
    let _writer = Store::open(&store, orders, move || now, |_| {}, |_| {}).unwrap();
    println!("{} vessels; milliseconds: median and longest", engine.tracks().len());
    measure("copied on the loop", || drop(black_box(Picture::of(&engine))));
    let pictures = Pictures::new(now);
    let clearance = Clearance::everything();
    let mut picture = Picture::of(&engine);
    let mut shown = Arc::new(picture.clone());
    let frame = |shown: &Arc<Picture>, after| pictures.frame(&store, shown, &clearance, (after, None), now).unwrap();
    let whole = frame(&shown, None);
    let mut cursor = cursor_of(&whole);
    let (mut of_whole, mut of_changes, mut again) = (Vec::new(), Vec::new(), Vec::new());
    let mut length = 0;
    for run in 0..RUNS {
        for vessel in picture.vessels.iter_mut().skip(run % 10).step_by(10) {
            vessel.fix.position.lat += 0.001;
            vessel.fix.at = vessel.fix.at + Span::from_seconds(1);
        }
        shown = Arc::new(picture.clone());
        let began = Instant::now();
        let changes = frame(&shown, Some(cursor));
        of_changes.push(milliseconds(began));
        let began = Instant::now();
        black_box(frame(&shown, None));
        of_whole.push(milliseconds(began));
        let began = Instant::now();
        black_box(frame(&shown, None));
        again.push(milliseconds(began));
        (cursor, length) = (cursor_of(&changes), changes.len());
    }
    table(&format!("changes, {length} bytes"), of_changes);
    table(&format!("whole, {} bytes", whole.len()), of_whole);
    table("for the next reader", again);
    measure("names of all", || {
        drop(black_box(
            pictures.names(&shown, &Clearance::everything(), None, |key, vessel| (key, vessel.name.clone())),
        ))
    });
}

/// An engine that has heard the fleet, with names.
fn sailed(vessels: usize, rounds: usize) -> Engine {
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let clock = SourceClock {
        name: "bench".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&Settings::default(), chart, vec![clock]);
    let mut fleet = Fleet::new(vessels, 7);
    let (mut text, mut out) = (Vec::new(), Vec::new());
    for turn in 0..rounds {
        let start = Time::from_seconds(1_770_000_000 + turn as i64 * REPORT_EVERY);
        fleet.round(start, REPORT_EVERY, &mut text);
        for bytes in text.split(|byte| *byte == b'\n') {
            engine.line(Line { source: SourceId(0), received: None, bytes }, &mut out);
        }
        out.clear();
    }
    let heard: Vec<u32> = engine.tracks().iter().map(|vessel| vessel.mmsi().0).collect();
    let envelope = Envelope { time: engine.now(), ..Envelope::default() };
    for mmsi in heard {
        let particulars = Particulars {
            imo: 9_074_729,
            name: format!("VESSEL {mmsi}"),
            call_sign: "EA1234".to_owned(),
            ship_type: 70,
            dimensions: Dimensions { bow: 100, stern: 33, port: 10, starboard: 12 },
            ..Particulars::default()
        };
        for sentence in Transponder::class_a(mmsi).statics(&particulars)[0].sentences(&envelope) {
            engine.line(Line { source: SourceId(0), received: None, bytes: sentence.as_bytes() }, &mut out);
        }
    }
    engine.finish(&mut out);
    engine
}

/// The cursor in the header of a frame.
fn cursor_of(frame: &[u8]) -> u32 {
    u32::from_le_bytes(frame[24..28].try_into().unwrap())
}

fn measure(what: &str, mut run: impl FnMut()) {
    let runs = (0..RUNS).map(|_| {
        let began = Instant::now();
        run();
        milliseconds(began)
    });
    table(what, runs.collect());
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

fn table(what: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    println!("{what:<28} {:>9.2} {:>9.2}", took[took.len() / 2], took[took.len() - 1]);
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
