//! Settings of alerts: when a fact is announced, how long an interruption may be, how often a line is published.

use serde::{Deserialize, Serialize};

use crate::behaviours::{Behaviour, Silence};
use crate::time::Span;

/// `[alerts]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A fact with at least this score is announced as an alert. Points, 1-100.
    pub alert_from: i32,
    /// A behaviour that stops and resumes within this time stays the same alert. Minutes.
    pub merge_minutes: u32,
    /// While nothing an analyst would act on changes, an open alert is published again at most this often. Minutes.
    pub update_minutes: u32,
    /// How long before the start the tracks in the evidence begin. Minutes.
    pub evidence_before_minutes: u32,
    /// Upper limit of the points of a vessel's track in the evidence.
    pub evidence_points: u32,
    /// With this many open alerts and facts, further facts are dropped and counted; alerts are still kept, up to four times as
    /// many.
    pub max_open: u32,
    /// Upper limit of the ended alerts and facts remembered for `score.repeat_days`; beyond it the oldest are forgotten and
    /// counted.
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
    /// All problems with the values, as sentences that begin with the key's path; empty if there are none.
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

    /// The merge window: a behaviour that resumes within it stays the same alert.
    pub fn merge(&self) -> Span {
        Span::from_minutes(i64::from(self.merge_minutes))
    }

    /// The merge window of one behaviour; zero for a silence, which is over as soon as the vessel is heard.
    pub fn merge_of(&self, behaviour: Behaviour) -> Span {
        match behaviour.character().silence {
            Silence::Itself => Span::ZERO,
            Silence::Included | Silence::Apart => self.merge(),
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
        assert_eq!(Settings::default().merge_of(Behaviour::AisGap), Span::ZERO);
        assert_eq!(Settings::default().merge_of(Behaviour::Loitering), Span::from_minutes(60));
    }
}
