//! The texts of `identity_conflict` alerts.
//!
//! The subject is a number of ships or transmitters, because their names are the same. Score line: `identity_conflict`.

use crate::ais::ship_type_name;
use crate::base::text::distance;
use crate::base::time::Span;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words};

use super::facts::{Facts, Form, NameThere};

impl Words for Facts {
    fn who(&self, _: &Circumstances<'_>) -> Who {
        let text = match self.places() {
            Some(places) if self.form == Form::Shared => format!("Transmitters in {places} places"),
            Some(places) => format!("{places} ships"),
            None => format!("Two ships heard {}", self.apart()),
        };
        Who { text, several: true }
    }

    fn deed(&self, of: &Circumstances<'_>) -> String {
        let past = of.tense == Tense::Past;
        let (number, since) = (number_of(of, &self.measured.names), of.since());
        match self.places() {
            Some(_) if self.form == Form::Shared => {
                let used = if past { "used" } else { "have used" };
                format!("{used} {number} within a day, two of them heard {} {since}", self.apart())
            }
            places => {
                let using = if past { "used" } else { "have been using" };
                // With two places, the subject already says how far apart they are.
                let two = places.map_or_else(String::new, |_| format!(", two of them heard {}", self.apart()));
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

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        match self.places() {
            Some(_) => "One MMSI used in several places".to_owned(),
            None => "One MMSI used by two ships".to_owned(),
        }
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

    /// How far apart two of its fixes are, in place and time: `62 nm apart within 2 min`.
    fn apart(&self) -> String {
        let jump = &self.measured.jump;
        let within = match jump.pace {
            Some(pace) => format!("within {}", Span::from_minutes(f64::from(pace.elapsed_minutes).ceil() as i64)),
            None => "at the same moment".to_owned(),
        };
        format!("{} apart {within}", distance(jump.distance_nm))
    }
}

/// How many names a sentence states, so that it can still be read out. Further ones are counted.
const NAMES_STATED: usize = 4;

/// `MMSI 372274048 (Panama; heard as SILVER LUZ, cargo, at 8.91° N 79.52° W and as LUZ, place not known)`. The names are not those of one ship, so none of them is given as the ship's.
fn number_of(of: &Circumstances<'_>, names: &[NameThere]) -> String {
    let Some(vessel) = of.vessels.first() else {
        return "one MMSI".to_owned();
    };
    let mut known: Vec<String> = vessel.country().map(str::to_owned).into_iter().collect();
    let mut heard: Vec<String> = names.iter().take(NAMES_STATED).map(heard_as).collect();
    if NAMES_STATED < names.len() {
        heard.push(format!("under {} more names", names.len() - NAMES_STATED));
    }
    if let Some(last) = heard.pop() {
        let list = if heard.is_empty() { last } else { format!("{} and {last}", heard.join(", ")) };
        known.push(format!("heard {list}"));
    }
    match known.is_empty() {
        true => format!("MMSI {:09}", vessel.mmsi),
        false => format!("MMSI {:09} ({})", vessel.mmsi, known.join("; ")),
    }
}

/// `as SILVER LUZ, cargo, at 8.91° N 79.52° W`.
fn heard_as(heard: &NameThere) -> String {
    let kind = heard.ship_type.map_or_else(String::new, |kind| format!(", {}", ship_type_name(Some(kind))));
    let place = match heard.place.map(|[lat, lon]| (f64::from(lat), f64::from(lon))) {
        Some((lat, lon)) => {
            let (north, east) = (if lat < 0.0 { "S" } else { "N" }, if lon < 0.0 { "W" } else { "E" });
            format!(", at {:.2}° {north} {:.2}° {east}", lat.abs(), lon.abs())
        }
        None => ", place not known".to_owned(),
    };
    format!("as {}{kind}{place}", heard.name)
}
