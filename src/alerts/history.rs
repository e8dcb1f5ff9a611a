//! Ingredients of a score that look back: what the vessel did before, and what others did at the place.

use crate::time::Span;
use crate::units::METRES_PER_NM;

use super::alert::ScoreReason;
use super::ingredients::line;
use super::score::{Scene, ScoreSettings};

/// A silence shorter than this is no gap worth points (SPEC `ais_gap`).
const GAP_LEAST: Span = Span::from_minutes(90);
/// Behaviours that happen where a vessel stops: how rare that is there says something.
const STOPS_THERE: [&str; 8] = [
    "loitering",
    "rendezvous",
    "async_rendezvous",
    "dark_rendezvous",
    "slowdown",
    "out_and_back",
    "small_craft_stop",
    "fishing_out_of_place",
];
/// Behaviours that a gap is part of already.
const OF_GAPS: [&str; 3] = ["ais_gap", "dark_rendezvous", "draught_change"];
/// Behaviours that are about the identity itself.
const OF_IDENTITY: [&str; 4] = ["identity_change", "identity_conflict", "position_jump", "watchlist"];
/// Fewer stops than this are some, from here on they are many, from there on everybody stops there (SPEC "Points").
const MANY_STOPS: usize = 5;
const CROWDED_STOPS: usize = 20;

fn lately(scene: &Scene<'_>, settings: &ScoreSettings) -> crate::time::Time {
    scene.holding.started_at - Span::from_hours(i64::from(settings.lately_hours))
}

/// A party was silent within the last day where it would have been heard.
pub(super) fn gap_lately(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    if OF_GAPS.contains(&scene.behaviour) {
        return None;
    }
    let (from, to) = (lately(scene, settings), scene.holding.last_at);
    let gaps = scene.parties.iter().flat_map(|party| scene.view.gaps.of(party.key, from, to));
    let longest = gaps.map(|gap| gap.length(to)).filter(|length| GAP_LEAST <= *length).max()?;
    Some(line(
        "gap_lately",
        settings.gap_lately_points,
        format!("Silent for {longest} within {} h of it", settings.lately_hours),
    ))
}

/// A party changed its draught at sea within the last day.
pub(super) fn draught_lately(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let changed = scene.behaviour != "draught_change" && scene.draught_lately;
    let text = format!("Its draught changed at sea within {} h of it", settings.lately_hours);
    changed.then(|| line("draught_lately", settings.draught_lately_points, text))
}

/// A party has borne its identity for less than half a year, as far as anybody saw it change.
pub(super) fn new_identity(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let new = scene.new_identity && !OF_IDENTITY.contains(&scene.behaviour);
    let text = format!("Took another identity within {} days", settings.identity_days);
    new.then(|| line("new_identity", settings.new_identity_points, text))
}

/// A party was in a source region before it, or was there when it happened: of several parties the one that was there last.
pub(super) fn source_region(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (started_at, last_at) = (scene.holding.started_at, scene.holding.last_at);
    let earliest = started_at - Span::from_hours(24 * i64::from(settings.source_region_days));
    let origins = scene.parties.iter().filter_map(|party| scene.view.episodes.origins.of(party.key));
    let before = origins.filter(|origin| origin.since <= last_at && earliest <= origin.last_at);
    let origin = before.max_by(|a, b| (a.last_at, &b.region.id).cmp(&(b.last_at, &a.region.id)))?;
    let (word, moment) = match origin.last_at < started_at {
        true => ("until", origin.last_at),
        false => ("since", origin.since),
    };
    let text = format!("Came from {} (there {word} {} {} UTC)", origin.region.name, moment.date(), moment.clock());
    Some(line("source_region", settings.source_region_points, text))
}

/// How often others stop there.
pub(super) fn rarity(scene: &Scene<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let at = scene.holding.position.filter(|_| STOPS_THERE.contains(&scene.behaviour))?;
    let from = scene.holding.last_at - Span::from_hours(24 * i64::from(settings.place_days));
    let related = |key| scene.parties.iter().any(|party| party.key == key);
    let halts = scene.view.episodes.halts.near(at, settings.place_nm * METRES_PER_NM);
    let stops = halts.iter().filter(|(_, halt, _)| from <= halt.last_at && !related(halt.key)).count();
    let seen = scene.view.episodes.seen_for(scene.holding.last_at).hours();
    let place = format!("{} nm in {} days", settings.place_nm, settings.place_days);
    let (code, points, text) = match stops {
        CROWDED_STOPS.. => {
            ("crowded_place", settings.crowded_place_points, format!("{stops} stops of others within {place}"))
        }
        MANY_STOPS.. => ("busy_place", settings.busy_place_points, format!("{stops} stops of others within {place}")),
        0 if f64::from(24 * settings.rare_after_days) <= seen => {
            ("rare_place", settings.rare_place_points, format!("Nobody else stopped within {place}"))
        }
        _ if scene.behaviour == "async_rendezvous" && seen < 24.0 => {
            let text = "Less than a day of data: how rare stops are here is not known".to_owned();
            ("little_data", settings.little_data_points, text)
        }
        _ => return None,
    };
    Some(line(code, points, text))
}
