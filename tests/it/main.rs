//! The one integration test binary.
#![allow(clippy::unwrap_used)]

mod daemon;
mod decoder;
mod feed;
mod house;
mod house_source;
mod kit;
mod kit_check;
mod replay_cli;
mod settings;
mod witness;
mod zone_borders;
mod zone_files;
mod zones;
