//! An area of a request, as west, south, east and north.

use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use atalaia_core::geo::Bounds;

/// What an area must be.
const WRITE: &str = "write west,south,east,north in degrees, as -18.5,27,-12,29.5: an area with some width and height";

/// An area from a parameter, such as `-18.5,27,-12,29.5`; `None` if it is not given. If west is greater than east, the area crosses the
/// antimeridian.
pub(super) fn bounds(given: &Parameters, name: &str) -> Result<Option<Bounds>, Problem> {
    given.text(name).map(|text| area(text).map_err(|wrong| Problem::parameter(format!("{name}: {wrong}")))).transpose()
}

/// An area that must be given.
pub(super) fn needed_bounds(given: &Parameters, name: &str) -> Result<Bounds, Problem> {
    bounds(given, name)?.ok_or_else(|| Problem::parameter(format!("{name}: {WRITE}")))
}

/// An area as it is written in a request.
///
/// # Errors
/// What to write instead, if it is not four numbers in range, with some width and height.
pub(super) fn area(text: &str) -> Result<Bounds, String> {
    read(text).ok_or_else(|| WRITE.to_owned())
}

/// `None` unless the text is four numbers in range, with south below north.
fn read(text: &str) -> Option<Bounds> {
    let numbers: Vec<f64> = text.split(',').map(|number| number.trim().parse().ok()).collect::<Option<_>>()?;
    let [west, south, east, north] = numbers[..] else {
        return None;
    };
    let is_lat = |degrees: f64| (-90.0..=90.0).contains(&degrees);
    let is_lon = |degrees: f64| (-180.0..=180.0).contains(&degrees);
    let is_sound = is_lat(south) && is_lat(north) && south < north && is_lon(west) && is_lon(east) && west != east;
    let east = if east < west { east + 360.0 } else { east };
    is_sound.then_some(Bounds { south, west, north, east })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_read_also_across_the_antimeridian_and_nonsense_is_refused() {
        assert_eq!(read("-18.5,27, -12,29.5"), Some(Bounds { west: -18.5, south: 27.0, east: -12.0, north: 29.5 }));
        assert_eq!(read("170,-20,-170,-10"), Some(Bounds { west: 170.0, south: -20.0, east: 190.0, north: -10.0 }));
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "NaN,0,1,1",
            "0,5,1,4",
            "0,0,181,1",
            "0,-91,1,1",
            "1,0,1,1",
            "0,0,inf,1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
