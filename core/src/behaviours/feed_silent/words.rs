//! The texts of `feed_silent` alerts.
//!
//! The subject is an input, a station or the vessels of an area. The caveat says what is not seen meanwhile, so that an empty map is not
//! taken for empty water. Score line: `feed_silent`.

use crate::base::text::{decimals, ordinal};
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words, counted};
use crate::geo::LatLon;

use super::facts::{Earlier, Facts, Measured};

impl Words for Facts {
    fn who(&self, of: &Circumstances<'_>) -> Who {
        let text = match self.measured {
            Measured::Input { .. } => format!("Input {}", of.source()),
            Measured::Station { .. } => format!("Station {}", of.source()),
            Measured::Area { vessels_lost, .. } => {
                let around =
                    of.position.map_or_else(|| format!("in {}", of.source()), |at| format!("near {}", about(at)));
                format!("All {vessels_lost} vessels {around}")
            }
        };
        Who { text, several: false }
    }

    fn deed(&self, of: &Circumstances<'_>) -> String {
        match self.measured {
            Measured::Area { heard_every_minutes, .. } => {
                let usual = heard_every_minutes.whole_minutes();
                let at = of.clock(self.earlier.map_or(of.started_at, |earlier| earlier.silent_since));
                let again = self.earlier.map_or_else(String::new, |earlier| earlier.again(of));
                format!(
                    "went silent at {at} UTC{again} (each heard at least every {usual} before): most likely a loss of reception"
                )
            }
            Measured::Station { usual_interval_minutes, .. } => {
                let (silent, usual) = (of.have("was silent", "been silent"), decimals(usual_interval_minutes));
                let each = match (self.earlier, of.tense) {
                    (Some(_), Tense::Past) => {
                        format!("each time longer than 99.9 % of its usual pauses ({usual} min before the last time)")
                    }
                    _ => format!("longer than 99.9 % of its usual pauses ({usual} min)"),
                };
                format!("{silent}{}, {each}", self.when(of))
            }
            Measured::Input { .. } => format!("{} nothing{}", of.have("sent", "sent"), self.when(of)),
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reception(match self.measured {
            Measured::Area { .. } => {
                "This concerns our reception, not a vessel; vessels there are not seen until it returns."
            }
            Measured::Input { .. } | Measured::Station { .. } => {
                "This concerns our reception, not a vessel; what is heard only there is not seen until it returns."
            }
        })
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        (from, from)
    }

    fn opened(&self, of: &Opening) -> String {
        format!("silent for {}", of.whole())
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        match self.measured {
            Measured::Input { .. } => "An input is silent".to_owned(),
            Measured::Station { .. } => "A station is silent".to_owned(),
            Measured::Area { .. } => "All vessels in an area went silent at once".to_owned(),
        }
    }
}

impl Facts {
    /// When an input or a station was silent: ` since 10:14 UTC` or ` from 10:14 to 11:02 UTC`. If the alert includes several silences,
    /// ` since 10:14 UTC, for the 3rd time since 08:40 UTC` or ` 3 times from 08:40 to 11:02 UTC, for 1 h 20 min in all`.
    fn when(&self, of: &Circumstances<'_>) -> String {
        match (self.earlier, of.tense) {
            (None, _) => format!(" {}", of.since()),
            (Some(earlier), Tense::Present) => {
                format!(" since {} UTC{}", of.clock(earlier.silent_since), earlier.again(of))
            }
            (Some(earlier), Tense::Past) => {
                let silent = of.held() - counted(earlier.heard_between_minutes);
                let times = match earlier.silences() {
                    2 => "twice".to_owned(),
                    number => format!("{number} times"),
                };
                format!(" {times} {}, for {silent} in all", of.since())
            }
        }
    }
}

impl Earlier {
    /// Number of silences, with the present one.
    fn silences(self) -> u32 {
        self.earlier_silences + 1
    }

    /// `, for the 3rd time since 08:40 UTC`.
    fn again(self, of: &Circumstances<'_>) -> String {
        format!(", for the {} time since {} UTC", ordinal(self.silences().into()), of.clock(of.started_at))
    }
}

/// `37.9° N 18.4° W`: a position to a tenth of a degree.
fn about(at: LatLon) -> String {
    let (north, east) = (if at.lat < 0.0 { 'S' } else { 'N' }, if at.lon < 0.0 { 'W' } else { 'E' });
    format!("{:.1}° {north} {:.1}° {east}", at.lat.abs(), at.lon.abs())
}
