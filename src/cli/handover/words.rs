//! Words that the screen and the page of a handover share: the vessels of an alert, its status, and counts by severity.

use serde_json::Value;

use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::vessel_name;
use crate::storage::store::Entry;
use atalaia_core::alerts::system_title;

/// The vessels: `ALFA, BRAVO and 2 more`. For an alert about the daemon, its subject: `receiver partner`.
/// Escaped. Empty for an alert about an area.
pub(super) fn names(body: &Value) -> String {
    const MOST: usize = 3;
    if let Some(title) = system_title(body) {
        return FromAir(&title).to_string();
    }
    let vessels = body["vessels"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<String> =
        vessels.iter().take(MOST).map(|vessel| FromAir(&vessel_name(vessel)).to_string()).collect();
    match vessels.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Counts by severity: `2 critical, 1 high`. The highest first; empty without alerts.
pub(super) fn by_severity(entries: &[Entry]) -> String {
    let severities = ["critical", "high", "medium", "low", "info"];
    let counts = severities.iter().filter_map(|severity| {
        let count = entries.iter().filter(|entry| entry.body["severity"] == *severity).count();
        (0 < count).then(|| format!("{count} {severity}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Whether an alert goes on, and how it ended if not. `taken back` is a retracted alert: its
/// evidence proved wrong.
pub(super) fn status_of(body: &Value) -> &'static str {
    match body["status"].as_str() {
        Some("open") => "going on",
        Some("retracted") => "taken back",
        _ => "over",
    }
}
