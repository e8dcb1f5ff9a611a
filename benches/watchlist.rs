//! The cost of large watchlists: `cargo bench --bench watchlist`.
//!
//! (a) Time to build them, heap per row, and time to look up a ship.
//! (b) How long the engine is blocked when lists are replaced, with a fleet in the picture.
//!
//! Variables: `ATALAIA_BENCH_ROWS` (default 1 000 000) and `ATALAIA_BENCH_VESSELS` (default 20 000).
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant;

use atalaia_core::ais::encode::{Envelope, Identity, Message};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::scenario::Fleet;
use atalaia_core::zones::{Chart, Said, Watchlists, ZoneSet};

const FIRST: [&str; 12] =
    ["ATLANTIC", "OCEAN", "NORDIC", "STELLA", "SANTA", "NUEVO", "GOLDEN", "VIRGEN", "PUNTA", "ISLA", "XIN", "LADY"];
const SECOND: [&str; 10] = ["STAR", "TRADER", "PRIDE", "MARIA", "GLORY", "WAVE", "QUEEN", "CARMEN", "YU", "GALICIA"];

fn main() {
    let (rows, vessels) = (number("ATALAIA_BENCH_ROWS", 1_000_000), number("ATALAIA_BENCH_VESSELS", 20_000));
    let mut random = fastrand::Rng::with_seed(7);
    let files = vec![("fleet.csv".to_owned(), list(rows, &mut random))];
    let clock = Instant::now();
    let lists = Watchlists::parse(&files).unwrap();
    let built = clock.elapsed();
    println!(
        "{rows} rows: {:.1} MB of text, {:.1} MB of heap, {:.1} bytes a row; built in {:.2} s",
        files[0].1.len() as f64 / 1e6,
        lists.bytes() as f64 / 1e6,
        lists.bytes() as f64 / rows as f64,
        built.as_secs_f64()
    );
    let at = Time::from_seconds(1_790_000_000);
    let ships: Vec<(String, String)> = (0..200_000).map(|_| (name(&mut random), call_sign(&mut random))).collect();
    let clock = Instant::now();
    let mut found = 0;
    for (number, (name, call_sign)) in ships.iter().enumerate() {
        let said = Said { mmsi: 990_000_000 + number as u32, imo: None, call_sign: Some(call_sign), name: Some(name) };
        found += usize::from(lists.find(said, at).is_some());
    }
    let each = clock.elapsed().as_secs_f64() / ships.len() as f64;
    println!("  looked up {} ships, {found} of them listed: {:.2} us each", ships.len(), each * 1e6);

    let chart = |lists: Watchlists| {
        Arc::new(Chart { watchlists: Arc::new(lists), ..Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)) })
    };
    let clock = SourceClock {
        name: "bench".to_owned(),
        time_zone: None,
        live: true,
        recording: false,
        lateness: Span::from_seconds(30),
    };
    let mut engine = Engine::new(&Settings::default(), chart(Watchlists::default()), vec![clock]);
    let mut text = Vec::new();
    let mut out = Vec::new();
    let mut fleet = Fleet::new(vessels, 7);
    for turn in 0..3 {
        fleet.round(at + Span::from_seconds(180 * turn), 180, &mut text);
        for bytes in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            engine.line(Line { source: SourceId(0), received: None, bytes }, &mut out);
        }
        if turn == 0 {
            let envelope = Envelope { time: Some(at + Span::from_seconds(180)), ..Envelope::default() };
            let numbers: Vec<Mmsi> = engine.tracks().iter().map(|vessel| vessel.mmsi()).collect();
            for mmsi in numbers {
                let (name, call_sign) = (name(&mut random), call_sign(&mut random));
                let identity = Identity { name: &name, call_sign: &call_sign, ..Identity::default() };
                for sentence in Message::voyage(mmsi, &identity).sentences(&envelope) {
                    engine.line(Line { source: SourceId(0), received: None, bytes: sentence.as_bytes() }, &mut out);
                }
            }
        }
    }
    let mut put_in_force = |what: &str, chart: &Arc<Chart>| {
        let (clock, before) = (Instant::now(), out.len());
        engine.replace(&Settings::default(), Arc::clone(chart), &mut out);
        let stood = clock.elapsed().as_secs_f64() * 1e3;
        println!("  {what:<28} the engine stood {stood:>7.1} ms, {} changes", out.len() - before);
    };
    println!("{vessels} vessels");
    let (small, large) = (chart(Watchlists::default()), chart(lists));
    put_in_force("no lists, as before:", &small);
    put_in_force("a large list:", &large);
    put_in_force("the same list:", &large);
    put_in_force("none any more:", &small);
}

fn list(rows: usize, random: &mut fastrand::Rng) -> String {
    let mut text = String::from("mmsi,imo,call_sign,name,list,reason,owner,level\n");
    for row in 0..rows {
        let (call_sign, name) = (call_sign(random), name(random));
        let (mmsi, imo) = (random.u32(201_000_000..776_000_000), random.u32(8_000_000..9_999_999));
        text += &format!("{mmsi},{imo},{call_sign},{name},fleet {},\"tobacco, 2019\",desk {},high\n", row % 7, row % 5);
    }
    text
}

fn name(random: &mut fastrand::Rng) -> String {
    let (first, second) = (FIRST[random.usize(0..FIRST.len())], SECOND[random.usize(0..SECOND.len())]);
    format!("{first} {second} {}{}", random.uppercase(), random.u32(1..10_000))
}

fn call_sign(random: &mut fastrand::Rng) -> String {
    format!("{}{}{}", random.uppercase(), random.uppercase(), random.u32(10..9_999))
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
