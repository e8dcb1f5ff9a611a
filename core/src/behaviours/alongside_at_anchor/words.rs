//! The texts of `alongside_at_anchor` alerts.
//!
//! Score lines: `alongside_at_anchor` is the base, `night` and `second_visit` add to it.

use crate::behaviours::named::{Role, VesselRef};
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, metres};

use super::facts::Facts;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let apart = metres(self.measured.max_distance_metres);
        let again = if 1.0 < f64::from(self.measured.visit) { ", not for the first time" } else { "" };
        let (lay, zone, held) = (of.have("lay", "been"), of.zone(), of.together_for(self.measured.counted_minutes));
        // The larger ship is the one at anchor.
        let is_mother = |vessel: &&VesselRef| vessel.role == Some(Role::Mother);
        // A craft of unknown size gives neither of them a role.
        let is_merchant = |vessel: &&VesselRef| vessel.ship_type.is_some_and(|kind| (70..=89).contains(&kind));
        let ship = of.vessels.iter().find(is_mother).or_else(|| of.vessels.iter().find(is_merchant));
        let ship = ship.map_or_else(|| "one of them".to_owned(), VesselRef::title);
        format!("{lay} alongside each other (within {apart}) in {zone} {held}, {ship} anchored or moored{again}")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was transferred")
    }

    fn opened(&self, of: &Opening) -> String {
        format!("alongside {}", of.minutes(self.measured.counted_minutes))
    }

    fn line(&self, code: &str, _: &Site<'_>) -> String {
        match code {
            "night" => "At night".to_owned(),
            "second_visit" => "The same boat has been alongside this ship before".to_owned(),
            _ if self.measured.craft_size_unknown.is_some() => {
                "Craft of unknown size alongside a ship at anchor".to_owned()
            }
            _ => "Small craft alongside a ship at anchor".to_owned(),
        }
    }
}
