//! Caps for what is usual: at anchor near shore, on duty, circling by trade, and what the behaviour itself calls for (SPEC "Points").

use crate::ais::ship_type_name;
use crate::behaviours::{Level, LiftedBy, Limit};

use super::ingredients::Ingredients;
use super::line::Cap;
use super::settings::ScoreSettings;

/// The caps that the behaviour itself calls for, among those that `lifted_by` lifts. The behaviour gives level and text, the settings give
/// the points of each level.
pub(super) fn own_caps(given: &Ingredients<'_>, settings: &ScoreSettings, lifted_by: LiftedBy) -> Vec<Cap> {
    let limits = given.holding.facts.limits().into_iter().filter(|limit| limit.lifted_by == lifted_by);
    let cap = |limit: Limit| {
        let (points, code, only_below) = match limit.level {
            Level::Fact => (settings.cap_fact, "cap_fact", i32::MAX),
            Level::FactIfSlight => (settings.cap_fact, "cap_fact", settings.short_gap_alert_from),
            Level::Low => (settings.cap_low, "cap_low", i32::MAX),
        };
        Cap { points, only_below, code, text: limit.text }
    };
    limits.map(cap).collect()
}

/// The cap for a vessel at anchor near shore: a fact. Further out, anchoring is unusual, and the alert only loses points.
pub(super) fn at_anchor_near_shore(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let near = given.shore_nm? < settings.anchored_shore_nm;
    (given.holding.anchored && near).then(|| Cap {
        points: settings.cap_fact,
        only_below: i32::MAX,
        code: "cap_fact",
        text: format!(
            "At anchor, or lying as still, within {} nm of shore: recorded as a fact",
            settings.anchored_shore_nm
        ),
    })
}

/// The cap for a vessel whose work explains what it does, such as a pilot: severity low. One such party is enough.
pub(super) fn on_duty(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let party = given.parties.iter().find(|party| party.on_duty())?;
    let kind = ship_type_name(party.named.ship_type);
    Some(Cap::low(settings, format!("One reports itself as {kind}: limited to low")))
}

/// The cap for a vessel that circles in the course of its work, such as a trawler: severity low.
pub(super) fn circles_by_trade(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Cap> {
    let circling = given.holding.facts.form().is_circling();
    let party = given.parties.iter().find(|party| party.circles_by_trade())?;
    let kind = ship_type_name(party.named.ship_type);
    circling.then(|| Cap::low(settings, format!("Circling is normal work ({kind}): limited to low")))
}
