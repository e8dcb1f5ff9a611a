//! Behaviours: what vessels do that is worth an alert. Each has its own folder.
//!
//! A behaviour is a rule with its settings and texts. The rule receives steps (a vessel moved, or sent new static data), and is woken
//! at the times that it requested. It reports that a condition holds or is over, with the facts; `words.rs` makes sentences of these.
//! A behaviour raises no alerts, stores nothing and calls no other behaviour.

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
use crate::base::state::Damaged;
use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::coverage::{Coverage, Receipts};
use crate::picture::episodes::gap::Gaps;
use crate::picture::episodes::{Episodes, News};
use crate::picture::tracks::{Activity, Fix, Jump, Learned, SpeedMadeGood, TrackIx, TrackKey, Tracks};
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
    /// Zones that the vessel is in or near, active or not. Borders have hysteresis.
    pub presence: &'a Presence,
    /// Borders crossed with this fix.
    pub crossings: &'a [Crossing],
    /// Shore and calm water at the fix. Looked up if the vessel is slow, followed by a rule, has crossed a border or is near a zone
    /// in a new 5-minute slot, and when its static data changed; otherwise `None`. If [`Interest::LOOK`] is the only reason for the
    /// step, `None` means that the vessel is still outside calm water.
    pub place: Option<Vicinity>,
    /// What new static data changed; only in steps of [`Interest::LEARNED`]. The track already has the new data.
    pub learned: Option<&'a Learned>,
    /// The jump to a place that the vessel could not have reached; only in steps of [`Interest::JUMPED`].
    pub jump: Option<&'a Jump>,
    /// Last position in calm water, if the vessel left it with this step; only in steps of [`Interest::LEFT_CALM`].
    pub left_calm: Option<LatLon>,
    /// Reasons for this step, which decide which behaviours receive it.
    pub interest: Interest,
}

/// Reasons for a step, as bits. A rule receives a step if the step has one of the bits that the rule is interested in, or if the rule
/// follows the vessel.
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
    /// Static data other than the estimated arrival changed, or a change was received a second time. Only rules with this
    /// interest receive the step; following the vessel is not enough.
    pub const LEARNED: Interest = Interest(32);
    /// The MMSI was heard at a place that its vessel could not have reached.
    pub const JUMPED: Interest = Interest(1 << 13);
    /// First fix after a hole that does not count, with less than 5 kn made good over it (see
    /// `Vessel::speed_made_good`).
    pub const SLOW_HOLE: Interest = Interest(64);
    /// First fix of any vessel in a new half hour.
    pub const LOOK: Interest = Interest(128);
    /// The vessel is outside calm water, and was inside at the previous look-up.
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

    /// The union of both sets of reasons.
    pub const fn and(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// Whether the two sets have a reason in common.
    pub const fn meets(self, other: Interest) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a rule may read at a step. The engine owns all of it.
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

/// What a rule reports at a step.
#[derive(Default)]
pub struct Output {
    /// Signals, in order.
    pub signals: Vec<Signal>,
    /// Wake-ups that the rule requests: when, and for which vessel.
    pub wakes: Vec<(Time, TrackKey, TrackIx)>,
    /// Vessels that the rule begins or stops to follow. It receives every fix of a vessel that it follows.
    pub activity: Vec<(TrackIx, Activity)>,
    /// Tracks whose positions were found to be false, or to be true again.
    pub verdicts: Vec<Verdict>,
}

impl Output {
    /// Whether there is neither a signal nor a request.
    pub fn is_empty(&self) -> bool {
        let Output { signals, wakes, activity, verdicts } = self;
        signals.is_empty() && wakes.is_empty() && activity.is_empty() && verdicts.is_empty()
    }
}

/// A rule, with the state that it keeps.
pub trait Rule {
    /// The behaviour.
    fn behaviour(&self) -> Behaviour;

    /// Steps that it needs of vessels that it does not follow.
    fn interest(&self) -> Interest;

    /// Handles one step.
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output);

    /// Handles a wake-up that it requested. It may request only later ones.
    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output);

    /// The conditions for one vessel as they are now. The step has the vessel's last fix, without crossings or reasons. By
    /// default none; a test lists the behaviours for which that is right.
    fn explain(&self, _scene: &Scene<'_>, _step: &Step<'_>) -> Vec<Explanation> {
        Vec::new()
    }

    /// Ends what is open about a vessel and drops its state, because the vessel is forgotten or the behaviour was switched off.
    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output);

    /// Applies changed zones, settings or active hours. Ends what they no longer allow and keeps everything else.
    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, places: &Places, out: &mut Output);

    /// Appends its state to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores its state from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;

    /// Ends conditions that are not about a vessel, because the behaviour was switched off.
    fn stop(&mut self, _scene: &Scene<'_>, _reason: End, _out: &mut Output) {}
}

/// A rule that sees the whole picture: all vessels, the episodes, and the signals of other rules.
pub trait PictureRule: Rule {
    /// Handles the beginning or end of an episode.
    fn episode(&mut self, _scene: &Scene<'_>, _news: News, _out: &mut Output) {}

    /// Whether it receives the signals of other rules through `overhear`.
    fn overhears(&self) -> bool {
        false
    }

    /// Handles a signal of another behaviour.
    fn overhear(&mut self, _scene: &Scene<'_>, _signal: &Signal, _out: &mut Output) {}

    /// Handles the end of a slot of the reception model (ten minutes of event time), for conditions about the feed rather than a vessel.
    fn turn(&mut self, _scene: &Scene<'_>, _station_name: &dyn Fn(StationId) -> String, _out: &mut Output) {}

    /// Handles a time of receipt, live only, for conditions about inputs rather than a vessel.
    fn tick(&mut self, _scene: &Scene<'_>, _receipts: &Receipts, _received: Time, _out: &mut Output) {}
}

/// A rule, by what it may see. The type of the rule decides which it is.
pub enum AnyRule {
    /// Sees one vessel. Each lane of the engine runs its own copy for its own vessels.
    Vessel(Box<dyn Rule + Send>),
    /// Sees the whole picture. There is one copy.
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
