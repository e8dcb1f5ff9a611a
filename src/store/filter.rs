//! What a sink wants to be told of, and what it may be told.

use crate::alerts::handling::{Europol, Purpose, Reality, Tlp};
use crate::alerts::{Alert, Class, Handling, Severity};

/// What one sink wants and may carry.
#[derive(Clone, PartialEq, Debug)]
pub struct Filter {
    /// Its name.
    pub sink: String,
    /// Nothing below this.
    pub min_severity: Severity,
    /// Nothing below so many points.
    pub min_score: i32,
    /// These kinds only; empty: all.
    pub kinds: Vec<Class>,
    /// These only; empty: all.
    pub behaviours: Vec<String>,
    /// What lies in or near these only; empty: everything.
    pub zones: Vec<String>,
    /// What it may carry.
    pub clearance: Clearance,
    /// Beyond so many changes of one behaviour in an hour the rest goes as digests; `None`: all go one by one.
    pub digest_after: Option<u32>,
}

/// Which markings a sink may carry; what it may not is withheld, and noted in the audit trail.
#[derive(Clone, PartialEq, Debug)]
pub struct Clearance {
    /// Nothing stricter.
    pub max_tlp: Tlp,
    /// No handling code but these.
    pub europol: Vec<Europol>,
    /// For no purpose but these; empty: any.
    pub purposes: Vec<Purpose>,
    /// Nothing else of what happened, is played, or is tried.
    pub realities: Vec<Reality>,
    /// Whether data about natural persons may go there.
    pub personal_data: bool,
    /// The country or organisation that receives it; where an alert names whom it may go to, this must be among them.
    pub recipient: Option<String>,
}

impl Clearance {
    /// What stays in the house may carry everything.
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

    /// Why an alert of this marking must not go there, if it must not.
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

/// Whether a sink is told of an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Yes.
    Selected,
    /// It did not ask for it.
    NotSelected,
    /// It asked for it and may not have it: why.
    Withheld(String),
}

impl Filter {
    /// Everything from this severity on, of whatever marking.
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
        let behaviour = |name: &String| name == alert.behaviour;
        let zone = |id: &String| alert.zones.iter().any(|zone| zone.id == *id);
        let asked = self.min_severity <= alert.severity
            && self.min_score <= alert.score
            && (self.kinds.is_empty() || self.kinds.contains(&Class::of(alert.behaviour)))
            && (self.behaviours.is_empty() || self.behaviours.iter().any(behaviour))
            && (self.zones.is_empty() || self.zones.iter().any(zone));
        match asked.then(|| self.clearance.refusal(&alert.handling)) {
            None => Verdict::NotSelected,
            Some(None) => Verdict::Selected,
            Some(Some(why)) => Verdict::Withheld(why),
        }
    }

    /// Whether an alert may go there, for who delivers without a store.
    pub fn takes(&self, alert: &Alert) -> bool {
        self.verdict(alert) == Verdict::Selected
    }
}
