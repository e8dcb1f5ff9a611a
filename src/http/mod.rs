//! Pages for whoever watches the daemon: metrics, health, readiness, status.
//!
//! They are served by a thread of their own and never touch the engine: the loop leaves a [`View`] of itself once a second, and a loop
//! that hangs is seen by the age of its last one.

mod bounded;
mod health;
mod metrics;
mod process;
mod serve;
mod settings;
mod status;
mod view;

pub use serve::{NAME, Pages};
pub use settings::Settings;
pub use view::{EngineView, Failing, InputView, ReloadView, SinkView, View};

#[cfg(test)]
mod tests;
