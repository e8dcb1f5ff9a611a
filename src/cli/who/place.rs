//! Doubts about the position that was asked for: on land, or far from anything heard.
//!
//! Latitude and longitude are swapped easily, and the answer to a wrong position is an empty list, which
//! looks like a fact. So an empty list is accompanied by what speaks against the position.

use atalaia_core::base::units::METRES_PER_NM;
use atalaia_core::engine::Engine;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::Chart;

/// If nothing is heard within this distance, the position is probably wrong. In nautical miles.
const FAR_NM: f64 = 500.0;

/// Why the position may be wrong, and which one may be meant, if no vessel was near it. `None` if there is no
/// doubt, or nothing to judge by: no vessel was heard at all. Only meaningful if the list of vessels is empty, which the caller knows.
pub(super) fn doubt(engine: &Engine, chart: &Chart, near: LatLon, radius_nm: f64) -> Option<String> {
    engine.tracks().iter().next()?;
    let heard = |at: LatLon, nm: f64| {
        let mut vessels = 0_usize;
        engine.tracks().near(at, nm * METRES_PER_NM, |_, _| vessels += 1);
        vessels
    };
    // A longitude beyond 90 degrees cannot be a latitude.
    let swapped = (near.lon.abs() <= 90.0).then(|| LatLon::new(near.lon, near.lat));
    let there = swapped.map(|at| (at, heard(at, radius_nm), heard(at, FAR_NM)));
    words(near, chart.coast.on_land(near), heard(near, FAR_NM), there)
}

/// The doubt in words. `heard` is the number of vessels within [`FAR_NM`]. `swapped` is the position with
/// latitude and longitude swapped, and how many vessels were heard within the radius and within [`FAR_NM`] of
/// it; `None` if it is not a position.
fn words(near: LatLon, on_land: bool, heard: usize, swapped: Option<(LatLon, usize, usize)>) -> Option<String> {
    let why = match (on_land, heard) {
        (true, _) => "is on land".to_owned(),
        (false, 0) => format!("is more than {FAR_NM} nm from every vessel that was heard"),
        (false, _) => return None,
    };
    let place = format!("{},{} {why}", near.lat, near.lon);
    Some(match swapped.filter(|(_, close, far)| 0 < *close || (heard == 0 && 0 < *far)) {
        Some((at, ..)) => {
            format!("{place}; latitude comes first: vessels were heard near {},{}, do you mean that?", at.lat, at.lon)
        }
        None => format!("{place}; latitude comes first, then longitude"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_with_latitude_and_longitude_swapped_is_noticed() {
        let (near, meant) = (LatLon::new(-60.6, 16.2), LatLon::new(16.2, -60.6));
        let said = words(near, false, 0, Some((meant, 3, 40)));
        let expected = "-60.6,16.2 is more than 500 nm from every vessel that was heard; latitude comes first: \
                        vessels were heard near 16.2,-60.6, do you mean that?";
        assert_eq!(said.as_deref(), Some(expected));
        assert_eq!(words(near, false, 2, Some((meant, 3, 40))), None, "vessels were heard not far from it");
        let on_land = words(near, true, 2, Some((meant, 0, 40)));
        assert_eq!(on_land.as_deref(), Some("-60.6,16.2 is on land; latitude comes first, then longitude"));
    }
}
