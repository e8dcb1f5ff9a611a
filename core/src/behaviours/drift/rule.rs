//! The rule of `drift`.
//!
//! Heading and course are angles of one moment, while speed made good is measured over minutes. The condition therefore counts from the
//! first fix that shows the angle, not from the start of the span of the speed.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::behaviours::facts::OneForm;
use crate::behaviours::runner::case::{Case, FIXES, FIXES_SATELLITE, Kept, NOT_YET, RESUME_AFTER, Seen, Where, Whole};
use crate::behaviours::runner::condition::{Observation, Timing};
use crate::behaviours::runner::lone::Lone;
use crate::behaviours::runner::median::Median;
use crate::behaviours::runner::vessel::PerVessel;
use crate::behaviours::shared::anchored::AtAnchor;
use crate::behaviours::{self, AnyFacts, Behaviour, End, Explanation, Interest, Rounded, minutes, number};
use crate::geo::{LatLon, angle_between};
use crate::picture::tracks::SpeedMadeGood;

use super::facts::{Facts, Measured};
use super::settings::Settings;

/// The `drift` behaviour and its state.
pub(crate) type Drift = PerVessel<Lone<Drifting>>;

/// The condition of a drift.
pub(crate) struct Drifting;

/// State of the current drift.
#[derive(Serialize, Deserialize)]
pub(crate) struct Way {
    /// Where the drift began, and the farthest distance from there since.
    origin: LatLon,
    /// Metres. It never falls, so a vessel that drifts back has still drifted.
    metres: f64,
    /// What all recent fixes show alike, and since when; `None` if they differ.
    shows: Option<(Observation, Time)>,
    /// Greatest angle between course over ground and heading in this drift. Degrees, 0-180.
    greatest_degrees: f64,
    /// Median of that angle over the time that counted, in all runs of the alert. Degrees, 0-180.
    degrees: Median<1>,
}

impl Way {
    /// A drift that begins here.
    fn new(origin: LatLon) -> Way {
        Way { origin, metres: 0.0, shows: None, greatest_degrees: 0.0, degrees: Median::new() }
    }
}

impl Whole for Drifting {
    const INTEREST: Interest = Interest::SLOW;

    fn table(all: &behaviours::Settings) -> &Settings {
        &all.drift
    }

    fn begin(settings: &Settings, seen: &Seen<'_>) -> Option<Way> {
        let (smg, degrees) = (seen.step.smg?, degrees_off(seen)?);
        (observation(settings, smg.knots, degrees) == Observation::Meets).then(|| Way::new(seen.fix.position))
    }

    fn explain(shown: Explanation, settings: &Settings, seen: &Seen<'_>, kept: Option<&Kept<Way>>) -> Explanation {
        let degrees = degrees_off(seen);
        let wide = degrees.is_some_and(|degrees| settings.drift_degrees < degrees);
        let off = degrees.map_or(serde_json::Value::Null, |degrees| number(degrees, 0));
        let smg = seen.step.smg.map(|smg| smg.knots);
        shown
            .between("speed_made_good_knots", smg, settings.min_knots, settings.max_knots)
            .is("course_off_heading_degrees", off, format!("> {}", settings.drift_degrees), wide)
            .at_least(
                "drift_minutes",
                Some(kept.map_or(0.0, |kept| kept.condition.counted().minutes())),
                settings.after_minutes,
            )
            .at_least("drift_metres", Some(kept.map_or(0.0, |kept| kept.own.metres)), settings.min_metres)
    }
}

impl Case for Drifting {
    type Settings = Settings;
    type Own = Way;
    const BEHAVIOUR: Behaviour = Behaviour::Drift;
    const WHERE: Where = Where::Anywhere;
    const ENDS: End = End::AlongHeading;

    fn min_shore_nm(settings: &Settings) -> f64 {
        settings.min_shore_nm
    }

    fn anchored_swing_nm(settings: &Settings) -> Option<f64> {
        Some(settings.anchored_swing_nm)
    }

