//! Vessels that were heard alongside a stopped one: they explain its stop better than a silent one does.
//!
//! The whole stop counts, from its beginning, as at a rendezvous: minute by minute, within `ALONGSIDE_METRES`. A vessel explains the stop
//! if it lay there for `MET` (half of the stop if that is less), and for a third of the stop. So one that passes by explains nothing, a
//! visit does not explain a stop of many hours, and a partner that has left still does. While the stop goes on, its final length is not
//! known, so an open alert is retracted early only once a vessel has lain alongside for `LONG`, and for half of the stop so far.

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::Scene;
use crate::behaviours::shared::one_hull::one_hull;
use crate::geo::LatLon;
use crate::picture::episodes::Halt;
use crate::picture::tracks::{TrackKey, Vessel};

/// Distance within which two halting vessels are alongside, allowing for where their antennas are. Metres.
const ALONGSIDE_METRES: f64 = 500.0;
/// How long a vessel lies alongside before the two have met (SPEC `rendezvous`, near tier).
const MET: Span = Span::from_minutes(30);
/// The part of the stop that a vessel must lie alongside, as a divisor.
const SHARE: i64 = 3;
/// How long a vessel lies alongside before an open alert is retracted while the stop goes on (SPEC `rendezvous`, long), and the part of
/// the stop so far that this must be, as a divisor.
const LONG: Span = Span::from_hours(2);
const LONG_SHARE: i64 = 2;
/// Search distance for other vessels around both ends of the stop, as either may have drifted. Metres.
const SEARCHED_METRES: f64 = 5.0 * METRES_PER_NM;
/// Fixes further apart do not show where a vessel lay between them.
const BRIDGE: Span = Span::from_minutes(30);
/// Time between two moments that are compared, and the largest number of moments of a long stop.
const MINUTE: Span = Span::from_minutes(1);
const MOMENTS: i64 = 480;

/// A vessel that was heard alongside during a part of a stop.
pub(super) struct Beside {
    /// The vessel.
    pub(super) key: TrackKey,
    /// How long it lay alongside.
    pub(super) together: Span,
    /// Length of the stop, as far as the stopped vessel was heard.
    pub(super) whole: Span,
    /// Largest distance between the two meanwhile. Metres.
    pub(super) metres: f64,
}

impl Beside {
    /// Whether it was there for long enough to explain the stop.
    pub(super) fn explains(&self) -> bool {
        let (together, whole) = (self.together.millis(), self.whole.millis());
        MET.millis().min(whole / 2) <= together && whole <= SHARE * together
    }

    /// Whether it was there for long enough to explain a stop that goes on, however long it may yet last.
    pub(super) fn explains_so_far(&self) -> bool {
        LONG <= self.together && self.whole.millis() <= LONG_SHARE * self.together.millis()
    }
}

/// The vessel that lay alongside a halting one for the longest time; of several, the one with the lowest key. `None` if there was none.
/// Never `silent`, whose whereabouts are unknown, nor a second transponder of the same ship.
pub(super) fn beside(scene: &Scene<'_>, halt: &Halt, silent: TrackKey) -> Option<Beside> {
    let host = scene.tracks.find(halt.key)?;
    let step = Span::from_millis(((halt.last_at - halt.started_at).millis() / MOMENTS).max(MINUTE.millis()));
    let places = places(&host, halt, step);
    let may_be = |vessel: &Vessel<'_>| vessel.takes_part() && !vessel.is_phantom();
    let others = around(scene, halt).into_iter().filter(|key| *key != silent);
    let vessels = others.filter_map(|key| scene.tracks.find(key)).filter(may_be);
    let compared = vessels.map(|other| compare(&other, &places, step)).filter(|beside| Span::ZERO < beside.together);
    let apart = compared.filter(|beside| one_hull(scene, beside.key, halt.key).is_none());
    apart.min_by_key(|beside| (-beside.together.millis(), beside.key))
}

/// Vessels that may have lain alongside: those that are near now, and those that stopped near either end of the stop while it lasted,
/// wherever they have gone since.
fn around(scene: &Scene<'_>, halt: &Halt) -> Vec<TrackKey> {
    let mut keys = Vec::new();
    scene.tracks.near(halt.last_position, SEARCHED_METRES, |other, _| keys.push(other.key()));
    let meanwhile = |other: &Halt| other.started_at <= halt.last_at && halt.started_at <= other.last_at;
    for end in [halt.position, halt.last_position] {
        let halts = scene.episodes.halts.near_if(end, SEARCHED_METRES, meanwhile);
        keys.extend(halts.into_iter().map(|(_, other, _)| other.key));
    }
    keys.retain(|key| *key != halt.key);
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Where the halting vessel was at each moment of its stop, as far as it was heard, latest first.
fn places(host: &Vessel<'_>, halt: &Halt, step: Span) -> Vec<(Time, LatLon)> {
    let count = (halt.last_at - halt.started_at).millis() / step.millis();
    let mut past = host.past_positions(BRIDGE);
    let moments = (0..=count).map(|moment| halt.last_at - Span::from_millis(moment * step.millis()));
    moments.filter_map(|at| Some((at, past.at(at).or_else(|| last_before(host, at))?))).collect()
}

/// How long another vessel lay alongside, of the moments at which the halting one was heard.
fn compare(other: &Vessel<'_>, places: &[(Time, LatLon)], step: Span) -> Beside {
    let mut past = other.past_positions(BRIDGE);
    let apart = places.iter().filter_map(|(at, place)| {
        let there = past.at(*at).or_else(|| last_before(other, *at))?;
        Some(there.metres_to(*place)).filter(|metres| *metres <= ALONGSIDE_METRES)
    });
    let (count, metres) = apart.fold((0, 0.0_f64), |(count, most), metres| (count + 1, most.max(metres)));
    let lasted = |moments: i64| Span::from_millis(moments * step.millis());
    Beside { key: other.key(), together: lasted(count), whole: lasted(places.len() as i64), metres }
}

/// The last position of a vessel, if it was shortly before `at`.
fn last_before(vessel: &Vessel<'_>, at: Time) -> Option<LatLon> {
    vessel.last().filter(|last| last.at <= at && at - last.at <= BRIDGE).map(|last| last.position)
}
