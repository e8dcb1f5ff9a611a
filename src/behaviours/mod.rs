//! Behaviours: what vessels do that is worth an alert, one file each.
//!
//! A behaviour sees steps (one vessel moved, or learned who it is) and moments it asked to be woken at, and says that it
//! holds or is over. It never raises alerts, formats text, stores or asks another behaviour.

pub mod ais_gap;
pub mod alongside_at_anchor;
pub mod async_rendezvous;
pub mod dark_rendezvous;
pub mod distress;
pub mod draught_change;
pub mod drift;
mod explain;
pub mod feed_silent;
pub mod fishing_out_of_place;
pub mod identity_change;
pub mod identity_conflict;
pub mod interference;
pub mod limit_hugging;
pub mod loitering;
pub mod out_and_back;
mod place;
pub mod position_jump;
pub mod rendezvous;
mod runner;
mod shared;
mod signal;
pub mod slowdown;
pub mod small_craft_stop;
pub mod voyage_anomaly;
pub mod watchlist;
pub mod zone_entry;
pub mod zone_exit;
pub mod zone_speed;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use explain::{Condition, Explanation};
pub use place::{Ground, Lot, Place, Places};
pub use signal::{Doubt, Holding, Signal, SignalKind, Subject, Verdict};

use crate::ais::StationId;
use crate::coverage::{Coverage, Receipts};
use crate::episodes::gap::Gaps;
use crate::episodes::{Episodes, News};
use crate::geo::LatLon;
use crate::state::Damaged;
use crate::time::{Span, Time};
use crate::tracks::{Activity, Fix, Jump, Learned, SpeedMadeGood, TrackIx, TrackKey, Tracks};
use crate::zones::{Chart, Crossing, Kind, Presence};

/// One vessel moved on, or said who it is.
pub struct Step<'a> {
    /// Engine time of the step; the time of the fix unless the report was late.
    pub at: Time,
    /// Who.
    pub vessel: TrackIx,
    /// Its name for good.
    pub key: TrackKey,
    /// Its new fix; `None` when it said who it is, and for a distress device that does not know where it is.
    pub fix: Option<Fix>,
    /// Its fix before.
    pub previous: Option<Fix>,
    /// Speed made good at the fix; over a hole too long to count it is left out.
    pub smg: Option<SpeedMadeGood>,
    /// The zones it is in or near, borders crossed with hysteresis; active or not.
    pub presence: &'a Presence,
    /// Borders it crossed with this fix.
    pub crossings: &'a [Crossing],
    /// Shore and calm water where it is; `None` unless it is slow, active, due for its 5-minute look, or said another thing
    /// of itself than before. In steps of `Interest::LOOK` alone `None` says that it is still out of calm water.
    pub place: Option<Place>,
    /// What it said of itself that is new; only in steps of `Interest::LEARNED`. What is known now is in its track.
    pub learned: Option<&'a Learned>,
    /// It is not where it was: only in steps of `Interest::JUMPED`.
    pub jump: Option<&'a Jump>,
    /// Where it was last seen in calm water, if it is out of it with this step; only in steps of `Interest::LEFT_CALM`.
    pub left_calm: Option<LatLon>,
    /// Why behaviours are asked.
    pub interest: Interest,
}

/// What a step may be about; a behaviour is asked when one of its own is set, or when it keeps state about the vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interest(pub u32);

