//! Where a vessel was before the engine's own trail begins: its positions in the journal.
//!
//! The engine keeps half an hour of most vessels. The journal has everything that was received, of all vessels together, so reading it takes
//! a while. The newest part is read first: when the patience ends, what is missing is the earliest part.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use super::error::EvidenceError;
use crate::platform::clock::{Clock, Moment};
use crate::platform::disk::Disk;
use crate::storage::journal::{self, Entry, Position, Start};
use atalaia_core::ais::{Body, Decoder, Line, Report, SourceSettings};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::{METRES_PER_NM, Mmsi};
use atalaia_core::geo::LatLon;

/// Length of the newest part by time of receipt. Each earlier one is as long as all later ones together.
const PART: Span = Span::from_hours(1);
/// Farthest back that the journal is read, by time of receipt: the longest track, and as much again for feeds that are late.
const FARTHEST: Span = Span::from_hours(144);
/// Least time between two fixes that are kept.
const SPACING: Span = Span::from_minutes(1);
/// A fix that would need more speed than this since the one before belongs to another ship, or to none. Knots.
const FASTEST_KNOTS: f64 = 100.0;

/// A position that was received.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PastFix {
    /// Event time.
    pub at: Time,
    /// The position.
    pub position: LatLon,
    /// Reported speed over ground in knots; `None` if not sent.
    pub sog_knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not sent.
    pub cog_degrees: Option<f64>,
}

/// What the journal has of a vessel.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Passage {
    /// Its fixes in the period, oldest first, at least a minute apart.
    pub fixes: Vec<PastFix>,
    /// Whether the journal has all of the period, and all of it was read.
    pub complete: bool,
}

/// What one part has shown.
struct Part {
    /// Whether it was read to its end.
    in_time: bool,
    /// Event time of the earliest report of any vessel; `None` without one.
    first_at: Option<Time>,
}

/// The fixes of a vessel from `from` until before `until` (event time). `now` is the wall clock. Reading ends after `patience`; what was found
/// until then is returned.
///
/// # Errors
/// `Journal` if the journal cannot be read. A hole in it is not an error.
pub fn passage(
    disk: &dyn Disk,
    folder: &Path,
    mmsi: Mmsi,
    (from, until): (Time, Time),
    now: Time,
    patience: Duration,
) -> Result<Passage, EvidenceError> {
    if !folder.is_dir() {
        return Ok(Passage::default());
    }
    let (begins, mut end, mut back) = (Clock.moment(), None::<Position>, PART);
    let (mut fixes, mut complete) = (Vec::new(), false);
    while let Some(start) = journal::start(disk, folder, now - back)? {
        // Several parts may begin in one segment.
        if end.is_none_or(|end| start.position < end) {
            let wanted = |report: &Report| report.mmsi == mmsi && (from..until).contains(&report.at);
            let part = read(disk, folder, &start, end, (begins, patience), wanted, &mut fixes)?;
            end = Some(start.position);
            complete = part.first_at.is_some_and(|first| first <= from);
            if complete || !part.in_time {
                complete &= part.in_time;
                break;
            }
        }
        if FARTHEST <= back {
            break;
        }
        back = back + back;
    }
    fixes.sort_by_key(|fix| fix.at);
    Ok(Passage { fixes: thinned(fixes), complete })
}

