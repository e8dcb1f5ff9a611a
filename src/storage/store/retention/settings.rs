//! How long each class of data is kept.

use serde::{Deserialize, Serialize};

use atalaia_core::base::fault::Fault;

/// Maximum retention time of any class in days: a century.
const MOST_DAYS: u32 = 36_500;

/// `[retention]`: how long each class of data is kept, in days. 0 means for ever.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Received lines. Days since receipt.
    #[schemars(range(min = 0, max = MOST_DAYS))]
    pub raw_days: u32,
    /// Alerts that are over. Days since their last change.
    #[schemars(range(min = 0, max = MOST_DAYS))]
    pub alerts_days: u32,
    /// Cases with no alert left. Days since their last change.
    #[schemars(range(min = 0, max = MOST_DAYS))]
    pub cases_days: u32,
    /// Notes on alerts that are over. Days since they were written; never longer than the alert.
    #[schemars(range(min = 0, max = MOST_DAYS))]
    pub notes_days: u32,
    /// The audit trail. Days since the action.
    #[schemars(range(min = 0, max = MOST_DAYS))]
    pub audit_days: u32,
}

impl Default for RetentionSettings {
    fn default() -> RetentionSettings {
        RetentionSettings { raw_days: 30, alerts_days: 365, cases_days: 365, notes_days: 365, audit_days: 1826 }
    }
}

impl RetentionSettings {
    /// What the ranges of the fields do not show, with the path of the key. `promised_days` is the retention time that alerts announce to
    /// their receivers.
    pub fn problems(&self, promised_days: u32) -> Vec<Fault> {
        let mut problems = Vec::new();
        if promised_days != 0 && promised_days < self.alerts_days {
            let what = format!("{} days are more than handling.retain_days ({promised_days}) allows", self.alerts_days);
            problems.push(Fault::new("retention.alerts_days", what).advise("write no more than that"));
        }
        if self.audit_days != 0 && (self.alerts_days == 0 || self.audit_days < self.alerts_days) {
            let what = "who did what with an alert must outlast the alert";
            problems.push(Fault::new("retention.audit_days", what).advise("write 0 or no less than alerts_days"));
        }
        problems
    }
}
