//! The markings in the store that a reader may see.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::storage::store::markings::of_machine;
use crate::storage::store::stages::clear::Clearance;
use atalaia_core::alerts::Handling;

/// The values of column `clears` in the store, divided by a clearance.
#[derive(Clone, Debug)]
pub(super) struct Markings {
    /// Those that it allows, as a JSON list.
    pub(super) allowed: String,
    /// Those that it does not allow, as a JSON list; `None` without any, as for most readers.
    pub(super) refused: Option<String>,
}

/// The members of column `clears`, in its order.
const MEMBERS: [&str; 6] = ["tlp", "europol", "releasable_to", "purpose", "personal_data", "reality"];

/// The values of column `clears` that the clearance allows, as a JSON list.
pub(in crate::storage::store) fn allowed(connection: &Connection, clearance: &Clearance) -> rusqlite::Result<String> {
    divided(connection, clearance).map(|markings| markings.allowed)
}

/// The values of column `clears`, divided by the clearance.
pub(super) fn divided(connection: &Connection, clearance: &Clearance) -> rusqlite::Result<Markings> {
    let (allowed, refused): (Vec<String>, Vec<String>) =
        markings(connection)?.into_iter().partition(|one| may_see(clearance, one));
    let refused = (!refused.is_empty()).then(|| Value::from(refused).to_string());
    Ok(Markings { allowed: Value::from(allowed).to_string(), refused })
}

/// The value of column `clears` of one alert; `None` if it is not stored.
pub(in crate::storage::store) fn markings_of(connection: &Connection, id: &str) -> rusqlite::Result<Option<String>> {
    let mut query = connection.prepare_cached("SELECT clears FROM alert_items WHERE id = ?1")?;
    query.query_row([id], |row| row.get(0)).optional()
}

/// The different values of column `clears`. Finds each by its index, not by reading all rows.
fn markings(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare_cached(
        "WITH RECURSIVE marking (clears) AS (
             SELECT min(clears) FROM alert_items
             UNION ALL SELECT (SELECT min(clears) FROM alert_items WHERE alert_items.clears > marking.clears)
             FROM marking WHERE marking.clears IS NOT NULL)
         SELECT clears FROM marking WHERE clears IS NOT NULL",
    )?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Whether the clearance allows one value of column `clears`. A marking that cannot be read is refused.
pub(in crate::storage::store) fn may_see(clearance: &Clearance, clears: &str) -> bool {
    marking(clears).is_some_and(|handling| clearance.refusal(&handling).is_none())
}

/// The part of the marking in force that is in column `clears`, the rest as by default; `None` if it cannot be read.
pub(in crate::storage::store) fn marking(clears: &str) -> Option<Handling> {
    let Ok(Value::Array(said)) = serde_json::from_str(clears) else {
        return None;
    };
    // Alerts of versions without markings have the default one.
    let mut handling = serde_json::to_value(of_machine(&Value::Null)).ok()?;
    for (member, value) in MEMBERS.into_iter().zip(said) {
        match value {
            Value::Null if member == "europol" || member == "releasable_to" => handling[member] = json!([]),
            Value::Null => {}
            value => handling[member] = value,
        }
    }
    serde_json::from_value(handling).ok()
}
