//! The rule of `zone_speed`.
//!
//! The vessel must be inside the zone throughout: time before the first fix inside does not count, whatever span its speed
//! was measured over.

use crate::base::time::Time;
use crate::behaviours::runner::condition::{Condition, Observation, Timing};
use crate::behaviours::runner::profile::{Profile, Profiles};
use crate::behaviours::runner::vessel::{PerVessel, VesselScene};
use crate::behaviours::runner::zone::{At, InZones, SoFar, ZoneCase};
use crate::behaviours::{self, Behaviour, End, Explanation, Holding, Interest, Step, number};
use crate::zones::{Relation, ZoneIx};

use super::facts::{Facts, Form, Measured};
use super::settings::Settings;

/// The `zone_speed` behaviour and its state.
pub(crate) type ZoneSpeed = PerVessel<InZones<OutOfBand>>;

/// The condition: a speed outside the band.
pub(crate) struct OutOfBand;

impl ZoneCase for OutOfBand {
    type Settings = Settings;
    const BEHAVIOUR: Behaviour = Behaviour::ZoneSpeed;
    const INTEREST: Interest = Interest::ASKED;
    const ENDS: End = End::WithinLimits;

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.zone_speed
    }

    fn places(_profiles: &Profiles<Settings>, at: &At<'_>, _known: &dyn Fn(&str) -> bool) -> Vec<(ZoneIx, f64)> {
        let zones = &at.scene.chart.zones;
        let asks = |zone: ZoneIx| zones.get(zone).asks(Behaviour::ZoneSpeed.name()).is_some();
        let inside = at.step.presence.iter().filter(|(zone, relation)| *relation == Relation::In && asks(*zone));
        inside.map(|(zone, _)| (zone, 0.0)).collect()
    }

    fn not_before(_settings: &Settings, at: &At<'_>, _zone: ZoneIx) -> Time {
        at.fix.at
    }

    fn timing(settings: &Settings, at: &At<'_>) -> Timing {
        settings.rule(at.scene.merge, at.scene.vessel.satellite_only())
    }

    fn observe(settings: &Settings, knots: f64) -> Observation {
        settings.observe(knots)
    }

    /// A speed within the limits does not describe the condition, nor does the time at it.
    fn describes(condition: &Condition) -> bool {
        condition.holds()
    }

    fn holding(profile: &Profile<Settings>, at: &At<'_>, _place: (ZoneIx, f64), so_far: &SoFar<'_>) -> Holding {
        let At { scene, step, fix } = at;
        let SoFar { condition, speeds, .. } = so_far;
        let settings = &profile.settings;
        let knots = step.smg.map_or(0.0, |smg| smg.knots);
        let form = side(settings, knots);
        let extreme = if form == Form::TooSlow { speeds.lowest } else { speeds.highest };
        let measured = Measured {
            counted_minutes: condition.counted_in_all().minutes().into(),
            extreme_knots: extreme.into(),
            speed_made_good_knots: knots.into(),
        };
        Holding {
            started_at: condition.started_at(),
            satisfied_at: condition.satisfied_at().unwrap_or(step.at),
            last_at: condition.held_until(fix.at),
            facts: Facts { form, measured, thresholds: settings.into() }.into(),
            position: Some(fix.position),
            shore_nm: Some(scene.chart.shore_nm(fix.position)),
            zones: step.presence.iter().collect(),
            base: vec![(Behaviour::ZoneSpeed.name(), settings.score)],
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
        let asking = step.presence.iter().filter_map(|(zone, relation)| {
            let profile = profiles.asked(Behaviour::ZoneSpeed, scene.chart, zone, scene.now)?;
            Some((&scene.chart.zones.get(zone).id, relation, &profile.settings))
        });
        let shown = asking.map(|(zone_id, relation, settings)| {
            let knots = step.smg.map(|smg| smg.knots);
            let outside = knots.is_some_and(|knots| settings.observe(knots) == Observation::Meets);
            Explanation::new(format!("in {zone_id}"))
                .takes_part(&scene.vessel)
                .is("relation", relation.name(), "in", relation == Relation::In)
                .is(
                    "speed_made_good_knots",
                    knots.map_or(serde_json::Value::Null, |knots| number(knots, 1)),
                    format!("outside {} to {}", settings.min_knots, settings.max_knots),
                    outside,
                )
                .at_least("outside_minutes", Some(counted(zone_id)), settings.after_minutes)
        });
        shown.collect()
    }
}

/// Whether a speed outside the band, or within its margin, is too slow or too fast: the end of the band that is closer.
fn side(settings: &Settings, knots: f64) -> Form {
    if knots - settings.min_knots < settings.max_knots - knots { Form::TooSlow } else { Form::TooFast }
}
