//! Settings of the score: the points of each line, and the limits at which lines and caps apply.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;

/// `[score]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScoreSettings {
    /// At least 24 nm from shore. Points.
    #[schemars(range(min = 0, max = 100))]
    pub shore_24_nm_points: i32,
    /// At least 100 nm from shore, in place of `shore_24_nm_points`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub shore_100_nm_points: i32,
    /// The sun is below -6° at the position; not for fishing vessels. Points.
    #[schemars(range(min = 0, max = 100))]
    pub night_points: i32,
    /// A merchant ship or tug with a small craft or fishing vessel. Points.
    #[schemars(range(min = 0, max = 100))]
    pub merchant_small_craft_points: i32,
    /// A draught that changed within a day after a meeting at sea. Points.
    #[schemars(range(min = 0, max = 100))]
    pub draught_after_meeting_points: i32,
    /// The same vessel had an alert of the same behaviour within `repeat_days`; not for fishing, passenger and port craft.
    /// Points.
    #[schemars(range(min = 0, max = 100))]
    pub repeat_points: i32,
    /// How long an alert counts for `repeat_points`. Days, at most 365.
    #[schemars(range(min = 0, max = 365))]
    pub repeat_days: u32,
    /// The vessel also stopped on `habit_days` of the previous 5 days, or at this place on as many of the previous 14 days.
    /// Points.
    #[schemars(range(min = -100, max = 0))]
    pub habit_points: i32,
    /// Days with a stop that make a habit, one more for cargo ships and tankers. A habit cancels shore, night and repeat points.
    /// 1 to 5.
    #[schemars(range(min = 1, max = 5))]
    pub habit_days: u32,
    /// A party was in a source region within `source_region_days` before. Points.
    #[schemars(range(min = 0, max = 100))]
    pub source_region_points: i32,
    /// How long a visit to a source region counts. Days, at most 30.
    #[schemars(range(min = 0, max = 30))]
    pub source_region_days: u32,
    /// A party had a gap within `lately_hours`; not for behaviours that include a gap. Points.
    #[schemars(range(min = 0, max = 100))]
    pub gap_lately_points: i32,
    /// A party changed its draught at sea within `lately_hours`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub draught_lately_points: i32,
    /// How long a gap or a draught change counts. Hours, at most 168.
    #[schemars(range(min = 0, max = 168))]
    pub lately_hours: u32,
    /// A party changed its identity within `identity_days`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub new_identity_points: i32,
    /// How long an identity counts as new. Days, at most 365.
    #[schemars(range(min = 0, max = 365))]
    pub identity_days: u32,
    /// No comparable vessel stopped near the place outside harbours and anchorages, once vessels have been heard around it for
    /// `rare_after_days`. Points.
    #[schemars(range(min = 0, max = 100))]
    pub rare_place_points: i32,
    /// 5 to 19 stops of comparable vessels in `place_days`, each vessel counted at most three times; not for `async_rendezvous`.
    /// Points.
    #[schemars(range(min = -100, max = 0))]
    pub busy_place_points: i32,
    /// At least 20 such stops. Points.
    #[schemars(range(min = -100, max = 0))]
    pub crowded_place_points: i32,
    /// `async_rendezvous` with less than 24 h of data. Points.
    #[schemars(range(min = -100, max = 0))]
    pub little_data_points: i32,
    /// Radius of the place around a stop. Nautical miles, at most 20.
    #[schemars(range(min = 0, max = 20))]
    pub place_nm: f64,
    /// How long stops at a place count. Days, at most 14.
    #[schemars(range(min = 0, max = 14))]
    pub place_days: u32,
    /// How long vessels must have been heard around a place before it can count as rare. Days, at most 14.
    #[schemars(range(min = 0, max = 14))]
    pub rare_after_days: u32,
    /// A case with at least this score exempts its vessels from caps and benign zones. Points.
    #[schemars(range(min = 0, max = 100))]
    pub case_exempt_from: i32,
    /// An MMSI outside every class of station. Points.
    #[schemars(range(min = 0, max = 100))]
    pub unassigned_mmsi_points: i32,
    /// Loitering, slowdown, drift or dark meeting of fishing vessels only. Points.
    #[schemars(range(min = -100, max = 0))]
    pub fishing_points: i32,
    /// A pair of two fishing vessels. Points.
    #[schemars(range(min = -100, max = 0))]
    pub both_fishing_points: i32,
    /// Every party is a sailing or pleasure craft, or a class B boat under 24 m, within `leisure_shore_nm` of shore. Points.
    #[schemars(range(min = -100, max = 0))]
    pub leisure_points: i32,
    /// Distance from shore up to which `leisure_points` apply. Nautical miles.
    #[schemars(range(min = 0, max = 500))]
    pub leisure_shore_nm: f64,
    /// Passenger ships within `passenger_shore_nm` of shore. Points.
    #[schemars(range(min = -100, max = 0))]
    pub passenger_points: i32,
    /// Distance from shore up to which `passenger_points` apply. Nautical miles.
    #[schemars(range(min = 0, max = 500))]
    pub passenger_shore_nm: f64,
    /// At anchor, swinging within 0.3 nm, or lying as still; for pairs both vessels. Points.
    #[schemars(range(min = -100, max = 0))]
    pub anchored_points: i32,
    /// Closer to shore than this, an alert about a vessel at anchor stays a fact. Nautical miles.
    #[schemars(range(min = 0, max = 500))]
    pub anchored_shore_nm: f64,
    /// A party heard only by satellite. Points.
    #[schemars(range(min = -100, max = 0))]
    pub satellite_only_points: i32,
    /// More fishing vessels than this nearby count as a fleet at work.
    #[schemars(range(min = 1, max = 10_000))]
    pub fleet_vessels: u32,
    /// Radius in which fishing vessels count for `fleet_vessels`. Nautical miles, at most 30.
    #[schemars(range(min = 0, max = 30))]
    pub fleet_nm: f64,
    /// More sailing and pleasure craft than this nearby count as a fleet.
    #[schemars(range(min = 1, max = 10_000))]
    pub yachts: u32,
    /// Radius in which craft count for `yachts`. Nautical miles, at most 30.
    #[schemars(range(min = 0, max = 30))]
    pub yachts_nm: f64,
    /// Score of alerts limited to low. Points.
    #[schemars(range(min = 0, max = 100))]
    pub cap_low: i32,
    /// Score of alerts limited to a fact. Points.
    #[schemars(range(min = 0, max = 100))]
    pub cap_fact: i32,
    /// A short gap stays a fact unless its score reaches this. Points.
    #[schemars(range(min = 0, max = 100))]
    pub short_gap_alert_from: i32,
}

