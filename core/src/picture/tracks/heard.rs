//! Recent transmissions of each MMSI, so that a copy is recognised however late it is relayed.
//!
//! The same transmission may arrive from several stations and inputs. The copies have the same payload, but often another time. The last
//! three transmissions are compared at every report, with 31 bits of their hash; older ones are kept in `Earlier`.

use serde::{Deserialize, Serialize};

use crate::ais::Body;
use crate::base::time::{Span, Time};

use super::earlier::{Earlier, KEPT};

/// The same payload within this time is the same transmission, whatever its content.
pub(super) const AT_ONCE: Span = Span::from_seconds(30);
/// Distinguishes what is remembered about a transmission that came too late from the transmission itself.
const LATE: u64 = 0x5bd1_e995_97f4_a7c5;
/// Remembered times of one transmission differ by no more than this, because `Earlier` rounds them.
const ROUNDING: Span = Span::from_seconds(8);

/// Whether a report is remembered beyond the last three of its MMSI. Rows of tables are not, because their copies arrive at once
/// and their hash includes the time.
pub(super) fn is_kept(body: &Body) -> bool {
    !matches!(body, Body::Position(said) if said.message_type == 0)
}

/// Whether the same payload is still the same transmission after more than 30 s. True for positions; false for static data, which
/// are repeated every few minutes.
pub(super) fn lasts(body: &Body) -> bool {
    matches!(body, Body::Position(said) if said.message_type != 0 && said.units().is_some())
}

/// Recent transmissions of one MMSI, read with every report.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Heard {
    lately: [Transmission; 3],
    /// Those before them, of the last hour.
    earlier: Earlier,
}

/// One transmission.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Transmission {
    /// 31 bits of the hash, and one bit for whether the transmission is kept; 0 for an empty place.
    mark: u32,
    /// The low 32 bits of the time in milliseconds, which wrap around after 49 days.
    at: u32,
}

impl Transmission {
    /// A transmission of this payload hash. The multiplication spreads the entropy of the hash to the bits that are kept.
    fn new(hash: u64, at: Time, kept: bool) -> Transmission {
        let mark = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32;
        Transmission { mark: (mark & !1).max(2) | u32::from(kept), at: at.millis() as u32 }
    }

    /// Time from `earlier` to this transmission.
    fn since(self, earlier: Transmission) -> Span {
        Span::from_millis(i64::from(self.at.wrapping_sub(earlier.at) as i32))
    }

    /// Whether both have the same payload, by 31 bits of its hash.
    fn is_copy_of(self, other: Transmission) -> bool {
        self.mark | 1 == other.mark | 1 && self.mark != 0
    }
}

impl Heard {
    /// Time to `at` from the nearest transmission with this hash, negative if that came later; `None` if there was none within an hour.
    pub(super) fn last(&self, hash: u64, at: Time) -> Option<Span> {
        let new = Transmission::new(hash, at, false);
        let lately = self.lately.iter().filter(|known| new.is_copy_of(**known)).map(|known| new.since(*known));
        let earlier = self.earlier.last(new.mark, at.seconds());
        lately.chain(earlier).min_by_key(|apart| apart.abs()).filter(|apart| apart.abs() <= KEPT)
    }

    /// Remembers a transmission: for an hour if `kept`, otherwise while it is one of the last three.
    pub(super) fn remember(&mut self, hash: u64, at: Time, kept: bool) {
        let new = Transmission::new(hash, at, kept);
        let age = |known: &Transmission| if known.mark == 0 { Span::from_hours(24 * 49) } else { new.since(*known) };
        let mut oldest = 0;
        for place in 1..self.lately.len() {
            if age(&self.lately[oldest]) < age(&self.lately[place]) {
                oldest = place;
            }
        }
        let gone = std::mem::replace(&mut self.lately[oldest], new);
        let since = new.since(gone);
        if gone.mark & 1 == 1 && since.abs() <= KEPT {
            self.earlier.push(gone.mark, (at - since).seconds());
        }
    }

    /// Remembers that a transmission came too late to move the track of its ship.
    pub(super) fn remember_late(&mut self, hash: u64, at: Time, kept: bool) {
        self.remember(hash ^ LATE, at, kept);
    }

    /// Whether the transmission with this hash that is `apart` from `at` came too late to move the track of its ship.
    pub(super) fn was_late(&self, hash: u64, at: Time, apart: Span) -> bool {
        self.last(hash ^ LATE, at).is_some_and(|late| (late - apart).abs() <= ROUNDING)
    }

    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.earlier.bytes()
    }

    /// A value that depends on the data that the next report will read, to load it into the cache.
    pub(super) fn touch(&self) -> u32 {
        self.lately[0].mark
    }

    /// Like `touch`, but for the earlier transmissions.
    pub(super) fn touch_earlier(&self) -> u32 {
        self.earlier.touch()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::tracks::earlier::MOST_KEPT;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(1_700_000_000 + seconds)
    }

    #[test]
    fn a_position_is_recognised_for_an_hour_however_often_its_ship_sends() {
        for step in [2, 6, 7, 10, 60, 180, 1500] {
            let mut heard = Heard::default();
            for second in (0..20_000).step_by(step) {
                let hash = second as u64 + 1;
                assert_eq!(heard.last(hash, at(second)), None, "{second}");
                heard.remember(hash, at(second), true);
                let reach = 3600.min(400 * step as i64) / step as i64 * step as i64;
                for back in [step as i64, reach].into_iter().filter(|back| *back <= second) {
                    let apart = heard.last(hash - back as u64, at(second)).expect("known").millis() / 1000;
                    assert!((apart - back).abs() <= 4, "{step} {second}: {back}, not {apart}");
                }
            }
            assert!(heard.bytes() <= 64 + 4 * MOST_KEPT);
        }
    }

    #[test]
    fn after_an_hour_the_same_bits_are_a_new_transmission() {
        let mut heard = Heard::default();
        heard.remember(7, at(0), true);
        assert!(heard.last(7, at(3600)).is_some());
        assert!(heard.last(7, at(-90)).is_some(), "the original, later than its copy");
        assert_eq!(heard.last(7, at(3601)), None);
        // Pushed out of the last three, and long ago.
        for second in [10, 20, 30, 40, 40_000, 40_010, 40_020, 40_030] {
            heard.remember(second as u64 + 100, at(second), true);
        }
        assert_eq!(heard.last(7, at(40_040)), None);
        assert_eq!(heard.last(110, at(16_384 + 10)), None, "the time bits have come round");
    }

    #[test]
    fn a_transmission_not_kept_is_recognised_only_among_the_last_three() {
        let mut heard = Heard::default();
        heard.remember(7, at(0), false);
        assert_eq!(heard.last(7, at(30)), Some(AT_ONCE));
        (1..4).for_each(|hash| heard.remember(hash, at(40), false));
        assert_eq!(heard.last(7, at(41)), None);
        assert_eq!(heard.bytes(), 0);
    }
}
