//! The filter in the parameters of a request.

use super::text;
use super::value;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::AlertFilter;
use atalaia_core::base::time::Time;

/// Names of the parameters that make a filter.
pub(in crate::http::api) const KEYS: [&str; 22] = [
    "q",
    "state",
    "status",
    "severity",
    "min_severity",
    "behaviour",
    "zone",
    "mmsi",
    "imo",
    "name",
    "type",
    "flag",
    "case",
    "owner",
    "min_score",
    "since",
    "until",
    "changed_after",
    "bbox",
    "facts",
    "silenced",
    "kind",
];
/// Those that are written like a field of `q`.
const PLAIN: [&str; 17] = [
    "state",
    "status",
    "severity",
    "behaviour",
    "zone",
    "mmsi",
    "imo",
    "name",
    "type",
    "flag",
    "case",
    "owner",
    "since",
    "until",
    "facts",
    "silenced",
    "kind",
];
/// Longest `q` in bytes.
const LONGEST: usize = 4096;

/// What the words of a filter are understood by.
pub(in crate::http::api) struct Basis<'a> {
    /// Name of the reader, for `owner=me`.
    pub(in crate::http::api) me: &'a str,
    /// Engine time, for `since=6h`.
    pub(in crate::http::api) at: Time,
    /// The wall clock, for `changed_after=10m`.
    pub(in crate::http::api) now: Time,
}

/// The filter of a request. A field may be written as a parameter and in `q`: then the alert may match either value.
///
/// # Errors
/// `parameter` for a value that cannot be used, with the nearest word that is known.
pub(in crate::http::api) fn filter(given: &Parameters, basis: &Basis<'_>) -> Result<AlertFilter, Problem> {
    let mut filter = AlertFilter::default();
    let wrong = |name: &'static str| move |detail: String| Problem::parameter(format!("{name}: {detail}"));
    for name in PLAIN {
        if let Some(text) = given.text(name) {
            text::field(&mut filter, name, text, basis.me, basis.at).map_err(wrong(name))?;
        }
    }
    let min_severity = given.text("min_severity").map(value::severity).transpose();
    filter.min_severity = min_severity.map_err(wrong("min_severity"))?;
    filter.scores.least = given.text("min_score").map(value::score).transpose().map_err(wrong("min_score"))?;
    filter.bbox = given.text("bbox").map(value::bbox).transpose().map_err(wrong("bbox"))?;
    let changed_after = given.text("changed_after").map(|text| value::time(text, basis.now)).transpose();
    filter.changed_after = changed_after.map_err(wrong("changed_after"))?;
    match given.text("q") {
        Some(text) if LONGEST < text.len() => {
            return Err(Problem::parameter(format!("q: is longer than {LONGEST} bytes")));
        }
        Some(text) => text::add(&mut filter, text, basis.me, basis.at)?,
        None => {}
    }
    Ok(filter)
}
