//! Select: whether the filter of a sink asks for an alert.

use serde_json::Value;

use super::filter::Filter;
use crate::storage::store::columns::stored_severity;
use atalaia_core::alerts::{Alert, Class, Handling, Severity};
use atalaia_core::behaviours::Behaviour;

/// What the filter looks at in an alert, taken from a new alert or from a stored one.
struct AlertFacts<'a> {
    severity: Severity,
    /// Score, 0-100.
    score: i64,
    /// Name of the behaviour, which may be one that this version does not know.
    behaviour: &'a str,
    /// Whether it is about vessels or about the daemon.
    class: Class,
    /// Ids of the zones that it is in or near.
    zones: Vec<&'a str>,
}

/// Why the filter does not select the alert; `None` if it does.
pub(in crate::storage::store) fn unselected(filter: &Filter, alert: &Alert) -> Option<String> {
    let offered = AlertFacts {
        severity: alert.severity,
        score: i64::from(alert.score),
        behaviour: alert.behaviour.name(),
        class: Class::of(alert.behaviour),
        zones: alert.zones.iter().map(|zone| zone.id.as_str()).collect(),
    };
    unmet(filter, &offered)
}

impl Filter {
    /// Whether an alert goes to the sink. For delivery without a store.
    pub fn takes(&self, alert: &Alert) -> bool {
        unselected(self, alert).is_none() && self.clearance.refusal(&alert.handling).is_none()
    }

    /// Why a stored alert is not selected, or may not go there; `None` if it is selected. For questions about the past: the stages do not
    /// use it. An alert without a readable marking is judged by the filter alone.
    pub fn because(&self, alert: &Value) -> Option<String> {
        let behaviour = alert["behaviour"].as_str().unwrap_or_default();
        let zones = alert["zones"].as_array().into_iter().flatten();
        let offered = AlertFacts {
            severity: stored_severity(alert),
            score: alert["score"].as_i64().unwrap_or_default(),
            behaviour,
            class: Behaviour::named(behaviour).map_or(Class::Vessel, Class::of),
            zones: zones.filter_map(|zone| zone["id"].as_str()).collect(),
        };
        let handling: Option<Handling> = serde_json::from_value(alert["handling"].clone()).ok();
        unmet(self, &offered).or_else(|| self.clearance.refusal(&handling?))
    }
}

/// The first condition of the filter that is not met, with the key of the settings; `None` if all are. All conditions must hold, and an
/// empty list holds for every alert.
fn unmet(filter: &Filter, offered: &AlertFacts<'_>) -> Option<String> {
    let AlertFacts { severity, score, behaviour, class, zones } = offered;
    if *severity < filter.min_severity {
        return Some(format!(
            "severity {} is below min_severity = \"{}\"",
            severity.name(),
            filter.min_severity.name()
        ));
    }
    if *score < i64::from(filter.min_score) {
        return Some(format!("{score} points are below min_score = {}", filter.min_score));
    }
    if !filter.kinds.is_empty() && !filter.kinds.contains(class) {
        return Some(format!("kind {} is not in kinds", class.name()));
    }
    if !filter.behaviours.is_empty() && !filter.behaviours.iter().any(|name| name == behaviour) {
        return Some(format!("behaviour {behaviour} is not in behaviours"));
    }
    let is_there = |id: &String| zones.contains(&id.as_str());
    (!filter.zones.is_empty() && !filter.zones.iter().any(is_there))
        .then(|| "it is neither in nor near one of zones".to_owned())
}
