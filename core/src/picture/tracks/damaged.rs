//! Damaged MMSIs: reports of a vessel that arrive under a number one or two bits away from its own.
//!
//! No static data arrive under such a number, and its reports continue another vessel's track in position, course and speed. They
//! are counted and left out, from the first one on. A real second ship alongside is recognised by its static data, its class, a
//! different movement, another place at the same moment, or because it sends about as often as the first.

use crate::ais::{Body, Position, Report};
use crate::base::time::Span;
use crate::base::units::{METRES_PER_SECOND_PER_KNOT, Mmsi, StationClass};
use crate::geo::LatLon;

use super::accept::metres_off;
use super::confirmed::CONFIRMED_FIXES;
use super::doubtful::{DamagedNumbers, Number};
use super::key::{TrackIx, TrackKey};
use super::picture::Tracks;
use super::shard::Shard;
use super::track::{Fix, Vessel};

/// Number of bits of an MMSI in a message.
const BITS: u32 = 30;
/// How recently a vessel must have been heard for a report to continue its track.
const HEARD_WITHIN: Span = Span::from_minutes(20);
/// Tolerance for antennas and clocks. Metres.
const JITTER_METRES: f64 = 100.0;
/// How far a vessel may be from its dead reckoning, as a share of the distance since its last fix.
const WAY_SHARE: f64 = 0.25;
/// Drift allowed beyond the reported movement, and for a vessel that reports no speed. Knots.
const DRIFT_KNOTS: f64 = 0.25;
const SILENT_DRIFT_KNOTS: f64 = 1.0;
/// Speeds that differ by more than a fifth plus this belong to two ships. Knots.
const SPEED_KNOTS: f64 = 1.0;
/// Courses or headings that differ by more than this belong to two ships. Degrees.
const COURSE_DEGREES: f64 = 30.0;
/// Speed below which a course means nothing. Knots.
const STEERED_KNOTS: f64 = 3.0;
/// Maximum number of numbers remembered. Further ones are judged by each report alone.
const MOST_NUMBERS: usize = 10_000;

impl Tracks {
    /// The vessel that a report may be of, with its MMSI damaged in transmission; `None` if no vessel fits.
    pub fn resembled(&self, report: &Report) -> Option<TrackIx> {
        let (said, position) = self.damaged.suspect(report, self.shard_with(report.mmsi))?;
        let known = self.damaged.numbers.get(&report.mmsi.0).map(|number| number.of.mmsi);
        let said = said.within(report.uncertainty);
        let fix = Fix { at: report.at, position, said, station: report.station, source: report.source };
        self.continued(report.mmsi, known, &fix).map(|vessel| vessel.ix())
    }

    /// Whether a report is another vessel's, the one that it resembles. The report is then left out, and a track that earlier reports of
    /// this kind started is forgotten.
    pub fn is_damaged(&mut self, report: &Report, resembled: TrackIx) -> bool {
        let known = self.damaged.numbers.get(&report.mmsi.0).copied();
        // An earlier report of the batch may have settled which vessel the number resembles.
        let is_settled = known.is_none_or(|number| number.of == self.vessel(resembled).key());
        let Some(resembled) = (if is_settled { Some(resembled) } else { self.resembled(report) }) else {
            return false;
        };
        let vessel = self.vessel(resembled);
        let (of, fixes_before) = (vessel.key(), vessel.fixes());
        let new = Number { of, reports: 0, fixes_before, payload: !report.payload, last_at: report.at, is_own: false };
        let mut number = known.filter(|number| number.of == of).unwrap_or(new);
        // A copy by another station does not show how often the number sends.
        number.reports += u32::from(number.payload != report.payload);
        number.payload = report.payload;
        number.last_at = number.last_at.max(report.at);
        number.is_own = number.sends_as_often(vessel);
        if known.is_some() || self.damaged.numbers.len() < MOST_NUMBERS {
            self.damaged.numbers.insert(report.mmsi.0, number);
        }
        if !number.is_own {
            self.shard_with_mut(report.mmsi).forget_unproved(report.mmsi);
        }
        !number.is_own
    }

    /// The vessel whose MMSI arrived damaged as this one, and how many of its reports were left out; `None` for other numbers.
    pub fn damaged(&self, mmsi: Mmsi) -> Option<(TrackKey, u32)> {
        let number = self.damaged.numbers.get(&mmsi.0).filter(|number| !number.is_own)?;
        Some((number.of, number.reports))
    }

    /// Number of reports of this vessel that arrived under damaged MMSIs within about the last day.
    pub fn damaged_reports_of(&self, key: TrackKey) -> u32 {
        self.damaged
            .numbers
            .values()
            .filter(|number| number.of == key && !number.is_own)
            .map(|number| number.reports)
            .sum()
    }

