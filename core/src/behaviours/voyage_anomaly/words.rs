//! The texts of `voyage_anomaly` alerts.
//!
//! Both forms rest on what the crew entered by hand, which the caveat says. Score line: `voyage_anomaly`.

use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::{Facts, NewDestination, ShortCalls};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        match self {
            Facts::ShortCalls { measured: ShortCalls { short_calls, draught_change_metres, .. }, .. } => format!(
                "made {short_calls:.0} short port calls in a row with no sign of loading or unloading (reported draught changed by {draught_change_metres:.1} m at the last)"
            ),
            Facts::Destination { measured: NewDestination { destination_before, destination_after, .. }, .. } => {
                let at = of.clock(of.started_at);
                format!(
                    "changed its reported destination from {destination_before} to {destination_after} at {at} UTC while at sea"
                )
            }
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("draught and destination are entered by hand")
    }

    /// The change; calls are stated as they are known by now, where the ship is now.
    fn stated(&self, from: Time, to: Time) -> (Time, Time) {
        match self {
            Facts::ShortCalls { .. } => (to, to),
            Facts::Destination { .. } => (from, from),
        }
    }

    fn opened(&self, _: &Opening) -> String {
        match self {
            Facts::ShortCalls { .. } => "short port calls without a change of draught".to_owned(),
            Facts::Destination { .. } => "destination changed".to_owned(),
        }
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        match self {
            Facts::ShortCalls { .. } => "Calls at ports without loading or unloading".to_owned(),
            Facts::Destination { .. } => "Reported destination changed at sea".to_owned(),
        }
    }
}
