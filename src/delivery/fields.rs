//! The fields of a change as all text formats write them.
//!
//! Sinks must agree in these: an operator compares a mail with the map and the log of the receiver.

use super::send::SendError;
use super::text::{clean, token};
use atalaia_core::alerts::{Alert, Change, ChangeKind};
use atalaia_core::behaviours::VesselRef;

/// Whether the change ended or retracted its alert.
pub(super) fn is_over(change: &Change) -> bool {
    matches!(change.change, ChangeKind::Ended | ChangeKind::Retracted)
}

/// Id of an alert as a token of a topic, subject or address. An error if it contains other characters, which only a damaged store has.
pub(super) fn id(alert: &Alert) -> Result<&str, SendError> {
    token(&alert.id)
}

/// The whole marking on one line.
pub(super) fn marking(alert: &Alert) -> String {
    clean(&alert.handling.line())
}

/// MMSIs of the vessels, nine digits each, joined by `separator`: `224000001/224000002`.
pub(super) fn mmsis(alert: &Alert, separator: &str) -> String {
    alert.vessels.iter().map(nine_digits).collect::<Vec<_>>().join(separator)
}

/// MMSI with leading zeros: those of coast stations and groups of ships begin with them (ITU-R M.585).
pub(super) fn nine_digits(vessel: &VesselRef) -> String {
    format!("{:09}", vessel.mmsi)
}

/// Name of the vessel, cleaned; `None` if it never sent one that is visible.
pub(super) fn own_name(vessel: &VesselRef) -> Option<String> {
    vessel.name.as_deref().map(clean).filter(|name| !name.is_empty())
}

/// Name of the vessel, or `MMSI` and its number if it has none.
pub(super) fn name(vessel: &VesselRef) -> String {
    own_name(vessel).unwrap_or_else(|| format!("MMSI {}", nine_digits(vessel)))
}
