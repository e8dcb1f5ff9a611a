//! The conditions of an asynchronous rendezvous, for the ship and for the boat, as data.
//!
//! A vessel can be either, so both are listed. The search for ships and boats is the one of the rule, but without its limits on how
//! many are named.

use crate::base::units::METRES_PER_NM;
use crate::behaviours::explain::said_of;
use crate::behaviours::shared::dropped::{Spot, small};
use crate::behaviours::{Explanation, Place, Scene, Step};
use crate::picture::episodes::Halt;

use super::chance;
use super::facts::Dropped;
use super::rule::AsyncRendezvous;
use super::rule::{LONGEST_LEG_NM, STOPPED_FOR};

impl AsyncRendezvous {
    /// The conditions on the ship: a slow leg or a kink, and a boat that has stopped there since.
    pub(super) fn as_ship(&self, scene: &Scene<'_>, step: &Step<'_>) -> Explanation {
        let shown = Explanation::new("as the ship that slowed or turned").takes_part(&scene.tracks.vessel(step.vessel));
        let legs = scene.episodes.legs.of(step.key).map(|(_, leg)| (Spot::of_leg(leg), Dropped::of_leg(leg)));
        let kinks = scene.episodes.kinks.of(step.key);
        let kinks = kinks.map(|(_, kink)| (Spot::of_kink(kink), Dropped::of_kink(kink)));
        let spots: Vec<(Spot, Dropped)> = legs.chain(kinks).collect();
        let needed = ">= 1 in watched water in 48 h, not by trade";
        let shown = shown.is("slow_legs_and_kinks", spots.len(), needed, !spots.is_empty());
        let Some((latest, _)) = spots.iter().max_by_key(|(spot, _)| spot.at) else {
            return shown;
        };
        let farthest = (self.base.max_reach_nm + LONGEST_LEG_NM) * METRES_PER_NM;
        let ship = (step.key, step.vessel);
        // The test of the rule itself, so that a boat is shown exactly if it would be found.
        let collects = |halt: &Halt| {
            let boat = scene.tracks.find(halt.key);
            let is_small = boat.is_some_and(|boat| small(&boat, self.base.small_metres).is_some());
            is_small
                && STOPPED_FOR <= halt.still
                && spots.iter().any(|(spot, what)| self.drop(scene, halt, ship, spot, *what).is_some())
        };
        let mut boats: Vec<_> = spots
            .iter()
            .flat_map(|(spot, _)| scene.episodes.halts.near(spot.from, farthest))
            .filter(|(_, halt, _)| collects(halt))
            .map(|(_, halt, _)| halt.key)
            .collect();
        boats.sort_unstable();
        boats.dedup();
        shown
            .is("latest_at", latest.at.to_string(), "the latest of them", true)
            .at_least("shore_nm", Some(latest.shore_nm), self.base.min_shore_nm)
            .at_least_one("boats_stopped_there_since", boats.len())
    }

    /// The conditions on the boat: small, and stopped for ten minutes where a ship slowed down or left its course
    /// before.
    pub(super) fn as_boat(&self, scene: &Scene<'_>, step: &Step<'_>) -> Explanation {
        let vessel = scene.tracks.vessel(step.vessel);
        let needed = format!("below {} m, fishing or pleasure, or class B without a length", self.base.small_metres);
        let small = small(&vessel, self.base.small_metres);
        let said = small.as_ref().map_or_else(|| said_of(&vessel), |by| format!("{} (small: {by})", said_of(&vessel)));
        let shown = Explanation::new("as the boat that stopped later").takes_part(&scene.tracks.vessel(step.vessel));
        let shown = shown.is("craft", said, needed, small.is_some());
        let Some((id, halt)) = scene.episodes.halts.of(step.key).next_back() else {
            return shown.is("stopped_at_sea", "never", "below 3 kn for 10 min outside calm water", false);
        };
        let here = Place::at(scene.chart, halt.position, scene.now);
        let shown = shown
            .is("stopped_at_sea", halt.started_at.to_string(), "below 3 kn for 10 min outside calm water", true)
            .is("in_calm_water", here.calm.inside, "false", !here.calm.inside)
            .at_least("still_minutes", Some(halt.still.minutes()), STOPPED_FOR.minutes());
        let shown = match vessel.ship_type() {
            Some(30) => shown.at_least(
                "under_way_before_minutes",
                Some(chance::under_way_before(scene, &vessel, halt, &self.base).minutes()),
                self.base.fishing_under_way_minutes,
            ),
            Some(_) | None => shown,
        };
        let shown = self.nearest_ship(scene, halt, shown);
        let left = scene.episodes.port_calls.of(step.key).last().map(|call| call.to);
        let since = |kept: &Halt| left.is_none_or(|left| left < kept.started_at);
        let earlier = scene.episodes.halts.of(step.key).filter(|(other, kept)| *other < id && since(kept)).count();
        let collects = self.collecting.get(&step.vessel).is_some_and(|collecting| collecting.find.halt == id);
        // A stop that is not the first waits for the boat to turn back.
        let waits = match self.waiting.get(&step.vessel) {
            _ if collects => "already reported".to_owned(),
            Some(waiting) => {
                let now = step.fix.map_or(waiting.out_nm, |fix| waiting.start.metres_to(fix.position) / METRES_PER_NM);
                format!("stop {}, {:.1} nm nearer her start by now", earlier + 1, waiting.out_nm - now)
            }
            None => format!("stop {}", earlier + 1),
        };
        let needed = format!("her first stop, or then {} nm nearer her start", self.base.back_nm);
        shown.is("first_or_farthest_stop", waits, needed, collects || earlier == 0)
    }

    /// Adds the slow leg or kink nearest to the stop, relative to how far objects may have drifted since.
    fn nearest_ship(&self, scene: &Scene<'_>, halt: &Halt, shown: Explanation) -> Explanation {
        let around = (self.base.max_reach_nm + LONGEST_LEG_NM) * METRES_PER_NM;
        let legs = scene.episodes.legs.near(halt.position, around);
        let rate = chance::rate(scene, halt, &self.base);
        let legs = legs.into_iter().map(|(_, leg, _)| (leg.key, Spot::of_leg(leg)));
        let kinks = scene.episodes.kinks.near(halt.position, around);
        let kinks = kinks.into_iter().map(|(_, kink, _)| (kink.key, Spot::of_kink(kink)));
        let others = legs.chain(kinks).filter(|(key, spot)| *key != halt.key && spot.at <= halt.started_at);
        let measured = others.map(|(key, spot)| {
            let hours = (halt.started_at - spot.at).hours();
            let nm = spot.metres_from(halt.position) / METRES_PER_NM;
            (nm / self.base.reach_at(hours), nm, hours, key, spot)
        });
        let Some((_, nm, hours, key, spot)) = measured.min_by(|a, b| a.0.total_cmp(&b.0).then(a.3.cmp(&b.3))) else {
            return shown.is("ship_before", "none", "slow or aside of her course near there before", false);
        };
        shown
            .is("ship_before", key.to_string(), "slow or aside of her course near there before", true)
            .at_most("distance_nm", Some(nm), self.base.reach_at(hours))
            .between("hours_between", Some(hours), self.base.min_hours, self.base.max_hours)
            .below(
                "expected_by_chance",
                Some(chance::expected(&rate, &spot, hours, &self.base)),
                self.base.chance_fact_from,
            )
            .at_most(
                "craft_stopped_there",
                Some(chance::crowd(scene, &spot, key, &self.base).len() as f64),
                f64::from(self.base.crowd_fact_craft),
            )
    }
}
