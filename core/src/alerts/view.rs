//! What alerts may read of the picture.

use crate::ais::StationId;
use crate::picture::coverage::Coverage;
use crate::picture::episodes::Episodes;
use crate::picture::episodes::gap::Gaps;
use crate::picture::tracks::{TrackKey, Tracks};
use crate::zones::Chart;

/// What the book may read while it decides. The engine makes one for each call; the book never keeps it.
pub struct View<'a> {
    /// The tracks of all vessels.
    pub tracks: &'a Tracks,
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// Past and present episodes of the vessels, by place and vessel.
    pub episodes: &'a Episodes,
    /// The reception model: how well each place is heard, and how long vessels were there.
    pub coverage: &'a Coverage,
    /// Gaps in the reception of vessels at sea.
    pub gaps: &'a Gaps,
    /// Returns the name of a station; empty if the feed does not name it.
    pub station_name: &'a dyn Fn(StationId) -> String,
    /// Returns the score of the case that a vessel is part of; 0 if there is none.
    pub case_score: &'a dyn Fn(TrackKey) -> i32,
}
