//! The texts of `zone_entry` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::{Chart, Relation};

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        format!("entered {} at {} UTC", of.zone(), of.started_at.clock())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "entered the zone".to_owned()
    }

    /// Adds the owner of the zone and the reason for watching it, if the zone file states them.
    fn line(self, _: &str, holding: &Holding, chart: &Chart) -> String {
        let zones = chart.zones.zones();
        let crossed = holding.zones.iter().filter(|(_, relation)| *relation == Relation::In);
        let watched = crossed.filter_map(|(zone, _)| zones.get(usize::from(zone.0))).find_map(|zone| {
            let why = [zone.reason.clone(), zone.owner.as_ref().map(|owner| format!("owner: {owner}"))];
            let why: Vec<String> = why.into_iter().flatten().collect();
            (!why.is_empty()).then(|| format!("Entered a watched zone ({})", why.join("; ")))
        });
        watched.unwrap_or_else(|| "Entered the zone".to_owned())
    }
}