impl Interest {
    /// Speed made good below 5 kn.
    pub const SLOW: Interest = Interest(1);
    /// The first fix in a new 5-minute slot of a vessel in or near a zone.
    pub const TICK: Interest = Interest(2);
    /// A border was crossed.
    pub const CROSSED: Interest = Interest(4);
    /// A distress device spoke.
    pub const DISTRESS: Interest = Interest(8);
    /// In or near a zone that asks for every fix.
    pub const ASKED: Interest = Interest(16);
    /// Static data other than the estimated arrival changed, or a change was said a second time. Only behaviours with this
    /// interest are asked, whoever keeps state about the vessel.
    pub const LEARNED: Interest = Interest(32);
    /// Its MMSI turned up where it could not have gone.
    pub const JUMPED: Interest = Interest(1 << 13);
    /// The first fix after a hole that does not count, with less than 5 kn made good over it (see `Vessel::speed_made_good`).
    pub const SLOW_HOLE: Interest = Interest(64);
    /// The first fix in a new half hour, of every vessel.
    pub const LOOK: Interest = Interest(128);
    /// Out of the circles and zones of calm water, where it was when its place was last looked up.
    pub const LEFT_CALM: Interest = Interest(256);
    /// Its first fix, or the first after it was lost or jumped.
    pub const FIRST: Interest = Interest(1 << 14);

    /// A port call has just ended; it is the last of the vessel's in `Episodes`.
    pub const SAILED: Interest = Interest(1 << 10);
    /// Silent where it would be heard; the step has no fix.
    pub const SILENT: Interest = Interest(1 << 11);
    /// Heard late, inside one of its gaps; the fix is older than its last.
    pub const LATE: Interest = Interest(1 << 12);

    /// Heard again after a silence of the only vessel that its input hears; the step has the new fix.
    pub const ALONE: Interest = Interest(1 << 15);

    /// Both together.
    pub const fn and(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// Whether the two have one in common.
    pub const fn meets(self, other: Interest) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a behaviour may read.
pub struct Scene<'a> {
    /// Engine time.
    pub now: Time,
    /// Every vessel.
    pub tracks: &'a Tracks,
    /// Zones, coast, ports.
    pub chart: &'a Chart,
    /// What happened where, and lately.
    pub episodes: &'a Episodes,
    /// Who is usually heard where, and who is not.
    pub coverage: &'a Coverage,
    /// Who was silent at sea.
    pub gaps: &'a Gaps,
    /// How long something that stopped may come back as the same alert.
    pub merge: Span,
}

/// What a behaviour says at a step.
#[derive(Default)]
pub struct Output {
    /// Statements.
    pub signals: Vec<Signal>,
    /// Moments it wants to be woken at, for a vessel.
    pub wakes: Vec<(Time, TrackKey, TrackIx)>,
    /// Vessels it began or ceased to keep state about.
    pub activity: Vec<(TrackIx, Activity)>,
    /// Tracks whose positions it found to be false, or true again.
    pub verdicts: Vec<Verdict>,
}

/// What a behaviour reads: it makes cutting the engine by place possible.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scope {
    /// One vessel.
    Vessel,
    /// Vessels within this many metres.
    Near(f64),
    /// Stored episodes.
    Episodes,
}

/// One rule over vessels.
pub trait Behaviour {
    /// Its name in settings, alerts and zones.
    fn name(&self) -> &'static str;

    /// What it reads.
    fn scope(&self) -> Scope;

    /// The steps it wants to see of vessels it keeps no state about.
    fn interest(&self) -> Interest;

