//! Chance: how many stops of such craft are expected near a slow leg or kink, judging by how often they stop in those
//! waters; and which other craft did stop there.

use std::collections::BTreeSet;

use crate::base::time::Span;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::shared::dropped::{Spot, small};
use crate::behaviours::{Scene, minutes};
use crate::picture::episodes::{Halt, Kind, Rate};
use crate::picture::tracks::{TrackKey, Vessel};

use super::rule::{LONGEST_LEG_NM, STOPPED_FOR};
use super::settings::Settings;

/// Step of the integration over time, in which the reach grows. Hours.
const STEP_HOURS: f64 = 0.5;
/// Time that a fishing vessel takes to slow down before it lies still.
const SLOWING: Span = Span::from_minutes(30);

/// How often such craft stop around a halt, not counting the boat itself.
pub(super) fn rate(scene: &Scene<'_>, halt: &Halt, settings: &Settings) -> Rate {
    let around = (halt.position, settings.chance_nm);
    scene.episodes.rate(around, (Kind::Stops, halt.craft), halt.started_at, |key| key == halt.key)
}

/// Number of stops of such craft expected by chance within reach of a slow leg or kink, at this rate. The reach, and so
/// the area, grows with the hours since.
pub(super) fn expected(rate: &Rate, spot: &Spot, hours: f64, settings: &Settings) -> f64 {
    let length_nm = spot.from.nm_to(spot.to);
    let mut area_hours = 0.0;
    let mut at = 0.0;
    while at < hours {
        let step = STEP_HOURS.min(hours - at);
        let reach_nm = settings.reach_at(at + step / 2.0);
        area_hours += (std::f64::consts::PI * reach_nm * reach_nm + 2.0 * reach_nm * length_nm) * step;
        at += STEP_HOURS;
    }
    rate.density() * area_hours
}

/// Every small craft that has stopped within reach of a slow leg or kink since, by key.
pub(super) fn crowd(scene: &Scene<'_>, spot: &Spot, ship: TrackKey, settings: &Settings) -> BTreeSet<TrackKey> {
    let around = (settings.max_reach_nm + LONGEST_LEG_NM) * METRES_PER_NM;
    let since = |halt: &Halt| spot.at < halt.started_at && halt.key != ship && STOPPED_FOR <= halt.still;
    let halts = scene.episodes.halts.near_if(spot.from, around, since);
    let within = halts.into_iter().filter(|(_, halt, _)| {
        let hours = (halt.started_at - spot.at).hours();
        let near = spot.metres_from(halt.position) <= settings.reach_at(hours) * METRES_PER_NM;
        let is_small = || {
            let boat = scene.tracks.find(halt.key);
            boat.is_some_and(|boat| small(&boat, settings.small_metres).is_some())
        };
        (settings.min_hours..=settings.max_hours).contains(&hours) && near && is_small()
    });
    within.map(|(_, halt, _)| halt.key).collect()
}

/// How long a vessel was under way before its longest time below 1 kn. A fishing vessel that was not under way may simply be fishing.
pub(super) fn under_way_before(scene: &Scene<'_>, boat: &Vessel<'_>, halt: &Halt, settings: &Settings) -> Span {
    boat.above_until(halt.still_from, settings.fishing_under_way_knots, SLOWING, scene.tracks.settings())
}

/// Whether a stop may be a collection, judged by the boat's way to it.
pub(super) fn came_for_it(scene: &Scene<'_>, boat: &Vessel<'_>, halt: &Halt, settings: &Settings) -> bool {
    boat.ship_type() != Some(30)
        || minutes(settings.fishing_under_way_minutes) <= under_way_before(scene, boat, halt, settings)
}
