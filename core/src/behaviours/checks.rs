//! Checks of the settings of behaviours: ranges, which the fields declare, and values that contradict one another.
//!
//! Ranges are in the schema of a field and reach the documentation and editors from there. A contradiction takes two fields, so each
//! behaviour states its own with the functions below, and the texts of the faults are the same everywhere.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::fault::Fault;

/// Settings of a behaviour, as far as the ranges of the single fields do not describe what they must be.
pub(crate) trait Coherent {
    /// One entry for each check: a fault if values contradict one another, otherwise `None`. Called only if each value is in its range.
    fn contradictions(&self) -> Vec<Option<Fault>> {
        Vec::new()
    }

    /// What the overrides of a zone leave out, so that the behaviour has nothing to find there; `None` if nothing is missing.
    fn lacks(&self, overrides: &Map<String, Value>) -> Option<Fault> {
        let _ = overrides;
        None
    }
}

/// Why an end threshold should not equal the begin threshold, although it may.
const GAP: &str = "a gap between the two stops alerts from opening and ending repeatedly";

/// A fault if the upper limit is below the lower one.
pub(crate) fn ordered(low: (&str, f64), high: (&str, f64)) -> Option<Fault> {
    let fault = || Fault::new(high.0, format!("{} is below {} ({})", high.1, low.0, low.1));
    (high.1 < low.1).then(|| fault().advise(format!("write {} or more", low.1)).with_other(low.0))
}

/// A fault if the end threshold is below the begin threshold, for a condition that ends by rising.
pub(crate) fn hysteresis(begin: (&str, f64), end: (&str, f64)) -> Option<Fault> {
    // The begin threshold may be as high as the end threshold can be.
    let advice = || format!("write {} or more, or lower {} ({GAP})", begin.1, begin.0);
    ordered(begin, end).map(|fault| fault.advise(advice()))
}

/// A fault if the end threshold is above the begin threshold, for a condition that ends by falling.
pub(crate) fn hysteresis_below(begin: (&str, f64), end: (&str, f64)) -> Option<Fault> {
    let fault = || Fault::new(end.0, format!("{} is above {} ({})", end.1, begin.0, begin.1));
    let advice = || format!("write {} or less, or raise {} ({GAP})", begin.1, begin.0);
    (begin.1 < end.1).then(|| fault().advise(advice()).with_other(begin.0))
}

/// Every fault in the settings of a behaviour; contradictions only if each value is in its range. `fields` has the JSON Schema of each
/// setting, by name.
pub(super) fn faults<S: Serialize + Coherent>(fields: &Value, settings: &S, defaults: &S) -> Vec<Fault> {
    let (Ok(Value::Object(all)), Ok(defaults)) = (serde_json::to_value(settings), serde_json::to_value(defaults))
    else {
        return Vec::new();
    };
    // Read from the defaults, because a number that is infinite or not a number is null in `all`.
    let numbers = all.iter().filter(|(key, _)| defaults[key.as_str()].is_number());
    let beyond: Vec<Fault> =
        numbers.filter_map(|(key, value)| out_of_range(&fields[key.as_str()], key, value)).collect();
    if beyond.is_empty() { settings.contradictions().into_iter().flatten().collect() } else { beyond }
}

/// A fault if a number is not within the range that its schema declares. A number that JSON cannot hold is null and never in range.
fn out_of_range(field: &Value, key: &str, value: &Value) -> Option<Fault> {
    let (least, most) = range_of(field);
    let what = match value.as_f64() {
        Some(number) if (least..=most).contains(&number) => return None,
        Some(number) if number.abs() < 1e12 => number.to_string(),
        Some(number) => format!("{number:e}"),
        // JSON has no infinity; serde writes null.
        None => "infinite or nan".to_owned(),
    };
    Some(Fault::new(key, format!("must lie between {least} and {most}, not {what}")))
}

/// The range that the schema of a setting declares, both ends included; infinite at an end without a limit.
fn range_of(field: &Value) -> (f64, f64) {
    let end = |name: &str, usual: f64| field[name].as_f64().unwrap_or(usual);
    (end("minimum", f64::NEG_INFINITY), end("maximum", f64::INFINITY))
}
