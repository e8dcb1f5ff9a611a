//! Sink: one line in the daemon's own log for each change.

use std::time::Duration;

use serde_json::Value;
use tracing::info;

use crate::delivery::send::{Delivery, Pace, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::delivery::sinks;
use crate::platform::clock::Moment;
use crate::platform::table::NoTable;
use crate::platform::telemetry::FromAir;
use crate::storage::store::stored_severity;

/// Number of changes logged before the other sinks have their turn.
const TOGETHER: usize = 64;

/// The daemon's own log.
pub(super) struct Log;

impl Sink for Log {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "log",
        about: "The daemon's own log.",
        table: "",
        has_path: false,
        is_local: true,
        is_read_by_people: false,
        lists_ids: false,
        keeps_open_alerts: false,
    };

    fn open(_: &sinks::Settings, _: &NoTable, _: &SenderIdentity) -> Result<Log, String> {
        Ok(Log)
    }

    fn pace(&self, _: Moment) -> Pace {
        Pace { together: TOGETHER, wait: Duration::ZERO }
    }

    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        deliveries.iter().for_each(|delivery| write(&delivery.change));
        Ok(())
    }

    fn reopened(self) -> Option<Log> {
        Some(self)
    }
}

/// Logs the change at INFO. Reason and summary may contain names from the air, so they are escaped.
fn write(change: &Value) {
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
