//! Sink: one line of the daemon's own log for each change.

use tracing::info;

use crate::alerts::Change;
use crate::telemetry::FromAir;

/// Writes at INFO; the summary holds names from the air, so it is escaped.
pub(super) fn take(change: &Change) {
    let alert = &change.alert;
    let mmsis: Vec<u32> = alert.vessels.iter().map(|vessel| vessel.mmsi).collect();
    info!(
        change = name(change),
        at = %change.at,
        id = %alert.id,
        revision = change.revision,
        behaviour = alert.behaviour,
        severity = ?alert.severity,
        score = alert.score,
        mmsis = ?mmsis,
        lat = alert.position.map(|at| round(at.lat)),
        lon = alert.position.map(|at| round(at.lon)),
        reason = %FromAir(&change.reason),
        summary = %FromAir(&alert.summary),
        "alert"
    );
}

fn name(change: &Change) -> &'static str {
    use crate::alerts::ChangeKind;
    match change.change {
        ChangeKind::Opened => "opened",
        ChangeKind::Updated => "updated",
        ChangeKind::Ended => "ended",
        ChangeKind::Retracted => "retracted",
    }
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}
