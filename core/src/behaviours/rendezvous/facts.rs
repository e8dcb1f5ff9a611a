//! The facts of `rendezvous` alerts.
//!
//! Thresholds are those of the form alone. A close meeting lists those of the close tier even if it is long as well, so its texts cannot
//! name `near_metres` and `long_minutes`.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts, Rounded, settings_in_force};

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// How close two ships are, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Near each other.
    Near,
    /// Near each other for hours.
    NearLong,
    /// Side by side.
    Close,
    /// Side by side, and near each other for hours.
    CloseLong,
    /// In company under way.
    Underway,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Near => &["near"],
            Form::NearLong => &["near", "long"],
            Form::Close => &["close"],
            Form::CloseLong => &["close", "long"],
            Form::Underway => &["underway"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Number of minutes that counted.
    pub(crate) counted_minutes: Rounded<0>,
    /// Distance between the two at the latest minute that counted. Metres.
    pub(crate) distance_metres: Rounded<0>,
    /// Smallest distance between them in the minutes that counted. Metres.
    pub(crate) min_distance_metres: Rounded<0>,
    /// Largest distance between them in the minutes that counted. Metres.
    pub(crate) max_distance_metres: Rounded<0>,
    /// The greater of their median speeds. Knots.
    pub(crate) median_knots: Rounded<1>,
    /// Distance from shore. Nautical miles.
    pub(crate) shore_nm: Rounded<1>,
    /// Number of their meetings within the 14 days before; `None` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) earlier_meetings_14_days: Option<usize>,
    /// How two fishing vessels worked one gear before they met; `None` for all others.
    #[serde(flatten)]
    pub(crate) gear: Option<Gear>,
}

/// What was measured of two vessels that work one gear.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Gear {
    /// How long they kept side by side at the speed of fishing. Minutes.
    pub(crate) side_by_side_minutes: Rounded<0>,
    /// Median distance meanwhile. Metres.
    pub(crate) side_by_side_metres: Rounded<0>,
    /// Median of their mean speed meanwhile. Knots.
    pub(crate) side_by_side_knots: Rounded<1>,
    /// How often they turned onto another course together.
    pub(crate) turns_together: u32,
}

/// The thresholds in force.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Thresholds {
    /// Those of the form.
    #[serde(flatten)]
    pub(crate) tier: TierThresholds,
    /// Number of the meeting within 14 days from which the pair is habitual; `None` if it never is, or if this is their first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) habitual_meetings: Option<u32>,
    /// How long two fishing vessels must keep side by side to work one gear. Minutes; `None` unless they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gear_minutes: Option<Rounded<0>>,
}

/// The thresholds of a form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum TierThresholds {
    /// In company under way.
    Underway(UnderwayThresholds),
    /// Side by side.
    Close(CloseThresholds),
    /// Near each other.
    Near(NearThresholds),
}

impl TierThresholds {
    /// The thresholds of a form.
    pub(crate) fn of(form: Form, settings: &Settings) -> TierThresholds {
        match form {
            Form::Underway => TierThresholds::Underway(settings.into()),
            Form::Close | Form::CloseLong => TierThresholds::Close(settings.into()),
            Form::Near | Form::NearLong => TierThresholds::Near(settings.into()),
        }
    }
}

settings_in_force! {
    /// The thresholds of a pair in company under way.
    UnderwayThresholds of Settings {
        apart_metres: f64,
        end_minutes: f64,
        underway_metres: f64,
        underway_minutes: f64,
        underway_min_knots: f64,
        underway_max_knots: f64,
        underway_course_degrees: f64,
        underway_min_shore_nm: f64,
    }
}

settings_in_force! {
    /// The thresholds of a pair side by side.
    CloseThresholds of Settings {
        min_shore_nm: f64,
        slow_knots: f64,
        moving_knots: f64,
        close_metres: f64,
        close_minutes: f64,
        apart_metres: f64,
        end_minutes: f64,
    }
}

settings_in_force! {
    /// The thresholds of a pair near each other.
    NearThresholds of Settings {
        min_shore_nm: f64,
        slow_knots: f64,
        moving_knots: f64,
        near_metres: f64,
        near_minutes: f64,
        long_minutes: f64,
        apart_metres: f64,
        end_minutes: f64,
    }
}
