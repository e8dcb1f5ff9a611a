//! Positions on the Earth: distance, bearing, and the local plane used on the hot path.
//!
//! | files | what they are |
//! |---|---|
//! | `position`, `notation` | positions, how people write them, distances and bearings |
//! | `chord`, `polygon`, `cells` | the geometry under zones and coast: chords on the ellipsoid, polygons, cells in degrees |
//! | `motion` | ships that move: dead reckoning, closest approach, hulls |
//! | `coast`, `land`, `outline`, `tiles` | distance from shore, land or water, land for drawing |
//! | `ports`, `port`, `port_file`, `port_names` | harbours and anchorage points, and the harbour that a destination means |
//! | `wind`, `sun` | wind from a file of the operator, altitude of the sun |
//! | `csv_table`, `row_fault` | tables written by people, and the faults in them |
//!
//! There are three measures of distance. [`LatLon::metres_to`] is on the sphere and fast. [`LatLon::nm_to`] is on the
//! ellipsoid and slow. The module `chord` is on the ellipsoid and fast, but only between points that were converted once.

mod cells;
pub(crate) mod chord;
mod coast;
mod csv_table;
mod land;
mod motion;
mod notation;
mod outline;
pub(crate) mod polygon;
mod port;
mod port_file;
mod port_names;
mod ports;
mod position;
mod row_fault;
mod sun;
mod tiles;
mod wind;

pub use cells::{Cells, half_box};
pub use coast::Coast;
pub use csv_table::CsvTable;
pub use motion::{Approach, Hull, Motion, cpa, hull_metres};
pub use notation::NotationError;
pub use outline::{Bounds, Vertex, land_within, ring_within};
pub use port::Port;
pub use ports::{Ports, SEEN_NM};
pub use position::{LatLon, angle_between, wrap_degrees};
pub use row_fault::RowFault;
pub use sun::{sun_altitude_degrees, sun_hour_degrees};
pub use tiles::{LandTiles, TILE_MARGIN, TILE_UNITS, TILE_ZOOMS, TileRing};
pub use wind::Wind;

#[cfg(test)]
mod tests;
