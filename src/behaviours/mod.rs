//! Behaviours: what vessels do that is worth an alert. Each has its own folder.
//!
//! A behaviour receives steps (a vessel moved, or new static data of it was received) and wakes at the times it
//! requested. It reports that a condition holds or is over, with its facts. Its `words.rs` turns these into sentences. It does not raise
//! alerts, store anything, or call another behaviour.

pub mod ais_gap;
pub mod alongside_at_anchor;
pub mod async_rendezvous;
mod character;
pub mod dark_rendezvous;
pub mod distress;
pub mod draught_change;
pub mod drift;
mod end;
mod explain;
pub mod feed_silent;
pub mod fishing_out_of_place;
pub mod identity_change;
pub mod identity_conflict;
pub mod interference;
pub mod limit_hugging;
pub mod loitering;
mod named;
pub mod out_and_back;
mod place;
pub mod position_jump;
mod registry;
pub mod rendezvous;
mod runner;
mod shared;
mod signal;
pub mod slowdown;
pub mod small_craft_stop;
mod system;
mod vicinity;
pub mod voyage_anomaly;
pub mod watchlist;
mod words;
pub mod zone_entry;
pub mod zone_exit;
pub mod zone_speed;

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value};
pub use vicinity::Vicinity;

pub use character::{
    About, CapCategory, Chapter, Character, CiseAnomaly, Counted, HISTORY_HOURS, IsPolygon, Lead, RestsOn, Roles,
    Silence, UsualStops, ZoneUse,
};
pub use end::End;
pub use explain::{Condition, Explanation};
pub use named::{Role, VesselRef, ZoneRef};
pub use place::{Ground, Lot, Place, Places};
pub use registry::{Behaviour, Form, NAMES, Settings, all, cannot_ask, check_overrides};
pub use signal::{Doubt, Holding, Signal, SignalKind, Subject, Verdict};
pub(crate) use words::{
    Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Tense, Words, number as measured_number,
};

use crate::ais::StationId;
use crate::coverage::{Coverage, Receipts};
use crate::episodes::gap::Gaps;
use crate::episodes::{Episodes, News};
use crate::geo::LatLon;
use crate::state::Damaged;
use crate::time::{Span, Time};
use crate::tracks::{Activity, Fix, Jump, Learned, SpeedMadeGood, TrackIx, TrackKey, Tracks};
use crate::zones::{Chart, Crossing, Presence};

/// One event of one vessel: a new fix, or new static data.
pub struct Step<'a> {
    /// Engine time of the step. It is the time of the fix, unless the report came late.
    pub at: Time,
    /// The vessel's place in the slab of tracks. It may be reused once the vessel is forgotten.
    pub vessel: TrackIx,
    /// The vessel's key, which is never reused.
    pub key: TrackKey,
    /// The new fix. `None` for new static data, and for a distress device that does not know its position.
    pub fix: Option<Fix>,
    /// The fix before this one, if there is one.
    pub previous: Option<Fix>,
    /// Speed made good at the fix. `None` over a hole too long to count.
    pub smg: Option<SpeedMadeGood>,
    /// Zones the vessel is in or near, active or not. Borders are crossed with hysteresis.
    pub presence: &'a Presence,
    /// Borders crossed with this fix.
    pub crossings: &'a [Crossing],
    /// Shore and calm water at the fix. `None` unless the vessel is slow, active, due for its 5-minute look, or has
    /// changed its static data. In steps of [`Interest::LOOK`] alone, `None` means that the vessel is still outside
    /// calm water.
    pub place: Option<Vicinity>,
    /// Static data that are new; only in steps of [`Interest::LEARNED`]. The track has all that is known now.
    pub learned: Option<&'a Learned>,
    /// The jump to a place the vessel could not have reached; only in steps of [`Interest::JUMPED`].
    pub jump: Option<&'a Jump>,
    /// Last position in calm water, if the vessel left it with this step; only in steps of [`Interest::LEFT_CALM`].
    pub left_calm: Option<LatLon>,
    /// Reasons for this step, which decide which behaviours receive it.
    pub interest: Interest,
}

/// Reasons for a step, as bits. A behaviour receives a step if they share a bit, or if it keeps state about the vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interest(pub u32);

