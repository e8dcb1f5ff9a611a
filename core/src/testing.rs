//! Scripts in, alert changes out: tests run behaviours through a real engine (tests only).
//! [`crate::scenario::story`] describes the scripts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::base::time::Span;
use crate::behaviours::ZONE_REQUESTS;
use crate::engine::{Engine, Settings, SourceClock};
use crate::geo::{Coast, Ports};
use crate::zones::{Chart, ZoneSet};

pub(crate) use crate::scenario::story::lines;

/// A chart with one area of 8 by 6 degrees west of the Canaries.
pub(crate) const AREA: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"watch","name":"Watch area","kind":"area","weight":0},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

/// The same chart with further properties (JSON members, each with a leading comma) on the area.
pub(crate) fn area_with(properties: &str) -> String {
    AREA.replace(r#","weight":0"#, &format!(r#","weight":0{properties}"#))
}

/// Runs `script` over `zones`, without coast or ports, and compares the changes, one line each:
/// `13:00 opened loitering ALFA since=12:00`, with `ended=HH:MM` once it has ended.
#[track_caller]
pub(crate) fn check(settings: &Settings, zones: &str, script: &str, expected: &str) {
    let changes = run(settings, zones, script);
    let lines: Vec<String> = changes.iter().filter(|change| change.change_is_news()).map(line_of).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
}

/// Settings that announce every fact, with only one behaviour switched on.
pub(crate) fn only(behaviour: &str) -> Settings {
    let mut settings = serde_json::to_value(Settings::default()).expect("settings are plain data");
    for (name, table) in settings["behaviours"].as_object_mut().expect("a table") {
        table["enabled"] = (name == behaviour).into();
    }
    settings["alerts"]["alert_from"] = 0.into();
    serde_json::from_value(settings).expect("the same settings")
}

/// Runs a script and returns every change.
pub(crate) fn run(settings: &Settings, zones: &str, script: &str) -> Vec<Change> {
    run_on(settings, chart(zones), script)
}

/// The same on any chart. Two and seven shards, and restarts from snapshots, must give the same changes as one shard.
pub(crate) fn run_on(settings: &Settings, chart: Chart, script: &str) -> Vec<Change> {
    let lines = lines(script);
    let changes = run_in_shards(settings, &chart, &lines, 1);
    for shards in [2, 7] {
        assert_eq!(run_in_shards(settings, &chart, &lines, shards), changes, "with {shards} shards");
    }
    #[expect(clippy::disallowed_methods)] // how much a test compares depends on the caller
    let all = std::env::var_os("ATALAIA_WHOLE").is_some();
    let cuts = if all { every_cut(lines.len()) } else { some_cuts(script, lines.len()) };
    assert_eq!(run_resumed(settings, &chart, &lines, &cuts), changes, "resumed from snapshots at {cuts:?}");
    changes
}

/// The same, with an engine that is replaced before each of these lines by one restored from its snapshot. The replaced engine saves itself
/// while it takes in the next lines.
fn run_resumed(settings: &Settings, chart: &Chart, lines: &[String], cuts: &[usize]) -> Vec<Change> {
    let mut engine = engine_on(settings, chart.clone());
    let mut out = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if cuts.contains(&number) {
            let (first, others) = save_at_work(engine, &lines[number..]);
            engine = engine_on(settings, chart.clone());
            engine.restore_parts(&first, others).expect("a snapshot of the same program");
        }
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

/// Saves an engine a few bytes at a time, between these lines as long as there are any.
pub(crate) fn save_at_work(mut engine: Engine, lines: &[String]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut first, mut others) = (Vec::new(), Vec::new());
    engine.begin_save(&mut first);
    let mut lines = lines.iter();
    loop {
        let mut part = Vec::new();
        let more = engine.save_some(1, &mut part);
        others.push(part);
        if !more {
            return (first, others);
        }
        for line in lines.by_ref().take(5) {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut Vec::new());
        }
    }
}

/// The twenty lines of a story before which the engine may be replaced, as `tests/long` does (ATALAIA_WHOLE).
fn every_cut(lines: usize) -> Vec<usize> {
    let mut chance = fastrand::Rng::with_seed(lines as u64);
    let mut cuts: Vec<usize> = (0..20).map(|_| chance.usize(0..lines.max(1))).collect();
    cuts.sort_unstable();
    cuts
}

/// The three of them that the gate makes: an early, a middle and a late one, which differ from story to story.
fn some_cuts(script: &str, lines: usize) -> Vec<usize> {
    let sum = script.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let cuts = every_cut(lines);
    [0, 7, 13].map(|further| cuts[(sum + further) % cuts.len()]).to_vec()
}

/// Runs lines through one engine with this many lanes.
fn run_in_shards(settings: &Settings, chart: &Chart, lines: &[String], shards: u32) -> Vec<Change> {
    let mut settings = settings.clone();
    settings.tracks.lanes = shards;
    let mut engine = engine_on(&settings, chart.clone());
    let mut out = Vec::new();
    for line in lines {
        engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, &mut out);
    }
    engine.finish(&mut out);
    out
}

/// An engine over these zones, without coast or ports.
pub(crate) fn engine(settings: &Settings, zones: &str) -> Engine {
    engine_on(settings, chart(zones))
}

/// An engine on any chart, with one recording as its input.
pub(crate) fn engine_on(settings: &Settings, chart: Chart) -> Engine {
    Engine::new(
        settings,
        Arc::new(chart),
        vec![SourceClock {
            name: "test".to_owned(),
            time_zone: None,
            live: false,
            recording: true,
            lateness: Span::from_seconds(120),
        }],
    )
}

/// A chart of zones from one text, without coast or ports. Each text is parsed once: most of what an engine costs is its chart.
pub(crate) fn chart(zones: &str) -> Chart {
    static KNOWN: Mutex<BTreeMap<String, Chart>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().expect("no test has failed inside");
    if let Some(chart) = known().get(zones) {
        return chart.clone();
    }
    let files = [("test.geojson".to_owned(), zones.to_owned())];
    let chart = Chart {
        zones: ZoneSet::parse(&files, ZONE_REQUESTS).expect("the test's zones are right"),
        coast: Arc::new(Coast::none()),
        ports: Arc::new(Ports::none()),
        wind: Arc::default(),
        calm_margin_nm: 5.4,
        watchlists: Arc::default(),
    };
    known().insert(zones.to_owned(), chart.clone());
    chart
}

/// A change as one line: time, change, behaviour, vessels, and when it began and ended.
fn line_of(change: &Change) -> String {
    let alert = &change.alert;
    let name = |vessel: &crate::alerts::VesselRef| vessel.name.clone().unwrap_or_else(|| vessel.mmsi.to_string());
    let mut names: Vec<String> = alert.vessels.iter().map(name).collect();
    if names.is_empty() {
        names.push("-".to_owned());
    }
    let kind = serde_json::to_value(change.change).expect("a name");
    let ended = alert.ended_at.map_or(String::new(), |at| format!(" ended={}", at.clock()));
    format!(
        "{} {} {} {} since={}{ended}",
        change.at.clock(),
        kind.as_str().expect("a name"),
        alert.behaviour,
        names.join("+"),
        alert.started_at.clock(),
    )
}

impl Change {
    /// Whether it opens or ends something; most tests ignore the half-hourly updates.
    fn change_is_news(&self) -> bool {
        self.change != crate::alerts::ChangeKind::Updated
    }
}
