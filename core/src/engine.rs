//! The engine: lines in, changes out. It wires decoder, tracks, behaviours and alert book together.
//!
//! It owns engine time. Reports wait in the reorder buffer until the watermark reaches them. Engine time then moves from one
//! report or timer to the next, and every change carries the time of the step that caused it. The engine reads no clock, opens no
//! file and takes no lock.

mod account;
mod ahead;
mod clocks;
mod dispatch;
mod explain;
mod held;
mod lanes;
mod leap;
mod machine;
mod memory;
mod parallel;
pub mod questions;
mod reorder;
mod rules;
mod settings;
mod silence;
mod snapshot;
mod summary;
mod turn;
mod watermark;

pub use ahead::{AheadDecoder, DecodedLines};
pub use explain::Explained;
pub use machine::Engine;
pub use settings::{Settings, SourceClock, TimeSettings, ZoneSettings};
pub use summary::Summary;
pub use watermark::SATELLITE_LATENESS;

#[cfg(test)]
mod tests;
