//! Stations with a wrong clock, as the copies of one ship's transmissions show them.
//!
//! Two stations that hear the same transmission should give it nearly the same time. If one of them is later again and again by the same
//! amount, its clock is taken to be wrong by that. What only it has heard would otherwise be fixes at wrong times: a ship that two
//! stations hear in turn would seem to jump to and fro, or to be two ships.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::ais::{SourceId, StationId};
use crate::base::time::Span;
use crate::base::units::Mmsi;

/// A station that is later than this has a wrong clock. What is relayed is seldom later.
const AGREED: Span = Span::from_seconds(10);
/// Differences within this are the same.
const SAME: Span = Span::from_seconds(15);
/// Number of copies with the same difference that show a wrong clock.
const CERTAIN_COPIES: u8 = 3;
/// A count does not go beyond this, so that a clock that is set right is believed again soon.
const MOST_COPIES: u8 = 10;
/// Maximum number of stations for which a difference is kept for one ship. Beyond it the oldest is dropped.
const MOST_STATIONS: usize = 4;
/// Maximum number of ships for which differences are kept. Beyond it all are dropped, and learned again.
const MOST_SHIPS: usize = 100_000;

/// A station, by input and name.
pub(super) type Station = (SourceId, StationId);

/// Differences of clocks, by ship. A ship without copies at other times has none.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Clocks(FxHashMap<u32, Vec<Late>>);

/// By how much a station is late.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Late {
    station: Station,
    /// Difference of the latest copy.
    by: Span,
    /// Number of copies with this difference, less those with another.
    copies: u8,
}

impl Clocks {
    /// Notes that a station gives a transmission of a ship a time later than another station by `late`, or earlier if negative.
    pub(super) fn note(&mut self, mmsi: Mmsi, station: Station, late: Span) {
        let agrees = late.abs() <= AGREED;
        let Some(known) = self.0.get_mut(&mmsi.0) else {
            // Nearly all stations agree, which needs no entry. Of two that do not, the later one is wrong.
            if AGREED < late {
                if MOST_SHIPS <= self.0.len() {
                    self.0.clear();
                }
                self.0.insert(mmsi.0, vec![Late { station, by: late, copies: 1 }]);
            }
            return;
        };
        match known.iter_mut().find(|known| known.station == station) {
            Some(same) if !agrees && (same.by - late).abs() <= SAME => {
                (same.by, same.copies) = (late, (same.copies + 1).min(MOST_COPIES));
            }
            Some(other) if 1 < other.copies => other.copies -= 1,
            Some(_) => {
                known.retain(|known| known.station != station);
                if AGREED < late {
                    known.push(Late { station, by: late, copies: 1 });
                }
            }
            None if AGREED < late => {
                if known.len() == MOST_STATIONS {
                    known.remove(0);
                }
                known.push(Late { station, by: late, copies: 1 });
            }
            None => {}
        }
        if known.is_empty() {
            self.0.remove(&mmsi.0);
        }
    }

    /// By how much a report of a ship from this station may be late; zero if its clock is not known to be wrong.
    pub(super) fn error(&self, mmsi: Mmsi, station: Station) -> Span {
        let known = self.0.get(&mmsi.0).into_iter().flatten().find(|known| known.station == station);
        known.filter(|known| CERTAIN_COPIES <= known.copies).map_or(Span::ZERO, |known| known.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIP: Mmsi = Mmsi(224_000_001);

    fn station(number: u16) -> Station {
        (SourceId(0), StationId(number))
    }

    #[test]
    fn the_same_difference_three_times_shows_a_wrong_clock_until_it_is_set_right() {
        let mut clocks = Clocks::default();
        let late = Span::from_seconds(90);
        for copies in 0..20 {
            let expected = if 3 <= copies { late } else { Span::ZERO };
            assert_eq!(clocks.error(SHIP, station(2)), expected, "{copies}");
            clocks.note(SHIP, station(2), late);
            clocks.note(SHIP, station(1), Span::ZERO);
        }
        assert_eq!(clocks.error(SHIP, station(1)), Span::ZERO);
        assert_eq!(clocks.error(Mmsi(2), station(2)), Span::ZERO);
        (0..8).for_each(|_| clocks.note(SHIP, station(2), Span::from_seconds(1)));
        assert_eq!(clocks.error(SHIP, station(2)), Span::ZERO);
        (0..3).for_each(|_| clocks.note(SHIP, station(2), Span::from_seconds(1)));
        assert!(clocks.0.is_empty());
    }

    #[test]
    fn copies_that_are_late_by_any_time_show_nothing() {
        let mut clocks = Clocks::default();
        for copy in 1..100 {
            clocks.note(SHIP, station(2), Span::from_seconds(copy * 37 % 600));
            assert_eq!(clocks.error(SHIP, station(2)), Span::ZERO, "{copy}");
        }
    }
}
