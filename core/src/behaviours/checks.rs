//! Checks of settings that several behaviours share.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::registry::Settings;

/// Adds a problem unless `value` is finite and above 0.
pub(crate) fn positive(problems: &mut Vec<String>, key: &str, value: f64) {
    if !(value.is_finite() && 0.0 < value) {
        problems.push(format!("{key} must be above 0, not {value}"));
    }
}

/// Adds a problem unless `value` is finite and 0 or more.
pub(crate) fn not_negative(problems: &mut Vec<String>, key: &str, value: f64) {
    if !value.is_finite() || value < 0.0 {
        problems.push(format!("{key} must be 0 or more, not {value}"));
    }
}

/// Adds a problem if the upper limit is below the lower one.
pub(crate) fn ordered(problems: &mut Vec<String>, low: (&str, f64), high: (&str, f64)) {
    if high.1 < low.1 {
        problems.push(format!("{} ({}) must not be below {} ({})", high.0, high.1, low.0, low.1));
    }
}

/// Adds a problem if the end threshold is below the begin threshold, for a condition that ends by rising.
pub(crate) fn hysteresis(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if end.1 < begin.1 {
        problems.push(format!(
            "{} ({}) must not be below {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// Adds a problem if the end threshold is above the begin threshold, for a condition that ends by falling.
pub(crate) fn hysteresis_below(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if begin.1 < end.1 {
        problems.push(format!(
            "{} ({}) must not be above {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// Adds values that are not finite, or outside the range that their field declares, to a behaviour's own `problems`.
pub(crate) fn within_reason<S: Serialize>(
    behaviour: &str,
    settings: &S,
    defaults: &S,
    mut problems: Vec<String>,
) -> Vec<String> {
    let (Ok(Value::Object(all)), Ok(defaults)) = (serde_json::to_value(settings), serde_json::to_value(defaults))
    else {
        return problems;
    };
    for (key, value) in &all {
        let told =
            problems.iter().any(|told| told.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(' ')));
        if told || !defaults[key].is_number() {
            continue;
        }
        let (least, most) = range_of(behaviour, key);
        match value.as_f64() {
            Some(number) if least <= number && number <= most => {}
            Some(number) if number.abs() < 1e12 => {
                problems.push(format!("{key} must lie between {least} and {most}, not {number}"));
            }
            Some(number) => problems.push(format!("{key} must lie between {least} and {most}, not {number:e}")),
            // JSON has no infinity; serde writes null.
            None => problems.push(format!("{key} must lie between {least} and {most}, not infinite or nan")),
        }
    }
    problems
}

/// The range that a key of a behaviour's settings declares.
pub(crate) fn range_of(behaviour: &str, key: &str) -> (f64, f64) {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let mut settings = SchemaSettings::draft07();
        settings.inline_subschemas = true;
        settings.into_generator().into_root_schema_for::<Settings>()
    });
    let field = &SCHEMA.as_value()["properties"][behaviour]["properties"][key];
    let end = |name: &str, usual: f64| field[name].as_f64().unwrap_or(usual);
    (end("minimum", f64::NEG_INFINITY), end("maximum", f64::INFINITY))
}
