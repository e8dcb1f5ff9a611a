//! Everything that the lines and caps of a score are made from: what holds now, the picture, and what the book remembers.

use crate::alerts::id::Key;
use crate::alerts::memory::Memory;
use crate::alerts::night::Night;
use crate::alerts::party::Party;
use crate::alerts::view::View;
use crate::base::time::Span;
use crate::behaviours::{Behaviour, Character, Holding, Lead, RestsOn};

use super::settings::ScoreSettings;

/// Everything that the score lines and caps may read. It is made for one score and not kept.
pub(in crate::alerts) struct Ingredients<'a> {
    /// The behaviour of the alert.
    pub(super) behaviour: Behaviour,
    /// What the behaviour reported last.
    pub(super) holding: &'a Holding,
    /// The vessels of the alert; empty for a notice about an area, an input or a station.
    pub(super) parties: &'a [Party],
    /// The picture.
    pub(super) view: &'a View<'a>,
    /// Distance from shore in nautical miles; `None` without a position.
    pub(super) shore_nm: Option<f64>,
    /// How much of what the sentence states is at night.
    pub(super) night: Night,
    /// Whether a party had an alert of the same behaviour within `repeat_days`; not counting craft that do the same every day by trade.
    pub(super) repeated: bool,
    /// Whether a party had an alert about a meeting that ended within the last day.
    pub(super) met: bool,
    /// Whether a party changed its draught at sea within `lately_hours`.
    pub(super) draught_lately: bool,
    /// Whether a party changed its identity within `identity_days`.
    pub(super) new_identity: bool,
}

impl<'a> Ingredients<'a> {
    /// What holds now, with what the book remembers of its vessels.
    pub(in crate::alerts) fn of(
        key: &Key,
        holding: &'a Holding,
        parties: &'a [Party],
        (shore_nm, night): (Option<f64>, Night),
        memory: &Memory,
        view: &'a View<'a>,
        settings: &ScoreSettings,
    ) -> Ingredients<'a> {
        // The vessels that a notice names do not change its score.
        let parties = if key.is_notice() { &[][..] } else { parties };
        let since = holding.last_at - Span::from_hours(24 * i64::from(settings.repeat_days));
        let repeated = parties.iter().any(|party| {
            // One silence may leave time for many stops. They do not count as repeats of the silent vessel.
            let silent = holding.facts.dark();
            let usual = party.fishing() || party.passenger() || party.port_craft() || silent == Some(party.key.mmsi);
            !usual && memory.had(party.key, key.behaviour, since)
        });
        let day_before = holding.started_at - Span::from_hours(24);
        let meetings = || Behaviour::ALL.iter().filter(|behaviour| behaviour.character().rests_on == RestsOn::Meeting);
        let met = parties.iter().any(|party| meetings().any(|meeting| memory.had(party.key, *meeting, day_before)));
        let led = |lead, hours: i64| {
            let since = holding.started_at - Span::from_hours(hours);
            parties.iter().any(|party| memory.led(party.key, lead, since))
        };
        Ingredients {
            behaviour: key.behaviour,
            holding,
            parties,
            view,
            shore_nm,
            night,
            repeated,
            met,
            draught_lately: led(Lead::Draught, i64::from(settings.lately_hours)),
            new_identity: led(Lead::Identity, 24 * i64::from(settings.identity_days)),
        }
    }

    /// The traits of the behaviour.
    pub(super) fn character(&self) -> &'static Character {
        self.behaviour.character()
    }

    /// Whether a party is on a watchlist, which exempts it from caps and benign zones.
    pub(super) fn is_listed(&self) -> bool {
        let lists = &self.view.chart.watchlists;
        !lists.is_empty() && self.parties.iter().any(|party| lists.find(party.said(), self.holding.last_at).is_some())
    }

    /// Whether caps and benign zones do not apply, because a vessel is listed or belongs to a case that is already grave.
    pub(super) fn is_exempt(&self, settings: &ScoreSettings) -> bool {
        let grave = |party: &Party| settings.case_exempt_from <= (self.view.case_score)(party.key);
        // One of several possible vessels may have nothing to do with this alert, so its case does not count.
        self.is_listed() || (!self.holding.facts.is_uncertain() && self.parties.iter().any(grave))
    }

    /// Whether all parties are fishing vessels, and there is at least one.
    pub(super) fn all_fishing(&self) -> bool {
        !self.parties.is_empty() && self.parties.iter().all(Party::fishing)
    }

    /// Whether the behaviour looks like fishing, and all parties are fishing vessels.
    pub(super) fn is_like_fishing(&self) -> bool {
        self.character().looks_like_fishing && self.all_fishing()
    }
}

/// Distance from shore in nautical miles, as the behaviour measured it or looked up; `None` without a position.
pub(in crate::alerts) fn shore_nm(holding: &Holding, view: &View<'_>) -> Option<f64> {
    let look = || holding.position.map(|at| view.chart.shore_nm(at));
    holding.shore_nm.or_else(look)
}
