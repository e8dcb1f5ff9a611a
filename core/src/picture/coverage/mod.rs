//! Coverage: where vessels are usually heard, learned from the feed itself, and how unlikely it is that one is not.
//!
//! A vessel is *expected* in a ten-minute slot if the fixes before and after it place it there, and for the first hour after its
//! last fix where dead reckoning places it. Without the latter, cells at the edge of reception, where vessels are lost for good,
//! would look perfect. It is *heard* if it has a fix in the slot. The work is done once per vessel and slot: at its first fix in
//! a slot, and at the end of the slot for vessels without one.
//!
//! Slots that say nothing about a vessel are holes: its input or station was silent, all vessels around fell silent with it, or
//! too little has been learned. They count neither for nor against it.
//!
//! | file | what it is |
//! |---|---|
//! | `model` | the model and its public interface |
//! | `learn`, `weigh`, `outage` | what fixes teach, how a silence is weighed, and whether reception is lost; methods of the model |
//! | `cells`, `feeds`, `quiet`, `usual_silence` | what is kept by cell, by input and station, by area, and by input again |
//! | `silence` | one vessel that is not heard |
//! | `heard`, `loss`, `apart` | the vessels heard and lost in one slot, and which of the lost ones belong to one outage |
//! | `receipt` | times of receipt of each input, live only; not part of the model |

mod apart;
mod cells;
mod feeds;
mod heard;
mod learn;
mod loss;
mod model;
mod outage;
mod quiet;
mod receipt;
mod settings;
mod silence;
mod slot;
mod usual_silence;
mod weigh;

pub use cells::{Cell, LEAST_SLOTS, Reception};
pub use feeds::Pulse;
pub use model::Coverage;
pub use quiet::QuietArea;
pub use receipt::{Receipt, Receipts};
pub use settings::Settings;
pub use silence::{REPORTED_BELOW, Silence};
pub use slot::{SLOT, Slot};
pub use usual_silence::{SilenceRate, Usual};

#[cfg(test)]
mod tests;
