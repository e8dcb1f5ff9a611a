//! The texts of `feed_silent` alerts.
//!
//! The subject is an input, a station or the vessels of an area. The caveat says what is not seen meanwhile, so that an empty map is not
//! taken for empty water. Score line: `feed_silent`.

use crate::base::text::decimals;
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Who, Words};
use crate::geo::LatLon;

use super::facts::{Facts, Measured};

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
                let (at, usual) = (of.clock(of.started_at), heard_every_minutes.whole_minutes());
                format!(
                    "went silent at {at} UTC (each heard at least every {usual} before): most likely a loss of reception"
                )
            }
            Measured::Station { usual_interval_minutes, .. } => {
                let (silent, usual) = (of.have("was silent", "been silent"), decimals(usual_interval_minutes));
                format!("{silent} {}, longer than 99.9 % of its usual pauses ({usual} min)", of.since())
            }
            Measured::Input { .. } => format!("{} nothing {}", of.have("sent", "sent"), of.since()),
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

/// `37.9° N 18.4° W`: a position to a tenth of a degree.
fn about(at: LatLon) -> String {
    let (north, east) = (if at.lat < 0.0 { 'S' } else { 'N' }, if at.lon < 0.0 { 'W' } else { 'E' });
    format!("{:.1}° {north} {:.1}° {east}", at.lat.abs(), at.lon.abs())
}
