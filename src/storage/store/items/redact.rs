//! What an alert that a reader may see says of others that the reader may not.
//!
//! An alert names its case, the alert that it superseded, and its group of meetings. The case is shown to a reader who may see all of it, the
//! others to one who may see another alert that they stand for. Without the alerts above the ceiling none of them would be there.

use rusqlite::{Connection, OptionalExtension, params};

use super::cases::is_visible;
use super::clears::{allowed, may_see};
use super::row::AlertItem;
use crate::storage::store::stages::clear::Clearance;

/// The reason of a change that another alert caused.
const SUPERSEDED: &str = "superseded";

/// The alert without what names others above the ceiling of the reader.
pub(super) fn redacted(
    connection: &Connection,
    mut item: AlertItem,
    clearance: &Clearance,
) -> rusqlite::Result<AlertItem> {
    if *clearance == Clearance::everything() {
        return Ok(item);
    }
    let case = reference(&item.text, "case_id");
    if let Some(case) = &case
        && !is_visible(connection, case, clearance)?
    {
        forget(&mut item.text, "case_id", case);
    }
    if let Some(other) = reference(&item.text, "replaces")
        && !is_allowed(connection, &other, clearance)?
    {
        forget(&mut item.text, "replaces", &other);
    }
    if let Some(group) = reference(&item.text, "group_id")
        && !has_other(connection, &item.id, case.as_deref(), &group, clearance)?
    {
        forget(&mut item.text, "group_id", &group);
    }
    Ok(item)
}

/// The reason of a change of an alert, as a reader may know it: that another alert superseded it is told only with that alert.
pub(in crate::storage::store) fn reason(
    connection: &Connection,
    id: &str,
    why: Option<String>,
    clearance: &Clearance,
) -> rusqlite::Result<Option<String>> {
    let depends = |why: &String| why.starts_with(SUPERSEDED) && *clearance != Clearance::everything();
    if !why.as_ref().is_some_and(depends) {
        return Ok(why);
    }
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM alert_vessels AS own JOIN alert_vessels AS other USING (mmsi)
             JOIN alert_items ON alert_items.id = other.alert JOIN alert_texts ON alert_texts.id = other.alert
             WHERE own.alert = ?1 AND other.alert <> ?1 AND item ->> '$.replaces' = ?1
             AND clears IN (SELECT value FROM json_each(?2)))",
    )?;
    let is_known: bool = query.query_row(params![id, allowed(connection, clearance)?], |row| row.get(0))?;
    Ok(why.filter(|_| is_known))
}

/// The id that a member of the alert names; `None` if it is null.
fn reference(text: &str, member: &str) -> Option<String> {
    // Inside a text of the alert the quotation marks would be escaped.
    let (_, rest) = text.split_once(&format!("\"{member}\":\""))?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// Makes a member that names an id null.
fn forget(text: &mut String, member: &str, id: &str) {
    *text = text.replacen(&format!("\"{member}\":\"{id}\""), &format!("\"{member}\":null"), 1);
}

/// Whether an alert is stored and the clearance allows it.
fn is_allowed(connection: &Connection, id: &str, clearance: &Clearance) -> rusqlite::Result<bool> {
    let mut query = connection.prepare_cached("SELECT clears FROM alert_items WHERE id = ?1")?;
    let clears: Option<String> = query.query_row([id], |row| row.get(0)).optional()?;
    Ok(clears.is_some_and(|clears| may_see(clearance, &clears)))
}

/// Whether another alert of the group is in sight. The meetings of a group share a vessel, and so a case.
fn has_other(
    connection: &Connection,
    id: &str,
    case: Option<&str>,
    group: &str,
    clearance: &Clearance,
) -> rusqlite::Result<bool> {
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM case_alerts JOIN alert_items ON alert_items.id = case_alerts.alert
             JOIN alert_texts ON alert_texts.id = case_alerts.alert
             WHERE case_alerts.case_id = ?1 AND case_alerts.alert <> ?2 AND item ->> '$.group_id' = ?3
             AND clears IN (SELECT value FROM json_each(?4)))",
    )?;
    query.query_row(params![case, id, group, allowed(connection, clearance)?], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_member_itself_is_made_null_and_not_a_text_that_looks_like_it() {
        let name = serde_json::json!({"name": "\"case_id\":\"abc\"", "case_id": "abc", "replaces": null});
        let mut text = format!("{{\"name\":{},\"case_id\":\"abc\",\"replaces\":null}}", name["name"]);
        assert_eq!((reference(&text, "case_id").as_deref(), reference(&text, "replaces")), (Some("abc"), None));
        forget(&mut text, "case_id", "abc");
        let body: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&body["name"], &body["case_id"]), (&name["name"], &serde_json::Value::Null));
    }
}
