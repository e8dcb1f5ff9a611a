//! Kinks: a vessel in watched water turns off its course and is back on it within the hour.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::{LatLon, angle_between};
use crate::picture::tracks::{PastPositions, TrackIx, TrackKey};

use super::look::Look;
use super::news::News;
use super::shelf::{Episode, Shelf};

/// Minimum turn (SPEC `async_rendezvous`). Degrees.
const TURN_DEGREES: f64 = 30.0;
/// Maximum difference between the courses before and after. Degrees.
const BACK_DEGREES: f64 = 15.0;
/// Maximum deviation within a course that counts as held. Degrees.
const HELD_DEGREES: f64 = 10.0;
/// Minimum distance from the straight line. Metres.
const ASIDE_METRES: f64 = 0.5 * METRES_PER_NM;
/// Maximum time between turn and return, in steps.
const WITHIN_STEPS: usize = 12;
/// Number of steps from the latest position to the oldest that can matter.
const MOST_STEPS: usize = WITHIN_STEPS + 2 * STEADY_STEPS;
/// Length of a step, and how many steps make a steady course before and after.
const STEP: Span = Span::from_minutes(5);
const STEADY_STEPS: usize = 2;
/// Longest hole over which positions are bridged.
const BRIDGE: Span = Span::from_minutes(20);
/// Speed below which a course means nothing. Knots.
const STEERING_KNOTS: f64 = 3.0;

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

impl Episode for Kink {
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
    /// End of the last kink by index of the track; positions before it do not make another one.
    found_until: FxHashMap<TrackIx, Time>,
}

impl Kinks {
    pub(super) fn forget(&mut self, vessel: TrackIx) {
        self.found_until.remove(&vessel);
    }

    /// Handles a fix: looks for a kink that ends with it, once every 5 minutes.
    pub(super) fn look(&mut self, look: &Look<'_>, shelf: &mut Shelf<Kink>, news: &mut Vec<News>) {
        let asked = look.tick && look.watched && !look.calm && look.off_shore;
        let steering = look.smg.is_some_and(|smg| STEERING_KNOTS <= smg.knots);
        if !asked || !steering || look.is_its_trade() {
            return;
        }
        let since = self.found_until.get(&look.vessel.ix()).copied().unwrap_or(Time::MIN);
        let Some(kink) = find(look, since) else {
            return;
        };
        self.found_until.insert(kink.vessel, kink.last_at);
        news.push(News::Kink(shelf.add(kink)));
    }
}

/// The kink that ends with the steady course of the last ten minutes, if it began after the last one found.
fn find(look: &Look<'_>, since: Time) -> Option<Kink> {
    let mut way = Way::new(look, since);
    while way.len() <= STEADY_STEPS {
        way.go_back()?;
    }
    let back = way.steady(0)?;
    while way.len() <= MOST_STEPS && way.go_back().is_some() {}
    if way.len() <= 2 * STEADY_STEPS || way.is_straight() {
        return None;
    }
    // `way` has the newest position first. The vessel came back at `STEADY_STEPS`, and left its course at `left`.
    for left in STEADY_STEPS + 1..way.len() - STEADY_STEPS {
        let Some(before) = way.steady(left).filter(|before| angle_between(*before, back) <= BACK_DEGREES) else {
            continue;
        };
        let turn = (STEADY_STEPS..left)
            .filter_map(|step| Some(angle_between(before, way.course(step, step + 1)?)))
            .fold(0.0, f64::max);
        let (from, to) = (way.positions[left], way.positions[STEADY_STEPS]);
        let aside = (STEADY_STEPS..left).map(|step| (step, aside_metres(from, to, way.positions[step])));
        let (farthest, metres) = aside.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        if TURN_DEGREES <= turn && ASIDE_METRES <= metres {
            return Some(Kink {
                key: look.key,
                vessel: look.vessel.ix(),
                position: way.positions[farthest],
                started_at: way.at(left),
                last_at: way.at(STEADY_STEPS),
                aside_at: way.at(farthest),
                aside_metres: metres,
                turn_degrees: turn,
                shore_nm: (look.shore_nm)(),
            });
        }
    }
    None
}

/// Positions every five minutes back from the latest fix, newest first, as far as they are known without a long hole.
struct Way<'a> {
    /// Time of the latest fix, which is step 0.
    now: Time,
    /// Positions before this do not count.
    since: Time,
    /// Where older positions are looked up.
    past: PastPositions<'a>,
    /// The positions found so far, by step back from `now`.
    positions: Vec<LatLon>,
}

impl<'a> Way<'a> {
    fn new(look: &Look<'a>, since: Time) -> Way<'a> {
        let positions = Vec::with_capacity(MOST_STEPS + 1);
        Way { now: look.fix.at, since, past: look.vessel.past_positions(BRIDGE), positions }
    }

    fn len(&self) -> usize {
        self.positions.len()
    }

    fn at(&self, step: usize) -> Time {
        self.now - Span::from_millis(STEP.millis() * step as i64)
    }

    /// Adds the next older position; `None` if there is none.
    fn go_back(&mut self) -> Option<()> {
        let at = self.at(self.len());
        let position = self.past.at(at).filter(|_| self.since <= at)?;
        self.positions.push(position);
        Some(())
    }

    /// Metres east and north from one position to a newer one.
    // On the plane: a leg is a mile or two, and this runs for every watched vessel every five minutes.
    fn leg(&self, newer: usize, older: usize) -> (f64, f64) {
        self.positions[older].plane(self.positions[newer])
    }

    /// Course from one position to a newer one. Degrees; `None` at too low a speed.
    fn course(&self, newer: usize, older: usize) -> Option<f64> {
        let (from, to) = (self.positions[older], self.positions[newer]);
        let knots = crate::base::units::knots(from.metres_to(to), (self.at(newer) - self.at(older)).seconds());
        let (east, north) = self.leg(newer, older);
        (STEERING_KNOTS <= knots).then(|| east.atan2(north).to_degrees().rem_euclid(360.0))
    }

    /// Course over the ten minutes before a position. `None` unless the vessel held it.
    fn steady(&self, newer: usize) -> Option<f64> {
        let whole = self.course(newer, newer + STEADY_STEPS)?;
        let held = (newer..newer + STEADY_STEPS)
            .all(|step| self.course(step, step + 1).is_some_and(|part| angle_between(part, whole) <= HELD_DEGREES));
        held.then_some(whole)
    }

    /// Whether no leg is as far off the latest course as the leg aside of a kink must be: its turn less the difference of the
    /// courses before and after. A cheap check, without trigonometry, that ends the search for most vessels.
    fn is_straight(&self) -> bool {
        let (east, north) = self.leg(0, STEADY_STEPS);
        // One degree of tolerance for rounding.
        let least = (TURN_DEGREES - BACK_DEGREES - 1.0).to_radians().cos();
        (STEADY_STEPS..self.len() - 1).all(|step| {
            let (e, n) = self.leg(step, step + 1);
            let ahead = east * e + north * n;
            0.0 < ahead && least * least * (east * east + north * north) * (e * e + n * n) <= ahead * ahead
        })
    }
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
