//! HTTP pages for monitoring: metrics, health, readiness and status.
//!
//! A separate thread serves them and never touches the engine. The main loop publishes a [`View`] once a second; if the loop hangs, the age
//! of the last view shows it.

mod health;
mod listener;
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
