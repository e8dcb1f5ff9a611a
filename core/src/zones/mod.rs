//! Zones: the areas the operator cares about, read from GeoJSON, and which of them contain or are near a position.

mod cells;
mod chart;
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
pub use extent::{Extent, land_share};
pub use hit::{Hit, Relation, ZoneIx};
pub use likeness::{Likeness, fold, imo_check_digit_holds, likeness};
pub use parse::{ZoneError, ZoneRules};
pub use presence::{Crossing, Presence, Sighting};
pub use requests::Requests;
pub use set::{BELT_NM, ZoneSet};
pub use watchlist::{Bounds, ListError, Listed, Match, MatchedBy, Said, WatchlistSettings, Watchlists};
pub use zone::{Hours, Kind, Zone};
