//! The whole settings file as one struct, and the errors that only show in values taken together.
//!
//! What is wrong with one value by itself, its type or range, is found before, against the schema.

use std::path::{Component, PathBuf};

use serde::{Deserialize, Serialize};

use super::profile::Profile;
use crate::storage::{evidence, journal, store};
use crate::{delivery, http, inputs};
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::picture::{coverage, tracks};
use atalaia_core::{alerts, behaviours, engine, zones};

/// The settings file built into the program: every key with a comment, equal to the defaults.
pub const SHIPPED: &str = include_str!("../../config/atalaia.toml");

/// Number of lanes at most if the settings leave it to the program. More do not help on most feeds.
const MOST_LANES_BY_DEFAULT: u32 = 8;

/// The whole settings file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `profile`: the definitions used as defaults for some behaviours; Atalaia's own if unset. Keys in the file take precedence.
    pub profile: Option<Profile>,
    /// `[time]`
    pub time: engine::TimeSettings,
    /// `[tracks]`
    pub tracks: tracks::Settings,
    /// `[alerts]`
    pub alerts: alerts::Settings,
    /// `[handling]`
    pub handling: alerts::HandlingSettings,
    /// `[zones]`
    pub zones: engine::ZoneSettings,
    /// `[watchlists]`
    pub watchlists: zones::WatchlistSettings,
    /// `[coverage]`
    pub coverage: coverage::Settings,
    /// `[behaviours]`
    pub behaviours: behaviours::Settings,
    /// `[score]`
    pub score: alerts::ScoreSettings,
    /// `[recordings]`
    pub recordings: inputs::RecordingSettings,
    /// `[store]`
    pub store: store::Settings,
    /// `[journal]`
    pub journal: journal::Settings,
    /// `[evidence]`
    pub evidence: evidence::Settings,
    /// `[retention]`
    pub retention: store::RetentionSettings,
    /// `[delivery]`
    pub delivery: delivery::DeliverySettings,
    /// `[http]`
    pub http: http::Settings,
    /// `[api]`
    pub api: http::ApiSettings,
    /// `[[inputs]]`
    pub inputs: Vec<inputs::Settings>,
    /// `[[sinks]]`
    pub sinks: Vec<delivery::Settings>,
}

impl Default for Config {
    /// Equal to [`SHIPPED`]; a test compares them.
    fn default() -> Config {
        let core = engine::Settings::default();
        Config {
            profile: None,
            time: core.time,
            tracks: core.tracks,
            alerts: core.alerts,
            handling: core.handling,
            zones: core.zones,
            watchlists: zones::WatchlistSettings::default(),
            coverage: core.coverage,
            behaviours: core.behaviours,
            score: core.score,
            recordings: inputs::RecordingSettings::default(),
            store: store::Settings::default(),
            journal: journal::Settings::default(),
            evidence: evidence::Settings::default(),
            retention: store::RetentionSettings::default(),
            delivery: delivery::DeliverySettings::default(),
            http: http::Settings::default(),
            api: http::ApiSettings::default(),
            inputs: Vec::new(),
            sinks: vec![delivery::Settings::default()],
        }
    }
}

impl Config {
    /// The part of the settings that the engine is created from, with the number of lanes decided for this machine.
    pub fn engine(&self) -> engine::Settings {
        engine::Settings {
            time: self.time.clone(),
            tracks: tracks::Settings { lanes: lanes(self.tracks.lanes), ..self.tracks.clone() },
            alerts: self.alerts.clone(),
            handling: self.handling.clone(),
            zones: self.zones.clone(),
            coverage: self.coverage.clone(),
            behaviours: self.behaviours.clone(),
            score: self.score.clone(),
        }
    }

    /// Replaces the part of the settings that the engine is created from.
    pub(super) fn set_engine(&mut self, engine: engine::Settings) {
        let engine::Settings { time, tracks, alerts, zones, coverage, score, behaviours, handling } = engine;
        (self.time, self.tracks, self.alerts, self.zones) = (time, tracks, alerts, zones);
        (self.coverage, self.score, self.behaviours, self.handling) = (coverage, score, behaviours, handling);
    }

