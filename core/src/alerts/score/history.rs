//! Score lines that look back: what the vessel did before, and what others did at the place.

use crate::base::time::Span;
use crate::behaviours::{Counted, Lead, Silence};
use crate::geo::LatLon;
use crate::picture::episodes::{Craft, Kind, Rate};

use super::alert::ScoreReason;
use super::ingredients::line;
use super::score::{Scene, ScoreSettings};

/// Minimum length of a gap that is worth points (SPEC `ais_gap`).
const GAP_LEAST: Span = Span::from_minutes(90);
/// Stops within `place_days` from which a place counts as busy, and from which as crowded (SPEC "Points").
const MANY: f64 = 5.0;
const CROWDED: f64 = 20.0;
/// Radius of the wider area around a stop. Nautical miles.
const AROUND_NM: f64 = 60.0;
/// Number of vessels that must stop in the wider area for it to be judged.
const AROUND_VESSELS: usize = 6;
/// Amount of data needed to judge the wider area. Days.
const AROUND_DAYS: f64 = 0.25;
/// Stops per vessel-day in the wider area from which it counts as busy, and from which as crowded.
const AROUND_BUSY: f64 = 0.1;
const AROUND_CROWDED: f64 = 0.25;

fn lately(scene: &Scene<'_>, settings: &ScoreSettings) -> crate::base::time::Time {
    scene.holding.started_at - Span::from_hours(i64::from(settings.lately_hours))
}

/// A party was silent within `lately_hours` at a place where it would have been heard.
pub(super) fn gap_lately(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    if scene.character().silence != Silence::Apart {
        return None;
    }
    let (from, to) = (lately(scene, settings), scene.holding.last_at);
    let gaps = scene.parties.iter().flat_map(|party| scene.view.gaps.of(party.key, from, to));
    // Where vessels usually fall silent, a gap means nothing.
    let gaps = gaps.filter(|gap| !gap.usual);
    let longest = gaps.map(|gap| gap.length(to)).filter(|length| GAP_LEAST <= *length).max()?;
    Some(line(
        "gap_lately",
        settings.gap_lately_points,
        format!("Silent for {longest} within the {} h before", settings.lately_hours),
    ))
}

/// A party changed its draught at sea within `lately_hours`.
pub(super) fn draught_lately(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let changed = scene.character().lead != Some(Lead::Draught) && scene.draught_lately;
    let text = format!("Reported draught changed at sea within the {} h before", settings.lately_hours);
    changed.then(|| line("draught_lately", settings.draught_lately_points, text))
}

/// A party changed its identity within `identity_days`, as far as the daemon saw it.
pub(super) fn new_identity(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let new = scene.new_identity && !scene.character().is_about_identity;
    let text = format!("Changed its identity within the last {} days", settings.identity_days);
    new.then(|| line("new_identity", settings.new_identity_points, text))
}

/// A party was in a source region before the alert, or during it; of several parties, the one that was there last counts.
pub(super) fn source_region(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (started_at, last_at) = (scene.holding.started_at, scene.holding.last_at);
    let earliest = started_at - Span::from_hours(24 * i64::from(settings.source_region_days));
    let origins = scene.parties.iter().filter_map(|party| scene.view.episodes.origins.of(party.key));
    let before = origins.filter(|origin| origin.since <= last_at && earliest <= origin.last_at);
    let origin = before.max_by(|a, b| (a.last_at, &b.region.id).cmp(&(b.last_at, &a.region.id)))?;
    let (word, moment) = match origin.last_at < started_at {
        true => ("last there", origin.last_at),
        false => ("there since", origin.since),
    };
    let text = format!("Came from {} ({word} {} {} UTC)", origin.region.name, moment.date(), moment.clock());
    Some(line("source_region", settings.source_region_points, text))
}

