//! Settings of alerts: when a fact is announced, how long an interruption may be, how often a line is published.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::behaviours::{Behaviour, Silence};

/// `[alerts]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A fact with at least this score is announced as an alert. Points, 1-100.
    #[schemars(range(min = 1, max = 100))]
    pub alert_from: i32,
    /// A behaviour that stops and resumes within this time stays the same alert. Minutes.
    #[schemars(range(min = 0, max = 1440))]
    pub merge_minutes: u32,
    /// While nothing an analyst would act on changes, an open alert is published again at most this often. Minutes.
    #[schemars(range(min = 1, max = 1440))]
    pub update_minutes: u32,
    /// How long before the start the tracks in the evidence begin. Minutes; trails reach back half a day.
    #[schemars(range(min = 0, max = 720))]
    pub evidence_before_minutes: u32,
    /// Upper limit of the points of a vessel's track in the evidence.
    #[schemars(range(min = 2, max = 200))]
    pub evidence_points: u32,
    /// With this many open alerts and facts, further facts are dropped and counted; alerts are still kept, up to four times as
    /// many.
    #[schemars(range(min = 100))]
    pub max_open: u32,
    /// Upper limit of the ended alerts and facts remembered for `score.repeat_days`; beyond it the oldest are forgotten and
    /// counted.
    #[schemars(range(min = 100))]
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

    /// Time since the last line after which an unchanged open alert is published again.
    pub(super) fn update(&self) -> Span {
        Span::from_minutes(i64::from(self.update_minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_never_merged() {
        assert_eq!(Settings::default().merge_of(Behaviour::AisGap), Span::ZERO);
        assert_eq!(Settings::default().merge_of(Behaviour::Loitering), Span::from_minutes(60));
    }
}
