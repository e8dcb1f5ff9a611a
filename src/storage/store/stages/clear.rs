//! Clear: whether a sink may receive the marking of an alert.

use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::{Europol, Purpose, Reality, Tlp};

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
    /// Countries or organisations that receive the alerts. If an alert names the recipients it may be released to, one of these must be among
    /// them; empty for no such limit.
    pub recipients: Vec<String>,
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
            recipients: Vec::new(),
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
        let is_limited = !self.recipients.is_empty() && !handling.releasable_to.is_empty();
        match is_limited && !self.recipients.iter().any(|recipient| handling.releasable_to.contains(recipient)) {
            true => Some(format!("it is not releasable to {}", self.recipients.join(", "))),
            false => None,
        }
    }
}