/// Reads one part of the journal, and adds the fixes of the reports that are wanted.
fn read(
    disk: &dyn Disk,
    folder: &Path,
    start: &Start,
    end: Option<Position>,
    (begins, patience): (Moment, Duration),
    wanted: impl Fn(&Report) -> bool,
    fixes: &mut Vec<PastFix>,
) -> Result<Part, EvidenceError> {
    let mut decoder = Decoder::new(Vec::new());
    // The time zone of a feed matters only for tables without one.
    let settings = |name: &String| SourceSettings { name: name.clone(), time_zone: None, live: false };
    decoder.inputs(start.sources.iter().map(settings).collect());
    let mut part = Part { in_time: true, first_at: None };
    let mut reports: Vec<Report> = Vec::new();
    journal::read(disk, folder, start.position, end, |_, entry| {
        if patience < Clock.moment().since(begins) {
            part.in_time = false;
            return ControlFlow::Break(());
        }
        match entry {
            Entry::Begun { sources, .. } => decoder.inputs(sources.iter().map(settings).collect()),
            Entry::Lines { source, received, bytes } => {
                for bytes in bytes.split(|byte| *byte == b'\n').filter(|bytes| !bytes.is_empty()) {
                    decoder.line(Line { source: *source, received: *received, bytes }, &mut reports);
                }
                let first_at = reports.iter().map(|report| report.at).min();
                part.first_at = part.first_at.into_iter().chain(first_at).min();
                fixes.extend(reports.drain(..).filter(|report| wanted(report)).filter_map(|report| fix(&report)));
            }
            Entry::Tick { .. } | Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(part)
}

/// The position of a report; `None` if it has none.
fn fix(report: &Report) -> Option<PastFix> {
    let Body::Position(said) = &report.body else {
        return None;
    };
    Some(PastFix {
        at: report.at,
        position: said.lat_lon()?,
        sog_knots: said.sog_knots(),
        cog_degrees: said.cog_degrees(),
    })
}

/// Fixes in order of time without those that come too soon after another, or from too far away.
fn thinned(fixes: Vec<PastFix>) -> Vec<PastFix> {
    let mut kept: Vec<PastFix> = Vec::new();
    for fix in fixes {
        let follows = |last: &PastFix| {
            let knots = last.position.metres_to(fix.position) / METRES_PER_NM / (fix.at - last.at).hours();
            SPACING <= fix.at - last.at && knots <= FASTEST_KNOTS
        };
        if kept.last().is_none_or(follows) {
            kept.push(fix);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::platform::disk::RealDisk;
    use crate::storage::journal::{Journal, Limits};
    use crate::testing::lines;
    use atalaia_core::ais::SourceId;

    #[test]
    fn a_boat_that_was_heard_for_hours_has_a_track_of_hours() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let place = folder.path().join("journal");
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let mut journal =
            Journal::open(Arc::clone(&disk), &place, Some(Position(0)), Limits::default(), |_| {}).expect("a journal");
        let begin = Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time");
        journal.append(&Entry::Begun { at: begin, sources: vec!["coast".to_owned()], in_force: "key".to_owned() });
        let script =
            "BOAT 224000009 class=B every=30\n 12:00 28 -20\n go 90 6 240\nALFA 224000001\n 12:00 40 -30\n stop 240";
        for line in lines(script) {
            let at = tagged(&line);
            let bytes = format!("{line}\n");
            journal.append(&Entry::Lines { source: SourceId(0), received: Some(at), bytes: bytes.as_bytes() });
        }
        journal.finish().expect("written");
        let hour = |hours| begin + Span::from_hours(hours);
        let read = |from| {
            let period = (from, hour(3));
            let patience = Duration::from_secs(20);
            passage(&*disk, &place, Mmsi(224_000_009), period, hour(4), patience).expect("readable")
        };
        let whole = read(begin + Span::from_minutes(1));
        let ends = [whole.fixes.first(), whole.fixes.last()].map(|fix| fix.map(|fix| fix.at));
        assert!(ends[0].is_some_and(|at| at - begin < Span::from_minutes(2)), "{ends:?}");
        assert!(ends[1].is_some_and(|at| hour(3) - at < Span::from_minutes(2) && at < hour(3)), "{ends:?}");
        assert!((150..=185).contains(&whole.fixes.len()), "one a minute: {}", whole.fixes.len());
        assert!(whole.complete && !read(hour(-1)).complete, "nothing is there from before");
        let of_other = passage(&*disk, &place, Mmsi(224_000_002), (begin, hour(3)), hour(4), Duration::from_secs(20));
        assert_eq!(of_other.expect("readable").fixes, []);
    }

    /// The time of the TAG block of a line.
    fn tagged(line: &str) -> Time {
        let seconds = line.split("c:").nth(1).and_then(|rest| rest.split(['*', ',']).next()).expect("a TAG block");
        Time::from_seconds(seconds.parse().expect("seconds"))
    }

    #[test]
    fn fixes_that_come_too_soon_or_from_too_far_away_are_left_out() {
        let begin = Time::from_utc(2026, 3, 1, 4, 0, 0).expect("a time");
        let fix = |seconds: i64, lat: f64| PastFix {
            at: begin + Span::from_seconds(seconds),
            position: LatLon::new(lat, -20.0),
            sog_knots: None,
            cog_degrees: None,
        };
        let all = vec![fix(0, 28.0), fix(20, 28.0), fix(60, 28.01), fix(120, 40.0), fix(180, 28.03)];
        let kept: Vec<f64> = thinned(all).iter().map(|fix| fix.position.lat).collect();
        assert_eq!(kept, [28.0, 28.01, 28.03]);
    }
}
