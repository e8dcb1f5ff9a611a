//! Questions about vessels: which are near a place, what is known of one, what it lacks for an alert, and who was at a place.
//!
//! Each is a function over the engine, or over a copy of its picture, and its answer is plain data. The command line and the HTTP pages
//! print the same answers. A question never changes the engine: the same lines give the same alerts, whatever is asked meanwhile.

mod coverage;
mod explain;
mod near;
mod picture;
mod question;
mod track;
mod vessel;
mod who;

pub use coverage::{CoverageCell, CoverageMap};
pub use explain::{Condition, Conditions, FixThere, Form, TrackConditions, bare, conditions, nearest, track_key};
pub use near::{Nearby, near};
pub use picture::{Picture, PictureVessel, Traits};
pub use question::{Answer, Question};
pub use track::{TrackAnswer, TrackPoint, spread, track};
pub use vessel::{VesselAnswer, VesselTrack, kind_of, vessel};
pub use who::{
    DARK_AFTER, Deed, Did, Halted, LEAST, Part, Ranked, STOP_KNOTS, Search, Sighting, Suspects, Unheard, halted,
    joined, meeting, parts, rank, spell, unheard, who, who_among,
};
