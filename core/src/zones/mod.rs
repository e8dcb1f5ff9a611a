//! Zones: the areas the operator cares about, read from GeoJSON, and which of them contain or are near a position.
//!
//! | files | what they are |
//! |---|---|
//! | `parse`, `properties`, `shipped`, `requests` | GeoJSON files to zones, with every fault of every file; the built-in files |
//! | `zone`, `shape` | one zone: its properties and its geometry |
//! | `set`, `cells`, `hit` | all zones, and which of them are at or near a position |
//! | `presence` | which zones one vessel is confirmed to be in or near, and when it crossed their borders |
//! | `extent`, `drawing` | size and place of a zone, and its outline, for display |
//! | `chart` | zones, coast, ports, wind and watchlists together: what a rule reads |
//! | `watchlist`, `likeness` | lists of vessels, and when two names are taken for one |
//!
//! Zones may overlap. Nothing here decides which of them counts: that is up to the behaviours and the score.

mod cells;
mod chart;
mod drawing;
mod extent;
mod hit;
mod likeness;
mod parse;
mod presence;
mod properties;
mod requests;
mod set;
mod shape;
mod shipped;
mod watchlist;
mod zone;

pub use chart::{CALM_KNOWN_NM, Calm, Chart};
pub use drawing::{Drawing, Polygons};
pub use extent::{Extent, land_share};
pub use hit::{Hit, Relation, ZoneIx};
pub use likeness::{Characters, Difference, Edit, Likeness, difference, fold, imo_check_digit_holds, likeness};
pub use parse::{ZoneError, ZoneRules};
pub use presence::{Crossing, Presence, Reading, Sighting};
pub use requests::Requests;
pub use set::{BELT_NM, ZoneSet};
pub use watchlist::{Bounds, ListError, Listed, Match, MatchedBy, Said, WatchlistSettings, Watchlists};
pub use zone::{Hours, Kind, Zone};
