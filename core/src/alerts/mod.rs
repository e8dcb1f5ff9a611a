//! Alerts: what the signals of the behaviours mean to an analyst.
//!
//! A behaviour reports facts and knows nothing of alerts. This room turns its signals into *alerts* with a score, a severity, a summary
//! and evidence, and into *facts*, which are the same thing below `alert_from` points. The engine owns one [`AlertBook`] and calls it on
//! the thread that calls the engine only, in order of event time, so that the changes do not depend on the number of lanes.
//!
//! | module | what it is |
//! |---|---|
//! | `alert`, `point`, `class` | the alert and its lines, as every other part of the program reads them |
//! | `book` | open and recently ended alerts, and the life cycle of each |
//! | `score` | the lines and caps that make up a score |
//! | [`handling`] | markings: who may see an alert, and for how long it may be kept |
//! | [`cases`] | alerts of a vessel and its partners as one story; it may import the other modules, and none of them imports it |
//! | `notice` | problems of the daemon itself as alerts |
//!
//! `party`, `memory`, `id`, `night` and `view` hold what the book and the score both need.

mod alert;
mod book;
pub mod cases;
mod class;
pub mod handling;
mod id;
mod memory;
mod night;
mod notice;
mod party;
mod point;
mod score;
mod settings;
mod view;

pub use crate::behaviours::{VesselRef, ZoneRef};
pub use alert::{
    Alert, Change, ChangeKind, Confidence, Evidence, EvidenceTrack, ScoreReason, Sentence, Severity, Status,
};
pub use book::AlertBook;
pub use class::{Class, system_title};
pub use handling::{Handling, HandlingSettings};
pub use id::digest;
pub use night::Night;
pub use notice::{FailedDeliveries, Notice, NoticeFacts, NoticeKind, VesselFlood};
pub(crate) use party::may_be_small;
pub use point::EvidencePoint;
pub use score::ScoreSettings;
pub use settings::Settings;
pub use view::View;

#[cfg(test)]
mod tests;
