//! What a rule about the whole picture may read.

use crate::base::time::{Span, Time};
use crate::picture::coverage::Coverage;
use crate::picture::episodes::Episodes;
use crate::picture::episodes::gap::Gaps;
use crate::picture::tracks::Tracks;
use crate::zones::Chart;

/// What a rule may read at a step. The engine owns all of it.
pub struct Scene<'a> {
    /// Engine time.
    pub now: Time,
    /// Tracks of all vessels.
    pub tracks: &'a Tracks,
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// Recent episodes (slow legs, kinks, halts, port calls and others), by place and by vessel.
    pub episodes: &'a Episodes,
    /// Reception model: which vessels are usually heard where, and which are silent now.
    pub coverage: &'a Coverage,
    /// Silences at sea, open and closed.
    pub gaps: &'a Gaps,
    /// How long after its end a condition may resume as the same alert.
    pub merge: Span,
}
