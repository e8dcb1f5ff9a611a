//! The texts of `zone_entry` alerts.
//!
//! Score line: `zone_entry`, with the reason and the owner of the zone if its file states them.

use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Relation;

use super::facts::Facts;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        format!("entered {} {}", of.zone(), of.crossed(self.measured.unheard_since))
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not say why")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        self.measured.stated(from)
    }

    fn opened(&self, _: &Opening) -> String {
        "entered the zone".to_owned()
    }

    /// Adds the owner of the zone and the reason for watching it, if the zone file states them.
    fn line(&self, _: &str, site: &Site<'_>) -> String {
        let all = site.chart.zones.zones();
        let crossed = site.zones.iter().filter(|(_, relation)| *relation == Relation::In);
        let watched = crossed.filter_map(|(zone, _)| all.get(usize::from(zone.0))).find_map(|zone| {
            let why = [zone.reason.clone(), zone.owner.as_ref().map(|owner| format!("owner: {owner}"))];
            let why: Vec<String> = why.into_iter().flatten().collect();
            (!why.is_empty()).then(|| format!("Entered a watched zone ({})", why.join("; ")))
        });
        watched.unwrap_or_else(|| "Entered the zone".to_owned())
    }
}
