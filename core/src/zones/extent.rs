//! A zone's position on the Earth, for display: extent, middle, area, and the share of land in it.

use super::hit::ZoneIx;
use super::set::ZoneSet;
use super::shape::Shape;
use crate::base::units::METRES_PER_NM;
use crate::geo::chord::position;
use crate::geo::{Coast, LatLon, wrap_degrees};

/// Rows and columns of the grid by which a polygon is sampled.
const GRID: usize = 96;
/// Maximum number of positions sampled for land.
const LOOKED_AT: usize = 400;
/// Nautical miles in a degree of latitude.
const NM_PER_DEGREE: f64 = 60.0;

/// The bounding box of a zone, with its area.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Extent {
    /// Southern edge, degrees north.
    pub south: f64,
    /// Northern edge, degrees north.
    pub north: f64,
    /// Western edge, degrees east, -180..180.
    pub west: f64,
    /// Degrees from the western edge to the eastern one, 0..=360.
    pub width: f64,
    /// Middle of the box.
    pub middle: LatLon,
    /// Area in square nautical miles, accurate to some per cent; too large if a corridor crosses itself or circles overlap.
    pub area_nm2: f64,
}

impl Extent {
    /// Eastern edge, degrees east, -180..180; less than `west` if the box crosses ±180°.
    pub fn east(&self) -> f64 {
        wrap_degrees(self.west + self.width)
    }
}

impl ZoneSet {
    /// Bounding box and area of a zone.
    pub fn extent(&self, zone: ZoneIx) -> Extent {
        let shape = self.shape(zone);
        let around = Around::of(shape);
        let area_nm2 = match shape.is_polygon() {
            true => {
                around.cell_nm2().zip(around.grid()).map(|(nm2, at)| if shape.enclosed(at) { nm2 } else { 0.0 }).sum()
            }
            false => along_nm2(shape),
        };
        let Around { south, north, west, width } = around;
        let middle = LatLon::new((south + north) / 2.0, west + width / 2.0);
        Extent { south, north, west: wrap_degrees(west), width, middle, area_nm2 }
    }

    /// Positions spread over a zone, at most a few hundred.
    pub fn spread(&self, zone: ZoneIx) -> Vec<LatLon> {
        let shape = self.shape(zone);
        let mut all: Vec<LatLon> = match shape.is_polygon() {
            true => Around::of(shape).grid().filter(|at| shape.enclosed(*at)).collect(),
            false => shape
                .pieces
                .iter()
                .flat_map(|piece| {
                    let middle = position(piece.from);
                    let beside =
                        [0.0, 90.0, 180.0, 270.0].map(|bearing| middle.destination(bearing, shape.reach * 0.7));
                    std::iter::once(middle).chain(beside)
                })
                .collect(),
        };
        if all.is_empty() {
            // The polygon is thinner than the grid.
            all = shape.pieces.iter().map(|piece| position(piece.from)).collect();
        }
        let stride = all.len().div_ceil(LOOKED_AT).max(1);
        all.into_iter().step_by(stride).collect()
    }

    /// Share of a zone that is land or inland water, 0 to 1; 0 without a coastline.
    pub fn land_share(&self, zone: ZoneIx, coast: &Coast) -> f64 {
        land_share(&self.spread(zone), coast)
    }

    /// The positions a zone is drawn with: the vertices of its lines and borders, or its centres.
    pub fn drawn(&self, zone: ZoneIx) -> impl Iterator<Item = LatLon> {
        self.shape(zone).pieces.iter().map(|piece| position(piece.from))
    }
}

/// Share of the positions that are on land or inland water, 0 to 1.
pub fn land_share(positions: &[LatLon], coast: &Coast) -> f64 {
    let on_land = positions.iter().filter(|at| coast.on_land(**at)).count();
    on_land as f64 / positions.len().max(1) as f64
}

/// Edges in degrees, with continuous longitudes: `west` may be beyond ±180.
struct Around {
    /// Southern edge, degrees north.
    south: f64,
    /// Northern edge, degrees north.
    north: f64,
    /// Western edge, degrees east.
    west: f64,
    /// Degrees from the western edge to the eastern one, 0..=360.
    width: f64,
}

impl Around {
    /// The box around a shape, widened by its half width or radius. All zeros for a shape without pieces.
    fn of(shape: &Shape) -> Around {
        let mut ends = shape.pieces.iter().flat_map(|piece| [position(piece.from), position(piece.to())]);
        let Some(first) = ends.next() else {
            return Around { south: 0.0, north: 0.0, west: 0.0, width: 0.0 };
        };
        let (mut south, mut north, mut west, mut east) = (first.lat, first.lat, first.lon, first.lon);
        let mut before = first.lon;
        for end in ends {
            // Each longitude continues from the previous one, so that a border across ±180° stays continuous.
            let lon = before + wrap_degrees(end.lon - before);
            (south, north, west, east) = (south.min(end.lat), north.max(end.lat), west.min(lon), east.max(lon));
            before = lon;
        }
        let reach = shape.reach / METRES_PER_NM / NM_PER_DEGREE;
        (south, north) = ((south - reach).max(-90.0), (north + reach).min(90.0));
        let sideways = reach / south.abs().max(north.abs()).to_radians().cos().max(0.01);
        let width = (east - west + 2.0 * sideways).min(360.0);
        Around { south, north, west: west - sideways, width }
    }

