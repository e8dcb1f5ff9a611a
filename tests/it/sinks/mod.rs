//! Sinks against servers that receive, refuse, hang and lie.

pub mod bad_sinks;
mod http;
mod misbehaving;
mod wire;
