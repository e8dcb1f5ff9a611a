//! The score of an entry, from what holds now and what the book remembers.

use crate::behaviours::{Behaviour, Holding};
use crate::time::Span;

use super::View;
use super::entry::Context;
use super::id::Key;
use super::party::Party;
use super::score::{Scene, Score};

/// Behaviours by which two vessels meet.
const MEETINGS: [Behaviour; 3] = [Behaviour::Rendezvous, Behaviour::AsyncRendezvous, Behaviour::DarkRendezvous];

/// The score of what holds now, with what the book remembers of its vessels.
pub(super) fn scored(
    key: &Key,
    holding: &Holding,
    parties: &[Party],
    shore_nm: Option<f64>,
    context: &Context<'_>,
) -> Score {
    // The vessels named by a notice do not change its score.
    let parties = if key.is_notice() { &[][..] } else { parties };
    let since = holding.last_at - Span::from_hours(24 * i64::from(context.score.repeat_days));
    let repeated = parties.iter().any(|party| {
        // One silence that leaves time for many stops does not make a repeat of the silent vessel.
        let silent = holding.measured.get("dark_mmsi").and_then(serde_json::Value::as_u64);
        let usual =
            party.fishing() || party.passenger() || party.port_craft() || silent == Some(u64::from(party.key.mmsi.0));
        !usual && context.memory.had(party.key, key.behaviour, since)
    });
    let day_before = holding.started_at - Span::from_hours(24);
    let met =
        MEETINGS.iter().any(|meeting| parties.iter().any(|party| context.memory.had(party.key, *meeting, day_before)));
    let led = |behaviour, hours: i64| {
        let since = holding.started_at - Span::from_hours(hours);
        parties.iter().any(|party| context.memory.led(party.key, behaviour, since))
    };
    let scene = Scene {
        behaviour: key.behaviour,
        holding,
        parties,
        view: context.view,
        shore_nm,
        repeated,
        met,
        draught_lately: led(Behaviour::DraughtChange, i64::from(context.score.lately_hours)),
        new_identity: led(Behaviour::IdentityChange, 24 * i64::from(context.score.identity_days)),
    };
    Score::of(&scene, context.score)
}

/// Distance from shore in nautical miles, as the behaviour measured it or looked up; `None` without a position.
pub(super) fn shore_nm(holding: &Holding, view: &View<'_>) -> Option<f64> {
    let look = || holding.position.map(|at| view.chart.shore_nm(at));
    holding.shore_nm.or_else(look)
}

/// `low` if a party is heard only by satellite.
pub(super) fn confidence(parties: &[Party]) -> &'static str {
    match parties.iter().any(|party| party.satellite_only) {
        true => "low",
        false => "normal",
    }
}
