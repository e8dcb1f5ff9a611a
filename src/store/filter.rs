//! Which alerts a sink selects, and which markings it may receive.

use serde_json::Value;

use super::stored_severity;
use crate::alerts::handling::{Europol, Purpose, Reality, Tlp};
use crate::alerts::{Alert, Class, Handling, Severity};
use crate::behaviours::Behaviour;

/// The filter and clearance of one sink.
#[derive(Clone, PartialEq, Debug)]
pub struct Filter {
    /// Name of the sink.
    pub sink: String,
    /// Minimum severity.
    pub min_severity: Severity,
    /// Minimum score.
    pub min_score: i32,
    /// Accepted kinds of alert; empty for all.
    pub kinds: Vec<Class>,
    /// Accepted behaviours; empty for all.
    pub behaviours: Vec<String>,
    /// Only alerts in or near these zones; empty for all alerts.
    pub zones: Vec<String>,
    /// Markings that the sink may receive.
    pub clearance: Clearance,
    /// Maximum number of single changes per behaviour and hour. Further ones are sent as digests. `None` for no limit.
    pub digest_after: Option<u32>,
}

/// The markings a sink may receive. Other alerts are withheld, and the audit trail records it.
#[derive(Clone, PartialEq, Debug)]
pub struct Clearance {
    /// Strictest TLP allowed.
    pub max_tlp: Tlp,
    /// Handling codes allowed; empty for all.
    pub europol: Vec<Europol>,
    /// Purposes allowed; empty for all.
    pub purposes: Vec<Purpose>,
    /// Realities allowed (actual, exercise or test); empty for all.
    pub realities: Vec<Reality>,
    /// Whether the sink may receive data about natural persons.
    pub personal_data: bool,
    /// Country or organisation that receives the alerts. If an alert names the recipients it may be released to, this must be one of them.
    pub recipient: Option<String>,
}

impl Clearance {
    /// Clearance for everything, for output that stays in-house.
    pub const fn everything() -> Clearance {
        Clearance {
            max_tlp: Tlp::Red,
            europol: Vec::new(),
            purposes: Vec::new(),
            realities: Vec::new(),
            personal_data: true,
            recipient: None,
        }
    }

    /// Why an alert with this marking must not be sent to the sink; `None` if it may.
    pub fn refusal(&self, handling: &Handling) -> Option<String> {
        if self.max_tlp < handling.tlp {
            return Some(format!("TLP:{} is above its max_tlp {}", handling.tlp.name(), self.max_tlp.name()));
        }
        let clearance = |code: &Europol| self.europol.is_empty() || self.europol.contains(code);
        if let Some(code) = handling.europol.iter().find(|code| !clearance(code)) {
            return Some(format!("it may not carry {}", code.name()));
        }
        if handling.personal_data && !self.personal_data {
            return Some("it may not carry personal data".to_owned());
        }
        if !self.purposes.is_empty() && !self.purposes.contains(&handling.purpose) {
            return Some(format!("it may not carry what is for {}", handling.purpose.name()));
        }
        if !self.realities.is_empty() && !self.realities.contains(&handling.reality) {
            return Some(format!("it may not carry what is {}", handling.reality.name()));
        }
        let named = |recipient: &String| handling.releasable_to.contains(recipient);
        match &self.recipient {
            Some(recipient) if !handling.releasable_to.is_empty() && !named(recipient) => {
                Some(format!("it is not releasable to {recipient}"))
            }
            _ => None,
        }
    }
}

/// Whether an alert goes to a sink.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It does.
    Selected,
    /// The filter does not select it.
    NotSelected,
    /// The filter selects it, but the clearance does not allow it, for this reason.
    Withheld(String),
}

/// What the filter looks at in an alert.
struct Offered<'a> {
    severity: Severity,
    score: i64,
    behaviour: &'a str,
    class: Class,
    zones: Vec<&'a str>,
}

impl Filter {
    /// Selects everything from this severity, with any marking.
    pub fn from_severity(sink: &str, min_severity: Severity) -> Filter {
        Filter {
            sink: sink.to_owned(),
            min_severity,
            min_score: 0,
            kinds: Vec::new(),
            behaviours: Vec::new(),
            zones: Vec::new(),
            clearance: Clearance::everything(),
            digest_after: None,
        }
    }

    pub(super) fn verdict(&self, alert: &Alert) -> Verdict {
        let offered = Offered {
            severity: alert.severity,
            score: i64::from(alert.score),
            behaviour: alert.behaviour.name(),
            class: Class::of(alert.behaviour),
            zones: alert.zones.iter().map(|zone| zone.id.as_str()).collect(),
        };
        match self.unselected(&offered) {
            Some(_) => Verdict::NotSelected,
            None => self.clearance.refusal(&alert.handling).map_or(Verdict::Selected, Verdict::Withheld),
        }
    }

    /// Why a stored alert is not selected, or may not go there; `None` if it is selected.
    pub fn because(&self, alert: &Value) -> Option<String> {
        let behaviour = alert["behaviour"].as_str().unwrap_or_default();
        let zones = alert["zones"].as_array().into_iter().flatten();
        let offered = Offered {
            severity: stored_severity(alert),
            score: alert["score"].as_i64().unwrap_or_default(),
            behaviour,
            class: Behaviour::named(behaviour).map_or(Class::Vessel, Class::of),
            zones: zones.filter_map(|zone| zone["id"].as_str()).collect(),
        };
        let handling: Option<Handling> = serde_json::from_value(alert["handling"].clone()).ok();
        self.unselected(&offered).or_else(|| self.clearance.refusal(&handling?))
    }

    /// The first condition of the filter that is not met.
    fn unselected(&self, offered: &Offered<'_>) -> Option<String> {
        let Offered { severity, score, behaviour, class, zones } = offered;
        if *severity < self.min_severity {
            return Some(format!(
                "severity {} is below min_severity = \"{}\"",
                severity.name(),
                self.min_severity.name()
            ));
        }
        if *score < i64::from(self.min_score) {
            return Some(format!("{score} points are below min_score = {}", self.min_score));
        }
        if !self.kinds.is_empty() && !self.kinds.contains(class) {
            return Some(format!("kind {} is not in kinds", class.name()));
        }
        if !self.behaviours.is_empty() && !self.behaviours.iter().any(|name| name == behaviour) {
            return Some(format!("behaviour {behaviour} is not in behaviours"));
        }
        let is_there = |id: &String| zones.contains(&id.as_str());
        (!self.zones.is_empty() && !self.zones.iter().any(is_there))
            .then(|| "it is neither in nor near one of zones".to_owned())
    }

    /// Whether an alert goes to the sink. For delivery without a store.
    pub fn takes(&self, alert: &Alert) -> bool {
        self.verdict(alert) == Verdict::Selected
    }
}
