//! The texts of `identity_conflict` alerts.
//!
//! The subject is a number of ships or transmitters, because their names are the same. Score line: `identity_conflict`.

use crate::base::text::distance;
use crate::base::units::Mmsi;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Form};

impl Words for Facts {
    fn who(&self, _: &Circumstances<'_>) -> Who {
        let text = match self.places() {
            Some(places) if self.form == Form::Shared => format!("Transmitters in {places} places"),
            Some(places) => format!("{places} ships"),
            None => format!("Two ships {} apart", self.apart()),
        };
        Who { text, several: true }
    }

    fn deed(&self, of: &Circumstances<'_>) -> String {
        let past = of.tense == Tense::Past;
        let (number, since) = (number_of(of), of.since());
        match self.places() {
            Some(_) if self.form == Form::Shared => {
                let used = if past { "used" } else { "have used" };
                format!("{used} {number} within a day, two of them {} apart {since}", self.apart())
            }
            places => {
                let using = if past { "used" } else { "have been using" };
                // With two places, the subject already says how far apart they are.
                let two = places.map_or_else(String::new, |_| format!(", two of them {} apart", self.apart()));
                format!("{using} {number} {since}{two}")
            }
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show which of them the number was assigned to")
    }

    fn opened(&self, _: &Opening) -> String {
        "both positions still reporting".to_owned()
    }

    fn line(&self, _: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        "One MMSI used by two ships".to_owned()
    }

    fn part(&self, _: &'static str) -> String {
        "a number shared by several transmitters".to_owned()
    }
}

impl Facts {
    /// Number of places where one MMSI is heard, if there are more than two or the MMSI is shared.
    fn places(&self) -> Option<usize> {
        let places = self.measured.places;
        (self.form == Form::Shared || 2 < places).then_some(places)
    }

    /// How far apart the two are.
    fn apart(&self) -> String {
        distance(self.measured.jump.distance_nm)
    }
}

/// `MMSI 372274048 (SILVER LUZ, Panama, cargo)`. A number that was never programmed says so.
fn number_of(of: &Circumstances<'_>) -> String {
    let Some(vessel) = of.vessels.first() else {
        return "one MMSI".to_owned();
    };
    let name = vessel.name.as_ref().map_or_else(String::new, |name| format!("{name}, "));
    let unset = if Mmsi(vessel.mmsi).is_unset() { "; six zeros, as of a transponder never programmed" } else { "" };
    format!("MMSI {:09} ({name}{}{unset})", vessel.mmsi, vessel.flag_and_type())
}
