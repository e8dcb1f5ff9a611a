//! Questions about vessels: which are near a place, what is known of one, what it lacks for an alert, and who was at a place.
//!
//! Each is a function over the engine, or over a copy of its picture, and its answer is plain data. The command line and the HTTP pages
//! print the same answers. A question never changes the engine: the same lines give the same alerts, whatever is asked meanwhile.

mod explain;
mod near;
mod picture;
mod vessel;
mod who;

use serde::Serialize;

pub use explain::{Condition, Conditions, FixThere, Form, TrackConditions, bare, conditions, nearest, track_key};
pub use near::{Nearby, near};
pub use picture::{Picture, PictureVessel};
pub use vessel::{VesselAnswer, VesselTrack, kind_of, vessel};
pub use who::{
    DARK_AFTER, Deed, Did, LEAST, Ranked, STOP_KNOTS, Search, Sighting, Suspects, is_meeting, rank, spell, who,
};

use crate::base::units::Mmsi;
use crate::behaviours::Behaviour;
use crate::engine::Engine;
use crate::zones::Chart;

/// A question that needs the engine itself. What the picture can answer is left to [`Picture`].
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// What is known of a vessel now.
    Vessel(Mmsi),
    /// The conditions of every behaviour for a vessel now, or of one behaviour.
    Explain(Mmsi, Option<Behaviour>),
    /// Which vessels stopped, slowed, met or were dark near a place, as far as the engine remembers. The alerts and facts that are over
    /// are not in the engine; the caller may add them.
    Who(Search, Vec<Deed>),
}

/// The answer to a [`Question`], of the same kind.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The vessel; `None` if it has no track.
    Vessel(Option<VesselAnswer>),
    /// The conditions; `None` if the vessel has no track.
    Explain(Option<Conditions>),
    /// The vessels, ranked.
    Who(Suspects),
}

impl Question {
    /// Answers from the engine. `chart` is the one in force.
    pub fn answer(&self, engine: &Engine, chart: &Chart) -> Answer {
        match self {
            Question::Vessel(mmsi) => Answer::Vessel(vessel(engine, chart, *mmsi)),
            Question::Explain(mmsi, only) => {
                let told = engine.now().map(|now| conditions(engine, *mmsi, *only, now));
                Answer::Explain(told.filter(|told| !told.tracks.is_empty()))
            }
            Question::Who(search, deeds) => Answer::Who(who(engine, search, deeds)),
        }
    }
}
