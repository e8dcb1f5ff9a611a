//! How values are written in the columns of the tables and in stored JSON. Written once, they stay: stored rows are compared with them.

use serde_json::Value;

use atalaia_core::alerts::{Severity, Status};

/// Column `severity`: ascending, so that SQL can compare and sort by it.
pub(super) fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Info => 0,
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}

/// Column `status`: the same words as in the alert's JSON.
pub(super) fn status_of(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Ended => "ended",
        Status::Retracted => "retracted",
    }
}

/// A value as JSON text for a column.
pub(super) fn json<T: serde::Serialize>(value: &T) -> String {
    // Plain data: numbers, texts, lists and maps with text keys.
    serde_json::to_string(value).expect("alerts and cases are plain data")
}

/// The severity in a stored alert, from its JSON; `Info` if there is none, so that a filter for higher severities leaves it out.
pub fn stored_severity(alert: &Value) -> Severity {
    let said = alert["severity"].as_str().unwrap_or_default();
    let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    all.into_iter().find(|severity| severity.name() == said).unwrap_or(Severity::Info)
}
