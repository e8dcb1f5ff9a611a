//! The facts of `identity_conflict` alerts.

use serde::{Deserialize, Serialize};

use crate::ais::clean;
use crate::behaviours::Rounded;
use crate::behaviours::facts::{self, Parts, settings_in_force};
use crate::behaviours::shared::sharing::JumpFacts;

use crate::picture::tracks::HeardName;

use super::settings::Settings;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, Thresholds>;

/// By how many ships a number is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// By two ships, or by a stated number of them.
    Conflict,
    /// By transmitters in several places within a day.
    Shared,
}

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Conflict => &[],
            Form::Shared => &["shared"],
        }
    }
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The jump that showed it: the last fix in the one place and the first in the other.
    #[serde(flatten)]
    pub(crate) jump: JumpFacts,
    /// Number of places where the number was heard within a day, at least 2.
    pub(crate) places: usize,
    /// The names heard under the number, in the order in which they were first heard.
    pub(crate) names: Vec<NameThere>,
}

/// A name heard under the number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct NameThere {
    /// The name.
    pub(crate) name: String,
    /// Ship type 1-99 sent with it; `None` if none was.
    pub(crate) ship_type: Option<u8>,
    /// Latitude and longitude where the ship was that most likely sent it, in degrees; `None` if not known.
    pub(crate) place: Option<[Rounded<2>; 2]>,
}

impl NameThere {
    /// The name as texts state it; `None` if nothing of it can be shown.
    pub(super) fn of(heard: &HeardName) -> Option<NameThere> {
        let place = heard.place.map(|at| [at.lat.into(), at.lon.into()]);
        Some(NameThere { name: clean(&heard.name)?, ship_type: heard.ship_type, place })
    }
}

settings_in_force! {
    /// The thresholds in force.
    Thresholds of Settings {
        fixes: u32,
        within_minutes: f64,
        min_nm: f64,
        silent_hours: f64,
    }
}