impl Interest {
    /// Speed made good is below 5 kn.
    pub const SLOW: Interest = Interest(1);
    /// First fix in a new 5-minute slot of a vessel in or near a zone.
    pub const TICK: Interest = Interest(2);
    /// A border was crossed.
    pub const CROSSED: Interest = Interest(4);
    /// A distress device was heard.
    pub const DISTRESS: Interest = Interest(8);
    /// The vessel is in or near a zone whose behaviours need every fix.
    pub const ASKED: Interest = Interest(16);
    /// Static data other than the estimated arrival changed, or a change was received a second time. Only behaviours
    /// with this interest receive the step; keeping state about the vessel is not enough.
    pub const LEARNED: Interest = Interest(32);
    /// The MMSI appeared where its vessel could not have gone.
    pub const JUMPED: Interest = Interest(1 << 13);
    /// First fix after a hole that does not count, with less than 5 kn made good over it (see
    /// `Vessel::speed_made_good`).
    pub const SLOW_HOLE: Interest = Interest(64);
    /// First fix in a new half hour, for every vessel.
    pub const LOOK: Interest = Interest(128);
    /// The vessel has left the circles and zones of calm water in which it was at the previous look-up.
    pub const LEFT_CALM: Interest = Interest(256);
    /// First fix of the vessel, or first one after it was lost or jumped.
    pub const FIRST: Interest = Interest(1 << 14);

    /// A port call has just ended. It is the vessel's latest in `Episodes`.
    pub const SAILED: Interest = Interest(1 << 10);
    /// The vessel is silent where it should be heard; the step has no fix.
    pub const SILENT: Interest = Interest(1 << 11);
    /// A late report inside one of the vessel's gaps; the fix is older than the latest.
    pub const LATE: Interest = Interest(1 << 12);

    /// The only vessel that its input hears is heard again after a silence; the step has the new fix.
    pub const ALONE: Interest = Interest(1 << 15);

    /// The bits of both.
    pub const fn and(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// Whether the two share a bit.
    pub const fn meets(self, other: Interest) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a behaviour may read at a step. The engine owns it.
pub struct Scene<'a> {
    /// Engine time.
    pub now: Time,
    /// Tracks of all vessels.
    pub tracks: &'a Tracks,
    /// Zones, coast and ports.
    pub chart: &'a Chart,
    /// Recent episodes (slow legs, kinks, halts, port calls and others), by place and by vessel.
    pub episodes: &'a Episodes,
    /// Reception model: which vessels are usually heard where, and which are silent now.
    pub coverage: &'a Coverage,
    /// Silences at sea, open and closed.
    pub gaps: &'a Gaps,
    /// How long after its end a condition may resume as the same alert.
    pub merge: Span,
}

/// What a behaviour reports at a step.
#[derive(Default)]
pub struct Output {
    /// Signals, in order.
    pub signals: Vec<Signal>,
    /// Wakes to schedule: when, and for which vessel.
    pub wakes: Vec<(Time, TrackKey, TrackIx)>,
    /// Vessels that the behaviour began or stopped to follow: it needs every step of them.
    pub activity: Vec<(TrackIx, Activity)>,
    /// Tracks whose positions were found to be false, or to be true again.
    pub verdicts: Vec<Verdict>,
}

impl Output {
    /// Whether nothing is reported.
    pub fn is_empty(&self) -> bool {
        let Output { signals, wakes, activity, verdicts } = self;
        signals.is_empty() && wakes.is_empty() && activity.is_empty() && verdicts.is_empty()
    }
}

/// One behaviour: a rule and the state it keeps.
pub trait Rule {
    /// The behaviour.
    fn behaviour(&self) -> Behaviour;

    /// Steps it needs of vessels that it keeps no state about.
    fn interest(&self) -> Interest;

    /// Handles one step.
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output);

    /// Handles a wake at a time it requested. It may request later ones only.
    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output);

    /// The conditions for one vessel as they are now, without changing anything. The step has the vessel's last fix,
    /// with no crossings and no interest. A test lists the behaviours that return none.
    fn explain(&self, _scene: &Scene<'_>, _step: &Step<'_>) -> Vec<Explanation> {
        Vec::new()
    }

    /// The vessel is gone for good, or the behaviour was switched off. Ends what is open about the vessel and drops its
    /// state.
    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output);

    /// Zones, settings or a zone's active hours changed. Ends what they no longer allow and keeps everything else.
    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, places: &Places, out: &mut Output);

    /// Appends its state to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores its state from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;

    /// The behaviour was switched off. Ends conditions that are not about a vessel.
    fn stop(&mut self, _scene: &Scene<'_>, _reason: End, _out: &mut Output) {}
}

