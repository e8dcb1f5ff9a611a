//! The inputs of a score that signals change.

use serde::{Deserialize, Serialize};

use crate::alerts::night::Night;
use crate::alerts::party::Party;
use crate::alerts::view::View;
use crate::behaviours::{Behaviour, Form, Holding, Level, VesselRef, ZoneRef};
use crate::zones::Relation;

use super::roles;

/// The inputs of a score that signals change. While they stay the same, the score is computed only when a line is due. Terms that depend
/// on other things, such as the fleet around, may lag behind by `update_minutes`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Inputs {
    /// The form of the behaviour.
    pub(super) form: Form,
    /// Base points by code.
    base: Vec<(String, i32)>,
    /// Score to which the zone raises the alert; `None` if no zone asked.
    asked: Option<i32>,
    /// How far the behaviour itself limits the score: the level of each limit.
    limits: Vec<Level>,
    /// Whether all vessels are at anchor.
    pub(super) anchored: bool,
    /// How much of what the sentence states is at night, for sentence and score.
    pub(super) night: Night,
    /// The zones that the position is in or near.
    pub(super) zones: Vec<ZoneRef>,
    /// The vessels with their roles, in the order of the subject.
    pub(super) vessels: Vec<VesselRef>,
}

impl Inputs {
    /// The inputs of a holding. A zone that was removed since the signal was made is left out.
    pub(super) fn of(
        behaviour: Behaviour,
        holding: &Holding,
        parties: &[Party],
        night: Night,
        view: &View<'_>,
    ) -> Inputs {
        let zones = view.chart.zones.zones();
        let named = holding.zones.iter().filter_map(|(zone, relation)| {
            let zone = zones.get(usize::from(zone.0))?;
            (*relation != Relation::Outside).then(|| ZoneRef {
                id: zone.id.clone(),
                name: zone.name.clone(),
                kind: zone.kind,
                relation: *relation,
            })
        });
        let mut vessels: Vec<VesselRef> = parties.iter().map(|party| party.named.clone()).collect();
        roles::assign(behaviour, &holding.facts, parties, &mut vessels);
        Inputs {
            form: holding.facts.form(),
            base: holding.base.iter().map(|(code, points)| ((*code).to_owned(), *points)).collect(),
            asked: holding.asked,
            limits: holding.facts.limits().into_iter().map(|limit| limit.level).collect(),
            anchored: holding.anchored,
            night,
            zones: named.collect(),
            vessels,
        }
    }
}
