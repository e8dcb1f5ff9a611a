//! How long a question holds up the main loop, and how long the copy of the picture takes: `cargo bench --bench questions`.
//!
//! A fleet of `ATALAIA_BENCH_VESSELS` ships (100,000) sails for `ATALAIA_BENCH_ROUNDS` half minutes (40) before it is asked about. The
//! table shows the median and the longest of some hundred questions, in milliseconds.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::questions::{Picture, Question, Search, near};
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::geo::LatLon;
use atalaia_core::scenario::Fleet;
use atalaia_core::zones::{Chart, ZoneSet};

const REPORT_EVERY: i64 = 30;
const QUESTIONS: usize = 200;

fn main() {
    let (vessels, rounds) = (number("ATALAIA_BENCH_VESSELS", 100_000), number("ATALAIA_BENCH_ROUNDS", 40));
    let chart = Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let clock = SourceClock {
        name: "bench".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&Settings::default(), Arc::clone(&chart), vec![clock]);
    let mut random = fastrand::Rng::with_seed(7);
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
    let known: Vec<(Mmsi, LatLon)> =
        engine.tracks().iter().filter_map(|vessel| Some((vessel.mmsi(), vessel.last()?.position))).collect();
    let now = engine.now().unwrap();
    println!("{} vessels; milliseconds: median and longest", known.len());
    let any = |random: &mut fastrand::Rng| known[random.usize(..known.len())];
    let ask = |question: Question| drop(black_box(question.answer(&engine, &chart)));
    measure("picture, copied", 20, || drop(black_box(Picture::of(&engine))));
    let picture = Picture::of(&engine);
    measure("near, from the copy", QUESTIONS, || drop(black_box(near(&picture, any(&mut random).1, 50.0))));
    measure("vessel", QUESTIONS, || ask(Question::Vessel(any(&mut random).0)));
    measure("explain", QUESTIONS, || ask(Question::Explain(any(&mut random).0, None)));
    for radius_nm in [5.0, 100.0] {
        measure(&format!("who, {radius_nm} nm"), QUESTIONS, || {
            let search = Search { near: any(&mut random).1, radius_nm, from: now - Span::from_hours(336), to: now };
            ask(Question::Who(search, Vec::new()));
        });
    }
}

fn measure(what: &str, times: usize, mut ask: impl FnMut()) {
    let mut took: Vec<f64> = (0..times)
        .map(|_| {
            let began = Instant::now();
            ask();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!("{what:<22} {:>9.2} {:>9.2}", took[times / 2], took[times - 1]);
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
