//! Whether an alert is about vessels, or about the daemon and its reception.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::behaviours::{About, Behaviour};

/// What an alert is about; `kind` in lines and settings.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// What one or more vessels do.
    #[default]
    Vessel,
    /// The daemon, its feeds or its receivers; for the engineers of the site.
    System,
}

impl Class {
    /// The class of the alerts of a behaviour.
    pub fn of(behaviour: Behaviour) -> Class {
        match behaviour.character().about {
            About::System(_) => Class::System,
            About::Vessels | About::Area => Class::Vessel,
        }
    }

    /// The name used in lines and settings: `vessel` or `system`.
    pub fn name(self) -> &'static str {
        match self {
            Class::Vessel => "vessel",
            Class::System => "system",
        }
    }
}

/// What a stored alert of class `system` is about, in a few words such as `receiver partner`: the sink, input, station or area that it
/// names, or else the problem. `None` for an alert about vessels, and if the behaviour is not one of this version.
pub fn system_title(alert: &Value) -> Option<String> {
    let behaviour = Behaviour::named(alert["behaviour"].as_str()?)?;
    let About::System(problem) = behaviour.character().about else {
        return None;
    };
    let measured = &alert["evidence"]["measured"];
    let named = |(key, word): (&str, &str)| Some(format!("{word} {}", measured[key].as_str()?));
    let about = [("sink", "receiver"), ("input", "input"), ("station", "station"), ("area", "area")];
    about.into_iter().find_map(named).or_else(|| Some(problem.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_system_alert_has_a_title_that_names_its_subject() {
        let title = |behaviour: Behaviour, measured: Value| {
            system_title(&json!({ "behaviour": behaviour, "evidence": { "measured": measured } }))
        };
        assert_eq!(
            title(Behaviour::DeliveryFailed, json!({ "sink": "partner", "failed": 4 })).as_deref(),
            Some("receiver partner")
        );
        assert_eq!(title(Behaviour::FeedSilent, json!({ "input": "roof" })).as_deref(), Some("input roof"));
        assert_eq!(title(Behaviour::FeedSilent, json!({})).as_deref(), Some("reception"), "of an earlier version");
        assert_eq!(title(Behaviour::VesselFlood, json!({})).as_deref(), Some("more vessels than there is room for"));
        assert_eq!(title(Behaviour::Loitering, json!({ "input": "roof" })), None);
    }
}
