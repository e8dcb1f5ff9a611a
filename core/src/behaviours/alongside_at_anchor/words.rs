//! The texts of `alongside_at_anchor` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Chart;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let apart = of.within(" (within ", ")");
        let again = match of.number("visit") {
            Some(visit) if 1.0 < visit => ", not for the first time",
            Some(_) | None => "",
        };
        let (lay, zone, held) = (of.have("lay", "been"), of.zone(), of.held_together());
        format!("{lay} alongside each other{apart} in {zone} for {held}, one of them anchored or moored{again}")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was transferred")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("alongside {}", of.minutes())
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match code {
            "night" => "At night".to_owned(),
            "second_visit" => "The same boat has been alongside this ship before".to_owned(),
            _ => "Small craft alongside a ship at anchor".to_owned(),
        }
    }
}