    /// Takes in one step.
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output);

    /// An episode began or ended; only behaviours of `Scope::Episodes` are told.
    fn episode(&mut self, _scene: &Scene<'_>, _news: News, _out: &mut Output) {}

    /// A moment it asked for has come; asks only for later ones.
    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output);

    /// Whether it wants to be told what others say.
    fn overhears(&self) -> bool {
        false
    }

    /// Takes in what another behaviour says.
    fn overhear(&mut self, _scene: &Scene<'_>, _signal: &Signal, _out: &mut Output) {}

    /// Every condition of it for one vessel as it is at this moment: the step is about the vessel's last fix, without crossings and
    /// interest. Changes nothing. Behaviours that do not answer are named by a test.
    fn explain(&self, _scene: &Scene<'_>, _step: &Step<'_>) -> Vec<Explanation> {
        Vec::new()
    }

    /// The vessel is gone for good, or the behaviour was switched off: ends what is open about it and drops the rest.
    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: &'static str, out: &mut Output);

    /// Zones or settings changed, or a zone's hours did: ends what they no longer allow, keeps everything else.
    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, places: &Places, out: &mut Output);

    /// Ten minutes of event time have passed: for what concerns the feed and no vessel.
    fn turn(&mut self, _scene: &Scene<'_>, _station_name: &dyn Fn(StationId) -> String, _out: &mut Output) {}

    /// A moment of receipt, live only: for what concerns inputs and no vessel.
    fn tick(&mut self, _scene: &Scene<'_>, _receipts: &Receipts, _received: Time, _out: &mut Output) {}

    /// Adds what it knows to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Takes from a snapshot what it knew, under the settings and zones it was made with.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;

    /// The behaviour was switched off: ends what is open about no vessel.
    fn stop(&mut self, _scene: &Scene<'_>, _reason: &'static str, _out: &mut Output) {}
}

macro_rules! catalogue {
    ($($name:ident: $kind:ident),* $(,)?) => {
        /// `[behaviours]`: one table for each.
        #[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Settings {
            $(
                #[doc = concat!("`[behaviours.", stringify!($name), "]`")]
                pub $name: $name::Settings,
            )*
        }

        /// Names of all behaviours, in the order they are asked.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        impl Settings {
            /// All faults, as sentences with the key's path.
            pub fn problems(&self) -> Vec<String> {
                let mut problems = Vec::new();
                $(
                    let path = concat!("behaviours.", stringify!($name), ".");
                    let faults = within_reason(&self.$name, &$name::Settings::default(), self.$name.problems());
                    problems.extend(faults.into_iter().map(|fault| format!("{path}{fault}")));
                )*
                problems
            }
        }

        /// Every enabled behaviour, with its place in `NAMES`.
        pub fn all(settings: &Settings, chart: &Chart) -> Vec<(u32, Box<dyn Behaviour>)> {
            let mut all: Vec<(u32, Box<dyn Behaviour>)> = Vec::new();
            $(
                if settings.$name.enabled {
                    let place = NAMES.iter().position(|name| *name == stringify!($name)).unwrap_or(0);
                    all.push((place as u32, Box::new($name::$kind::new(&settings.$name, chart))));
                }
            )*
            all
        }

        /// The faults of a zone's overrides of `base` for one behaviour, each led by its key; empty when they are fine.
        pub fn check_overrides(base: &Settings, behaviour: &str, overrides: &Map<String, Value>) -> Vec<String> {
            match behaviour {
                $(
                    stringify!($name) => match runner::profile::overridden(&base.$name, overrides) {
                        Ok(settings) => within_reason(&settings, &$name::Settings::default(), settings.problems()),
                        Err(fault) => vec![fault],
                    },
                )*
                _ => vec![format!("unknown behaviour `{behaviour}`; there are {}", NAMES.join(", "))],
            }
        }
    };
}

catalogue! {
    loitering: Loitering,
    rendezvous: Rendezvous,
    async_rendezvous: AsyncRendezvous,
    slowdown: Slowdown,
    ais_gap: AisGap,
    dark_rendezvous: DarkRendezvous,
    out_and_back: OutAndBack,
    small_craft_stop: SmallCraftStop,
    zone_entry: ZoneEntry,
    zone_exit: ZoneExit,
    zone_speed: ZoneSpeed,
    alongside_at_anchor: AlongsideAtAnchor,
    limit_hugging: LimitHugging,
    drift: Drift,
    draught_change: DraughtChange,
    voyage_anomaly: VoyageAnomaly,
    position_jump: PositionJump,
    identity_conflict: IdentityConflict,
    identity_change: IdentityChange,
    interference: Interference,
    fishing_out_of_place: FishingOutOfPlace,
    watchlist: Watchlist,
    distress: Distress,
    feed_silent: FeedSilent,
}

