//! The facts of `async_rendezvous` alerts.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};
use crate::picture::episodes::{Kink, SlowLeg};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// Whether the stop stands out from other stops there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// A stop that chance does not explain.
    Collected,
    /// No more such stops than chance would bring.
    ByChance,
    /// One of many craft that stopped there.
    Crowd,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Collected => &["collected"],
            Form::ByChance => &["by_chance"],
            Form::Crowd => &["crowd"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// What the ship did.
    #[serde(flatten)]
    pub(crate) drop: Dropped,
    /// When the ship passed the point of its slow leg that is nearest to the stop, or was farthest aside. An estimate: the leg is taken as
    /// straight and its speed as constant.
    pub(crate) passed_at: Time,
    /// Time from the end of the slow leg, or from the kink, to the stop. Hours.
    pub(crate) hours_between: Rounded<1>,
    /// Distance of the stop from the slow leg or kink. Nautical miles.
    pub(crate) distance_nm: Rounded<3>,
    /// MMSI of the ship.
    pub(crate) dropper_mmsi: Mmsi,
    /// MMSI of the craft that stopped.
    pub(crate) collector_mmsi: Mmsi,
    /// Number of such stops at this place on a usual day.
    pub(crate) such_stops_per_day: Rounded<1>,
    /// Number of such stops expected between the two by chance.
    pub(crate) expected_by_chance: Rounded<2>,
    /// Number of small craft that have stopped there since, at least 1.
    pub(crate) craft_stopped_there: usize,
    /// MMSIs of these craft; `None` if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) craft: Option<Vec<Mmsi>>,
    /// How long the craft has lain still. Minutes.
    pub(crate) stopped_minutes: Rounded<0>,
    /// Number of ships that slowed or turned there, at least 2; `None` if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ships_there: Option<usize>,
    /// Other ships that slowed or turned there, with distance and time. The last entry counts those that are not listed. `None` if there are
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_candidates: Option<Vec<String>>,
}

/// What the ship did where something may have gone over the side.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "drop")]
pub(crate) enum Dropped {
    /// It slowed down.
    #[serde(rename = "slow leg")]
    SlowLeg {
        /// When it slowed down.
        dropped_at: Time,
        /// When it was last slow.
        slow_until: Time,
        /// For how long. Minutes.
        slow_minutes: Rounded<0>,
        /// Slowest speed. Knots.
        slowest_knots: Rounded<1>,
        /// Its usual speed. Knots.
        usual_knots: Rounded<1>,
    },
    /// It turned off its course and back.
    #[serde(rename = "kink")]
    Kink {
        /// When it was farthest from its course.
        dropped_at: Time,
        /// Distance from its course. Nautical miles.
        aside_nm: Rounded<1>,
        /// Angle of its turn. Degrees.
        turn_degrees: Rounded<0>,
    },
}

impl Dropped {
    /// When the ship passed a point that lies at this share of its slow leg, 0-1.
    pub(crate) fn passed_at(&self, share: f64) -> Time {
        match *self {
            Dropped::SlowLeg { dropped_at, slow_until, .. } => {
                let leg = (slow_until - dropped_at).millis() as f64;
                dropped_at + Span::from_millis((leg * share) as i64)
            }
            Dropped::Kink { dropped_at, .. } => dropped_at,
        }
    }

    /// A leg on which it was slow.
    pub(crate) fn of_leg(leg: &SlowLeg) -> Dropped {
        Dropped::SlowLeg {
            dropped_at: leg.started_at,
            slow_until: leg.last_at,
            slow_minutes: (leg.last_at - leg.started_at).minutes().into(),
            slowest_knots: leg.slowest_knots.into(),
            usual_knots: leg.usual_knots.into(),
        }
    }

    /// A kink in its course.
    pub(crate) fn of_kink(kink: &Kink) -> Dropped {
        Dropped::Kink {
            dropped_at: kink.aside_at,
            aside_nm: (kink.aside_metres / METRES_PER_NM).into(),
            turn_degrees: kink.turn_degrees.into(),
        }
    }
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        min_shore_nm: f64,
        min_hours: f64,
        max_hours: f64,
        reach_nm: f64,
        drift_knots: f64,
        max_reach_nm: f64,
        small_metres: f64,
        chance_nm: f64,
        chance_from: f64,
        chance_fact_from: f64,
        crowd_fact_craft: u32,
    }
}
