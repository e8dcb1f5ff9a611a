//! The facts of `watchlist` alerts.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::behaviours::facts::{self, Parts, settings_in_force};
use crate::zones::{Difference, MatchedBy};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// What the listed vessel has done so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It was heard.
    Heard,
    /// It entered a watched zone.
    Entered,
    /// It takes part in another alert.
    TakesPart,
    /// It entered a watched zone and takes part in another alert.
    TakesPartAndEntered,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Heard => &["seen"],
            Form::Entered => &["entered"],
            Form::TakesPart => &["takes_part"],
            Form::TakesPartAndEntered => &["takes_part", "entered"],
        }
    }
}

/// What was measured: the row of the watchlist. Lines state what it lacks as null.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Name of the list.
    pub(crate) list: String,
    /// Why the vessel is listed; `None` if the row does not say.
    pub(crate) reason: Option<String>,
    /// Person or unit that wants the alert; `None` if the row does not say.
    pub(crate) owner: Option<String>,
    /// When the row expires; `None` if it does not.
    pub(crate) expires: Option<Time>,
    /// By what the vessel is taken for the listed one.
    pub(crate) matched_by: MatchedBy,
    /// Whether its name or call sign is one edit apart from the listed one.
    pub(crate) fuzzy: bool,
    /// The listed name or call sign that it nearly has; `None` for an exact match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listed_as: Option<String>,
    /// How its name or call sign differs from that; `None` for an exact match.
    #[serde(flatten)]
    pub(crate) difference: Option<Difference>,
    /// When its MMSI was first heard with a position, which may be long before it was recognised; `None` if it never was.
    pub(crate) first_heard_at: Option<Time>,
    /// When it was last heard with a position, which is that of the alert; `None` if it never was.
    pub(crate) last_heard_at: Option<Time>,
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        silent_hours: f64,
    }
}
