//! Behaviours: what vessels do that is worth an alert. Each has its own folder.
//!
//! A behaviour is a rule with its settings, facts and texts. The rule receives steps (a vessel moved, or sent new static data), and is
//! woken at the times that it requested. It reports that a condition holds or is over, with the facts, which are structs (`facts.rs`);
//! `words.rs` makes sentences of their fields. A behaviour raises no alerts, stores nothing and calls no other behaviour.

pub mod ais_gap;
pub mod alongside_at_anchor;
mod any_facts;
pub mod async_rendezvous;
mod behaviour;
mod character;
mod characters;
mod checks;
mod company;
mod comparison;
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
mod rules;
mod runner;
mod scene;
mod settings;
mod shared;
mod signal;
mod site;
pub mod slowdown;
pub mod small_craft_stop;
mod step;
mod system;
mod vicinity;
pub mod voyage_anomaly;
pub mod watchlist;
mod words;
pub mod zone_entry;
pub mod zone_exit;
mod zone_requests;
pub mod zone_speed;

pub(crate) use any_facts::AnyFacts;
pub use any_facts::Form;
pub use behaviour::{Behaviour, NAMES};
pub use character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, Description, Event, HISTORY_HOURS, IsPolygon, Lead,
    Meeting, RestsOn, Roles, Silence, UsualStops, ZoneUse,
};
pub use characters::cannot_ask;
pub use company::Company;
pub use comparison::{Compared, Comparison};
pub use end::End;
pub use explain::{Condition, Explanation};
pub(crate) use facts::{Parts, Rounded, minutes, number};
pub use identity_change::NewIdentity;
pub use named::{Role, VesselRef, ZoneRef};
pub use place::{Ground, Lot, Places};
pub use rule::{AnyRule, CompanyRule, LaneRule, Output, PictureRule, Rule};
pub use rules::all;
#[cfg(test)]
pub(crate) use runner::crossing::Measured as Crossed;
pub use scene::Scene;
pub use settings::{Settings, check_overrides};
pub(crate) use shared::anchored::AtAnchor;
#[cfg(test)]
pub(crate) use shared::sharing::JumpFacts;
pub use signal::{Doubt, Holding, Signal, SignalKind, Subject, Verdict};
pub(crate) use site::Site;
pub use step::{Interest, Step};
pub use vicinity::{Place, Vicinity};
pub use watchlist::{LISTED, LISTING};
pub(crate) use words::{Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Tense};
pub use zone_requests::ZONE_REQUESTS;
