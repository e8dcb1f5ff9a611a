//! Judges a scenario as an analyst would: the alerts over the shipped zones, the cases they make, and the cases' stories.

use std::sync::{Arc, LazyLock};

use atalaia::inputs::{MergedRecordings, Reading, Recording, RecordingSettings};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, Severity};
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::Settings;
use atalaia_core::scenario::{Feed, Scenario, Transmission};
use atalaia_core::zones::{Chart, ZoneSet};
use serde_json::Value;

use crate::harness::scenes::{LATENESS, engine};

/// The shipped zones with the real coast and ports, read once.
static CHART: LazyLock<Arc<Chart>> = LazyLock::new(|| Arc::new(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS))));

/// Output of the engine for a recording, with the default settings and shipped zones.
pub struct Judged {
    changes: Vec<Change>,
    cases: Vec<Case>,
}

/// Judges the scenario, and asserts that the result is the same in more shards, with every message received twice, and with the recording
/// in two files. With `--nocapture` it prints the cases and how their points add up.
pub fn judge(name: &str, scenario: &Scenario) -> Judged {
    judge_on(&CHART, name, scenario)
}

/// The shipped zones and one more file.
pub fn with_zone(text: &str) -> Arc<Chart> {
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir("zones").expect("the shipped zones") {
        let path = entry.expect("a readable entry").path();
        if path.extension().is_some_and(|extension| extension == "geojson") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a zone file")));
        }
    }
    files.sort();
    files.push(("own.geojson".to_owned(), text.to_owned()));
    Arc::new(Chart::with_built_in(ZoneSet::parse(&files, ZONE_REQUESTS).expect("sound zones")))
}

/// As [`judge`], on another chart.
#[allow(clippy::print_stdout)] // The analyst's view, for runs with --nocapture.
pub fn judge_on(chart: &Arc<Chart>, name: &str, scenario: &Scenario) -> Judged {
    let run = |files: &[String]| run_in(files, 1, chart);
    let feed = scenario.feed();
    let judged = run(&[feed.nmea()]);
    for shards in crate::harness::shards::OTHERS {
        assert_same(&format!("{name}, {shards} shards"), &run_in(&[feed.nmea()], shards, chart), &judged);
    }
    println!("== {name}: {} messages, {} lines said", feed.sent.len(), judged.changes.len());
    judged.print();
    assert_same(&format!("{name}, heard twice"), &run(&[twice(&feed).nmea()]), &judged);
    let cut = run(&feed.cut(2));
    assert_same(&format!("{name}, cut in time"), &cut, &judged);
    // Files are merged by time. If satellites deliver late, only cuts in order of arrival give the same recording.
    if feed.sent.is_sorted_by_key(|sent| sent.at) {
        assert_same(&format!("{name}, every other second in a second file"), &run(&apart(&feed)), &judged);
    }
    judged
}

/// The feed with every message also relayed by a second station, right after the first copy.
fn twice(feed: &Feed) -> Feed {
    let again = |sent: &Transmission| Transmission { station: "again".to_owned(), ..sent.clone() };
    Feed { sent: feed.sent.iter().flat_map(|sent| [sent.clone(), again(sent)]).collect() }
}

/// The recording in two files, with the messages of every other second in the second one.
fn apart(feed: &Feed) -> Vec<String> {
    let part = |odd: bool| {
        let sent = feed.sent.iter().filter(|sent| (sent.at.seconds() % 2 == 1) == odd);
        Feed { sent: sent.cloned().collect() }.nmea()
    };
    vec![part(false), part(true)]
}

fn run_in(files: &[String], shards: u32, chart: &Arc<Chart>) -> Judged {
    let mut engine = engine(&crate::harness::shards::settings(&Settings::default(), shards), chart);
    let limits = RecordingSettings::default().limits();
    let recordings = files.iter().filter(|text| !text.is_empty()).map(|text| {
        let bytes = std::io::Cursor::new(text.clone().into_bytes());
        Recording::read_from(bytes, "scenario", limits).expect("what is in memory can be read")
    });
    let reading = Reading { time_zone: None, lateness: Some(Span::from_seconds(i64::from(LATENESS))) };
    let mut merged = MergedRecordings::new(recordings.collect(), &reading).expect("NMEA needs no sorting");
    let mut changes = Vec::new();
    let mut line = |_: usize, bytes: &[u8]| {
        engine.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
    };
    while merged.read_block(&mut line).expect("NMEA throughout") {}
    engine.finish(&mut changes);
    let cases = engine.cases();
    Judged { changes, cases }
}

