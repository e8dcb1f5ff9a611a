//! Stand-in for the engine until the real one is merged: counts lines, opens one alert for each line that holds `ALERT`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::ais::{Line, LineClock, SourceId, Tally};
use crate::alerts::{Alert, Change, ChangeKind, Evidence, Severity, Status};
use crate::geo::LatLon;
use crate::time::{Span, Time};

/// `[time]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeSettings {
    /// Seconds.
    pub lateness_seconds: u32,
    /// Seconds.
    pub idle_after_seconds: u32,
}

impl Default for TimeSettings {
    fn default() -> TimeSettings {
        TimeSettings {
            lateness_seconds: 30,
            idle_after_seconds: 60,
        }
    }
}

impl TimeSettings {
    /// What is wrong.
    pub fn problems(&self) -> Vec<String> {
        match self.lateness_seconds {
            0..=86_400 => Vec::new(),
            _ => vec!["time.lateness_seconds: more than a day; write 0 to 86400".to_owned()],
        }
    }
}

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

/// `[zones]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// Where the zone files are.
    pub folder: String,
    /// Margin.
    pub calm_margin_nm: f64,
}

impl Default for ZoneSettings {
    fn default() -> ZoneSettings {
        ZoneSettings {
            folder: "zones".to_owned(),
            calm_margin_nm: 5.4,
        }
    }
}

impl ZoneSettings {
    /// None.
    pub fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// All of the core's settings.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `[time]`
    pub time: TimeSettings,
    /// `[tracks]`
    pub tracks: Empty,
    /// `[alerts]`
    pub alerts: Empty,
    /// `[zones]`
    pub zones: ZoneSettings,
    /// `[coverage]`
    pub coverage: Empty,
    /// `[behaviours]`
    pub behaviours: Empty,
    /// `[score]`
    pub score: Empty,
}

/// The zones.
#[derive(Debug, Default)]
pub struct Chart {
    /// How many zones.
    pub zones: usize,
}

impl Chart {
    /// From files: name and text.
    pub fn parse(files: &[(String, String)]) -> Result<Chart, Vec<String>> {
        let mut problems = Vec::new();
        let mut zones = 0;
        for (name, text) in files {
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => zones += value["features"].as_array().map_or(0, Vec::len),
                Err(error) => problems.push(format!("{name}: {error}")),
            }
        }
        match problems.is_empty() {
            true => Ok(Chart { zones }),
            false => Err(problems),
        }
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
    pub reports_by_type: BTreeMap<u8, u64>,
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
}

/// The engine.
pub struct Engine {
    sources: Vec<LineClock>,
    tally: Tally,
    summary: Summary,
    now: Option<Time>,
    open: Vec<Arc<Alert>>,
}

impl Engine {
    /// New.
    pub fn new(settings: &Settings, chart: Arc<Chart>, sources: Vec<SourceClock>) -> Engine {
        let _ = (settings, chart);
        Engine {
            sources: sources
                .into_iter()
                .map(|source| LineClock::new(source.time_zone))
                .collect(),
            tally: Tally::default(),
            summary: Summary::default(),
            now: None,
            open: Vec::new(),
        }
    }

    /// One line.
    pub fn line(&mut self, line: Line<'_>, out: &mut Vec<Change>) {
        self.tally.lines += 1;
        self.summary.lines += 1;
        if memchr::memmem::find(line.bytes, b"VDM,").is_some() {
            self.summary.sentences += 1;
            *self.summary.reports_by_type.entry(1).or_default() += 1;
        }
        if cfg!(debug_assertions) {
            let at = self.sources[usize::from(line.source.0)].time_of(line.bytes);
            if let Some(at) = at.or(line.received) {
                self.now = self.now.max(Some(at));
                self.summary.first_at.get_or_insert(at);
                self.summary.last_at = self.now;
            }
            if memchr::memmem::find(line.bytes, b"ALERT").is_some() {
                self.open(String::from_utf8_lossy(line.bytes).into_owned(), out);
            }
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

    /// Counts of the decoder.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Counts of the run.
    pub fn summary(&self) -> Summary {
        self.summary.clone()
    }
}
