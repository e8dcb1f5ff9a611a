//! Facts of a behaviour that holds: its form, what was measured, and the thresholds in force.
//!
//! Each behaviour has a type `Facts` with a method `form`. It is usually the struct below, with the form and with structs of its own for
//! what was measured and for the thresholds. Snapshots and the store hold facts, so their fields are part of a stored format.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::base::time::Span;

/// The facts of a behaviour whose forms have the same ones. `M` and `T` are structs whose fields have the names and order of alert
/// lines; `()` if there is nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Facts<F, M, T> {
    /// The form in which the behaviour holds.
    pub(crate) form: F,
    /// What was measured.
    pub(crate) measured: M,
    /// The thresholds in force.
    pub(crate) thresholds: T,
}

/// The forms of a behaviour, such as `near`, `close` and `underway` of a meeting.
pub(crate) trait Parts: Copy {
    /// Names of the parts of the form, strongest first; empty if an analyst need not distinguish it from other forms.
    fn parts(self) -> &'static [&'static str];

    /// Whether the vessel circles, which is usual work for some types of ship.
    fn is_circling(self) -> bool {
        false
    }

    /// Whether an alert of this form counts for later alerts, if the behaviour has a lead.
    fn is_lead(self) -> bool {
        true
    }
}

/// The form of a behaviour that has only one. Such a behaviour re-exports it as its `Form`, unless another one has
/// the same facts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OneForm;

impl Parts for OneForm {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }
}

/// The facts of a behaviour as the lines of an alert, the store and exports have them.
pub(crate) trait Record {
    /// The measured values, by name.
    fn measured(&self) -> Map<String, Value>;

    /// The thresholds in force, by the name of the setting.
    fn thresholds(&self) -> Map<String, Value>;
}

impl<F: Parts, M, T> Facts<F, M, T> {
    /// The form in which the behaviour holds. Facts that are not of this struct have a method of the same name.
    pub(crate) fn form(&self) -> F {
        self.form
    }
}

impl<F: Parts, M: Serialize, T: Serialize> Record for Facts<F, M, T> {
    fn measured(&self) -> Map<String, Value> {
        named(&self.measured)
    }

    fn thresholds(&self) -> Map<String, Value> {
        named(&self.thresholds)
    }
}

/// The fields of a struct by name; empty if it has none.
pub(super) fn named<T: Serialize>(fields: &T) -> Map<String, Value> {
    match serde_json::to_value(fields) {
        Ok(Value::Object(named)) => named,
        _ => Map::new(),
    }
}

/// A measured number, rounded to `DECIMALS` decimal places. One that is not finite is null in JSON.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rounded<const DECIMALS: i32>(#[serde(deserialize_with = "number_or_null")] f64);

/// A number as `Rounded` writes it.
fn number_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

impl<const DECIMALS: i32> From<f64> for Rounded<DECIMALS> {
    fn from(value: f64) -> Rounded<DECIMALS> {
        Rounded(rounded(value, DECIMALS))
    }
}

impl<const DECIMALS: i32> From<u32> for Rounded<DECIMALS> {
    fn from(value: u32) -> Rounded<DECIMALS> {
        Rounded(f64::from(value))
    }
}

impl<const DECIMALS: i32> From<Rounded<DECIMALS>> for f64 {
    fn from(rounded: Rounded<DECIMALS>) -> f64 {
        rounded.0
    }
}

impl<const DECIMALS: i32> fmt::Display for Rounded<DECIMALS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const DECIMALS: i32> Rounded<DECIMALS> {
    /// The number as minutes, truncated to whole ones.
    pub(crate) fn whole_minutes(self) -> Span {
        Span::from_minutes(self.0 as i64)
    }
}

/// Defines a struct of thresholds: the settings of the same names, in the order of the settings.
macro_rules! settings_in_force {
    ($(#[$doc:meta])* $name:ident of $settings:ty { $($key:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $name {
            $(
                #[doc = concat!("The setting `", stringify!($key), "`.")]
                pub(crate) $key: $type,
            )+
        }

        impl From<&$settings> for $name {
            fn from(settings: &$settings) -> $name {
                $name { $($key: settings.$key,)+ }
            }
        }
    };
}
pub(crate) use settings_in_force;

/// Converts a setting in minutes.
pub(crate) fn minutes(minutes: f64) -> Span {
    Span::from_millis((minutes * 60_000.0).round() as i64)
}

/// A measured number, rounded to `decimals` places. Null if it is not finite.
pub(crate) fn number(value: f64, decimals: i32) -> Value {
    serde_json::Number::from_f64(rounded(value, decimals)).map_or(Value::Null, Value::Number)
}

/// The number rounded half away from zero. One that is not finite stays as it is.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // A sum with zero has no negative zero, which would be printed as -0.
    (value * scale).round() / scale + 0.0
}
