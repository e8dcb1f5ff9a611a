//! Score lines that look back at what the vessels did before.

use crate::alerts::alert::ScoreReason;
use crate::base::time::{Span, Time};
use crate::behaviours::{Lead, Silence};

use super::habit;
use super::ingredients::Ingredients;
use super::line::line;
use super::rarity::rarity;
use super::settings::ScoreSettings;

/// Minimum length of a gap that is worth points (SPEC `ais_gap`).
const GAP_LEAST: Span = Span::from_minutes(90);

/// The line for a gap: a party was silent within `lately_hours`, or during the alert, at a place where it would have been heard. The
/// longest gap is named.
pub(super) fn gap_lately(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    if given.character().silence != Silence::Apart {
        return None;
    }
    let (from, to) = (lately(given, settings), given.holding.last_at);
    let gaps = given.parties.iter().flat_map(|party| given.view.gaps.of(party.key, from, to));
    // Where vessels usually fall silent, a gap means nothing.
    let gaps = gaps.filter(|gap| !gap.usual);
    let longest = gaps.map(|gap| gap.length(to)).filter(|length| GAP_LEAST <= *length).max()?;
    Some(line(
        "gap_lately",
        settings.gap_lately_points,
        format!("Silent for {longest} within the {} h before", settings.lately_hours),
    ))
}

/// The line for a draught that a party changed at sea within `lately_hours`. The change itself gains nothing by another one.
pub(super) fn draught_lately(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let changed = given.character().lead != Some(Lead::Draught) && given.draught_lately;
    let text = format!("Reported draught changed at sea within the {} h before", settings.lately_hours);
    changed.then(|| line("draught_lately", settings.draught_lately_points, text))
}

/// The line for an identity that a party changed within `identity_days`, as far as the daemon saw it.
pub(super) fn new_identity(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let new = given.new_identity && !given.character().is_about_identity;
    let text = format!("Changed its identity within the last {} days", settings.identity_days);
    new.then(|| line("new_identity", settings.new_identity_points, text))
}

/// The line for a source region: a party was there before the alert, or during it. Of several parties, the one that was there last counts.
pub(super) fn source_region(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let (started_at, last_at) = (given.holding.started_at, given.holding.last_at);
    let earliest = started_at - Span::from_hours(24 * i64::from(settings.source_region_days));
    let origins = given.parties.iter().filter_map(|party| given.view.episodes.origins.of(party.key));
    let before = origins.filter(|origin| origin.since <= last_at && earliest <= origin.last_at);
    let origin = before.max_by(|a, b| (a.last_at, &b.region.id).cmp(&(b.last_at, &a.region.id)))?;
    let (word, moment) = match origin.last_at < started_at {
        true => ("last there", origin.last_at),
        false => ("there since", origin.since),
    };
    let text = format!("Came from {} ({word} {} {} UTC)", origin.region.name, moment.date(), moment.clock());
    Some(line("source_region", settings.source_region_points, text))
}

/// The line for a draught that changed after a meeting. A silence before the change already has its own points.
pub(super) fn after_meeting(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let silent = given.holding.base.iter().any(|(code, _)| *code == "after_gap");
    let counts = given.character().gains_by_meeting && given.met && !silent;
    counts.then(|| line("after_meeting", settings.draught_after_meeting_points, "After a meeting at sea"))
}

/// The line for a party that had an alert of the same behaviour within `repeat_days`. It and the rarity of the place exclude each
/// other (SPEC "Behaviours").
pub(super) fn repeat(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = format!("Not the first time in {} days", settings.repeat_days);
    // A repeat adds nothing where the usual stops at the place are scored, or where the vessel has a habit of stopping.
    let weighed = || rarity(given, settings).is_some();
    let repeated = given.repeated && !weighed() && !habit::is_habit(given, settings);
    repeated.then(|| line("repeat", settings.repeat_points, text))
}

/// The start of the period before the alert in which a gap or a draught change counts.
fn lately(given: &Ingredients<'_>, settings: &ScoreSettings) -> Time {
    given.holding.started_at - Span::from_hours(i64::from(settings.lately_hours))
}
