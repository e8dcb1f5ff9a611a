//! Settings of the rendezvous.

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::behaviours::checks::{Coherent, hysteresis, ordered};
use crate::behaviours::minutes;
use crate::behaviours::runner::instant::Bridges;

/// Search distance for neighbours, beyond the default of `near_metres` so that the first minutes of a meeting are not missed. It is also
/// the upper limit of the distances that can be set, as nothing farther away is compared. Metres.
pub(super) const LOOK_METRES: f64 = 1500.0;

/// Settings `[behaviours.rendezvous]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the behaviour runs.
    pub enabled: bool,
    /// Base points of the near tier and the underway tier.
    #[schemars(range(min = 0, max = 100))]
    pub score: i32,
    /// Base points of the close tier.
    #[schemars(range(min = 0, max = 100))]
    pub close_score: i32,
    /// Points added for a long meeting.
    #[schemars(range(min = -100, max = 100))]
    pub long_points: i32,
    /// A zone that asks for the underway tier raises the score to this.
    #[schemars(range(min = 0, max = 100))]
    pub asked_score: i32,
    /// Minimum distance from shore of the midpoint. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub min_shore_nm: f64,
    /// The median speed made good of each ship must stay below this. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub slow_knots: f64,
    /// A ship has left from this speed on. Knots; not below `slow_knots`.
    #[schemars(range(min = 0, max = 200))]
    pub moving_knots: f64,
    /// Near tier: the ships must stay within this distance of each other. Metres.
    #[schemars(range(min = 1, max = LOOK_METRES))]
    pub near_metres: f64,
    /// Near tier: how long they must stay that near. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub near_minutes: f64,
    /// A break longer than this resets the near tier. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub near_break_minutes: f64,
    /// Close tier: the ships must stay within this distance of each other. Metres.
    #[schemars(range(min = 1, max = LOOK_METRES))]
    pub close_metres: f64,
    /// Close tier: how long they must stay that close. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub close_minutes: f64,
    /// A break longer than this resets the close tier. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub close_break_minutes: f64,
    /// A meeting is long from this duration on. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub long_minutes: f64,
    /// Ships further apart than this have parted. Metres; not below `near_metres`.
    #[schemars(range(min = 0, max = 10_000))]
    pub apart_metres: f64,
    /// The meeting ends once the ships have been apart or fast for this long. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub end_minutes: f64,
    /// The meeting ends as lost once either ship has been silent for this long. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub lost_minutes: f64,
    /// Maximum time between fixes over which positions are interpolated. A zone cannot override it. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub bridge_minutes: f64,
    /// The same for class B, and for speeds below 3 kn. A zone cannot override it. Minutes.
    #[schemars(range(min = 0, max = 43_200))]
    pub bridge_slow_minutes: f64,
    /// Ships that report being at anchor or moored, and swing within this radius, are anchored. Nautical miles.
    #[schemars(range(min = 0, max = 10))]
    pub anchored_swing_nm: f64,
    /// Whether to look for meetings under way (the underway tier). A zone asks for it with
    /// `{"rendezvous":{"underway":true}}`.
    pub underway: bool,
    /// Underway tier: the ships must sail within this distance of each other. Metres.
    #[schemars(range(min = 1, max = LOOK_METRES))]
    pub underway_metres: f64,
    /// Underway tier: how long they must sail together. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub underway_minutes: f64,
    /// Underway tier: neither ship may be slower than this. Knots.
    #[schemars(range(min = 0.1, max = 200))]
    pub underway_min_knots: f64,
    /// Underway tier: neither ship may be faster than this. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub underway_max_knots: f64,
    /// Underway tier: their courses must not differ by more than this. Degrees.
    #[schemars(range(min = 0, max = 180))]
    pub underway_course_degrees: f64,
    /// Underway tier: minimum distance from shore. Nautical miles.
    #[schemars(range(min = 0, max = 1500))]
    pub underway_min_shore_nm: f64,
    /// This many meetings of the same two ships within 14 days make a habit, which is at most low. Not for a merchant
    /// ship with another craft.
    #[schemars(range(min = 2, max = 30))]
    pub habitual_meetings: u32,
    /// The same for two fishing vessels.
    #[schemars(range(min = 2, max = 30))]
    pub habitual_fishing_meetings: u32,
    /// Two fishing vessels side by side for this long within 3 h tow or set one gear, which is a fact. Minutes.
    #[schemars(range(min = 0.1, max = 43_200))]
    pub gear_minutes: f64,
    /// Maximum distance at which vessels count as side by side. Metres.
    #[schemars(range(min = 0, max = 10_000))]
    pub gear_metres: f64,
    /// Maximum speed at which vessels count as side by side. Knots.
    #[schemars(range(min = 0, max = 200))]
    pub gear_knots: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            enabled: true,
            score: 35,
            close_score: 45,
            long_points: 10,
            asked_score: 40,
            min_shore_nm: 6.0,
            slow_knots: 3.0,
            moving_knots: 5.0,
            near_metres: 500.0,
            near_minutes: 30.0,
            near_break_minutes: 10.0,
            close_metres: 100.0,
            close_minutes: 10.0,
            close_break_minutes: 3.0,
            long_minutes: 120.0,
            apart_metres: 1000.0,
            end_minutes: 10.0,
            lost_minutes: 120.0,
            bridge_minutes: 10.0,
            bridge_slow_minutes: 20.0,
            anchored_swing_nm: 0.3,
            underway: false,
            underway_metres: 200.0,
            underway_minutes: 15.0,
            underway_min_knots: 3.0,
            underway_max_knots: 12.0,
            underway_course_degrees: 15.0,
            underway_min_shore_nm: 12.0,
            habitual_meetings: 3,
            habitual_fishing_meetings: 2,
            gear_minutes: 60.0,
            gear_metres: 1000.0,
            gear_knots: 5.0,
        }
    }
}

impl Coherent for Settings {
    fn contradictions(&self) -> Vec<Option<Fault>> {
        vec![
            hysteresis(("slow_knots", self.slow_knots), ("moving_knots", self.moving_knots)),
            hysteresis(("near_metres", self.near_metres), ("apart_metres", self.apart_metres)),
            ordered(("close_metres", self.close_metres), ("near_metres", self.near_metres)),
            ordered(("near_minutes", self.near_minutes), ("long_minutes", self.long_minutes)),
            ordered(("bridge_minutes", self.bridge_minutes), ("bridge_slow_minutes", self.bridge_slow_minutes)),
            ordered(("bridge_slow_minutes", self.bridge_slow_minutes), ("lost_minutes", self.lost_minutes)),
            ordered(("underway_min_knots", self.underway_min_knots), ("underway_max_knots", self.underway_max_knots)),
        ]
    }
}

impl Settings {
    /// The longest holes between fixes over which positions are interpolated.
    pub(super) fn bridges(&self) -> Bridges {
        Bridges { fast: minutes(self.bridge_minutes), slow: minutes(self.bridge_slow_minutes) }
    }
}
