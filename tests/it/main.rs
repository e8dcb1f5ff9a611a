//! The one integration test binary.
// Nothing outside sees a test binary's items, so `pub` says only "used by other files".
#![allow(clippy::unwrap_used, unreachable_pub)]

mod analyst;
mod clock;
mod costs;
mod daemon;
mod daemon_alerts;
mod decoder;
mod demo;
mod evaluate;
mod exports;
mod feed;
mod handling;
mod house;
mod house_source;
mod identities;
mod incidents;
mod innocents;
mod judged;
mod keeping;
mod kit;
mod kit_check;
mod live;
mod normal_day;
mod properties;
mod questions;
mod recordings;
mod replay_cli;
mod restart;
mod scenes;
mod settings;
mod shards;
mod witness;
mod zone_borders;
mod zone_files;
mod zones;
