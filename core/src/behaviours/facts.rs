//! Facts of a signal: settings and measurements as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::time::Span;

/// Converts a setting in minutes.
pub(crate) fn minutes(minutes: f64) -> Span {
    Span::from_millis((minutes * 60_000.0).round() as i64)
}

/// The settings named in `keys`, for the evidence of an alert.
pub(crate) fn thresholds<S: Serialize>(settings: &S, keys: &[&str]) -> Map<String, Value> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Map::new();
    };
    all.retain(|key, _| keys.contains(&key.as_str()));
    all
}

/// A measured number, rounded to `decimals` places. Null if it is not finite.
pub(crate) fn number(value: f64, decimals: i32) -> Value {
    let scale = 10_f64.powi(decimals);
    serde_json::Number::from_f64((value * scale).round() / scale).map_or(Value::Null, Value::Number)
}