    /// Lists the errors in the values that neither their types nor their ranges show: what one requires of another. Keys are paths in the
    /// merged document, with indices into these lists.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = self.engine().problems();
        problems.extend(self.retention.problems(self.handling.retain_days));
        problems.extend(self.delivery.problems());
        problems.extend(self.http.problems());
        problems.extend(self.api.problems(self.store.path.is_some()));
        for (index, input) in self.inputs.iter().enumerate() {
            problems.extend(fault::below(&format!("inputs[{index}]"), input.problems()));
        }
        for (index, sink) in self.sinks.iter().enumerate() {
            problems.extend(fault::below(&format!("sinks[{index}]"), sink.problems()));
            if self.store.path.is_none() && sink.digest_after_per_hour.is_some_and(|after| 0 < after) {
                problems.push(
                    Fault::new(format!("sinks[{index}].digest_after_per_hour"), "needs a store")
                        .advise("write path below [store], or leave it out"),
                );
            }
        }
        problems.extend(doubled("inputs", self.inputs.iter().map(|input| input.name.as_str())));
        problems.extend(doubled("sinks", self.sinks.iter().map(|sink| sink.name.as_str())));
        problems.extend(self.shared_places());
        problems
    }

    /// Listeners that would use the same address as another, as the HTTP pages or as the API, and sinks that would write to the same file.
    fn shared_places(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        // The pages and the API listen on TCP, as an input of this kind does.
        let listener = |address: &Option<String>| inputs::Settings {
            address: address.clone(),
            ..inputs::Settings::of(inputs::Kind::TcpListen, "http")
        };
        let (pages, api) = (listener(&self.http.address), listener(&self.api.address));
        if api.takes_address_of(&pages) {
            let fault = Fault::new("api.address", "[http] listens there already");
            problems.push(fault.advise("write another port"));
        }
        for (index, input) in self.inputs.iter().enumerate() {
            let taken = self.inputs[..index].iter().find(|other| input.takes_address_of(other));
            if let Some(other) = taken {
                problems.push(
                    Fault::new(
                        format!("inputs[{index}].address"),
                        format!("\"{}\" listens already", other.name.escape_debug()),
                    )
                    .advise("write another port"),
                );
            }
            for (table, other) in [("[http]", &pages), ("[api]", &api)] {
                if input.takes_address_of(other) {
                    let what = format!("{table} listens there already");
                    let fault = Fault::new(format!("inputs[{index}].address"), what);
                    problems.push(fault.advise("write another port"));
                }
            }
        }
        // `./a` and `a` are one file. Links are not followed: the file need not exist yet.
        let plain = |sink: &delivery::Settings| -> Option<PathBuf> {
            Some(sink.path.as_ref()?.components().filter(|part| *part != Component::CurDir).collect())
        };
        for (index, sink) in self.sinks.iter().enumerate() {
            let before = self.sinks[..index].iter().find(|other| plain(other).is_some() && plain(other) == plain(sink));
            if let Some(other) = before {
                problems.push(
                    Fault::new(
                        format!("sinks[{index}].path"),
                        format!("is the file of \"{}\" too", other.name.escape_debug()),
                    )
                    .advise("write another path, or leave one of them out"),
                );
            }
        }
        problems
    }
}

/// The faults of names that come twice in a list, each at its second and later entries. Names are keys: in logs and
/// metrics, and for drop-ins.
fn doubled<'a>(list: &str, names: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let names: Vec<&str> = names.collect();
    let mut problems = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            problems.push(
                Fault::new(format!("{list}[{index}].name"), format!("two {list} are named \"{name}\""))
                    .advise("give one of them another name"),
            );
        }
    }
    problems
}

/// The number of lanes, given the setting: one a core of this machine, at most [`MOST_LANES_BY_DEFAULT`], if it is 0. One if the number of
/// cores is unknown.
fn lanes(wanted: u32) -> u32 {
    let cores = || std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    if wanted == 0 { cores().min(MOST_LANES_BY_DEFAULT) } else { wanted }
}