/// A rule that sees the whole picture: all vessels, the episodes, and what other rules report.
pub trait PictureRule: Rule {
    /// Handles the beginning or end of an episode.
    fn episode(&mut self, _scene: &Scene<'_>, _news: News, _out: &mut Output) {}

    /// Whether it needs the signals of other behaviours.
    fn overhears(&self) -> bool {
        false
    }

    /// Handles a signal of another behaviour.
    fn overhear(&mut self, _scene: &Scene<'_>, _signal: &Signal, _out: &mut Output) {}

    /// Called every ten minutes of event time, for conditions about the feed rather than a vessel.
    fn turn(&mut self, _scene: &Scene<'_>, _station_name: &dyn Fn(StationId) -> String, _out: &mut Output) {}

    /// Called with the time of receipt, live only, for conditions about inputs rather than a vessel.
    fn tick(&mut self, _scene: &Scene<'_>, _receipts: &Receipts, _received: Time, _out: &mut Output) {}
}

/// A rule by what it may see. The type of a behaviour decides which it is.
pub enum AnyRule {
    /// It sees one vessel, so each lane of the engine runs its own copy about its own vessels.
    Vessel(Box<dyn Rule + Send>),
    /// It sees the whole picture, so there is one.
    Picture(Box<dyn PictureRule>),
}

impl<R: runner::vessel::VesselRule> From<runner::vessel::PerVessel<R>> for AnyRule {
    fn from(rule: runner::vessel::PerVessel<R>) -> AnyRule {
        AnyRule::Vessel(Box::new(rule))
    }
}

impl<R: PictureRule + 'static> From<R> for AnyRule {
    fn from(rule: R) -> AnyRule {
        AnyRule::Picture(Box::new(rule))
    }
}

/// Adds a problem unless `value` is finite and above 0.
fn positive(problems: &mut Vec<String>, key: &str, value: f64) {
    if !(value.is_finite() && 0.0 < value) {
        problems.push(format!("{key} must be above 0, not {value}"));
    }
}

/// Adds a problem unless `value` is finite and 0 or more.
fn not_negative(problems: &mut Vec<String>, key: &str, value: f64) {
    if !value.is_finite() || value < 0.0 {
        problems.push(format!("{key} must be 0 or more, not {value}"));
    }
}

/// Adds a problem if the upper limit is below the lower one.
fn ordered(problems: &mut Vec<String>, low: (&str, f64), high: (&str, f64)) {
    if high.1 < low.1 {
        problems.push(format!("{} ({}) must not be below {} ({})", high.0, high.1, low.0, low.1));
    }
}

/// Adds a problem if the end threshold is below the begin threshold, for a condition that ends by rising.
fn hysteresis(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if end.1 < begin.1 {
        problems.push(format!(
            "{} ({}) must not be below {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// Adds a problem if the end threshold is above the begin threshold, for a condition that ends by falling.
fn hysteresis_below(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if begin.1 < end.1 {
        problems.push(format!(
            "{} ({}) must not be above {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// Adds values that are not finite, or outside the range that their field declares, to a behaviour's own `problems`.
fn within_reason<S: Serialize>(behaviour: &str, settings: &S, defaults: &S, mut problems: Vec<String>) -> Vec<String> {
    let (Ok(Value::Object(all)), Ok(defaults)) = (serde_json::to_value(settings), serde_json::to_value(defaults))
    else {
        return problems;
    };
    for (key, value) in &all {
        let told =
            problems.iter().any(|told| told.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(' ')));
        if told || !defaults[key].is_number() {
            continue;
        }
        let (least, most) = range_of(behaviour, key);
        match value.as_f64() {
            Some(number) if least <= number && number <= most => {}
            Some(number) if number.abs() < 1e12 => {
                problems.push(format!("{key} must lie between {least} and {most}, not {number}"));
            }
            Some(number) => problems.push(format!("{key} must lie between {least} and {most}, not {number:e}")),
            // JSON has no infinity; serde writes null.
            None => problems.push(format!("{key} must lie between {least} and {most}, not infinite or nan")),
        }
    }
    problems
}

/// The range that a key of a behaviour's settings declares.
fn range_of(behaviour: &str, key: &str) -> (f64, f64) {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let mut settings = SchemaSettings::draft07();
        settings.inline_subschemas = true;
        settings.into_generator().into_root_schema_for::<Settings>()
    });
    let field = &SCHEMA.as_value()["properties"][behaviour]["properties"][key];
    let end = |name: &str, usual: f64| field[name].as_f64().unwrap_or(usual);
    (end("minimum", f64::NEG_INFINITY), end("maximum", f64::INFINITY))
}

/// Converts a setting in minutes.
fn minutes(minutes: f64) -> Span {
    Span::from_millis((minutes * 60_000.0).round() as i64)
}

/// The settings named in `keys`, for the evidence of an alert.
fn thresholds<S: Serialize>(settings: &S, keys: &[&str]) -> Map<String, Value> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Map::new();
    };
    all.retain(|key, _| keys.contains(&key.as_str()));
    all
}

/// A measured number, rounded to `decimals` places. Null if it is not finite.
fn number(value: f64, decimals: i32) -> Value {
    let scale = 10_f64.powi(decimals);
    serde_json::Number::from_f64((value * scale).round() / scale).map_or(Value::Null, Value::Number)
}
