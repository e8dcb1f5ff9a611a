//! Silent vessels that could have reached a stop.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::runner::profile::{Profile, Standing};
use crate::behaviours::shared::one_hull::one_hull;
use crate::behaviours::{Place, Scene, minutes};
use crate::picture::episodes::Halt;
use crate::picture::episodes::gap::Gap;
use crate::picture::tracks::{TrackIx, TrackKey};

use super::settings::Settings;

/// Distance from shore within which a silence is no gap (SPEC `ais_gap`). Nautical miles.
const SILENT_SHORE_NM: f64 = 6.0;
/// Longest time for the way there and back: twice `FARTHEST_NM` at 5 kn.
const LONGEST_WAY: Span = Span::from_hours(48);

/// A silent vessel that could have come.
#[derive(Serialize, Deserialize)]
pub(super) struct Candidate {
    /// Its silence.
    pub(super) gap: Gap,
    /// The vessel.
    pub(super) ix: TrackIx,
    /// Time to spare after the way to the stop and back, at the highest speed that `speed_factor` allows.
    pub(super) slack: Span,
    /// Longest time that it can have spent at the stop.
    pub(super) there: Span,
}

/// The silent vessels that could have come to a halt, the one with the most slack first. The vessel `named` by an earlier report
/// stays a candidate even if its slack now exceeds the maximum.
pub(super) fn candidates(
    scene: &Scene<'_>,
    halt: &Halt,
    profile: &Profile<Settings>,
    named: Option<TrackKey>,
) -> Vec<Candidate> {
    let settings = &profile.settings;
    let mut candidates: Vec<Candidate> = scene
        .gaps
        .during(halt.started_at, stop_end(halt, scene.now), settings.longest())
        .filter(|gap| gap.key != halt.key)
        .filter_map(|gap| {
            let (slack, together) = chance(halt, gap, settings, scene.now);
            let too_much = minutes(settings.max_slack_hours * 60.0) < slack && named != Some(gap.key);
            if slack < minutes(settings.slack_minutes) || together < minutes(settings.together_minutes) || too_much {
                return None;
            }
            // One that was last heard off a port or close to the shore has gone in.
            let place = Place::at(scene.chart, gap.from.position, scene.now);
            if !profile.at_sea(&place, SILENT_SHORE_NM, Standing::New) {
                return None;
            }
            let vessel = scene.tracks.find(gap.key)?;
            // The number may have become shared since, or belong to a second transponder on the same hull.
            if vessel.is_phantom() || vessel.shares_number() || one_hull(scene, gap.key, halt.key).is_some() {
                return None;
            }
            Some(Candidate { gap: *gap, ix: vessel.ix(), slack, there: together })
        })
        .collect();
    candidates.sort_by(|a, b| (b.slack, a.gap.key, a.gap.from.at).cmp(&(a.slack, b.gap.key, b.gap.from.at)));
    let mut known: Vec<TrackKey> = Vec::new();
    candidates.retain(|candidate| {
        let new = !known.contains(&candidate.gap.key);
        known.push(candidate.gap.key);
        new
    });
    candidates
}

impl Candidate {
    /// The vessel as one of several in a list: `224000004 GHOST (up to 2 h 00 min at the stop, 5.2 h of slack)`. The evidence finds the
    /// MMSI at the beginning.
    pub(super) fn title(&self, scene: &Scene<'_>) -> String {
        let mmsi = self.gap.key.mmsi.0;
        let vessel = scene.tracks.vessel(self.ix);
        let name = vessel.identity().and_then(|identity| identity.name.as_deref());
        let name = name.map_or_else(String::new, |name| format!(" {name}"));
        format!("{mmsi:09}{name} (up to {} at the stop, {:.1} h of slack)", self.there, self.slack.hours())
    }
}

/// The slack of a silent vessel that went to a halt and back, and the longest time that it can have spent at the halt.
pub(super) fn chance(halt: &Halt, gap: &Gap, settings: &Settings, now: Time) -> (Span, Span) {
    let knots = gap.usual_knots * settings.speed_factor;
    let slack = gap.slack_at(halt.position, knots, now);
    // It can have been at the stop only between its earliest arrival and its latest departure.
    let sailing = |metres: f64| minutes(60.0 * metres / METRES_PER_NM / knots.max(0.1));
    let earliest = gap.from.at + sailing(gap.from.position.metres_to(halt.position));
    let latest = gap.to.map_or(now, |to| to.at - sailing(halt.position.metres_to(to.position)));
    (slack, latest.min(stop_end(halt, now)) - earliest.max(halt.started_at))
}

/// When the halt ended, or `now` while it continues.
pub(super) fn stop_end(halt: &Halt, now: Time) -> Time {
    if halt.over { halt.last_at } else { now }
}

impl Settings {
    /// How long before a stop a gap may begin. A longer one leaves more slack than the maximum, wherever it began.
    pub(super) fn longest(&self) -> Span {
        minutes(60.0 * self.max_slack_hours) + LONGEST_WAY
    }
}
