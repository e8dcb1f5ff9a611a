//! Zone exit: a vessel leaves a zone that asks for this alert.
//!
//! ## Watches
//! Every vessel, at the borders of active zones that ask with `{"zone_exit":{}}`.
//! ## Why
//! A ship that was ordered to stay, or that was waiting, is on its way.
//! ## Opens
//! At the first fix more than 0.2 nm outside, or at the second fix in a row outside, at least 60 s after the first.
//! ## Ends
//! The vessel comes back into the zone, or 6 h pass without a fix (lost).
//! ## Blind spots
//! A border crossed in a hole in reception is crossed at the first fix after it. A vessel that switches its transponder
//! off is not seen to cross.

mod rule;

/// Settings `[behaviours.zone_exit]`.
pub type Settings = super::runner::crossing::Settings;

pub use rule::ZoneExit;
