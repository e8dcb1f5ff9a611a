//! The texts of `identity_conflict` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::text::distance;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words};
use crate::zones::Chart;

/// By how many ships a number is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// By two ships, or by a stated number of them.
    Conflict,
    /// By transmitters in several places within a day.
    Shared,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Conflict => &[],
            Form::Shared => &["shared"],
        }
    }

    fn who(self, of: &Circumstances<'_>) -> Who {
        let text = match self.places(of) {
            Some(places) if self == Form::Shared => format!("Transmitters in {places:.0} places"),
            Some(places) => format!("{places:.0} ships"),
            None => format!("Two ships {} apart", apart(of)),
        };
        Who { text, several: true }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let past = of.tense == Tense::Past;
        let (number, since) = (number_of(of), of.since());
        match self.places(of) {
            Some(_) if self == Form::Shared => {
                let used = if past { "used" } else { "have used" };
                format!("{used} {number} within a day, two of them {} apart {since}", apart(of))
            }
            places => {
                let using = if past { "used" } else { "have been using" };
                let two = places.map_or_else(String::new, |_| format!(", two of them {} apart", apart(of)));
                format!("{using} {number} {since}{two}")
            }
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show which of them the number was assigned to")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "both positions still reporting".to_owned()
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "One MMSI used by two ships".to_owned()
    }

    fn part(self, _: &'static str, _: &Map<String, Value>) -> String {
        "a number shared by several transmitters".to_owned()
    }
}

impl Form {
    /// Number of places where one MMSI is heard, if there are more than two or the MMSI is shared.
    fn places(self, of: &Circumstances<'_>) -> Option<f64> {
        of.number("places").filter(|places| self == Form::Shared || 2.0 < *places)
    }
}

/// `MMSI 372274048 (SILVER LUZ, Panama, cargo)`.
fn number_of(of: &Circumstances<'_>) -> String {
    let Some(vessel) = of.vessels.first() else {
        return "one MMSI".to_owned();
    };
    let name = vessel.name.as_ref().map_or_else(String::new, |name| format!("{name}, "));
    format!("MMSI {:09} ({name}{})", vessel.mmsi, vessel.flag_and_type())
}

fn apart(of: &Circumstances<'_>) -> String {
    of.number("distance_nm").map_or("far".to_owned(), distance)
}
