//! The texts of `voyage_anomaly` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Chart;

/// What is unusual.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// The reported destination changed at sea.
    Destination,
    /// Port calls without loading or unloading.
    ShortCalls,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Destination => &["destination"],
            Form::ShortCalls => &["short_calls"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        if self == Form::ShortCalls {
            let calls = of.number("short_calls").unwrap_or(2.0);
            let draught = of.number("draught_change_metres").unwrap_or(0.0);
            return format!(
                "made {calls:.0} short port calls in a row with no sign of loading or unloading (reported draught changed by {draught:.1} m at the last)"
            );
        }
        let port = |key: &str| of.text(key).unwrap_or("?").to_owned();
        let (before, after) = (port("destination_before"), port("destination_after"));
        let at = of.started_at.clock();
        format!("changed its reported destination from {before} to {after} at {at} UTC while at sea")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("draught and destination are entered by hand")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        match self {
            Form::ShortCalls => "short port calls without a change of draught".to_owned(),
            Form::Destination => "destination changed".to_owned(),
        }
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        match self {
            Form::ShortCalls => "Calls at ports without loading or unloading".to_owned(),
            Form::Destination => "Reported destination changed at sea".to_owned(),
        }
    }
}
