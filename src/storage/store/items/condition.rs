//! The filter as conditions of a query on `alert_items`. Values are always bound, never part of the text.

use rusqlite::types::Value as Bound;
use serde_json::Value;

use super::clears::Markings;
use super::filter::AlertFilter;
use crate::storage::store::columns::{rank, status_of};
use atalaia_core::base::time::Time;
use atalaia_core::geo::Bounds;

/// The state in force: an expired acknowledgement counts as new. The wall clock is the parameter `:now`.
pub(super) const STATE: &str =
    "iif(state = 'acknowledged' AND acknowledged_until IS NOT NULL AND acknowledged_until <= :now, 'new', state)";
/// Whether the reader may see the marking: the parameter `:clears` is a JSON list of those that it may. The sign keeps SQLite from using
/// the index on markings, through which it would read most alerts one by one, and sort them, in place of following the order of the list.
pub(super) const CLEARED: &str = "+clears IN (SELECT value FROM json_each(:clears))";
/// Number of the silence in force that covers the alert; null if none does. Of several, the one that was made first.
pub(super) const SILENCED_BY: &str =
    "(SELECT min(seq) FROM silences WHERE lifted_at IS NULL AND from_at <= last_at AND last_at < until_at
         AND (silences.behaviour IS NULL OR silences.behaviour = alert_items.behaviour)
         AND (mmsi IS NULL OR EXISTS (SELECT 1 FROM alert_vessels WHERE alert = id AND alert_vessels.mmsi = silences.mmsi))
         AND (zone IS NULL OR EXISTS (SELECT 1 FROM alert_zones WHERE alert = id AND alert_zones.zone = silences.zone)))";

/// The alerts that a silence in force covers, as [`SILENCED_BY`] tells of one. SQLite makes this set once for a query, beginning with the
/// silences, which are few, and takes the alerts of each from an index.
pub(super) const SILENCED: &str =
    "(SELECT one.id FROM silences CROSS JOIN alert_vessels ON alert_vessels.mmsi = silences.mmsi
             CROSS JOIN alert_items AS one ON one.id = alert_vessels.alert
         WHERE silences.lifted_at IS NULL AND silences.from_at <= one.last_at AND one.last_at < silences.until_at
             AND (silences.behaviour IS NULL OR silences.behaviour = one.behaviour)
             AND (silences.zone IS NULL
                 OR EXISTS (SELECT 1 FROM alert_zones WHERE alert = one.id AND alert_zones.zone = silences.zone))
     UNION SELECT one.id FROM silences CROSS JOIN alert_zones ON alert_zones.zone = silences.zone
             CROSS JOIN alert_items AS one ON one.id = alert_zones.alert
         WHERE silences.lifted_at IS NULL AND silences.mmsi IS NULL
             AND silences.from_at <= one.last_at AND one.last_at < silences.until_at
             AND (silences.behaviour IS NULL OR silences.behaviour = one.behaviour)
     UNION SELECT one.id FROM silences
             CROSS JOIN alert_items AS one ON silences.from_at <= one.last_at AND one.last_at < silences.until_at
         WHERE silences.lifted_at IS NULL AND silences.mmsi IS NULL AND silences.zone IS NULL
             AND (silences.behaviour IS NULL OR silences.behaviour = one.behaviour))";

/// The conditions of a query, joined by `AND`, and the values of its named parameters.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    /// Text of the conditions; `1` if there are none.
    texts: Vec<String>,
    /// Name and value of each parameter.
    pub(super) values: Vec<(String, Bound)>,
}

impl Conditions {
    /// The conditions of a filter. `now` is the wall clock.
    pub(super) fn of(filter: &AlertFilter, now: Time) -> Conditions {
        let mut all = Conditions { texts: vec!["1".to_owned()], values: Vec::new() };
        all.bind("now", Bound::Integer(now.millis()));
        if !filter.facts && filter.ids.is_empty() {
            all.add("announced = 1");
        }
        all.alert(filter);
        all.vessels(filter);
        all.work(filter);
        all.place(filter);
        all
    }

