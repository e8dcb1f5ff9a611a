//! What an analyst can do with an alert.

use atalaia_core::base::time::Time;

/// An analyst's finding on an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It was what it appeared to be.
    Confirmed,
    /// It happened but is harmless.
    Benign,
    /// It did not happen.
    False,
}

impl Finding {
    /// All findings.
    pub const ALL: [Finding; 3] = [Finding::Confirmed, Finding::Benign, Finding::False];

    /// Name of the finding as stored.
    pub fn name(self) -> &'static str {
        match self {
            Finding::Confirmed => "confirmed",
            Finding::Benign => "benign",
            Finding::False => "false",
        }
    }
}

/// An action on one alert.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Acknowledges the alert. It becomes new again at the given time, if any, or when its severity rises.
    Acknowledge {
        /// Expiry, by the wall clock.
        until: Option<Time>,
    },
    /// Assigns the alert to an analyst; `None` removes the assignment.
    Assign(Option<String>),
    /// Adds a note.
    Note(String),
    /// Closes the alert with a finding.
    Close(Finding),
    /// Makes a closed or acknowledged alert new again.
    Reopen,
}

impl Action {
    /// The reason as the audit trail has it, with what the act itself does not name: how long the alert is set aside, to whom it is
    /// assigned, the finding. `None` if there is nothing to say.
    pub(super) fn reason(&self, why: Option<&str>) -> Option<String> {
        let lead = match self {
            Action::Acknowledge { until: Some(until) } => format!("until {until}"),
            Action::Assign(Some(name)) => format!("to {name}"),
            Action::Assign(None) => "to nobody".to_owned(),
            Action::Close(finding) => finding.name().to_owned(),
            Action::Acknowledge { until: None } | Action::Note(_) | Action::Reopen => return why.map(str::to_owned),
        };
        Some(why.map_or(lead.clone(), |why| format!("{lead}: {why}")))
    }
}
