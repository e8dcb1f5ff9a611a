//! What is known of the vessels of an alert, as far as its score depends on it. Only if this changes may the score of an open alert fall
//! (SPEC "Behaviours": a correction may lower the severity).

use serde::{Deserialize, Serialize};

use crate::ais::Class;
use crate::alerts::party::Party;
use crate::alerts::view::View;
use crate::behaviours::Holding;

/// What is known of the vessels of an alert, as far as its score depends on it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Knowledge {
    /// Ship type, length in metres and class of each vessel.
    vessels: Vec<(Option<u8>, Option<u16>, Class)>,
    /// Whether all vessels are at anchor.
    anchored: bool,
    /// Whether any of them is held in one place.
    held: bool,
    /// Whether any of them is a beacon of fishing gear.
    gear: bool,
}

impl Knowledge {
    /// What is known now. A vessel whose track was dropped counts as last known, and not as gear.
    pub(super) fn of(holding: &Holding, parties: &[Party], view: &View<'_>) -> Knowledge {
        let lying = &view.episodes.lying;
        let held = |party: &Party| holding.position.is_some_and(|at| lying.held(party.key, at).is_some());
        let gear = |party: &Party| {
            party.vessel(view.tracks).is_some_and(|vessel| view.episodes.gear.sign_of(&vessel).is_some())
        };
        Knowledge {
            vessels: parties.iter().map(|party| (party.named.ship_type, party.length, party.class)).collect(),
            anchored: holding.anchored,
            held: parties.iter().any(held),
            gear: parties.iter().any(gear),
        }
    }
}
