//! Atalaia: AIS in, explained alerts out.
//!
//! (The architecture page; see STYLE for the flow.)

pub mod ais;
pub mod alerts;
pub mod behaviours;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod engine;
pub mod geo;
pub mod inputs;
pub mod runtime;
pub mod telemetry;
pub mod time;
pub mod tracks;
pub mod units;
pub mod zones;
