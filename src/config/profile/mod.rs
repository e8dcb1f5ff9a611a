//! Profiles: the definitions of other organisations as defaults for some behaviours, so that results are comparable.
//!
//! A profile changes defaults only. A key that the operator writes keeps its value, and so does one that a zone sets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use atalaia_core::behaviours;

/// The definitions that apply where the file sets nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Global Fishing Watch: encounters, loitering, gaps.
    Gfw,
    /// Skylight: standard rendezvous, potential dark activity.
    Skylight,
    /// Starboard: encounters in two tiers, loitering.
    Starboard,
}

impl Profile {
    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Gfw => "gfw",
            Profile::Skylight => "skylight",
            Profile::Starboard => "starboard",
        }
    }

    /// Behaviour, key and value of everything the profile defines, in the unit of the key. What the organisation does
    /// not publish keeps Atalaia's default.
    pub fn values(self) -> Vec<(String, String, f64)> {
        let text = match self {
            Profile::Gfw => include_str!("../profiles/gfw.toml"),
            Profile::Skylight => include_str!("../profiles/skylight.toml"),
            Profile::Starboard => include_str!("../profiles/starboard.toml"),
        };
        // A test reads every profile.
        let tables: BTreeMap<String, BTreeMap<String, f64>> = toml::from_str(text).unwrap_or_default();
        let of = |(behaviour, keys): (String, BTreeMap<String, f64>)| {
            keys.into_iter().map(move |(key, value)| (behaviour.clone(), key, value))
        };
        tables.into_iter().flat_map(of).collect()
    }

    /// Applies its values to the keys the operator did not set (`written`).
    pub(super) fn apply(self, behaviours: &mut behaviours::Settings, written: impl Fn(&str) -> bool) {
        let Ok(mut all) = serde_json::to_value(&*behaviours) else {
            return;
        };
        for (behaviour, key, value) in self.values() {
            if !written(&format!("behaviours.{behaviour}.{key}")) {
                all[&behaviour][&key] = Value::from(value);
            }
        }
        // A value from the operator may be infinite, which JSON cannot represent; that is reported as a separate error.
        if let Ok(changed) = serde_json::from_value(all) {
            *behaviours = changed;
        }
    }
}

#[cfg(test)]
mod tests;