    fn observe(settings: &Settings, kept: &mut Kept<Way>, seen: &Seen<'_>) -> Option<(Observation, SpeedMadeGood)> {
        let (smg, degrees) = (seen.step.smg?, degrees_off(seen)?);
        let shown = observation(settings, smg.knots, degrees);
        let since = match kept.own.shows {
            Some((same, since)) if same == shown => since,
            Some(_) | None => seen.fix.at,
        };
        // Neither a drift nor its end: after as long as a drift must last, it is over all the same.
        let lingers = shown == Observation::Between && minutes(settings.after_minutes) <= seen.fix.at - since;
        let observation = if lingers { Observation::Ends } else { shown };
        if observation == Observation::Meets {
            // The first fix of a new run. What earlier runs measured does not belong to it, except for what describes the whole alert.
            if kept.condition.counted() == Span::ZERO && since == seen.fix.at {
                let degrees = std::mem::replace(&mut kept.own.degrees, Median::new());
                kept.own = Way { degrees, ..Way::new(seen.fix.position) };
            }
            let way = &mut kept.own;
            way.metres = way.metres.max(way.origin.metres_to(seen.fix.position));
            way.greatest_degrees = way.greatest_degrees.max(degrees);
        }
        kept.own.shows = Some((shown, since));
        Some((observation, SpeedMadeGood { since: smg.since.max(since), ..smg }))
    }

    fn measure(kept: &mut Kept<Way>, seen: &Seen<'_>, span: Span) {
        if let Some(degrees) = degrees_off(seen) {
            kept.own.degrees.add(kept.condition.started_at(), degrees, span);
        }
    }

    fn rule(settings: &Settings, kept: &Kept<Way>, seen: &Seen<'_>) -> Timing {
        let fixes = if seen.vessel.satellite_only() { FIXES_SATELLITE } else { FIXES };
        Timing {
            after: minutes(settings.after_minutes),
            end_after: minutes(settings.end_minutes),
            resume_after: RESUME_AFTER.min(minutes(settings.after_minutes)),
            merge: seen.scene.merge,
            // However long it takes, the ship must have got far enough.
            fixes: if settings.min_metres <= kept.own.metres { fixes } else { NOT_YET },
            slower_than: Some(settings.moving_knots),
        }
    }

    fn facts(settings: &Settings, kept: &Kept<Way>, seen: &Seen<'_>, at_anchor: Option<AtAnchor>) -> AnyFacts {
        let measured = Measured {
            counted_minutes: kept.condition.counted_in_all().minutes().into(),
            drift_metres: kept.own.metres.into(),
            greatest_degrees: kept.own.greatest_degrees.into(),
            median_degrees: kept.own.degrees.value().map(Rounded::from),
            median_knots: kept.knots.value().map(Rounded::from),
            shore_nm: seen.shore_nm().into(),
            at_anchor,
        };
        Facts { form: OneForm, measured, thresholds: settings.into() }.into()
    }

    fn base(settings: &Settings, _kept: &Kept<Way>, seen: &Seen<'_>) -> Vec<(&'static str, i32)> {
        // Cargo ships and tankers (SPEC `drift`).
        let merchant = matches!(seen.vessel.ship_type(), Some(70..=89));
        let far = settings.merchant_min_shore_nm <= seen.shore_nm();
        let points = if merchant && far && seen.watched() { settings.merchant_score } else { settings.score };
        vec![(Behaviour::Drift.name(), points)]
    }
}

/// Angle between the course over ground and the heading, 0-180 degrees. `None` unless the fix has both.
fn degrees_off(seen: &Seen<'_>) -> Option<f64> {
    let said = &seen.fix.said;
    Some(angle_between(said.cog_degrees()?, said.heading_degrees()?))
}

/// What a speed made good in knots, and an angle between course and heading in degrees, show together.
fn observation(settings: &Settings, knots: f64, degrees: f64) -> Observation {
    let slow = settings.min_knots <= knots && knots <= settings.max_knots;
    let ends = knots < settings.still_knots || settings.moving_knots <= knots || degrees < settings.straight_degrees;
    match (slow && settings.drift_degrees < degrees, ends) {
        (_, true) => Observation::Ends,
        (true, false) => Observation::Meets,
        (false, false) => Observation::Between,
    }
}