    /// The confirmed vessel whose MMSI is one or two bits away and whose track the fix continues; of several, the nearest. If a
    /// resembled vessel is already known, only that one is considered.
    fn continued(&self, mmsi: Mmsi, known: Option<Mmsi>, fix: &Fix) -> Option<Vessel<'_>> {
        let fits = |number: u32| {
            let tracks = self.under(Mmsi(number));
            tracks.filter(|vessel| continues(*vessel, fix)).filter_map(|vessel| Some((vessel, vessel.last()?)))
        };
        let nearest = |numbers: &mut dyn Iterator<Item = u32>| {
            numbers
                .flat_map(fits)
                .min_by(|(one, a), (other, b)| {
                    let metres = |last: &Fix| metres_off(last, fix);
                    metres(a).total_cmp(&metres(b)).then(one.key().cmp(&other.key()))
                })
                .map(|(vessel, _)| vessel)
        };
        if let Some(known) = known {
            return nearest(&mut std::iter::once(known.0));
        }
        let one = (0..BITS).map(|bit| mmsi.0 ^ 1 << bit);
        let two = (0..BITS).flat_map(|bit| (0..bit).map(move |other| mmsi.0 ^ 1 << bit ^ 1 << other));
        nearest(&mut one.chain(two).filter(|number| self.may_have_confirmed(Mmsi(*number))))
    }
}

impl DamagedNumbers {
    /// Whether the MMSI of a report may be damaged, by what is known about the number alone. `shard` is the one of the number.
    pub fn is_suspect(&self, report: &Report, shard: &Shard) -> bool {
        self.suspect(report, shard).is_some()
    }

    /// The position report and its place, if its number could be a damaged one.
    fn suspect(&self, report: &Report, shard: &Shard) -> Option<(Position, LatLon)> {
        let Body::Position(said) = report.body else {
            return None;
        };
        let class = report.mmsi.station_class();
        if !matches!(class, StationClass::Ship | StationClass::Tender | StationClass::Unassigned) {
            return None;
        }
        let position = said.lat_lon()?;
        let is_own = || self.numbers.get(&report.mmsi.0).is_some_and(|number| number.is_own);
        (shard.may_be_damaged(report.mmsi) && !is_own()).then_some((said, position))
    }
}

impl Shard {
    /// Whether nothing shows yet that the number belongs to a vessel: it has no static data, and too few fixes.
    fn may_be_damaged(&self, mmsi: Mmsi) -> bool {
        self.under(mmsi).all(|vessel| vessel.heard_identity().is_none() && vessel.fixes() < u32::from(CONFIRMED_FIXES))
    }
}

/// Whether a fix continues the track of a confirmed vessel, with similar movement and the same transponder class.
fn continues(vessel: Vessel<'_>, fix: &Fix) -> bool {
    let Some(last) = vessel.last().filter(|_| u32::from(CONFIRMED_FIXES) <= vessel.fixes()) else {
        return false;
    };
    let apart = (fix.at - last.at).abs();
    apart <= HEARD_WITHIN
        && last.said.class == fix.said.class
        && moves_alike(&last.said, &fix.said)
        && metres_off_track(vessel, &last, fix) <= allowed_metres(&last, fix)
}

/// Distance from the fix to where the vessel was at that time, or would be. Metres.
fn metres_off_track(vessel: Vessel<'_>, last: &Fix, fix: &Fix) -> f64 {
    let between: Option<LatLon> = vessel.position_at(fix.at, HEARD_WITHIN).filter(|_| fix.at < last.at);
    between.map_or_else(|| metres_off(last, fix), |position| position.metres_to(fix.position))
}

/// How far apart the two may be. Two reports of one moment are the same transmission, and so from the same place. Metres.
fn allowed_metres(last: &Fix, fix: &Fix) -> f64 {
    let resolution = last.said.resolution_metres() + fix.said.resolution_metres();
    let uncertainty = last.said.uncertainty() + fix.said.uncertainty();
    if last.at == fix.at && uncertainty == Span::ZERO {
        return resolution;
    }
    let seconds = ((fix.at - last.at).abs() + uncertainty).seconds();
    let drift = last.said.sog_knots().into_iter().chain(fix.said.sog_knots()).reduce(f64::max);
    let drift = drift.map_or(SILENT_DRIFT_KNOTS, |knots| DRIFT_KNOTS + WAY_SHARE * knots);
    let way = drift * METRES_PER_SECOND_PER_KNOT * seconds;
    JITTER_METRES + resolution + way
}

/// Whether speed, course and heading are those of one ship at about one time. A value that one report lacks does not count.
fn moves_alike(a: &Position, b: &Position) -> bool {
    let (sog_a, sog_b) = (a.sog_knots(), b.sog_knots());
    let faster = sog_a.unwrap_or(0.0).max(sog_b.unwrap_or(0.0));
    let as_fast = sog_a.zip(sog_b).is_none_or(|(a, b)| (a - b).abs() <= SPEED_KNOTS + faster / 5.0);
    let alike = |a: Option<f64>, b: Option<f64>| {
        let turned = a.zip(b).map_or(0.0, |(a, b)| (a - b + 180.0).rem_euclid(360.0) - 180.0);
        turned.abs() <= COURSE_DEGREES
    };
    as_fast
        && (faster < STEERED_KNOTS || alike(a.cog_degrees(), b.cog_degrees()))
        && alike(a.heading_degrees(), b.heading_degrees())
}
