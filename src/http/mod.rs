//! HTTP pages for monitoring (metrics, health, readiness and status), and questions about vessels.
//!
//! A separate thread serves them and never touches the engine. The main loop publishes a [`View`] once a second; if the loop hangs, the age
//! of the last view shows it. It also publishes a copy of the picture while a page needs it, and answers the questions in a short queue
//! ([`asking`]) between two batches of lines.
//!
//! The pages have no log-in. They are served on loopback addresses unless the settings allow more, and questions about vessels never leave
//! the machine. A page shows counts and fixed words; what came over the air is escaped or left out.
//!
//! Layers, from the outside: `listener` accepts connections and limits their lives, `serve` routes requests, one module each makes a page
//! (`metrics`, `health`, `status`, `questions`), and `view` and `ask` are what they are made from. `answering` has the answers that
//! `questions` and `api` share.

mod access;
mod answering;
mod api;
mod ask;
mod body;
mod console;
mod endpoint;
mod health;
mod hosts;
mod listener;
mod metrics;
mod page;
mod parameters;
mod problem;
mod process;
mod questions;
mod serve;
mod settings;
mod site;
mod status;
mod tagged;
mod traffic;
mod view;

pub use access::{
    AskPurpose, LONGEST_TOKEN_LIFE, Right, Rights, Role, Secret as ApiSecret, Settings as ApiSettings, ceilings_fault,
    hash, name_fault, password_fault, token_fault,
};
pub use api::{Names, Pictures};
pub use ask::{Ask, Asker, QuestionQueue, asking};
pub use health::{all_too_late, unused_times};
pub use serve::{NAME, Pages};
pub use settings::Settings;
pub use site::{NAME as API_NAME, Site};
pub use view::{EngineView, Failing, InputView, ReloadView, SinkView, TooLate, View};

#[cfg(test)]
mod tests;
