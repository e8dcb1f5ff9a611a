//! Settings of all behaviours, with their checks and those of the overrides in zones.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::behaviour::NAMES;
use super::checks::{self, Coherent};
use super::registry::with_registry;
use super::runner::profile;
use crate::base::fault::{self, Fault};
use crate::base::text::advice;

/// The JSON Schema of all settings, from which the checks take the range of each field. Made once, because a set of zones may hold
/// thousands of overrides.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<Settings>()
});

macro_rules! settings {
    (
        behaviours { $($(#[$doc:meta])+ $name:ident: $kind:ident,)* }
        system $system:tt
    ) => {
        /// Settings `[behaviours]`, with one table for each behaviour.
        #[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Settings {
            $(
                #[doc = concat!("`[behaviours.", stringify!($name), "]`")]
                pub $name: super::$name::Settings,
            )*
        }

        impl Settings {
            /// Every fault in these settings.
            pub fn problems(&self) -> Vec<Fault> {
                let mut problems = Vec::new();
                $(
                    let path = concat!("behaviours.", stringify!($name));
                    problems.extend(fault::below(path, faults(stringify!($name), &self.$name)));
                )*
                problems
            }
        }

        /// Faults in a zone's overrides of `base` for one behaviour. Empty if they are valid.
        pub fn check_overrides(base: &Settings, behaviour: &str, overrides: &Map<String, Value>) -> Vec<Fault> {
            match behaviour {
                $(stringify!($name) => faults_of_zone(behaviour, &base.$name, overrides),)*
                _ => vec![Fault::new("", "unknown behaviour").advise(advice(behaviour, NAMES))],
            }
        }
    };
}
with_registry!(settings);

/// Every fault in the settings of one behaviour.
fn faults<S: Serialize + Coherent + Default>(behaviour: &str, settings: &S) -> Vec<Fault> {
    let fields = &SCHEMA.as_value()["properties"][behaviour]["properties"];
    checks::faults(fields, settings, &S::default())
}

/// Every fault in what a zone sets for one behaviour.
fn faults_of_zone<S>(behaviour: &str, base: &S, overrides: &Map<String, Value>) -> Vec<Fault>
where
    S: Serialize + for<'de> Deserialize<'de> + Coherent + Default,
{
    let settings = match profile::overridden(base, overrides) {
        Ok(settings) => settings,
        Err(faults) => return faults,
    };
    let mut found = faults(behaviour, &settings);
    // A fault of the base settings is reported there, not for every zone.
    let of_base = faults(behaviour, base);
    found.retain(|fault| !of_base.contains(fault));
    found.into_iter().chain(base.lacks(overrides)).collect()
}