impl Default for ScoreSettings {
    fn default() -> ScoreSettings {
        ScoreSettings {
            shore_24_nm_points: 5,
            shore_100_nm_points: 10,
            night_points: 5,
            merchant_small_craft_points: 10,
            draught_after_meeting_points: 15,
            repeat_points: 5,
            repeat_days: 14,
            habit_points: -15,
            habit_days: 2,
            source_region_points: 5,
            source_region_days: 30,
            gap_lately_points: 10,
            draught_lately_points: 10,
            lately_hours: 24,
            new_identity_points: 10,
            identity_days: 180,
            rare_place_points: 5,
            busy_place_points: -10,
            crowded_place_points: -20,
            little_data_points: -5,
            place_nm: 5.0,
            place_days: 14,
            rare_after_days: 3,
            case_exempt_from: 60,
            unassigned_mmsi_points: 5,
            fishing_points: -15,
            both_fishing_points: -10,
            leisure_points: -15,
            leisure_shore_nm: 50.0,
            passenger_points: -15,
            passenger_shore_nm: 24.0,
            anchored_points: -20,
            anchored_shore_nm: 12.0,
            satellite_only_points: -5,
            fleet_vessels: 5,
            fleet_nm: 10.0,
            yachts: 5,
            yachts_nm: 2.0,
            cap_low: 39,
            cap_fact: 19,
            short_gap_alert_from: 40,
        }
    }
}

impl ScoreSettings {
    /// Values that contradict one another; keys with their table.
    pub fn problems(&self) -> Vec<Fault> {
        let (low, fact) = (self.cap_low, self.cap_fact);
        let fault = || Fault::new("score.cap_low", format!("{low} is below cap_fact ({fact})"));
        (low < fact).then(|| fault().advise(format!("write {fact} or more"))).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_has_no_more_points_than_a_low_alert() {
        assert_eq!(ScoreSettings::default().problems(), []);
        let wrong = ScoreSettings { cap_low: 10, ..ScoreSettings::default() };
        assert_eq!(wrong.problems()[0].to_string(), "score.cap_low: 10 is below cap_fact (19); write 19 or more");
    }
}
