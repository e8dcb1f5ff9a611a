//! The score of an entry, from what holds now and what the book remembers.

use crate::base::time::Span;
use crate::behaviours::{Behaviour, Holding, Lead, RestsOn};

use super::View;
use super::alert::Confidence;
use super::entry::Context;
use super::id::Key;
use super::party::Party;
use super::score::{Scene, Score};

/// The score of what holds now, with what the book remembers of its vessels.
pub(super) fn scored(
    key: &Key,
    holding: &Holding,
    parties: &[Party],
    shore_nm: Option<f64>,
    context: &Context<'_>,
) -> Score {
    // The vessels that a notice names do not change its score.
    let parties = if key.is_notice() { &[][..] } else { parties };
    let since = holding.last_at - Span::from_hours(24 * i64::from(context.score.repeat_days));
    let repeated = parties.iter().any(|party| {
        // One silence may leave time for many stops. They do not count as repeats of the silent vessel.
        let silent = holding.facts.dark();
        let usual = party.fishing() || party.passenger() || party.port_craft() || silent == Some(party.key.mmsi);
        !usual && context.memory.had(party.key, key.behaviour, since)
    });
    let day_before = holding.started_at - Span::from_hours(24);
    let meetings = || Behaviour::ALL.iter().filter(|behaviour| behaviour.character().rests_on == RestsOn::Meeting);
    let met = parties.iter().any(|party| meetings().any(|meeting| context.memory.had(party.key, *meeting, day_before)));
    let led = |lead, hours: i64| {
        let since = holding.started_at - Span::from_hours(hours);
        parties.iter().any(|party| context.memory.led(party.key, lead, since))
    };
    let scene = Scene {
        behaviour: key.behaviour,
        holding,
        parties,
        view: context.view,
        shore_nm,
        repeated,
        met,
        draught_lately: led(Lead::Draught, i64::from(context.score.lately_hours)),
        new_identity: led(Lead::Identity, 24 * i64::from(context.score.identity_days)),
    };
    Score::of(&scene, context.score)
}

/// Distance from shore in nautical miles, as the behaviour measured it or looked up; `None` without a position.
pub(super) fn shore_nm(holding: &Holding, view: &View<'_>) -> Option<f64> {
    let look = || holding.position.map(|at| view.chart.shore_nm(at));
    holding.shore_nm.or_else(look)
}

/// Low if a party is heard only by satellite.
pub(super) fn confidence(parties: &[Party]) -> Confidence {
    match parties.iter().any(|party| party.satellite_only) {
        true => Confidence::Low,
        false => Confidence::Normal,
    }
}
