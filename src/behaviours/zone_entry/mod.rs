//! Zone entry: a vessel enters a zone that asks for this alert.
//!
//! ## Watches
//! Every vessel, at the borders of active zones that ask with `{"zone_entry":{}}`.
//! ## Why
//! In some waters, every vessel that enters deserves a look.
//! ## Opens
//! At the first fix more than 0.2 nm inside, or at the second fix in a row inside, at least 60 s after the first. A
//! vessel that is first heard inside, or is heard inside after it was lost, has not entered.
//! ## Ends
//! The vessel leaves the zone, or 6 h pass without a fix (lost).
//! ## Blind spots
//! A border crossed in a hole in reception is crossed at the first fix after it. A vessel that switches its transponder
//! off is not seen to cross.

mod rule;

/// Settings `[behaviours.zone_entry]`.
pub type Settings = super::runner::crossing::Settings;

pub use rule::ZoneEntry;

#[cfg(test)]
mod tests;
