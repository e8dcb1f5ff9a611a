//! The picture: the latest fix, trail, identity and neighbours of every vessel.
//!
//! [`Tracks::accept`] takes one report at its event time and returns what it changed. A track is a dense index ([`TrackIx`])
//! behind a stable key ([`TrackKey`]: MMSI and ordinal), so two ships under one MMSI are two tracks before any behaviour sees
//! them.

mod accept;
mod blur;
mod candidates;
mod confirmed;
mod country;
mod damaged;
mod flag;
mod grid;
mod heard;
mod identity;
mod picture;
mod shared;
mod siblings;
mod store;
mod sweep;
mod track;
mod trail;
mod usual;
mod warm;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use accept::{CONFIRMING_FIXES, Jump, Outcome, Refusal};
pub use country::country_of;
pub use flag::{Flag, flag_of};
pub use identity::{Fields, Identity, Learned};
pub use picture::Tracks;
pub use store::{Activity, Interest, Shard};
pub use track::{Fix, PastPositions, SpeedMadeGood, Vessel};
pub use trail::TrailPoint;

use crate::base::time::Span;
use crate::base::units::Mmsi;

/// Index of a vessel in the slab of tracks; reused after the track is dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TrackIx(pub u32);

/// Maximum number of shards. More do not help.
const MOST_SHARDS: u32 = 64;

/// The activity bit that the detectors of episodes use, after those of the behaviours. It does not keep a track alive.
pub const FOLLOWED: u32 = 31;

/// The permanent name of a track: its MMSI, and which of the ships under that MMSI it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TrackKey {
    /// MMSI of the vessel.
    pub mmsi: Mmsi,
    /// Number of the track under this MMSI, from 1.
    pub ordinal: u16,
}

impl fmt::Display for TrackKey {
    /// `224123456.1`, as used in alert ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.mmsi.0, self.ordinal)
    }
}

/// `[tracks]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A hole in a vessel's reports longer than this neither proves nor disproves a behaviour. Minutes.
    pub max_hole_minutes: u32,
    /// `max_hole_minutes` for vessels heard only by satellite. Minutes.
    pub max_hole_satellite_minutes: u32,
    /// After this long without a fix a condition that holds ends as lost. Hours.
    pub lost_after_hours: u32,
    /// A fix that would require more speed than this is attributed to another ship, or to none. Knots.
    #[schemars(range(min = 20, max = 500))]
    pub jump_knots: f64,
    /// An MMSI sent from more places than this within 24 h identifies no vessel: it raises one alert a day and no gaps.
    #[schemars(range(min = 2, max = 15))]
    pub shared_above_places: u32,
    /// A vessel silent for longer than this is forgotten. Hours.
    pub forget_after_hours: u32,
    /// Lanes, 1-64: each has the vessels of some MMSIs, takes in their reports and asks the rules that see one vessel, on its own thread
    /// where one moment has enough reports. 0 for one lane a core, at most 8. Alerts do not depend on it. Takes effect at start.
    #[schemars(range(min = 0, max = MOST_SHARDS))]
    pub shards: u32,
    /// Upper limit of the tracks; beyond it unconfirmed and longest silent ones are dropped first, never one with an open alert.
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
            shards: 0,
            max_tracks: 1_000_000,
        }
    }
}

impl Settings {
    /// All problems with the values, as sentences that begin with the key's path; empty if there are none.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_hole_minutes < 6 {
            problems.push(
                "tracks.max_hole_minutes must be at least 6: speed made good needs spans over 5 minutes".to_owned(),
            );
        }
        if self.max_hole_satellite_minutes < self.max_hole_minutes {
            problems.push("tracks.max_hole_satellite_minutes must not be below tracks.max_hole_minutes".to_owned());
        }
        if i64::from(self.lost_after_hours) * 60 <= i64::from(self.max_hole_satellite_minutes) {
            problems.push("tracks.lost_after_hours must be longer than tracks.max_hole_satellite_minutes".to_owned());
        }
        if self.forget_after_hours <= self.lost_after_hours {
            problems.push("tracks.forget_after_hours must be longer than tracks.lost_after_hours".to_owned());
        }
        if self.max_tracks < 1000 {
            problems.push("tracks.max_tracks must be at least 1000".to_owned());
        }
        problems
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

#[cfg(test)]
mod tests;
