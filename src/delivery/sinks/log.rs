//! Sink: one line in the daemon's own log for each change.
//!
//! The default sink, so that a daemon without any settings for sinks still shows its alerts. It has no room for digests: a log is read by
//! programs, or searched.

use std::path::Path;
use std::time::Duration;

use tracing::info;

use crate::delivery::send::{Delivery, Pace, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::clock::Moment;
use crate::platform::table::NoTable;
use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::Change;

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

    fn open(_: Option<&Path>, _: &NoTable, _: &SenderIdentity) -> Result<Log, String> {
        Ok(Log)
    }

    /// Never waits, because writing the log does not.
    fn pace(&self, _: Moment) -> Pace {
        Pace { together: TOGETHER, wait: Duration::ZERO }
    }

    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        deliveries.iter().for_each(|delivery| write(&delivery.change));
        Ok(())
    }

    /// There is nothing to read again.
    fn reopened(self) -> Option<Log> {
        Some(self)
    }
}

/// Logs the change at INFO. Reason and summary may contain names from the air, so they are escaped.
fn write(change: &Change) {
    let alert = &change.alert;
    let mmsis: Vec<u32> = alert.vessels.iter().map(|vessel| vessel.mmsi).collect();
    info!(
        change = change.change.name(),
        at = change.at.to_string(),
        id = alert.id,
        revision = change.revision,
        behaviour = alert.behaviour.name(),
        severity = alert.severity.name(),
        score = alert.score,
        mmsis = ?mmsis,
        lat = alert.position.map(|at| at.lat),
        lon = alert.position.map(|at| at.lon),
        reason = %FromAir(&change.reason),
        summary = %FromAir(&alert.summary),
        "alert"
    );
}
