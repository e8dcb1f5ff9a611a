//! One MMSI in two places: which numbers can be watched for that, and what is measured. Part of `position_jump`,
//! `identity_conflict`, `interference` and `ais_gap`.
//!
//! `picture::tracks` keeps a track for each place of an MMSI. These functions say what that means for a behaviour.

use serde::{Deserialize, Serialize};

use crate::base::units::{METRES_PER_NM, Mmsi, StationClass};
use crate::picture::tracks::Jump;

use crate::behaviours::{Explanation, Rounded, Scene, Step};

/// Whether one MMSI at two places is worth watching: that of a ship or tender, unless the transponder was never programmed. Many boats send
/// the number that it was delivered with, so it accuses none of them.
pub(crate) fn is_watched(mmsi: Mmsi) -> bool {
    matches!(mmsi.station_class(), StationClass::Ship | StationClass::Tender) && !mmsi.is_unset()
}

/// Adds the condition that the MMSI puts on being watched.
pub(crate) fn explain_number(shown: Explanation, mmsi: Mmsi, met: bool) -> Explanation {
    let unset = if mmsi.is_unset() { ": six zeros, as of a transponder that was never programmed" } else { "" };
    shown.is("mmsi", format!("{mmsi}{unset}"), "the own number of a ship or tender", met)
}

/// Whether two or more ships are known to send the number. Each further place is then reported by `identity_conflict`.
pub(crate) fn is_of_several(scene: &Scene<'_>, mmsi: Mmsi) -> bool {
    let tracks = || scene.tracks.under(mmsi);
    2 < tracks().count() || tracks().any(|vessel| vessel.is_one_of_several() || vessel.is_of_several())
}

/// Adds the conditions that a silence puts on the MMSI. The silence of a phantom, or of one track of a shared MMSI, means
/// nothing.
pub(crate) fn explain_silence(shown: Explanation, scene: &Scene<'_>, step: &Step<'_>) -> Explanation {
    let vessel = scene.tracks.vessel(step.vessel);
    let shown = match (vessel.began_in_interference(), step.key.ordinal) {
        (true, _) => shown.is("further_track_began", "in interference", "outside interference", false),
        (false, 1) => shown,
        (false, _) => {
            let lived = format!("{:.0}", vessel.lived().minutes());
            shown.is("further_track_lived_minutes", lived, ">= 60", !vessel.is_phantom())
        }
    };
    let places = scene.tracks.places_within_a_day(step.key.mmsi);
    let most = scene.tracks.settings().shared_above_places;
    shown.is("places_of_its_number_in_24_h", places, format!("<= {most}"), !vessel.shares_number())
}

/// Length of a jump. Nautical miles.
pub(crate) fn jump_nm(jump: &Jump) -> f64 {
    jump.metres() / METRES_PER_NM
}

/// What is measured of a jump.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct JumpFacts {
    /// Length of the jump. Nautical miles.
    pub(crate) distance_nm: Rounded<1>,
    /// Latitude before the jump. Degrees.
    pub(crate) from_lat: Rounded<4>,
    /// Longitude before the jump. Degrees.
    pub(crate) from_lon: Rounded<4>,
    /// How fast it was; `None` for two places at the same moment, which imply no speed.
    #[serde(flatten)]
    pub(crate) pace: Option<Pace>,
}

/// How fast a jump was.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// Time between the two positions. Minutes.
    pub(crate) elapsed_minutes: Rounded<1>,
    /// Speed that the jump implies. Knots.
    pub(crate) implied_knots: Rounded<0>,
}

impl From<&Jump> for JumpFacts {
    fn from(jump: &Jump) -> JumpFacts {
        let pace = jump.elapsed().zip(jump.implied_knots());
        JumpFacts {
            distance_nm: jump_nm(jump).into(),
            from_lat: jump.before.position.lat.into(),
            from_lon: jump.before.position.lon.into(),
            pace: pace.map(|(elapsed, knots)| Pace {
                elapsed_minutes: elapsed.minutes().into(),
                implied_knots: knots.into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_ships_and_tenders_are_watched_and_placeholders_are_not() {
        for other in [333_333_333, 224_000_000, 123_456_789, 0, 111_111_111, 970_012_345] {
            assert!(!is_watched(Mmsi(other)), "{other}");
        }
        for watched in [224_123_456, 982_241_234] {
            assert!(is_watched(Mmsi(watched)), "{watched}");
        }
    }
}