/// How often comparable vessels stop, or pass slowly, at the place.
pub(super) fn rarity(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (at, usual) = (scene.holding.position?, scene.character().usual?);
    let rate = rate(scene, usual.counted, (at, settings.place_nm));
    let seen = scene.view.episodes.seen_for(scene.holding.last_at).hours();
    // Counts are scaled up to `place_days`, by at most a factor of two, and not at all with less than a day of data.
    let whole = f64::from(settings.place_days);
    let known = if rate.days < 1.0 { whole } else { rate.days.max(whole / 2.0).max(1.0) };
    // Even the stops of today have faded a little. Rounding lets whole counts reach whole limits.
    let in_place_days = (rate.count * whole / known).round();
    if in_place_days < CROWDED
        && let Some(around) = usual_around(scene, usual.counted, settings, at).filter(|_| usual.around)
    {
        return Some(around);
    }
    let (a_day, nm, such) = (rate.per_day(), rate.nm, such(usual.counted));
    let text = format!("{a_day:.1} {such} a day within {nm} nm, by {}", others(rate.vessels));
    let (code, points, text) = match rate.is_none() {
        _ if scene.character().weighs_chance && seen < 24.0 => {
            let text = format!("Only {seen:.0} h of data: not yet known how common stops are here");
            ("little_data", settings.little_data_points, text)
        }
        // The behaviour's own rule weighs what would happen by chance.
        false if scene.character().weighs_chance => return None,
        false if CROWDED <= in_place_days => ("crowded_place", settings.crowded_place_points, text),
        false if MANY <= in_place_days => ("busy_place", settings.busy_place_points, text),
        true if f64::from(24 * settings.rare_after_days) <= seen => {
            let days = (seen / 24.0).min(whole);
            let text = format!("No {such} by other vessels within {nm} nm in {days:.0} days of data");
            ("rare_place", settings.rare_place_points, text)
        }
        _ => return None,
    };
    Some(line(code, points, text))
}

/// How often vessels of this kind stop in a wider area, such as a waiting area, oil field or fishing ground. Counted per
/// vessel-day, so that it does not depend on traffic.
fn usual_around(scene: &Scene<'_>, counted: Counted, settings: &ScoreSettings, at: LatLon) -> Option<ScoreReason> {
    let rate = rate(scene, counted, (at, AROUND_NM));
    if rate.vessels < AROUND_VESSELS || rate.days < AROUND_DAYS {
        return None;
    }
    // Both counts cover the same 14 days.
    let days = scene.view.coverage.vessel_hours(at, AROUND_NM) / 24.0;
    let per_day = rate.count / days.max(1.0);
    let text =
        format!("{per_day:.1} {} per vessel-day within {AROUND_NM} nm, by {}", such(counted), others(rate.vessels));
    match per_day {
        AROUND_CROWDED.. => Some(line("crowded_place", settings.crowded_place_points, text)),
        AROUND_BUSY.. => Some(line("busy_place", settings.busy_place_points, text)),
        _ => None,
    }
}

/// How often comparable vessels stop, or pass slowly, around a place; the parties themselves are left out.
fn rate(scene: &Scene<'_>, counted: Counted, around: (LatLon, f64)) -> Rate {
    let related = |key| scene.parties.iter().any(|party| party.key == key);
    let kind = match counted {
        Counted::Stops => Kind::Stops,
        Counted::SlowPassages => Kind::SlowPassages,
    };
    scene.view.episodes.rate(around, (kind, stopping(scene)), scene.holding.last_at, related)
}

/// What is counted, in words.
fn such(counted: Counted) -> &'static str {
    match counted {
        Counted::Stops => "stops",
        Counted::SlowPassages => "stops and slow passages",
    }
}

fn others(number: usize) -> String {
    format!("{number} other comparable {}", if number == 1 { "vessel" } else { "vessels" })
}

/// The kind of craft that stops: the collecting boat if there is one, otherwise the kind that all parties share, otherwise
/// `Other`.
fn stopping(scene: &Scene<'_>) -> Craft {
    let crafts = || scene.parties.iter().map(|party| Craft::of(party.named.ship_type, party.class, party.length));
    let collector = crafts().find(|craft| scene.character().weighs_chance && craft.collects());
    let same = crafts().next().filter(|first| crafts().all(|craft| craft == *first));
    collector.or(same).unwrap_or(Craft::Other)
}
