//! Square cells in degrees, for finding things by position, also across ±180° and near the poles.

use crate::base::units::EARTH_RADIUS_METRES;

use super::position::LatLon;

/// A grid of cells of one size. Cell numbers are only comparable within one grid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cells {
    /// Cells per degree of latitude and of longitude.
    per_degree: i32,
}

impl Cells {
    /// Creates a grid with `per_degree` cells per degree, 1..=100.
    pub const fn new(per_degree: i32) -> Cells {
        Cells { per_degree }
    }

    /// Number of the cell that contains a position.
    pub fn of(self, at: LatLon) -> u32 {
        (self.row(at.lat) * self.columns() + self.column(at.lon)) as u32
    }

    /// Every cell that a circle touches, once each; the caller checks the exact distance.
    pub fn around(self, at: LatLon, metres: f64) -> impl Iterator<Item = u32> {
        let (reach, aside) = half_box(at, metres);
        let (low, high) = (self.row(at.lat - reach), self.row(at.lat + reach));
        let columns = self.columns();
        let first = ((at.lon - aside) * f64::from(self.per_degree)).floor() as i64;
        let last = ((at.lon + aside) * f64::from(self.per_degree)).floor() as i64;
        // A circle around a pole touches every column, and each only once.
        let last = last.min(first + columns - 1);
        (low..=high).flat_map(move |row| {
            (first..=last).map(move |step| (row * columns + (step + columns / 2).rem_euclid(columns)) as u32)
        })
    }

    /// Cells around the Earth.
    fn columns(self) -> i64 {
        360 * i64::from(self.per_degree)
    }

    /// Row of a latitude, from the south; clamped, so that a pole is in the last row.
    fn row(self, lat: f64) -> i64 {
        (((lat + 90.0) * f64::from(self.per_degree)).floor() as i64).clamp(0, 180 * i64::from(self.per_degree) - 1)
    }

    /// Column of a longitude, from 180° W eastwards; wrapped.
    fn column(self, lon: f64) -> i64 {
        (((lon + 180.0) * f64::from(self.per_degree)).floor() as i64).rem_euclid(self.columns())
    }
}

/// Half the height and half the width of a box that contains a circle. Degrees.
/// It is 1 % larger than the circle on the sphere, for the flattening of the Earth. Near a pole its half width is 180.
pub fn half_box(at: LatLon, metres: f64) -> (f64, f64) {
    let reach = (metres / EARTH_RADIUS_METRES).to_degrees() * 1.01;
    let widest = (at.lat.abs() + reach).min(90.0).to_radians().cos();
    let aside = if widest < 1e-6 { 180.0 } else { (reach / widest).min(180.0) };
    (reach, aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_touches_the_cells_of_all_its_points_once_each() {
        let mut random = fastrand::Rng::with_seed(3);
        let centres =
            [LatLon::new(28.0, -17.0), LatLon::new(0.0, 179.99), LatLon::new(89.5, 10.0), LatLon::new(-85.0, -180.0)];
        for centre in centres {
            for metres in [100.0, 5_000.0, 200_000.0] {
                let cells: Vec<u32> = Cells::new(10).around(centre, metres).collect();
                let mut once = cells.clone();
                once.sort_unstable();
                once.dedup();
                assert_eq!(once.len(), cells.len());
                for _ in 0..200 {
                    let at = centre.destination(random.f64() * 360.0, random.f64() * metres);
                    assert!(cells.contains(&Cells::new(10).of(at)), "{centre:?} {metres} {at:?}");
                }
            }
        }
    }
}
