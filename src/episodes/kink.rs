//! Kinks: a vessel in watched water leaves its course, goes aside, and returns to it within the hour.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::geo::{LatLon, angle_between};
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey};
use crate::units::METRES_PER_NM;

use super::leg::is_its_trade;
use super::{Kept, Look, News, Shelf};

/// Minimum turn (SPEC `async_rendezvous`). Degrees.
const TURN_DEGREES: f64 = 30.0;
/// Maximum difference between the courses before and after. Degrees.
const BACK_DEGREES: f64 = 15.0;
/// Maximum deviation within a course that counts as held. Degrees.
const HELD_DEGREES: f64 = 10.0;
/// Minimum distance aside from the straight way. Metres.
const ASIDE_METRES: f64 = 0.5 * METRES_PER_NM;
/// Maximum time between turn and return, in steps.
const WITHIN_STEPS: usize = 12;
/// Length of a step, and how many steps make a steady course before and after.
const STEP: Span = Span::from_minutes(5);
const STEADY_STEPS: usize = 2;
/// Longest hole over which positions are bridged.
const BRIDGE: Span = Span::from_minutes(20);
/// Below this speed a course is not meaningful. Knots.
const STEERING_KNOTS: f64 = 3.0;
/// Nearer to shore every vessel turns (SPEC `async_rendezvous`). Nautical miles.
const SHORE_NM: f64 = 6.0;

/// One kink in the course of one vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Kink {
    /// The vessel.
    pub key: TrackKey,
    /// The vessel's place in the slab at the time; reused later.
    pub vessel: TrackIx,
    /// Position where the vessel was farthest aside.
    pub position: LatLon,
    /// When the vessel left its course.
    pub started_at: Time,
    /// When the vessel was back on its course.
    pub last_at: Time,
    /// When the vessel was farthest aside.
    pub aside_at: Time,
    /// Lower bound of the distance aside, since positions are taken every 5 min. Metres.
    pub aside_metres: f64,
    /// Largest turn from the course. Degrees.
    pub turn_degrees: f64,
    /// Distance from shore. Nautical miles.
    pub shore_nm: f64,
}

impl Kept for Kink {
    fn key(&self) -> TrackKey {
        self.key
    }

    fn position(&self) -> LatLon {
        self.position
    }

    fn last_at(&self) -> Time {
        self.last_at
    }
}

/// For each vessel, the end of the last kink found.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kinks {
    told: FxHashMap<TrackIx, Time>,
}

impl Kinks {
    pub(super) fn forget(&mut self, vessel: TrackIx) {
        self.told.remove(&vessel);
    }

    pub(super) fn look(&mut self, look: &Look<'_>, shelf: &mut Shelf<Kink>, news: &mut Vec<News>) {
        let asked = look.tick && look.watched && !look.calm && SHORE_NM <= look.shore_nm;
        let steering = look.smg.is_some_and(|smg| STEERING_KNOTS <= smg.knots);
        if !asked || !steering || is_its_trade(look) {
            return;
        }
        let told = self.told.get(&look.vessel.ix()).copied().unwrap_or(Time::MIN);
        let Some(kink) = find(look, told) else {
            return;
        };
        self.told.insert(kink.vessel, kink.last_at);
        news.push(News::Kink(shelf.add(kink)));
    }
}

/// The kink that ends with the steady course of the last ten minutes, if it began after the last one found.
fn find(look: &Look<'_>, told: Time) -> Option<Kink> {
    const BACK: usize = WITHIN_STEPS + 2 * STEADY_STEPS;
    let now = look.fix.at;
    let mut way: Vec<(Time, LatLon)> = Vec::with_capacity(BACK + 1);
    for step in 0..=BACK {
        let at = now - Span::from_millis(STEP.millis() * step as i64);
        match look.vessel.position_at(at, BRIDGE).filter(|_| told <= at) {
            Some(position) => way.push((at, position)),
            None => break,
        }
    }
    let course = |newer: usize, older: usize| {
        let (from, to) = (way[older].1, way[newer].1);
        let knots = crate::units::knots(from.metres_to(to), (way[newer].0 - way[older].0).seconds());
        // On the plane: a leg is a mile or two, and this runs for every watched vessel every five minutes.
        let (east, north) = from.plane(to);
        (STEERING_KNOTS <= knots).then(|| east.atan2(north).to_degrees().rem_euclid(360.0))
    };
    // A course counts only where it is held; across a turn there is none.
    let steady = |newer: usize| {
        let whole = course(newer, newer + STEADY_STEPS)?;
        let held = (newer..newer + STEADY_STEPS)
            .all(|step| course(step, step + 1).is_some_and(|part| angle_between(part, whole) <= HELD_DEGREES));
        held.then_some(whole)
    };
    if way.len() <= 2 * STEADY_STEPS {
        return None;
    }
    let back = steady(0)?;
    // `way` has the newest position first. The vessel came back at `STEADY_STEPS`, and left its course at `left`.
    for left in STEADY_STEPS + 1..way.len() - STEADY_STEPS {
        let Some(before) = steady(left).filter(|before| angle_between(*before, back) <= BACK_DEGREES) else {
            continue;
        };
        let turn = (STEADY_STEPS..left)
            .filter_map(|step| Some(angle_between(before, course(step, step + 1)?)))
            .fold(0.0, f64::max);
        let (from, to) = (way[left].1, way[STEADY_STEPS].1);
        let aside = (STEADY_STEPS..left).map(|step| (step, aside_metres(from, to, way[step].1)));
        let (farthest, metres) = aside.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        if TURN_DEGREES <= turn && ASIDE_METRES <= metres {
            return Some(Kink {
                key: look.key,
                vessel: look.vessel.ix(),
                position: way[farthest].1,
                started_at: way[left].0,
                last_at: way[STEADY_STEPS].0,
                aside_at: way[farthest].0,
                aside_metres: metres,
                turn_degrees: turn,
                shore_nm: look.shore_nm,
            });
        }
    }
    None
}

/// Distance of a position from the straight line between two others. Metres.
fn aside_metres(from: LatLon, to: LatLon, at: LatLon) -> f64 {
    let (x, y) = from.plane(to);
    let (px, py) = from.plane(at);
    let length = x.hypot(y);
    if length < 1.0 {
        return px.hypot(py);
    }
    (x * py - y * px).abs() / length
}
