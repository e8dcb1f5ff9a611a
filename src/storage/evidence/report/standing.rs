//! How an alert stands at present, in the words that lists, handovers and reports share.

use serde_json::Value;

use atalaia_core::behaviours::Behaviour;

/// How a stored alert stands. In the order in which a watch needs to know.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// Open, and what it reports lasts.
    GoingOn,
    /// Open, but what it reports happened at one moment: it waits to be looked at, and nothing lasts.
    Happened,
    /// Ended.
    Over,
    /// Retracted: its evidence proved wrong.
    TakenBack,
}

impl Standing {
    /// How this alert stands. A behaviour that this version does not know lasts while it is open.
    pub fn of(alert: &Value) -> Standing {
        let happens_once = || {
            let behaviour = alert["behaviour"].as_str().and_then(Behaviour::named);
            behaviour.is_some_and(|behaviour| behaviour.character().happens_once)
        };
        match alert["status"].as_str() {
            Some("open") if happens_once() => Standing::Happened,
            Some("open") => Standing::GoingOn,
            Some("retracted") => Standing::TakenBack,
            _ => Standing::Over,
        }
    }

    /// In words: `going on`.
    pub fn words(self) -> &'static str {
        match self {
            Standing::GoingOn => "going on",
            Standing::Happened => "happened",
            Standing::Over => "over",
            Standing::TakenBack => "taken back",
        }
    }
}
