//! Which vessels are near a place now.

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use crate::base::time::Time;
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

/// Degrees of latitude in a nautical mile, with some room for the shape of the Earth.
const DEGREES_PER_NM: f64 = 1.01 / 60.0;

/// A vessel near the place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Nearby {
    /// MMSI.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// Name as it was sent; `None` if never sent.
    pub name: Option<String>,
    /// Country and ship type: `Spain, cargo`.
    pub kind: String,
    /// Distance from the place in nautical miles.
    pub nm: f64,
    /// Time of its latest fix.
    pub at: Time,
    /// Latitude of that fix in degrees north.
    pub lat: f64,
    /// Longitude of that fix in degrees east.
    pub lon: f64,
    /// Reported speed over ground in knots; `None` if not sent.
    pub sog_knots: Option<f64>,
    /// Reported course over ground in degrees; `None` if not sent.
    pub cog_degrees: Option<f64>,
    /// Speed made good in knots; `None` before five minutes of track, or across a hole too long to count.
    pub made_good_knots: Option<f64>,
}

/// The vessels whose latest fix is within `radius_nm` of the place, the nearest first.
pub fn near(picture: &Picture, place: LatLon, radius_nm: f64) -> Vec<Nearby> {
    let (metres, degrees) = (radius_nm * METRES_PER_NM, radius_nm * DEGREES_PER_NM);
    let mut found: Vec<(f64, usize)> = Vec::new();
    for (index, vessel) in picture.vessels.iter().enumerate() {
        let position = vessel.position();
        // A difference of latitude costs one subtraction and rules out nearly all vessels.
        if (position.lat - place.lat).abs() <= degrees {
            let away = position.metres_to(place);
            found.extend((away <= metres).then_some((away, index)));
        }
    }
    let key = |index: usize| picture.vessels[index].key;
    found.sort_by(|one, other| one.0.total_cmp(&other.0).then(key(one.1).cmp(&key(other.1))));
    found.into_iter().map(|(away, index)| Nearby::of(picture, index, away)).collect()
}

impl Nearby {
    fn of(picture: &Picture, index: usize, metres: f64) -> Nearby {
        let vessel = &picture.vessels[index];
        let (said, position) = (&vessel.fix.said, vessel.position());
        Nearby {
            mmsi: vessel.key.mmsi.0,
            track: vessel.key.ordinal,
            name: vessel.name.as_deref().map(str::to_owned),
            kind: vessel.kind(),
            nm: hundredths(metres / METRES_PER_NM),
            at: vessel.fix.at,
            lat: position.lat,
            lon: position.lon,
            sog_knots: said.sog_knots(),
            cog_degrees: said.cog_degrees(),
            made_good_knots: vessel.made_good_knots.map(hundredths),
        }
    }
}

/// Rounded to hundredths.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
