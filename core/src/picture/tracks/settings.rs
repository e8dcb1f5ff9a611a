//! The settings `[tracks]`.

use serde::{Deserialize, Serialize};

use crate::base::fault::{self, Fault};
use crate::base::time::Span;

/// Maximum number of lanes. More do not help.
pub(super) const MOST_LANES: u32 = 64;

/// `[tracks]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A hole in a vessel's reports longer than this neither proves nor disproves a behaviour. Minutes.
    #[schemars(range(min = 6, max = 1440))]
    pub max_hole_minutes: u32,
    /// `max_hole_minutes` for vessels heard only by satellite. Minutes.
    #[schemars(range(min = 6, max = 10_080))]
    pub max_hole_satellite_minutes: u32,
    /// After this long without a fix a condition that holds ends as lost. Hours.
    #[schemars(range(min = 1, max = 8760))]
    pub lost_after_hours: u32,
    /// A fix that would require more speed than this is attributed to another ship, or to none. Knots.
    #[schemars(range(min = 20, max = 500))]
    pub jump_knots: f64,
    /// An MMSI sent from more places than this within 24 h identifies no vessel: it raises one alert a day and no gaps.
    #[schemars(range(min = 2, max = 15))]
    pub shared_above_places: u32,
    /// A vessel silent for longer than this is forgotten. Hours.
    #[schemars(range(min = 2, max = 8760))]
    pub forget_after_hours: u32,
    /// Number of lanes, 0-64. Each has the vessels of some MMSIs, takes in their reports and asks the rules that see one vessel, on its own
    /// thread if one moment has enough reports. 0 means one lane per core, at most 8. Alerts do not depend on it. Takes effect at start.
    #[schemars(range(min = 0, max = MOST_LANES), extend("x-former-name" = "shards"))]
    pub lanes: u32,
    /// Upper limit of the tracks; beyond it unconfirmed and longest silent ones are dropped first, never one with an open alert.
    #[schemars(range(min = 1000, max = 100_000_000))]
    pub max_tracks: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            max_hole_minutes: 20,
            max_hole_satellite_minutes: 180,
            lost_after_hours: 6,
            jump_knots: 60.0,
            shared_above_places: 5,
            forget_after_hours: 168,
            lanes: 0,
            max_tracks: 1_000_000,
        }
    }
}

impl Settings {
    /// Values that contradict one another; keys with their table.
    pub fn problems(&self) -> Vec<Fault> {
        let (hole, satellite) = (self.max_hole_minutes, self.max_hole_satellite_minutes);
        let (lost, forgotten) = (self.lost_after_hours, self.forget_after_hours);
        let mut problems = Vec::new();
        if satellite < hole {
            let what = format!("{satellite} is below max_hole_minutes ({hole})");
            problems.push(Fault::new("max_hole_satellite_minutes", what).advise(format!("write {hole} or more")));
        }
        if i64::from(lost) * 60 <= i64::from(satellite) {
            let what = format!("{lost} h are not longer than max_hole_satellite_minutes ({satellite})");
            problems.push(Fault::new("lost_after_hours", what).advise(format!("write {} or more", satellite / 60 + 1)));
        }
        if forgotten <= lost {
            let what = format!("{forgotten} is not longer than lost_after_hours ({lost})");
            problems.push(Fault::new("forget_after_hours", what).advise(format!("write {} or more", lost + 1)));
        }
        fault::below("tracks", problems)
    }

    /// The longest hole in the reports of a vessel that still counts as continuous.
    pub fn max_hole(&self, satellite_only: bool) -> Span {
        match satellite_only {
            false => Span::from_minutes(i64::from(self.max_hole_minutes)),
            true => Span::from_minutes(i64::from(self.max_hole_satellite_minutes)),
        }
    }

    /// How long without a fix until a condition that holds ends as lost.
    pub fn lost_after(&self) -> Span {
        Span::from_hours(i64::from(self.lost_after_hours))
    }
}
