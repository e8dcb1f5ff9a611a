//! Slowdown over a hole in reception: the vessel was under way before and after a silence in which it made little way.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::{Behaviour, End, Holding, Interest, Step, minutes};
use crate::geo::LatLon;
use crate::zones::{Relation, ZoneIx};

use super::facts::{Facts, OverHole};
use super::settings::Settings;

/// A hole over which a vessel was slow.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Hole {
    /// The last fix before it.
    from: Time,
    /// The first fix after it.
    to: Time,
    /// The middle of the way over it, where the alert is placed.
    position: LatLon,
    /// The zones at the first fix after it.
    zones: Vec<(ZoneIx, Relation)>,
    /// Distance from shore at that fix. Nautical miles.
    shore_nm: f64,
    /// Distance between the two fixes. Nautical miles.
    nm: f64,
    /// Speed made good over it. Knots.
    knots: f64,
    /// The vessel's usual speed before it. Knots.
    usual_knots: f64,
}

/// Handles a fix at a place that allows a slowdown, and returns the hole to keep. `is_busy` is true while a slowdown is being counted
/// fix by fix.
pub(super) fn observe(
    hole: Option<Hole>,
    settings: &Settings,
    scene: &VesselScene<'_>,
    step: &Step<'_>,
    is_busy: bool,
    out: &mut Signals<'_>,
) -> Option<Hole> {
    if step.interest.meets(Interest::SLOW_HOLE) {
        return begin(settings, scene, step).filter(|_| !is_busy).or(hole);
    }
    let hole = hole?;
    let under_way = step.smg.is_some_and(|smg| settings.under_way_knots < smg.knots);
    if under_way && !is_busy {
        report(&hole, settings, step, out);
    }
    let is_over = under_way || is_busy || minutes(settings.within_minutes) < step.at - hole.to;
    (!is_over).then_some(hole)
}

/// The hole that ends with this fix, if the vessel was under way before it and slow over it.
fn begin(settings: &Settings, scene: &VesselScene<'_>, step: &Step<'_>) -> Option<Hole> {
    let (fix, previous, place) = (step.fix?, step.previous?, step.place?);
    let vessel = scene.vessel;
    let over = vessel.speed_made_good().filter(|smg| smg.over_hole)?;
    let length = (fix.at - previous.at).minutes();
    let (knots, within) = (settings.under_way_knots, minutes(settings.within_minutes));
    let before = vessel.above_until(previous.at, knots, within, scene.settings());
    let usual_knots = vessel.usual_knots(previous.at);
    let slow = over.knots < settings.slow_knots && over.knots < settings.slow_share * usual_knots;
    let fits = (settings.hole_min_minutes..=settings.hole_max_minutes).contains(&length) && within <= before;
    (slow && fits).then(|| Hole {
        from: previous.at,
        to: fix.at,
        position: previous.position.between(fix.position, 0.5),
        zones: step.presence.iter().collect(),
        shore_nm: place.shore_nm(scene.chart),
        nm: previous.position.metres_to(fix.position) / METRES_PER_NM,
        knots: over.knots,
        usual_knots,
    })
}

/// Reports the slowdown and its end.
fn report(slow: &Hole, settings: &Settings, step: &Step<'_>, out: &mut Signals<'_>) {
    let measured = OverHole {
        hole_minutes: (slow.to - slow.from).minutes().into(),
        made_good_nm: slow.nm.into(),
        implied_knots: slow.knots.into(),
        usual_knots: slow.usual_knots.into(),
        shore_nm: slow.shore_nm.into(),
    };
    out.holds(Holding {
        started_at: slow.from,
        satisfied_at: step.at,
        last_at: slow.to,
        facts: Facts::Hole { measured, thresholds: settings.into() }.into(),
        position: Some(slow.position),
        shore_nm: Some(slow.shore_nm),
        zones: slow.zones.clone(),
        base: vec![(Behaviour::Slowdown.name(), settings.score)],
        asked: None,
        anchored: false,
    });
    out.over(slow.to, End::UnderWayAgain);
}
