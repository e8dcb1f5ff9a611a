//! The one integration test binary.
#![allow(clippy::unwrap_used)]

mod daemon;
mod decoder;
mod replay_cli;
mod settings;
mod witness;
mod zone_borders;
mod zone_files;
mod zones;
