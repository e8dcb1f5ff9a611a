//! Atalaia: AIS in, explained alerts out.
//!
//! (The architecture page; see STYLE for the flow.)

pub mod ais;
pub mod alerts;
pub mod behaviours;
pub mod cli;
pub mod geo;
pub mod time;
pub mod tracks;
pub mod units;
pub mod zones;
