//! The texts of `draught_change` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Chart;

/// Which way the draught changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It is greater.
    Deeper,
    /// It is smaller.
    LessDeep,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Deeper => &["deeper"],
            Form::LessDeep => &["less_deep"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let metres = |key| of.number(key).map_or("?".to_owned(), |metres| format!("{metres:.1}"));
        let (before, after) = (metres("draught_before_metres"), metres("draught_after_metres"));
        let silent = of.hours("silent_hours", ", after ", " without a report");
        let at = of.started_at.clock();
        format!("changed its reported draught from {before} to {after} m at {at} UTC without a port call{silent}")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("draught and destination are entered by hand")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "draught changed (confirmed by a second report)".to_owned()
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match (code, self) {
            ("after_gap", _) => "After hours of silence".to_owned(),
            (_, Form::Deeper) => "Reported draught has increased without a port call".to_owned(),
            (_, Form::LessDeep) => "Reported draught has decreased without a port call".to_owned(),
        }
    }
}
