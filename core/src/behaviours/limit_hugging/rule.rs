//! The rule of `limit_hugging`.
//!
//! The belt is the water up to `reach_nm` outside a polygon. A vessel inside the polygon, or farther out, is not in it. While it counts,
//! the belt is wider by 0.2 nm on both sides.

use crate::base::time::Time;
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::condition::{Condition, Observation, Timing};
use crate::behaviours::runner::profile::{Profile, Profiles};
use crate::behaviours::runner::vessel::{PerVessel, VesselScene};
use crate::behaviours::runner::zone::{At, InZones, SoFar, ZoneCase};
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Rounded, Step};
use crate::zones::{Relation, ZoneIx};

use super::facts::{Facts, Measured};
use super::settings::Settings;

/// The `limit_hugging` behaviour and its state.
pub(crate) type LimitHugging = PerVessel<InZones<SlowInBelt>>;

/// The condition of being slow in the belt just outside a zone. Its measured value is the distance from the border, in nautical
/// miles.
pub(crate) struct SlowInBelt;

impl ZoneCase for SlowInBelt {
    type Settings = Settings;
    const BEHAVIOUR: Behaviour = Behaviour::LimitHugging;
    const INTEREST: Interest = Interest::SLOW;
    const ENDS: End = End::UnderWayAgain;

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.limit_hugging
    }

    fn places(profiles: &Profiles<Settings>, at: &At<'_>, known: &dyn Fn(&str) -> bool) -> Vec<(ZoneIx, f64)> {
        let (chart, now) = (at.scene.chart, at.scene.now);
        let in_belt = |(zone, edge_nm): &(ZoneIx, f64)| {
            let profile = profiles.of(chart, *zone, now);
            profile.is_some_and(|profile| profile.settings.in_belt(*edge_nm, known(&chart.zones.get(*zone).id)))
        };
        chart.zones.belts(at.fix.position).filter(in_belt).collect()
    }

    /// The start of the span of the speed if the vessel was already in the belt then, otherwise the time of the fix.
    fn not_before(settings: &Settings, at: &At<'_>, zone: ZoneIx) -> Time {
        let Some(since) = at.step.smg.map(|smg| smg.since) else {
            return at.fix.at;
        };
        let bridge = at.scene.settings().max_hole(false);
        let was_there = at.scene.vessel.position_at(since, bridge).is_some_and(|before| {
            let edge = at.scene.chart.zones.belts(before).find(|(other, _)| *other == zone);
            edge.is_some_and(|(_, edge_nm)| settings.in_belt(edge_nm, false))
        });
        if was_there { since } else { at.fix.at }
    }

    fn timing(settings: &Settings, at: &At<'_>) -> Timing {
        settings.rule(at.scene.merge, at.scene.vessel.satellite_only())
    }

    fn observe(settings: &Settings, knots: f64) -> Observation {
        settings.observe(knots)
    }

    /// Measurements on the way out do not describe the condition.
    fn describes(condition: &Condition) -> bool {
        condition.holds()
    }

    fn holding(
        profile: &Profile<Settings>,
        at: &At<'_>,
        (zone, edge_nm): (ZoneIx, f64),
        so_far: &SoFar<'_>,
    ) -> Holding {
        let At { scene, step, fix } = at;
        let SoFar { condition, median_knots, median_place, .. } = so_far;
        let settings = &profile.settings;
        let measured = Measured {
            counted_minutes: condition.counted_in_all().minutes().into(),
            median_outside_nm: median_place.unwrap_or(edge_nm.max(0.0)).into(),
            median_knots: median_knots.map(Rounded::from),
        };
        // The belt may be wider than the zone's own "near", or the zone may have none.
        let mut zones: Vec<_> = step.presence.iter().collect();
        if !zones.iter().any(|(listed, _)| *listed == zone) {
            zones.push((zone, Relation::Near));
        }
        Holding {
            started_at: condition.started_at(),
            satisfied_at: condition.satisfied_at().unwrap_or(step.at),
            last_at: condition.held_until(fix.at),
            facts: Facts { form: OneForm, measured, thresholds: settings.into() }.into(),
            position: Some(fix.position),
            shore_nm: Some(scene.chart.shore_nm(fix.position)),
            zones,
            base: vec![(Behaviour::LimitHugging.name(), settings.score)],
            asked: (!profile.own_score).then_some(settings.asked_score),
            anchored: false,
        }
    }

    fn explain(
        profiles: &Profiles<Settings>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        counted: &dyn Fn(&str) -> f64,
    ) -> Vec<Explanation> {
        let Some(fix) = step.fix else {
            return Vec::new();
        };
        let shown = scene.chart.zones.belts(fix.position).filter_map(|(zone, edge_nm)| {
            let settings = &profiles.of(scene.chart, zone, scene.now)?.settings;
            let zone_id = &scene.chart.zones.get(zone).id;
            let shown = Explanation::new(format!("outside {zone_id}"))
                .takes_part(&scene.vessel)
                .is("outside", edge_nm > 0.0, "true", 0.0 < edge_nm)
                .at_most("outside_nm", Some(edge_nm.max(0.0)), settings.reach_nm)
                .below("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.slow_knots)
                .at_least("slow_hours", Some(counted(zone_id) / 60.0), settings.after_hours);
            Some(shown)
        });
        shown.collect()
    }
}
