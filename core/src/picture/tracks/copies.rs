//! Copies of a transmission: whether a report is one, and what a copy still shows about its vessel.

use crate::ais::{Body, Report, SourceId, StationId};
use crate::base::time::{Span, Time};
use crate::base::units::{Mmsi, knots};

use super::heard;
use super::shard::Shard;
use super::track::{Flag, NO_NEXT};

/// A ship at no more than the first speed may send identical bits again, while it has moved no further than the distance: one at anchor
/// swings, one that drifts leaves the scatter of its positions within minutes. Knots and metres.
const STILL: [(f64, f64); 2] = [(0.3, SWING_METRES), (1.0, 30.0)];
/// How far a ship at anchor may be from where it was. Long-range messages are as coarse: a slow ship may take long to leave a position.
/// Metres.
const SWING_METRES: f64 = 550.0;
/// A ship has moved on if its new position is within this angle of its reported course from the last one, and the distance is
/// between half and twice what its speed gives, plus or minus a knot. Degrees.
const AHEAD_DEGREES: f64 = 90.0;

impl Shard {
    /// Time of the latest fix of an MMSI, on any of its tracks; `Time::MIN` before the first. `first` is its first track.
    pub(super) fn last_at(&self, first: u32) -> Time {
        let chain = self.chain_from(first);
        chain.map(|ix| self.hot[ix.0 as usize].last_at).max().unwrap_or(Time::MIN)
    }

    /// Whether a position identical to one `apart` from it may still be new, because the bits alone do not tell a copy from a repetition.
    /// It is new if it is from a ship that has not moved or has returned to the same place. A copy that was relayed late is behind its ship.
    /// If the track is ahead of its ship, because a station with a wrong clock has led it there, the original was refused as too late; its
    /// copy must not be taken in its place.
    pub(super) fn repeats_itself(&self, first: u32, report: &Report, transmission: u64, apart: Span) -> bool {
        if self.heard[first as usize].was_late(transmission, report.at, apart) {
            return false;
        }
        let Body::Position(said) = &report.body else {
            return false;
        };
        let Some(place) = said.lat_lon() else {
            return false;
        };
        let still = match said.message_type {
            27 => Some(SWING_METRES),
            _ => said.sog_knots().map_or(Some(SWING_METRES), |sog| {
                STILL.iter().find(|(knots, _)| sog <= *knots).map(|(_, metres)| *metres)
            }),
        };
        self.chain_from(first).filter_map(|ix| self.hot[ix.0 as usize].last()).any(|last| {
            let took = report.at - last.at;
            if took <= Span::ZERO {
                return false;
            }
            let metres = last.position.metres_to(place);
            if still.is_some_and(|still| metres <= still) {
                return true;
            }
            // Beyond that, only a ship that has sailed on as it reported is not a copy.
            let (Some(sog), Some(cog)) = (said.sog_knots(), said.cog_degrees()) else {
                return false;
            };
            let made = knots(metres, took.seconds());
            let aside = (last.position.bearing_to(place) - cog + 540.0).rem_euclid(360.0) - 180.0;
            aside.abs() <= AHEAD_DEGREES && sog / 2.0 - 1.0 <= made && made <= sog * 2.0 + 1.0
        })
    }

    /// Notes by how much the copy of a position is later than the transmission that came first. If its station also gave the last fix, that
    /// says nothing about the station's clock.
    pub(super) fn note_clock(&mut self, first: u32, report: &Report, late: Span) {
        let station = (report.source, report.station);
        let is_of_another = self
            .chain_from(first)
            .filter_map(|ix| self.hot[ix.0 as usize].last())
            .max_by_key(|last| last.at)
            .is_some_and(|last| (last.source, last.station) != station);
        if is_of_another && heard::lasts(&report.body) {
            self.clocks.note(report.mmsi, station, late);
        }
    }

    /// Notes a copy. It is not a fix, but its station heard the vessel. If that is on shore, the vessel is not heard only by satellite.
    pub(super) fn note_copy(&mut self, mmsi: Mmsi, station: StationId, source: SourceId) {
        let Some(ix) = self.by_mmsi.get(&mmsi.0).copied() else {
            return;
        };
        // With several ships under one MMSI the copy may be from any of them.
        if self.hot[ix as usize].next != NO_NEXT {
            return;
        }
        if self.lateness(source).is_none() && self.hot[ix as usize].said.message_type != 27 {
            self.hot[ix as usize].mark(Flag::SatelliteOnly, false);
        }
        if station != self.hot[ix as usize].station {
            self.cold[ix as usize].told.note_station(station);
        }
    }
}
