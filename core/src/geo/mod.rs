//! Positions on the Earth: distance, bearing, and the local plane used on the hot path.

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
mod wind;

pub use cells::{Cells, half_box};
pub use coast::Coast;
pub use csv_table::CsvTable;
pub use motion::{Approach, Hull, Motion, cpa, hull_metres};
pub use notation::NotationError;
pub use outline::{Bounds, Vertex, land_within};
pub use port::Port;
pub use ports::{Ports, SEEN_NM};
pub use position::{LatLon, angle_between, wrap_degrees};
pub use row_fault::RowFault;
pub use sun::sun_altitude_degrees;
pub use wind::Wind;

#[cfg(test)]
mod tests;
