//! The texts of `feed_silent` alerts.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Who, Words};
use crate::geo::LatLon;
use crate::zones::Chart;

/// What is silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// An input.
    Input,
    /// A receiving station.
    Station,
    /// All vessels in an area.
    Area,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Input => &["input"],
            Form::Station => &["station"],
            Form::Area => &["area"],
        }
    }

    fn who(self, of: &Circumstances<'_>) -> Who {
        let text = match self {
            Form::Input => format!("Input {}", of.source()),
            Form::Station => format!("Station {}", of.source()),
            Form::Area => {
                let all = of.number("vessels_lost").map_or("vessels".to_owned(), |lost| format!("{lost:.0} vessels"));
                let around =
                    of.position.map_or_else(|| format!("in {}", of.source()), |at| format!("near {}", about(at)));
                format!("All {all} {around}")
            }
        };
        Who { text, several: false }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        match self {
            Form::Area => {
                let heard = of.number("heard_every_minutes").map_or_else(String::new, |minutes| {
                    format!(" (each heard at least every {} before)", Span::from_minutes(minutes as i64))
                });
                format!("went silent at {} UTC{heard}: most likely a loss of reception", of.started_at.clock())
            }
            Form::Station => {
                let usual = of.stated("usual_interval_minutes", " (", " min)");
                let silent = of.have("was silent", "been silent");
                format!("{silent} {}, longer than 99.9 % of its usual pauses{usual}", of.since())
            }
            Form::Input => format!("{} nothing {}", of.have("sent", "sent"), of.since()),
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reception(match self {
            Form::Area => "This concerns our reception, not a vessel; vessels there are not seen until it returns.",
            Form::Input | Form::Station => {
                "This concerns our reception, not a vessel; what is heard only there is not seen until it returns."
            }
        })
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("silent for {}", of.whole())
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        match self {
            Form::Input => "An input is silent".to_owned(),
            Form::Station => "A station is silent".to_owned(),
            Form::Area => "All vessels in an area went silent at once".to_owned(),
        }
    }
}

/// `37.9° N 18.4° W`: a position to a tenth of a degree.
fn about(at: LatLon) -> String {
    let (north, east) = (if at.lat < 0.0 { 'S' } else { 'N' }, if at.lon < 0.0 { 'W' } else { 'E' });
    format!("{:.1}° {north} {:.1}° {east}", at.lat.abs(), at.lon.abs())
}
