//! The questions that the owner of the engine answers, and their answers.

use serde::Serialize;

use super::coverage::CoverageMap;
use super::explain::{Conditions, conditions};
use super::track::{TrackAnswer, track};
use super::vessel::{VesselAnswer, vessel};
use super::who::{Deed, Search, Suspects, who, who_among};
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::Behaviour;
use crate::engine::Engine;
use crate::zones::Chart;

/// A question that needs the engine itself. What the picture can answer is left to [`super::Picture`].
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// What is known of a vessel now.
    Vessel(Mmsi),
    /// The conditions of every behaviour for a vessel now, or of one behaviour.
    Explain(Mmsi, Option<Behaviour>),
    /// Which vessels stopped, slowed, met or were dark near a place, as far as the engine remembers. The alerts and facts that are over
    /// are not in the engine; the caller may add them.
    Who(Search, Vec<Deed>),
    /// The same with these alerts and facts alone, for a reader who may not see all that are open.
    WhoAmong(Search, Vec<Deed>),
    /// The kept fixes of a vessel.
    Track {
        /// Its MMSI.
        mmsi: Mmsi,
        /// Ordinal of the track; `None` for the one that was heard last.
        track: Option<u16>,
        /// The first moment.
        since: Time,
        /// Most points of the answer.
        most: usize,
    },
    /// How well each part of the sea is heard.
    Coverage,
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
    /// The track; `None` if there is none.
    Track(Option<TrackAnswer>),
    /// The cells of the reception model.
    Coverage(CoverageMap),
}

impl Question {
    /// Answers from the engine. `chart` is the one in force.
    pub fn answer(&self, engine: &Engine, chart: &Chart) -> Answer {
        match self {
            Question::Vessel(mmsi) => Answer::Vessel(vessel(engine, chart, *mmsi)),
            Question::Explain(mmsi, only) => {
                let found = engine.now().map(|now| conditions(engine, *mmsi, *only, now));
                Answer::Explain(found.filter(|found| !found.tracks.is_empty()))
            }
            Question::Who(search, deeds) => Answer::Who(who(engine, search, deeds)),
            Question::WhoAmong(search, deeds) => Answer::Who(who_among(engine, search, deeds)),
            Question::Track { mmsi, track: ordinal, since, most } => {
                Answer::Track(track(engine, *mmsi, *ordinal, *since, *most))
            }
            Question::Coverage => Answer::Coverage(CoverageMap::of(engine)),
        }
    }
}
