//! The one integration test binary.
#![allow(clippy::unwrap_used)]

mod daemon;
mod replay_cli;
mod settings;
