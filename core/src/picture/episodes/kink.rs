//! Kinks: a vessel in watched water turns off its course and is back on it within the hour.
//!
//! Both the turn and the distance aside are measured against the straight way before the kink. The fixes that are kept are some five minutes
//! apart, so a leg between two of them may have a corner in it. The course of the way before is therefore that of two legs, after which the
//! vessel held it for a third.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::{LatLon, angle_between};
use crate::picture::tracks::{TrackIx, TrackKey};

use super::apex::Apex;
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
/// Maximum time between turn and return.
const WITHIN: Span = Span::from_minutes(60);
/// Shortest leg between two fixes.
const LEG: Span = Span::from_minutes(5);
/// Number of legs that make a steady course before and after.
const STEADY_LEGS: usize = 2;
/// Most legs from the latest fix back to the oldest that can matter.
const MOST_LEGS: usize = 12 + 2 * STEADY_LEGS + 1;
/// How far back they reach at most, if fixes are kept seldom.
const REACH: Span = Span::from_hours(3);
/// Longest leg.
const LONGEST: Span = Span::from_minutes(20);
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
    /// Greatest distance from the straight way before. Metres.
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
    let way = Way::new(look, since);
    let back = way.steady(0)?;
    if way.is_straight() {
        return None;
    }
    // `way` has the newest fix first. The vessel came back at `STEADY_LEGS`, and left its course at `left`.
    let came = way.at(STEADY_LEGS);
    for left in STEADY_LEGS + 1..way.fixes.len().saturating_sub(STEADY_LEGS + 1) {
        if WITHIN < came - way.at(left) {
            return None;
        }
        let Some(before) = way.straight(left, back) else {
            continue;
        };
        let turns = (STEADY_LEGS..left).filter_map(|leg| Some(angle_between(before, way.course(leg, leg + 1)?)));
        let turn = turns.fold(0.0, f64::max);
        if turn < TURN_DEGREES {
            continue;
        }
        let kept = look.vessel.trail_since(way.at(left)).take_while(|point| point.at <= came);
        // The straight way is through the fix before, since the last leg may have a corner in it.
        let apex = Apex::find(way.position(left + 1), before, kept.map(|point| (point.at, point.position)))?;
        if ASIDE_METRES <= apex.metres {
            return Some(Kink {
                key: look.key,
                vessel: look.vessel.ix(),
                position: apex.position,
                started_at: way.at(left),
                last_at: came,
                aside_at: apex.at,
                aside_metres: apex.metres,
                turn_degrees: turn,
                shore_nm: (look.shore_nm)(),
            });
        }
    }
    None
}

/// Fixes of the vessel some five minutes apart, newest first, as far back as there is no long hole.
struct Way {
    fixes: Vec<(Time, LatLon)>,
}

impl Way {
    /// The fixes since `since`, beginning with the latest.
    fn new(look: &Look<'_>, since: Time) -> Way {
        let mut fixes = vec![(look.fix.at, look.fix.position)];
        let kept: Vec<_> = look.vessel.trail_since(since.max(look.fix.at - REACH)).collect();
        for point in kept.iter().rev() {
            let newer = fixes[fixes.len() - 1].0;
            if MOST_LEGS < fixes.len() || LONGEST < newer - point.at {
                break;
            }
            if LEG <= newer - point.at {
                fixes.push((point.at, point.position));
            }
        }
        Way { fixes }
    }

    /// When the vessel was at a fix, by its number.
    fn at(&self, fix: usize) -> Time {
        self.fixes[fix].0
    }

    /// Where it was then.
    fn position(&self, fix: usize) -> LatLon {
        self.fixes[fix].1
    }

    /// Metres east and north from one position to a newer one.
    // On the plane: a leg is a mile or two, and this runs for every watched vessel every five minutes.
    fn leg(&self, newer: usize, older: usize) -> (f64, f64) {
        self.position(older).plane(self.position(newer))
    }

    /// Course from one position to a newer one. Degrees; `None` at too low a speed.
    fn course(&self, newer: usize, older: usize) -> Option<f64> {
        let (from, to) = (self.position(older), self.position(newer));
        let knots = crate::base::units::knots(from.metres_to(to), (self.at(newer) - self.at(older)).seconds());
        let (east, north) = self.leg(newer, older);
        (STEERING_KNOTS <= knots).then(|| east.atan2(north).to_degrees().rem_euclid(360.0))
    }

    /// Course over the two legs before a fix. `None` unless the vessel held it, or if there are not so many.
    fn steady(&self, newer: usize) -> Option<f64> {
        if self.fixes.len() <= newer + STEADY_LEGS {
            return None;
        }
        let whole = self.course(newer, newer + STEADY_LEGS)?;
        let held = (newer..newer + STEADY_LEGS)
            .all(|leg| self.course(leg, leg + 1).is_some_and(|part| angle_between(part, whole) <= HELD_DEGREES));
        held.then_some(whole)
    }

    /// Course of the straight way that the vessel left at the fix `left`: over two legs up to one leg before. `None` unless it held that
    /// course on the third leg, and all three were about on the course `back`. A leg with a corner in it can then only be the last of them.
    fn straight(&self, left: usize, back: f64) -> Option<f64> {
        let before = self.steady(left + 1)?;
        let last = self.course(left, left + 1)?;
        let mut legs = (left..=left + STEADY_LEGS).filter_map(|leg| self.course(leg, leg + 1));
        let is_held = angle_between(last, before) <= HELD_DEGREES;
        (is_held && legs.all(|leg| angle_between(leg, back) <= BACK_DEGREES)).then_some(before)
    }

    /// Whether no leg is as far off the latest course as the leg aside of a kink must be: its turn less the difference of the
    /// courses before and after. A cheap check, without trigonometry, that ends the search for most vessels.
    fn is_straight(&self) -> bool {
        let (east, north) = self.leg(0, STEADY_LEGS);
        // One degree of tolerance for rounding.
        let least = (TURN_DEGREES - BACK_DEGREES - 1.0).to_radians().cos();
        (STEADY_LEGS..self.fixes.len() - 1).all(|leg| {
            let (e, n) = self.leg(leg, leg + 1);
            let ahead = east * e + north * n;
            0.0 < ahead && least * least * (east * east + north * north) * (e * e + n * n) <= ahead * ahead
        })
    }
}
