//! Behaviours: what vessels do that is worth an alert. Each has its own folder.
//!
//! A behaviour is a rule with its settings, facts and texts. The rule receives steps (a vessel moved, or sent new static data), and is
//! woken at the times that it requested. It reports that a condition holds or is over, with the facts, which are structs (`facts.rs`);
//! `words.rs` makes sentences of their fields. A behaviour raises no alerts, stores nothing and calls no other behaviour.

pub mod ais_gap;
pub mod alongside_at_anchor;
pub mod async_rendezvous;
mod character;
mod checks;
pub mod dark_rendezvous;
pub mod distress;
pub mod draught_change;
pub mod drift;
mod end;
mod explain;
mod facts;
pub mod feed_silent;
pub mod fishing_out_of_place;
pub mod identity_change;
pub mod identity_conflict;
pub mod interference;
pub mod limit_hugging;
pub mod loitering;
mod named;
pub mod out_and_back;
mod place;
pub mod position_jump;
mod registry;
pub mod rendezvous;
mod rule;
mod runner;
mod scene;
mod shared;
mod signal;
pub mod slowdown;
pub mod small_craft_stop;
mod step;
mod survey;
mod system;
mod vicinity;
pub mod voyage_anomaly;
pub mod watchlist;
mod words;
pub mod zone_entry;
pub mod zone_exit;
pub mod zone_speed;

pub use character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, IsPolygon, Lead, RestsOn, Roles,
    Silence, UsualStops, ZoneUse,
};
pub use end::End;
pub use explain::{Condition, Explanation};
pub(crate) use facts::{Parts, Rounded, minutes, number};
pub use identity_change::NewIdentity;
pub use named::{Role, VesselRef, ZoneRef};
pub use place::{Ground, Lot, Places};
pub(crate) use registry::AnyFacts;
pub use registry::{Behaviour, Form, NAMES, Settings, all, cannot_ask, check_overrides};
pub use rule::{AnyRule, Output, PictureRule, Rule};
#[cfg(test)]
pub(crate) use runner::crossing::Measured as Crossed;
pub use scene::Scene;
pub(crate) use shared::anchored::AtAnchor;
#[cfg(test)]
pub(crate) use shared::sharing::JumpFacts;
pub use signal::{Doubt, Holding, Signal, SignalKind, Subject, Verdict};
pub use step::{Interest, Step};
pub use survey::{Findings, Survey};
pub use vicinity::{Place, Vicinity};
pub(crate) use words::{Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Tense};
