//! The marking of exported alerts: of each alert in its row, and of the file, which has to be handled like its most restricted alert.

use serde_json::Value;

use super::fields::{Fields, visible};
use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::Tlp;

/// Name of the field that holds the marking of the whole file.
pub(super) const FILE: &str = "file_tlp";

/// The name of a column and the function that gives its value.
type Column = (&'static str, fn(Fields<'_>) -> Option<String>);

/// The columns or properties of an alert's marking, in every flat format.
pub(super) const COLUMNS: [Column; 12] = [
    ("tlp", |alert| alert.handling().text("tlp")),
    ("europol", |alert| alert.handling().words("europol")),
    ("handling_text", |alert| alert.handling().text("handling_text")),
    ("releasable_to", |alert| alert.handling().words("releasable_to")),
    ("source_grade", |alert| alert.handling().text("source_grade")),
    ("info_grade", |alert| alert.handling().text("info_grade")),
    ("purpose", |alert| alert.handling().text("purpose")),
    ("personal_data", |alert| alert.handling().truth("personal_data").map(|truth| truth.to_string())),
    ("legal_basis", |alert| alert.handling().text("legal_basis")),
    ("retain_until", |alert| alert.handling().text("retain_until")),
    ("reality", |alert| alert.handling().text("reality")),
    ("marked_by", |alert| alert.handling().text("marked_by")),
];

/// The highest TLP of all alerts, for example `TLP:AMBER`. RED if an alert has no known TLP. `None` if there are no alerts.
pub(super) fn highest(alerts: &[Value]) -> Option<String> {
    let tlp = alerts.iter().map(|alert| {
        let said = Fields(alert).handling().text("tlp");
        let known = Tlp::ALL.into_iter().find(|tlp| said.as_deref() == Some(tlp.name()));
        known.unwrap_or(Tlp::Red)
    });
    tlp.max().map(|tlp| format!("TLP:{}", tlp.name()))
}

/// The marking as one readable line; `None` if it is not valid.
pub(super) fn line(alert: Fields<'_>) -> Option<String> {
    let handling = serde_json::from_value::<Handling>(alert.handling().0.clone()).ok()?;
    Some(visible(&handling.line()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_marked_as_the_most_restricted_alert_in_it() {
        let of = |tlps: &[&str]| {
            let alerts: Vec<Value> = tlps.iter().map(|tlp| json!({"handling": {"tlp": tlp}})).collect();
            highest(&alerts)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["CLEAR", "GREEN"]).as_deref(), Some("TLP:GREEN"));
        assert_eq!(of(&["AMBER+STRICT", "AMBER", "CLEAR"]).as_deref(), Some("TLP:AMBER+STRICT"));
        assert_eq!(of(&["GREEN", "RED"]).as_deref(), Some("TLP:RED"));
        // An unreadable marking never lowers the result.
        assert_eq!(of(&["GREEN", "amber"]).as_deref(), Some("TLP:RED"));
        assert_eq!(highest(&[json!({}), json!(null)]).as_deref(), Some("TLP:RED"));
    }
}
