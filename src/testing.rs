//! Stories in, alert changes out, for the tests of what takes in changes (tests only).

use std::sync::Arc;

use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::{Engine, Settings, SourceClock};
use atalaia_core::geo::{Coast, Ports};
pub(crate) use atalaia_core::scenario::story::lines;
use atalaia_core::zones::{Chart, ZoneSet};

/// A chart with one area of 8 by 6 degrees west of the Canaries.
pub(crate) const AREA: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"watch","name":"Watch area","kind":"area","weight":0},
"geometry":{"type":"Polygon","coordinates":[[[-22,24],[-14,24],[-14,30],[-22,30],[-22,24]]]}}]}"#;

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

/// The same on any chart.
pub(crate) fn run_on(settings: &Settings, chart: Chart, script: &str) -> Vec<Change> {
    let mut engine = engine_on(settings, chart);
    let mut out = Vec::new();
    for line in lines(script) {
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
    let source = SourceClock {
        name: "test".to_owned(),
        time_zone: None,
        live: false,
        recording: true,
        lateness: Span::from_seconds(120),
    };
    Engine::new(settings, Arc::new(chart), vec![source])
}

/// A chart of zones from one text, without coast or ports.
pub(crate) fn chart(zones: &str) -> Chart {
    let files = [("test.geojson".to_owned(), zones.to_owned())];
    Chart {
        zones: ZoneSet::parse(&files, ZONE_REQUESTS).expect("the test's zones are right"),
        coast: Arc::new(Coast::none()),
        ports: Arc::new(Ports::none()),
        wind: Arc::default(),
        calm_margin_nm: 5.4,
        watchlists: Arc::default(),
    }
}