    /// Centres of the cells of a grid, row by row from the south.
    fn grid(&self) -> impl Iterator<Item = LatLon> {
        let (south, west) = (self.south, self.west);
        let (up, across) = ((self.north - south) / GRID as f64, self.width / GRID as f64);
        let at = move |row: usize, column: usize| {
            LatLon::new(south + (row as f64 + 0.5) * up, west + (column as f64 + 0.5) * across)
        };
        (0..GRID).flat_map(move |row| (0..GRID).map(move |column| at(row, column)))
    }

    /// Area of each of these cells, in square nautical miles.
    fn cell_nm2(&self) -> impl Iterator<Item = f64> {
        let up = (self.north - self.south) / GRID as f64;
        let cell = up * self.width / GRID as f64 * NM_PER_DEGREE * NM_PER_DEGREE;
        let south = self.south;
        let row = move |row: usize| cell * (south + (row as f64 + 0.5) * up).to_radians().cos();
        (0..GRID).flat_map(move |at| std::iter::repeat_n(row(at), GRID))
    }
}

/// Area of a corridor or of circles, in square nautical miles.
fn along_nm2(shape: &Shape) -> f64 {
    let reach = shape.reach / METRES_PER_NM;
    let lengths = shape.pieces.iter().map(|piece| position(piece.from).metres_to(position(piece.to())) / METRES_PER_NM);
    let (mut length, mut rounds, mut last) = (0.0, 0, None);
    for (piece, nm) in shape.pieces.iter().zip(lengths) {
        length += nm;
        // Each line, and each circle, has a half circle at both its ends.
        rounds += usize::from(last != Some(piece.from));
        last = Some(piece.to());
    }
    2.0 * reach * length + rounds as f64 * std::f64::consts::PI * reach * reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zones::Requests;

    fn extent(properties: &str, geometry: &str) -> Extent {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":"a","name":"A","kind":"area"{properties}}},
            "geometry":{geometry}}}]}}"#
        );
        let zones = ZoneSet::parse(&[("a.geojson".to_owned(), text)], Requests::NONE).expect("sound zones");
        zones.extent(ZoneIx(0))
    }

    #[test]
    fn a_box_a_circle_and_a_corridor_have_the_area_they_are_drawn_with() {
        let square =
            extent("", r#"{"type":"Polygon","coordinates":[[[-10,-0.5],[-9,-0.5],[-9,0.5],[-10,0.5],[-10,-0.5]]]}"#);
        assert!((square.area_nm2 - 3600.0).abs() < 40.0, "{square:?}");
        assert!(
            (square.south + 0.5).abs() < 1e-6
                && (square.west + 10.0).abs() < 1e-6
                && (square.east() + 9.0).abs() < 1e-6
        );
        let circle = extent(r#","radius_nm":10"#, r#"{"type":"Point","coordinates":[-10,40]}"#);
        assert!((circle.area_nm2 - 314.0).abs() < 2.0 && circle.middle.metres_to(LatLon::new(40.0, -10.0)) < 10.0);
        assert!((circle.north - 40.0 - 10.0 / 60.0).abs() < 1e-3, "{circle:?}");
        let lane = extent(r#","half_width_nm":5"#, r#"{"type":"LineString","coordinates":[[0,0],[1,0]]}"#);
        assert!((lane.area_nm2 - 678.0).abs() < 10.0, "60 nm by 10 and two half circles: {lane:?}");
    }

    #[test]
    fn a_zone_across_the_date_line_is_one_box() {
        let square = extent("", r#"{"type":"Polygon","coordinates":[[[179,0],[181,0],[181,1],[179,1],[179,0]]]}"#);
        assert!((square.width - 2.0).abs() < 1e-6 && (square.west - 179.0).abs() < 1e-6, "{square:?}");
        assert!((square.east() + 179.0).abs() < 1e-6 && square.middle.lon.abs() > 179.9, "{square:?}");
    }

    #[test]
    fn land_is_distinguished_from_sea() {
        let zones = ZoneSet::built_in(Requests::NONE);
        let coast = Coast::built_in();
        let (lane, _) = zones.iter().find(|(_, zone)| zone.id.starts_with("c07")).expect("a lane at sea");
        assert!(zones.land_share(lane, &coast) < 0.1);
        assert!(land_share(&[LatLon::new(-9.4, 38.7)], &coast) > 0.9, "Tanzania");
    }
}
