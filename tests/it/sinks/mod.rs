//! Sinks against servers that receive, refuse, hang and lie.

mod bad_sinks;
mod http;
mod misbehaving;
mod wire;
