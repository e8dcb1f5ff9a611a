//! Judges a scenario as an analyst would: what was said over the shipped zones, which cases it makes, and what they tell.

use std::sync::{Arc, LazyLock};

use atalaia::ais::{Line, SourceId};
use atalaia::alerts::{Change, Severity};
use atalaia::cases::Case;
use atalaia::engine::Settings;
use atalaia::inputs::{Merged, Reading, Recording, RecordingSettings};
use atalaia::time::Span;
use atalaia::zones::{Chart, ZoneSet};
use serde_json::Value;

use crate::feed::{Feed, Sent};
use crate::kit::Scenario;
use crate::scenes::{LATENESS, engine};

/// The shipped zones over the real coast and ports, read once.
static CHART: LazyLock<Arc<Chart>> = LazyLock::new(|| Arc::new(Chart::with_built_in(ZoneSet::built_in())));

/// What the engine made of a recording, with shipped settings and zones.
pub struct Judged {
    changes: Vec<Change>,
    cases: Vec<Case>,
}

/// Judges the scenario, and again in more shards, with every message heard twice and with the recording in two files: the same must
/// come out.
/// With `--nocapture` it prints the cases and how their points add up.
pub fn judge(name: &str, scenario: &Scenario) -> Judged {
    judge_on(&CHART, name, scenario)
}

/// The shipped zones and one file more.
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
    Arc::new(Chart::with_built_in(ZoneSet::parse(&files).expect("sound zones")))
}

/// The same on another chart.
#[allow(clippy::print_stdout)] // What the analyst read, for who runs it with --nocapture.
pub fn judge_on(chart: &Arc<Chart>, name: &str, scenario: &Scenario) -> Judged {
    let run = |files: &[String]| run_in(files, 1, chart);
    let feed = scenario.feed();
    let judged = run(&[feed.nmea()]);
    for shards in crate::shards::OTHERS {
        assert_same(&format!("{name}, {shards} shards"), &run_in(&[feed.nmea()], shards, chart), &judged);
    }
    println!("== {name}: {} messages, {} lines said", feed.sent.len(), judged.changes.len());
    judged.print();
    assert_same(&format!("{name}, heard twice"), &run(&[twice(&feed).nmea()]), &judged);
    let cut = run(&feed.cut(2));
    assert_same(&format!("{name}, cut in time"), &cut, &judged);
    // Files are merged by time: where satellites deliver late, only cuts in order of arrival are the same recording.
    if feed.sent.is_sorted_by_key(|sent| sent.at) {
        assert_same(&format!("{name}, every other second in a second file"), &run(&apart(&feed)), &judged);
    }
    judged
}

/// Every message passed on by a second station too, as it arrives.
fn twice(feed: &Feed) -> Feed {
    let again = |sent: &Sent| Sent { station: "again".to_owned(), ..sent.clone() };
    Feed { sent: feed.sent.iter().flat_map(|sent| [sent.clone(), again(sent)]).collect() }
}

/// Every other moment's messages in a second file.
fn apart(feed: &Feed) -> Vec<String> {
    let part = |odd: bool| {
        let sent = feed.sent.iter().filter(|sent| (sent.at.seconds() % 2 == 1) == odd);
        Feed { sent: sent.cloned().collect() }.nmea()
    };
    vec![part(false), part(true)]
}

fn run_in(files: &[String], shards: u32, chart: &Arc<Chart>) -> Judged {
    let mut engine = engine(&crate::shards::settings(&Settings::default(), shards), chart);
    let limits = RecordingSettings::default().limits();
    let recordings = files.iter().filter(|text| !text.is_empty()).map(|text| {
        let bytes = std::io::Cursor::new(text.clone().into_bytes());
        Recording::read_from(bytes, "scenario", limits).expect("what is in memory can be read")
    });
    let reading = Reading { time_zone: None, lateness: Some(Span::from_seconds(i64::from(LATENESS))) };
    let mut merged = Merged::new(recordings.collect(), &reading).expect("NMEA needs no sorting");
    let mut changes = Vec::new();
    let mut line = |_: usize, bytes: &[u8]| {
        engine.line(Line { source: SourceId(0), received: None, bytes }, &mut changes);
    };
    while merged.read_block(&mut line).expect("NMEA throughout") {}
    engine.finish(&mut changes);
    let cases = engine.cases();
    Judged { changes, cases }
}

/// Lines without the names of the stations that heard it, and how sure that makes it: those of a doubled recording are others.
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
    /// The weightiest case that these take part in.
    pub fn case_of(&self, mmsi: u32) -> Option<&Case> {
        self.cases.iter().find(|case| case.vessels.iter().any(|vessel| vessel.mmsi == mmsi))
    }

    /// How grave the weightiest case of a vessel is; `None` where there is none.
    pub fn severity_of(&self, mmsi: u32) -> Option<Severity> {
        self.case_of(mmsi).map(|case| case.severity)
    }

    /// The gravest case of all.
    pub fn worst(&self) -> Option<Severity> {
        self.cases.first().map(|case| case.severity)
    }

    /// Whether something of this behaviour was announced about the vessel and not taken back.
    pub fn told(&self, behaviour: &str, mmsi: u32) -> bool {
        let about = |change: &&Change| {
            let alert = &change.alert;
            alert.behaviour == behaviour && alert.announced && alert.vessels.iter().any(|vessel| vessel.mmsi == mmsi)
        };
        let last = self.changes.iter().rfind(about);
        last.is_some_and(|change| change.alert.status != atalaia::alerts::Status::Retracted)
    }

    /// When alerts of this behaviour about the vessel began, RFC 3339.
    pub fn starts(&self, behaviour: &str, mmsi: u32) -> Vec<String> {
        let mut starts: Vec<String> = Vec::new();
        for change in &self.changes {
            let alert = &change.alert;
            let about = alert.behaviour == behaviour && alert.announced;
            if about && alert.vessels.iter().any(|vessel| vessel.mmsi == mmsi) && change.revision == 1 {
                starts.push(alert.started_at.to_string());
            }
        }
        starts
    }

    /// Nobody but the cast has a case of medium or more.
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
