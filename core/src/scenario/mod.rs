//! Simulated ships: what they do, what their transponders send, and what stations receive of it. Tests, benches and the demo use it.
//!
//! A [`Vessel`] is a script: it sails, stops, drifts, circles, falls silent, and sends other static data. A [`Scenario`] has vessels and
//! says how well they are received; [`Scenario::feed`] gives the lines. [`story`] reads the same scripts from text, and [`Fleet`] moves
//! hundreds of thousands of ships. Everything is sent through the encoder of [`crate::ais::encode`]. The same script always gives the
//! same lines: there is no clock, and chance comes from a seed.
//!
//! The way of a message is the way of a real one. A [`Vessel`] has legs (`course`), a [`Transponder`] makes messages
//! of a moment of them, a [`Scenario`] decides which are received and by which station (`reception`), and a [`Feed`]
//! is what arrives, in order, perhaps shuffled, doubled or damaged. Times in scripts are minutes or seconds after
//! the scenario's start.

mod chance;
mod course;
mod feed;
mod fleet;
mod place;
mod reception;
pub mod story;
mod transponder;
mod vessel;

pub use chance::Chance;
pub use feed::{Feed, Transmission};
pub use fleet::Fleet;
pub use place::{away, beside};
pub use reception::Scenario;
pub use transponder::{Particulars, Transponder};
pub use vessel::Vessel;

#[cfg(test)]
mod tests;
