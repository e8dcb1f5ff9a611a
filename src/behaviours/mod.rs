//! Behaviours: what vessels do that is worth an alert, one file each.

mod signal;

pub use signal::{Holding, Signal, SignalKind, Subject};
