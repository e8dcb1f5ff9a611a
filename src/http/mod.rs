//! HTTP pages for monitoring (metrics, health, readiness and status), and questions about vessels.
//!
//! A separate thread serves them and never touches the engine. The main loop publishes a [`View`] once a second; if the loop hangs, the age
//! of the last view shows it. It also publishes a copy of the picture while somebody reads it, and answers the questions in a short queue
//! ([`asking`]) between two batches of lines.

mod api;
mod ask;
mod health;
mod listener;
mod metrics;
mod page;
mod process;
mod serve;
mod settings;
mod status;
mod view;

pub use ask::{Ask, Asked, Asker, asking};
pub use serve::{NAME, Pages};
pub use settings::Settings;
pub use view::{EngineView, Failing, InputView, ReloadView, SinkView, View};

#[cfg(test)]
mod tests;