/// Compares lines without the stations' names and the resulting information grade, which differ for a doubled recording.
fn assert_same(what: &str, got: &Judged, wanted: &Judged) {
    let lines = |judged: &Judged| -> Vec<Value> {
        let told = judged.changes.iter().map(|change| serde_json::to_value(change).expect("plain data"));
        let bare = |mut change: Value| {
            change["alert"]["evidence"]["stations"].take();
            change["alert"]["handling"]["info_grade"].take();
            change
        };
        told.map(bare).collect()
    };
    let (got_lines, wanted_lines) = (lines(got), lines(wanted));
    for (got, wanted) in got_lines.iter().zip(&wanted_lines) {
        assert_eq!(got, wanted, "{what}");
    }
    assert_eq!(got_lines.len(), wanted_lines.len(), "{what}");
    assert_eq!(got.cases, wanted.cases, "{what}");
}

impl Judged {
    /// The highest-ranked case this vessel takes part in; `None` if there is none.
    pub fn case_of(&self, mmsi: u32) -> Option<&Case> {
        self.cases.iter().find(|case| case.vessels.iter().any(|vessel| vessel.mmsi == mmsi))
    }

    /// Severity of the vessel's highest-ranked case; `None` if there is none.
    pub fn severity_of(&self, mmsi: u32) -> Option<Severity> {
        self.case_of(mmsi).map(|case| case.severity)
    }

    /// Severity of the highest-ranked case of all; `None` without cases.
    pub fn worst(&self) -> Option<Severity> {
        self.cases.first().map(|case| case.severity)
    }

    /// Whether an alert of this behaviour about the vessel was announced and not retracted.
    pub fn told(&self, behaviour: &str, mmsi: u32) -> bool {
        let about = |change: &&Change| {
            let alert = &change.alert;
            alert.behaviour.name() == behaviour
                && alert.announced
                && alert.vessels.iter().any(|vessel| vessel.mmsi == mmsi)
        };
        let last = self.changes.iter().rfind(about);
        last.is_some_and(|change| change.alert.status != atalaia_core::alerts::Status::Retracted)
    }

    /// Start times of the alerts of this behaviour about the vessel, RFC 3339.
    pub fn starts(&self, behaviour: &str, mmsi: u32) -> Vec<String> {
        let mut starts: Vec<String> = Vec::new();
        for change in &self.changes {
            let alert = &change.alert;
            let about = alert.behaviour.name() == behaviour && alert.announced;
            if about && alert.vessels.iter().any(|vessel| vessel.mmsi == mmsi) && change.revision == 1 {
                starts.push(alert.started_at.to_string());
            }
        }
        starts
    }

    /// Asserts that no vessel outside the cast has a case of medium or above.
    pub fn assert_only(&self, cast: &[u32]) {
        for case in self.cases.iter().filter(|case| Severity::Medium <= case.severity) {
            let known = case.vessels.iter().any(|vessel| cast.contains(&vessel.mmsi));
            assert!(known, "innocent: {} {}", case.score, case.story);
        }
    }

    #[allow(clippy::print_stdout)] // As above.
    fn print(&self) {
        for case in &self.cases {
            println!("-- case {} ({}): {}", case.score, case.severity.name(), case.story);
            for id in &case.alerts {
                let Some(change) = self.changes.iter().rfind(|change| change.alert.id == *id) else {
                    continue;
                };
                let alert = &change.alert;
                let points = alert.score_reasons.iter().map(|reason| format!("{} {}", reason.code, reason.points));
                let points: Vec<String> = points.collect();
                println!("   {} {} = {}", alert.behaviour, alert.score, points.join(" + "));
            }
        }
    }
}
