//! The score line for how common stops are at the place: what others did there before.

use std::cell::LazyCell;

use crate::alerts::alert::ScoreReason;
use crate::base::time::Span;
use crate::behaviours::Counted;
use crate::geo::LatLon;
use crate::picture::episodes::{Craft, Kind, Rate};

use super::ingredients::Ingredients;
use super::line::line;
use super::settings::ScoreSettings;

/// Stops within `place_days` from which a place counts as busy, and from which as crowded (SPEC "Points").
const MANY: f64 = 5.0;
const CROWDED: f64 = 20.0;
/// Radius of the wider area around a stop. Nautical miles.
const AROUND_NM: f64 = 60.0;
/// Number of vessels that must stop in the wider area for it to be judged, so that one fishing boat does not make an area busy.
const AROUND_VESSELS: usize = 6;
/// Amount of data needed to judge the wider area. Days.
const AROUND_DAYS: f64 = 0.25;
/// How far from a place vessels are heard by the same receivers as one at the place: the reach of a coast station in good conditions, less
/// than that of a satellite. In mid-ocean few ships come nearer. Nautical miles.
const HEARD_NM: f64 = 100.0;
/// Stops per vessel-day in the wider area from which it counts as busy, and from which as crowded.
const AROUND_BUSY: f64 = 0.1;
const AROUND_CROWDED: f64 = 0.25;

/// The line for how often comparable vessels stop, or pass slowly, at the place: points for a rare place, a deduction for a busy one.
/// `None` where that does not matter to the behaviour, where stops are neither rare nor many, and while too little data is known. Stops in
/// harbours and anchorages are not counted, so none of them is a rare place.
pub(super) fn rarity(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (at, usual) = (given.holding.position?, given.character().usual?);
    let rate = rate(given, usual.counted, (at, settings.place_nm));
    let seen = LazyCell::new(|| seen_for(given, at).hours());
    // Counts are scaled up to `place_days`, by at most a factor of two, and not at all with less than a day of data.
    let whole = f64::from(settings.place_days);
    let known = if rate.days < 1.0 { whole } else { rate.days.max(whole / 2.0).max(1.0) };
    // Even the stops of today have faded a little. Rounding lets whole counts reach whole limits.
    let in_place_days = (rate.count * whole / known).round();
    if in_place_days < CROWDED
        && let Some(around) = usual_around(given, usual.counted, settings, at).filter(|_| usual.around)
    {
        return Some(around);
    }
    let in_calm = || given.view.chart.calm(at, given.holding.last_at).inside;
    let (a_day, nm, such) = (rate.per_day(), rate.nm, such(usual.counted));
    let text = format!("{a_day:.1} {such} a day within {nm} nm, by {}", others(rate.vessels));
    let (code, points, text) = match rate.is_none() {
        _ if given.character().weighs_chance && *seen < 24.0 => {
            let text = format!("Only {:.0} h of data: not yet known how common stops are here", *seen);
            ("little_data", settings.little_data_points, text)
        }
        // The behaviour's own rule weighs what would happen by chance.
        false if given.character().weighs_chance => return None,
        false if CROWDED <= in_place_days => ("crowded_place", settings.crowded_place_points, text),
        false if MANY <= in_place_days => ("busy_place", settings.busy_place_points, text),
        true if f64::from(24 * settings.rare_after_days) <= *seen && !in_calm() => {
            let data = data(seen.min(24.0 * whole));
            let (such, left_out) = (none_such(usual.counted), left_out(stopping(given)));
            let text =
                format!("No {such} by other vessels within {nm} nm in {data} of data from this area, {left_out}");
            ("rare_place", settings.rare_place_points, text)
        }
        _ => return None,
    };
    Some(line(code, points, text))
}

/// For how long it was possible to see others stop at a place: vessels were heard in the area, and the feed did not pause.
fn seen_for(given: &Ingredients<'_>, at: LatLon) -> Span {
    let now = given.holding.last_at;
    given.view.episodes.seen_for(now).min(given.view.coverage.heard_for(at, HEARD_NM, now))
}

/// How often vessels of this kind stop in a wider area, such as a waiting area, oil field or fishing ground. Counted per
/// vessel-day, so that it does not depend on traffic.
fn usual_around(
    given: &Ingredients<'_>,
    counted: Counted,
    settings: &ScoreSettings,
    at: LatLon,
) -> Option<ScoreReason> {
    let rate = rate(given, counted, (at, AROUND_NM));
    if rate.vessels < AROUND_VESSELS || rate.days < AROUND_DAYS {
        return None;
    }
    // Both counts cover the same 14 days.
    let days = given.view.coverage.vessel_hours(at, AROUND_NM) / 24.0;
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
fn rate(given: &Ingredients<'_>, counted: Counted, around: (LatLon, f64)) -> Rate {
    let related = |key| given.parties.iter().any(|party| party.key == key);
    let kind = match counted {
        Counted::Stops => Kind::Stops,
        Counted::SlowPassages => Kind::SlowPassages,
    };
    given.view.episodes.rate(around, (kind, stopping(given)), given.holding.last_at, related)
}

/// What is counted, in words, for the text of the line.
fn such(counted: Counted) -> &'static str {
    match counted {
        Counted::Stops => "stops",
        Counted::SlowPassages => "stops and slow passages",
    }
}

/// The same, after `No`.
fn none_such(counted: Counted) -> &'static str {
    match counted {
        Counted::Stops => "stops",
        Counted::SlowPassages => "stops or slow passages",
    }
}

/// What is not counted, in words: craft whose stops say nothing about those of this kind ([`Craft::is_like`]), and calm water.
fn left_out(craft: Craft) -> &'static str {
    match craft {
        Craft::Small => "not counting merchant ships, fishing vessels, harbours and anchorages",
        Craft::Fishing => "not counting merchant ships, small craft, harbours and anchorages",
        Craft::Merchant => "not counting fishing vessels, small craft, harbours and anchorages",
        Craft::Other => "not counting harbours and anchorages",
    }
}

/// An amount of data: `3 days`, or `15 h` below two days.
fn data(hours: f64) -> String {
    if hours < 48.0 { format!("{:.0} h", hours.floor()) } else { format!("{:.0} days", (hours / 24.0).floor()) }
}

/// The vessels that did it, in words; the parties of the alert are not among them.
fn others(number: usize) -> String {
    format!("{number} other comparable {}", if number == 1 { "vessel" } else { "vessels" })
}

/// The kind of craft that stops: the collecting boat if there is one, otherwise the kind that all parties
/// share, otherwise `Other`.
fn stopping(given: &Ingredients<'_>) -> Craft {
    let crafts = || given.parties.iter().map(|party| Craft::of(party.named.ship_type, party.class, party.length));
    let collector = crafts().find(|craft| given.character().weighs_chance && craft.collects());
    let same = crafts().next().filter(|first| crafts().all(|craft| craft == *first));
    collector.or(same).unwrap_or(Craft::Other)
}
