//! Sink: one line in the daemon's own log for each change.

use serde_json::Value;
use tracing::info;

use crate::store::stored_severity;
use crate::telemetry::FromAir;

/// Logs the change at INFO. Reason and summary may contain names from the air, so they are escaped.
pub(in crate::delivery) fn take(change: &Value) {
    let alert = &change["alert"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mmsis: Vec<u64> =
        alert["vessels"].as_array().into_iter().flatten().filter_map(|vessel| vessel["mmsi"].as_u64()).collect();
    info!(
        change = text(&change["change"]),
        at = text(&change["at"]),
        id = text(&alert["id"]),
        revision = change["revision"].as_u64(),
        behaviour = text(&alert["behaviour"]),
        severity = ?stored_severity(alert),
        score = alert["score"].as_i64(),
        mmsis = ?mmsis,
        lat = alert["position"]["lat"].as_f64(),
        lon = alert["position"]["lon"].as_f64(),
        reason = %FromAir(&text(&change["reason"])),
        summary = %FromAir(&text(&alert["summary"])),
        "alert"
    );
}
