//! Stand-in for the engine until the real one is merged: counts lines, opens one alert for each line that holds `ALERT`.

mod settings;

pub use settings::{CoverageSettings, Settings, TimeSettings, ZoneSettings};

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::ais::{Decoder, Line, Report, SourceId, SourceSettings, Tally};
use crate::alerts::{Alert, Change, ChangeKind, Evidence, Severity, Status};
use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::zones::Chart;

/// Empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Empty {}

impl Empty {
    /// None.
    pub fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One input as the engine sees it.
#[derive(Clone, Debug)]
pub struct SourceClock {
    /// Its name.
    pub name: String,
    /// Zone of its local times.
    pub time_zone: Option<TimeZone>,
    /// Whether claimed times are held against receipt.
    pub live: bool,
    /// How late its reports may come.
    pub lateness: Span,
}

/// Counts of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Lines.
    pub lines: u64,
    /// Sentences.
    pub sentences: u64,
    /// By type.
    pub reports_by_type: BTreeMap<String, u64>,
    /// By reason.
    pub rejects: BTreeMap<String, u64>,
    /// Vessels.
    pub vessels: u64,
    /// By behaviour and severity.
    pub alerts: BTreeMap<String, BTreeMap<String, u64>>,
    /// By behaviour.
    pub facts: BTreeMap<String, u64>,
    /// First.
    pub first_at: Option<Time>,
    /// Last.
    pub last_at: Option<Time>,
    /// Note.
    pub note: Option<String>,
}

/// The engine.
pub struct Engine {
    decoder: Decoder,
    reports: Vec<Report>,
    first: Option<Time>,
    now: Option<Time>,
    open: Vec<Arc<Alert>>,
}

impl Engine {
    /// New.
    pub fn new(settings: &Settings, chart: Arc<Chart>, sources: Vec<SourceClock>) -> Engine {
        let _ = (settings, chart);
        let sources = sources.into_iter().map(|source| SourceSettings {
            name: source.name,
            time_zone: source.time_zone,
            live: source.live,
        });
        Engine {
            decoder: Decoder::new(sources.collect()),
            reports: Vec::new(),
            first: None,
            now: None,
            open: Vec::new(),
        }
    }

    /// One line.
    pub fn line(&mut self, line: Line<'_>, out: &mut Vec<Change>) {
        self.decoder.line(line, &mut self.reports);
        for report in self.reports.drain(..) {
            self.first.get_or_insert(report.at);
            self.now = self.now.max(Some(report.at));
        }
        if memchr::memmem::find(line.bytes, b"ALERT").is_some() {
            self.open(String::from_utf8_lossy(line.bytes).into_owned(), out);
        }
    }

    fn open(&mut self, text: String, out: &mut Vec<Change>) {
        let Some(at) = self.now else { return };
        let alert = Arc::new(Alert {
            id: format!("standin{}", self.open.len()),
            behaviour: "loitering",
            announced: !text.contains("FACT"),
            status: Status::Open,
            severity: Severity::High,
            score: 70,
            confidence: "normal",
            started_at: at,
            opened_at: at,
            last_at: at,
            ended_at: None,
            vessels: Vec::new(),
            zones: Vec::new(),
            position: LatLon::new(40.0, -10.0),
            group_id: None,
            case_id: None,
            replaces: None,
            summary: text,
            score_reasons: Vec::new(),
            evidence: Evidence {
                thresholds: Map::new(),
                measured: Map::new(),
                stations: Vec::new(),
                tracks: Vec::new(),
            },
        });
        self.open.push(Arc::clone(&alert));
        out.push(Change {
            change: ChangeKind::Opened,
            revision: 1,
            at,
            reason: "stand-in".to_owned(),
            alert,
        });
    }

    /// A source fell silent.
    pub fn source_idle(&mut self, source: SourceId, out: &mut Vec<Change>) {
        let _ = (source, out);
    }

    /// The end.
    pub fn finish(&mut self, out: &mut Vec<Change>) {
        let _ = out;
    }

    /// Reload.
    pub fn replace(&mut self, settings: &Settings, chart: Arc<Chart>, out: &mut Vec<Change>) {
        let _ = (settings, chart, out);
    }

    /// Engine time.
    pub fn now(&self) -> Option<Time> {
        self.now
    }

    /// Open alerts.
    pub fn open_alerts(&self) -> Vec<Arc<Alert>> {
        self.open.clone()
    }

    /// Cases.
    pub fn cases(&self) -> Vec<serde_json::Value> {
        Vec::new()
    }

    /// Counts of the decoder.
    pub fn tally(&self) -> &Tally {
        self.decoder.tally()
    }

    /// Counts of the run.
    pub fn summary(&self) -> Summary {
        let total = self.tally().total();
        let by_type = (0..)
            .zip(total.reports_by_type)
            .filter(|(_, count)| 0 < *count);
        Summary {
            lines: total.lines,
            sentences: total.sentences,
            reports_by_type: by_type
                .map(|(kind, count): (u8, u64)| (kind.to_string(), count))
                .collect(),
            rejects: total
                .rejects()
                .map(|(reason, count)| (reason.name().to_owned(), count))
                .collect(),
            first_at: self.first,
            last_at: self.now,
            ..Summary::default()
        }
    }
}
