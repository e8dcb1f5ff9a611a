//! The rule of `small_craft_stop`.
//!
//! Far out, reception has long holes. Two fixes that imply a slow passage between them count like a stop that was followed,
//! up to `max_hole_hours`.

use serde::{Deserialize, Serialize};

use crate::ais::Class;
use crate::base::time::{Span, Time};
use crate::behaviours::explain::said_of;
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::case::{Case, FIXES, FIXES_SATELLITE, Kept, RESUME_AFTER, Seen, Where, Whole};
use crate::behaviours::runner::condition::{Observation, Timing};
use crate::behaviours::runner::lone::Lone;
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::{self, AnyFacts, Behaviour, End, Explanation, Interest, Rounded, minutes};
use crate::picture::tracks::{SpeedMadeGood, Vessel};

use super::facts::{Facts, Measured};
use super::settings::Settings;

/// Interval at which the wind is looked up.
const WIND_EVERY: Span = Span::from_hours(1);

/// The `small_craft_stop` behaviour and its state.
pub(crate) type SmallCraftStop = PerVessel<Lone<Stop>>;

/// The condition of a stop.
pub(crate) struct Stop;

/// State of the current stop.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Stopped {
    /// How much of the stop lies in holes, where two fixes imply it.
    implied: Span,
    /// Greatest wind speed during the stop. Knots; `None` without a wind forecast.
    wind_knots: Option<f64>,
    /// When the wind was last looked up; `None` before that.
    wind_at: Option<Time>,
}

impl Whole for Stop {
    const INTEREST: Interest = Interest::SLOW.with(Interest::SLOW_HOLE);

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.small_craft_stop
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Stopped> {
        let smg = speed(settings, seen)?;
        (smg.knots < settings.slow_knots && is_small(&seen.vessel, settings)).then(Stopped::default)
    }

    fn explain(shown: Explanation, settings: &Settings, seen: &Seen<'_>, kept: Option<&Kept<Stopped>>) -> Explanation {
        let smg = speed(settings, seen).map(|smg| smg.knots);
        let needed = format!("sailing, pleasure, or class B below {} m that does not fish", settings.length_metres);
        let counted = kept.map_or(0.0, |kept| kept.condition.counted().minutes());
        shown
            .is("craft", said_of(&seen.vessel), needed, is_small(&seen.vessel, settings))
            .below("speed_made_good_knots", smg, settings.slow_knots)
            .at_least("still_minutes", Some(counted), settings.after_minutes)
    }
}

impl Case for Stop {
    type Settings = Settings;
    type Own = Stopped;
    const BEHAVIOUR: Behaviour = Behaviour::SmallCraftStop;
    const WHERE: Where = Where::Anywhere;
    const ENDS: End = End::UnderWayAgain;

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn observe(settings: &Settings, kept: &mut Kept<Stopped>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let smg = speed(settings, seen)?;
        let observation = match smg.knots {
            // Its static data may show only later that it is something else.
            _ if !is_small(&seen.vessel, settings) => Observation::Ends,
            knots if knots < settings.slow_knots => Observation::Meets,
            knots if knots < settings.moving_knots => Observation::Between,
            _ => Observation::Ends,
        };
        // A new run: what was measured of an earlier one does not belong to it.
        if kept.condition.counted() == Span::ZERO && !kept.condition.is_open() {
            kept.own = Stopped::default();
        }
        let (own, at) = (&mut kept.own, seen.fix.at);
        if smg.over_hole {
            own.implied += at - smg.since;
        }
        if observation == Observation::Meets && own.wind_at.is_none_or(|looked| WIND_EVERY <= at - looked) {
            own.wind_at = Some(at);
            let wind = seen.scene.chart.wind.knots_at(seen.fix.position, at);
            own.wind_knots = wind.into_iter().chain(own.wind_knots).reduce(f64::max);
        }
        Some((observation, smg))
    }

    fn rule(settings: &Settings, kept: &Kept<Stopped>, seen: &Seen<'_>) -> Timing {
        // A stop that is known from holes has no fixes but those at their ends.
        let few = seen.vessel.satellite_only() || Span::ZERO < kept.own.implied;
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            fixes: if few { FIXES_SATELLITE } else { FIXES },
            slower_than: Some(settings.moving_knots),
        }
    }

    fn facts(settings: &Settings, kept: &Kept<Stopped>, seen: &Seen<'_>, _at_anchor: Option<AtAnchor>) -> AnyFacts {
        let own = &kept.own;
        let measured = Measured {
            counted_minutes: kept.condition.counted_in_all().minutes().into(),
            median_knots: kept.knots.value().map(Rounded::from),
            implied_hours: (Span::ZERO < own.implied).then(|| own.implied.hours().into()),
            wind_knots: own.wind_knots.map(Rounded::from),
            swing_nm: kept.swing.radius_nm().into(),
            shore_nm: seen.shore_nm().into(),
        };
        Facts { form: OneForm, measured, thresholds: settings.into() }.into()
    }

    fn base(settings: &Settings, kept: &Kept<Stopped>, _seen: &Seen<'_>) -> Vec<(&'static str, i32)> {
        let mut base = vec![(Behaviour::SmallCraftStop.name(), settings.score)];
        if kept.own.wind_knots.is_some_and(|knots| settings.gale_knots <= knots) {
            base.push(("gale", settings.gale_points));
        }
        base
    }
}

/// Speed made good within continuous reports, or over a hole that implies a stop. `None` over a hole that was fast, which
/// proves nothing.
fn speed(settings: &Settings, seen: &Seen<'_>) -> Option<SpeedMadeGood> {
    seen.step.smg.or_else(|| {
        let over = seen.vessel.speed_made_good().filter(|smg| smg.over_hole && smg.knots < settings.slow_knots)?;
        ((seen.fix.at - over.since).hours() <= settings.max_hole_hours).then_some(over)
    })
}

/// Whether the behaviour is about this craft: sailing or pleasure craft of any length, or class B below `length_metres` that does not fish.
fn is_small(vessel: &Vessel<'_>, settings: &Settings) -> bool {
    let length = vessel.identity().and_then(|identity| identity.length());
    let short = length.is_some_and(|metres| f64::from(metres) < settings.length_metres);
    match vessel.ship_type() {
        Some(36 | 37) => true,
        Some(30) => false,
        _ => vessel.class() == Class::B && short,
    }
}
