//! Rights: what a route of the API asks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One right. A route of the API asks for exactly one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Needs no sign-in at all: signing in, the description of the API.
    Open,
    /// Whatever concerns only oneself: any signed-in reader has it.
    Own,
    /// State of feeds, sinks and engine.
    Status,
    /// The picture, alerts, cases and vessels, and tracks of up to 72 hours.
    Read,
    /// Explanations, raw sentences, who was at a place, and older tracks.
    Search,
    /// Acknowledge, assign, note, close and reopen alerts; raise a marking.
    Act,
    /// Lower a marking, or release to more recipients.
    MarkDown,
    /// Silence one vessel for up to 24 hours.
    Silence,
    /// Silence for longer, or a zone or behaviour.
    SilenceWide,
    /// Export alerts and cases, with a reason.
    Export,
    /// Put a case under legal hold, and lift the hold.
    Hold,
    /// Retry failed deliveries.
    Retry,
    /// Users, tokens and sessions.
    People,
    /// The audit trail.
    Audit,
}

impl Right {
    /// All rights.
    pub const ALL: [Right; 14] = [
        Right::Open,
        Right::Own,
        Right::Status,
        Right::Read,
        Right::Search,
        Right::Act,
        Right::MarkDown,
        Right::Silence,
        Right::SilenceWide,
        Right::Export,
        Right::Hold,
        Right::Retry,
        Right::People,
        Right::Audit,
    ];

    /// Name of the right in commands and answers.
    pub fn name(self) -> &'static str {
        match self {
            Right::Open => "open",
            Right::Own => "own",
            Right::Status => "status",
            Right::Read => "read",
            Right::Search => "search",
            Right::Act => "act",
            Right::MarkDown => "mark_down",
            Right::Silence => "silence",
            Right::SilenceWide => "silence_wide",
            Right::Export => "export",
            Right::Hold => "hold",
            Right::Retry => "retry",
            Right::People => "people",
            Right::Audit => "audit",
        }
    }
}

/// A set of rights.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rights(BTreeSet<Right>);

impl Rights {
    /// Whether the set allows what a route asks for. `Open` is always allowed, `Own` to everyone who has any rights.
    pub fn allow(&self, right: Right) -> bool {
        right == Right::Open || (right == Right::Own && !self.0.is_empty()) || self.0.contains(&right)
    }

    /// The rights in order.
    pub fn iter(&self) -> impl Iterator<Item = Right> {
        self.0.iter().copied()
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Rights {
        Rights(rights.into_iter().collect())
    }
}
