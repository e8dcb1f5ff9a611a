//! The integration tests, all in one binary.
// A test binary has no outside users, so `pub` here only means "used by other files".
#![allow(clippy::unwrap_used, unreachable_pub)]

mod api;
mod behaviours;
mod cli;
mod config;
mod console;
mod daemon;
mod engine;
mod feeds;
mod formats;
mod harness;
mod house;
mod sinks;
mod store;
