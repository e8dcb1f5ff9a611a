//! The alert book: signals in, changes out.

mod alert;

pub use alert::{
    Alert, Change, ChangeKind, Evidence, EvidenceTrack, ScoreReason, Severity, Status, VesselRef,
    ZoneRef,
};
