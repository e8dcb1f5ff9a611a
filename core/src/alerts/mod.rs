//! Alerts: what the signals of the behaviours mean to an analyst.

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
pub use notice::{FailedDeliveries, Notice, NoticeFacts, NoticeKind, VesselFlood};
pub use point::EvidencePoint;
pub use score::ScoreSettings;
pub use settings::Settings;
pub use view::View;

#[cfg(test)]
mod tests;
