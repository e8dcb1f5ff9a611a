//! The texts of `limit_hugging` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::distance;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, below};
use crate::zones::Chart;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let out = of.number("outside_nm").map_or(String::new(), |nm| format!("{} ", distance(nm)));
        let (stayed, slow) = (of.have("stayed", "stayed"), below(of.thresholds));
        format!("{stayed} {slow} for {}, {out}outside {}", of.held(), of.zone())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        format!("{} outside the limit {}", of.slow(), of.held())
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Stays slow just outside the limit".to_owned()
    }
}