    /// Adds a condition.
    pub(super) fn add(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// Adds a value under a name that no other has.
    pub(super) fn bind(&mut self, name: &str, value: Bound) {
        self.values.push((format!(":{name}"), value));
    }

    /// Only alerts with a marking that the reader may see. Where that is every marking there is, nothing has to be compared.
    pub(super) fn clear(&mut self, markings: &Markings) {
        if markings.refused.is_some() {
            self.bind("clears", Bound::Text(markings.allowed.clone()));
            self.add(CLEARED);
        }
    }

    /// Lets a query in the order of scores begin and end its way along the index at the scores of the filter.
    pub(super) fn along_scores(&mut self, filter: &AlertFilter) {
        self.texts.extend(filter.scores.least.map(|_| "score >= :score_least".to_owned()));
        self.texts.extend(filter.scores.most.map(|_| "score <= :score_most".to_owned()));
    }

    /// The text of all conditions.
    pub(super) fn text(&self) -> String {
        self.texts.join(" AND ")
    }

    /// Adds a condition that uses the list of values as `:name`, unless the list is empty.
    fn list<T: Into<Value> + Clone>(&mut self, name: &str, values: &[T], text: &str) {
        if !values.is_empty() {
            let values: Vec<Value> = values.iter().cloned().map(Into::into).collect();
            self.bind(name, Bound::Text(Value::from(values).to_string()));
            self.add(text);
        }
    }

    /// Adds a condition that uses the number as `:name`, if there is one.
    fn number(&mut self, name: &str, value: Option<i64>, text: &str) {
        if let Some(value) = value {
            self.bind(name, Bound::Integer(value));
            self.add(text);
        }
    }

    /// What the alert itself says.
    fn alert(&mut self, filter: &AlertFilter) {
        self.list("ids", &filter.ids, "id IN (SELECT value FROM json_each(:ids))");
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.name()).collect();
        self.list("kinds", &kinds, "kind IN (SELECT value FROM json_each(:kinds))");
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status_of(*status)).collect();
        self.list("statuses", &statuses, "status IN (SELECT value FROM json_each(:statuses))");
        let severities: Vec<i64> = filter.severities.iter().map(|severity| rank(*severity)).collect();
        self.list("severities", &severities, "severity IN (SELECT value FROM json_each(:severities))");
        self.number("min_severity", filter.min_severity.map(rank), "severity >= :min_severity");
        self.number("max_severity", filter.max_severity.map(rank), "severity <= :max_severity");
        let behaviours: Vec<&str> = filter.behaviours.iter().map(|behaviour| behaviour.name()).collect();
        self.list("behaviours", &behaviours, "behaviour IN (SELECT value FROM json_each(:behaviours))");
        self.list(
            "zones",
            &filter.zones,
            "id IN (SELECT alert FROM alert_zones WHERE zone IN (SELECT value FROM json_each(:zones)))",
        );
        // The sign keeps a count from using the index on scores, which would find each of many alerts by a search of its own.
        self.number("score_least", filter.scores.least, "+score >= :score_least");
        self.number("score_most", filter.scores.most, "+score <= :score_most");
        self.number("since", filter.since.map(Time::millis), "last_at >= :since");
        let open_or_since = filter.open_or_since.map(Time::millis);
        self.number("open_or_since", open_or_since, "(status = 'open' OR last_at >= :open_or_since)");
        self.number("until", filter.until.map(Time::millis), "started_at < :until");
        for (number, word) in filter.words.iter().enumerate() {
            self.bind(&format!("word{number}"), Bound::Text(word.to_ascii_lowercase()));
            self.add(format!("id IN (SELECT id FROM alert_texts WHERE instr(words, :word{number}))"));
        }
    }

    /// Its vessels.
    fn vessels(&mut self, filter: &AlertFilter) {
        self.list(
            "mmsis",
            &filter.mmsis,
            "id IN (SELECT alert FROM alert_vessels WHERE mmsi IN (SELECT value FROM json_each(:mmsis)))",
        );
        self.list(
            "imos",
            &filter.imos,
            "id IN (SELECT alert FROM alert_vessels WHERE imo IN (SELECT value FROM json_each(:imos)))",
        );
        let names: Vec<String> = filter.names.iter().map(|name| name.to_ascii_lowercase()).collect();
        self.list(
            "names",
            &names,
            "id IN (SELECT alert_texts.id FROM alert_texts, json_each(:names) WHERE instr(alert_texts.names, json_each.value))",
        );
        // The columns have a comma before and after each value.
        let between = |column: &str, name: &str| {
            format!("EXISTS (SELECT 1 FROM json_each(:{name}) WHERE instr({column}, ',' || value || ','))")
        };
        self.list("types", &filter.types, &between("types", "types"));
        self.list("flags", &filter.flags, &between("flags", "flags"));
    }

    /// What people did with it.
    fn work(&mut self, filter: &AlertFilter) {
        let states: Vec<&str> = filter.states.iter().map(|state| state.name()).collect();
        self.list("states", &states, &format!("{STATE} IN (SELECT value FROM json_each(:states))"));
        self.list("cases", &filter.cases, "case_id IN (SELECT value FROM json_each(:cases))");
        let owners: Vec<String> = filter.owners.iter().flatten().cloned().collect();
        let named = "assignee COLLATE NOCASE IN (SELECT value FROM json_each(:owners))";
        match filter.owners.contains(&None) {
            true if owners.is_empty() => self.add("assignee IS NULL"),
            true => self.list("owners", &owners, &format!("(assignee IS NULL OR {named})")),
            false => self.list("owners", &owners, named),
        }
        self.number("changed_after", filter.changed_after.map(Time::millis), "touched_at > :changed_after");
        match filter.silenced {
            Some(true) => self.add(format!("id IN {SILENCED}")),
            Some(false) => self.add(format!("id NOT IN {SILENCED}")),
            None => {}
        }
    }

    /// Where it is.
    fn place(&mut self, filter: &AlertFilter) {
        let Some(Bounds { south, west, north, east }) = filter.bbox else {
            return;
        };
        // Alerts have longitudes up to 180.
        let (is_across, east) = if 180.0 < east { (true, east - 360.0) } else { (false, east) };
        for (name, value) in [("west", west), ("south", south), ("east", east), ("north", north)] {
            self.bind(name, Bound::Real(value));
        }
        self.add("lat BETWEEN :south AND :north");
        self.add(match is_across {
            true => "(lon >= :west OR lon <= :east)",
            false => "lon BETWEEN :west AND :east",
        });
    }
}

/// The values that a query uses, in the form in which rusqlite takes them. A value that no query uses would be an error.
pub(super) fn bound<'a>(query: &str, values: &'a [(String, Bound)]) -> Vec<(&'a str, &'a dyn rusqlite::ToSql)> {
    let used = values.iter().filter(|(name, _)| query.contains(name.as_str()));
    used.map(|(name, value)| (name.as_str(), value as &dyn rusqlite::ToSql)).collect()
}
