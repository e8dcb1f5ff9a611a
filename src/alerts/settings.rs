//! What the operator may set about alerts: when a fact is announced, how long a pause is forgiven, how often a line comes.

use serde::{Deserialize, Serialize};

use crate::time::Span;

/// `[alerts]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A fact with this score or more is announced as an alert. Points, 1-100.
    pub alert_from: i32,
    /// What stops and comes back within this is the same alert. Minutes.
    pub merge_minutes: u32,
    /// While nothing an analyst would act on changes, a line comes at most this often. Minutes.
    pub update_minutes: u32,
    /// The evidence shows the vessels' tracks from this long before the start. Minutes.
    pub evidence_before_minutes: u32,
    /// Points of a vessel's track in the evidence, at most.
    pub evidence_points: u32,
    /// Beyond this many open alerts and facts no further fact is kept (alerts still are, up to four times as many); counted.
    pub max_open: u32,
    /// So many ended alerts and facts are remembered for `score.repeat_days`; beyond it the oldest are forgotten; counted.
    pub max_remembered: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            alert_from: 20,
            merge_minutes: 60,
            update_minutes: 30,
            evidence_before_minutes: 30,
            evidence_points: 200,
            max_open: 20_000,
            max_remembered: 100_000,
        }
    }
}

impl Settings {
    /// All faults, as sentences with the key's path.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=100).contains(&self.alert_from) {
            problems.push("alerts.alert_from must lie between 1 and 100".to_owned());
        }
        if 24 * 60 < self.merge_minutes {
            problems.push("alerts.merge_minutes must not be above 1440 (a day)".to_owned());
        }
        if !(1..=24 * 60).contains(&self.update_minutes) {
            problems.push("alerts.update_minutes must lie between 1 and 1440".to_owned());
        }
        if 12 * 60 < self.evidence_before_minutes {
            problems
                .push("alerts.evidence_before_minutes must not be above 720: trails reach back half a day".to_owned());
        }
        if !(2..=200).contains(&self.evidence_points) {
            problems.push("alerts.evidence_points must lie between 2 and 200".to_owned());
        }
        if self.max_open < 100 {
            problems.push("alerts.max_open must be at least 100".to_owned());
        }
        if self.max_remembered < 100 {
            problems.push("alerts.max_remembered must be at least 100".to_owned());
        }
        problems
    }

    /// What stops and comes back within this is the same alert.
    pub fn merge(&self) -> Span {
        Span::from_minutes(i64::from(self.merge_minutes))
    }

    /// The same for one behaviour: a gap in reception is over when the vessel is heard.
    pub fn merge_of(&self, behaviour: &str) -> Span {
        match behaviour {
            "ais_gap" => Span::ZERO,
            _ => self.merge(),
        }
    }

    pub(super) fn update(&self) -> Span {
        Span::from_minutes(i64::from(self.update_minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_no_problem_and_every_wrong_key_is_named() {
        assert_eq!(Settings::default().problems(), Vec::<String>::new());
        let wrong = Settings {
            alert_from: 0,
            merge_minutes: 2000,
            update_minutes: 0,
            evidence_before_minutes: 1000,
            evidence_points: 1,
            max_open: 0,
            max_remembered: 0,
        };
        assert_eq!(wrong.problems().len(), 7);
    }

    #[test]
    fn gaps_are_never_merged() {
        assert_eq!(Settings::default().merge_of("ais_gap"), Span::ZERO);
        assert_eq!(Settings::default().merge_of("loitering"), Span::from_minutes(60));
    }
}