/// Why a zone of this kind and form cannot ask for a behaviour; `None` when it can.
pub fn cannot_ask(behaviour: &str, kind: Kind, polygon: bool) -> Option<String> {
    match behaviour {
        "limit_hugging" if !polygon => Some("only a polygon can ask for it".to_owned()),
        "alongside_at_anchor" if !alongside_at_anchor::asked_by(kind) => {
            Some(format!("only a port, anchorage or area can ask for it, not a zone of kind {}", kind.name()))
        }
        _ => None,
    }
}

/// Reads `key` as a positive quantity; the shared part of `problems()`.
fn positive(problems: &mut Vec<String>, key: &str, value: f64) {
    if !(value.is_finite() && 0.0 < value) {
        problems.push(format!("{key} must be above 0, not {value}"));
    }
}

/// The same for a quantity that may be 0.
fn not_negative(problems: &mut Vec<String>, key: &str, value: f64) {
    if !value.is_finite() || value < 0.0 {
        problems.push(format!("{key} must be 0 or more, not {value}"));
    }
}

/// Says when a greatest value lies below the least.
fn ordered(problems: &mut Vec<String>, low: (&str, f64), high: (&str, f64)) {
    if high.1 < low.1 {
        problems.push(format!("{} ({}) must not be below {} ({})", high.0, high.1, low.0, low.1));
    }
}

/// Says when an end threshold lies below its begin threshold, for what ends by rising above it.
fn hysteresis(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if end.1 < begin.1 {
        problems.push(format!(
            "{} ({}) must not be below {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// The same for what ends by falling: its end threshold lies below its begin threshold, or at it.
fn hysteresis_below(problems: &mut Vec<String>, begin: (&str, f64), end: (&str, f64)) {
    if begin.1 < end.1 {
        problems.push(format!(
            "{} ({}) must not be above {} ({}): the space between keeps it from flickering",
            end.0, end.1, begin.0, begin.1
        ));
    }
}

/// Adds to a behaviour's own `problems` what is no finite number, or far beyond anything at sea, by the unit in the key's name.
fn within_reason<S: Serialize>(settings: &S, defaults: &S, mut problems: Vec<String>) -> Vec<String> {
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
        let (least, most) = reason(key);
        match value.as_f64() {
            Some(number) if least <= number && number <= most => {}
            Some(number) if number.abs() < 1e12 => {
                problems.push(format!("{key} must lie between {least} and {most}, not {number}"));
            }
            Some(number) => problems.push(format!("{key} must lie between {least} and {most}, not {number:e}")),
            // JSON has no infinity: it writes null.
            None => problems.push(format!("{key} must lie between {least} and {most}, not infinite or nan")),
        }
    }
    problems
}

/// Least and greatest sensible value of a setting.
fn reason(key: &str) -> (f64, f64) {
    let unit = key.rsplit('_').next().unwrap_or(key);
    match unit {
        "score" => (0.0, 100.0),
        "points" => (-100.0, 100.0),
        "knots" => (0.0, 200.0),
        // No place at sea is as far from land.
        "nm" => (0.0, 1500.0),
        "metres" => (0.0, 100_000.0),
        "degrees" => (0.0, 3600.0),
        "seconds" => (0.0, 604_800.0),
        "minutes" => (0.0, 43_200.0),
        "hours" => (0.0, 2400.0),
        "days" => (0.0, 3650.0),
        _ => (-1e9, 1e9),
    }
}

/// `Span` from a setting in minutes.
fn minutes(minutes: f64) -> Span {
    Span::from_millis((minutes * 60_000.0).round() as i64)
}

/// The settings as a map, for the evidence of an alert.
fn thresholds<S: Serialize>(settings: &S, keys: &[&str]) -> Map<String, Value> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Map::new();
    };
    all.retain(|key, _| keys.contains(&key.as_str()));
    all
}

/// A measured number, rounded to what it is good for.
fn number(value: f64, decimals: i32) -> Value {
    let scale = 10_f64.powi(decimals);
    serde_json::Number::from_f64((value * scale).round() / scale).map_or(Value::Null, Value::Number)
}
