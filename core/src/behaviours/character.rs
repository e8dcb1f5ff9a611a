//! Characters: what the rest of the program must know about a behaviour, besides its rule.
//!
//! Scores, cases and outputs ask for a trait, never for a name, so that a new behaviour needs no edit elsewhere.

use serde_json::{Map, Value};

use super::comparison::{Compared, Comparison};
use crate::zones::Kind;

/// The traits of a behaviour that scores, cases, messages and reports depend on. Each behaviour states them in a constant named
/// `CHARACTER`; without it the program does not compile.
pub struct Character {
    /// Title in reports and mails: `Meeting of two ships`.
    pub title: &'static str,
    /// The part of `docs/behaviours.md` that describes it, from `page.md` of its folder.
    pub chapter: Chapter,
    /// What its alerts are about.
    pub about: About,
    /// How zones affect it.
    pub zones: ZoneUse,
    /// Whether a zone of this kind and shape may ask for it; if not, the reason.
    pub may_be_asked: fn(Kind, IsPolygon) -> Result<(), String>,
    /// Whether a zone that asks for it with these settings needs every fix from inside the zone.
    pub needs_every_fix: fn(&Map<String, Value>) -> bool,
    /// Whose position it rests on.
    pub rests_on: RestsOn,
    /// Whether its alerts rest on reported positions. If so, false positions mute it, and retract its alerts.
    pub is_muted: bool,
    /// Whether it is one of several forms of a stop. A case counts the same stop once.
    pub is_stop: bool,
    /// Whether it happens at one moment and does not go on afterwards. While such an alert is open, nothing is known to last.
    pub happens_once: bool,
    /// Which stops at its place make it usual or rare; `None` if its place does not matter.
    pub usual: Option<UsualStops>,
    /// Whether a vessel that stops on most days is doing its usual work.
    pub has_habit: bool,
    /// Whether fishing can look like it.
    pub looks_like_fishing: bool,
    /// How it relates to a silence of the vessel.
    pub silence: Silence,
    /// Whether it is about the identity of a vessel, so that a recent change of identity adds nothing.
    pub is_about_identity: bool,
    /// Whether its own rule weighs how often such stops happen by chance, so that the score does not.
    pub weighs_chance: bool,
    /// Whether its base score stands alone: no other score lines and no caps apply.
    pub is_scored_alone: bool,
    /// Whether a meeting shortly before adds to its score.
    pub gains_by_meeting: bool,
    /// Which roles its vessels have.
    pub roles: Roles,
    /// What its alerts add to the score of later alerts of the vessel; `None` if nothing.
    pub lead: Option<Lead>,
    /// The event that it describes; `None` if no other behaviour describes the same one.
    pub describes: Option<Description>,
    /// Whether it rests on a silence where the vessel should be heard. Late reports can disprove it long after its end, and its
    /// evidence includes how others nearby were received.
    pub rests_on_silence: bool,
    /// Whether its alerts form groups when they share vessels.
    pub is_grouped: bool,
    /// Whether it counts whole minutes, so that the first and the last one are both part of how long it lasted.
    pub counts_minutes: bool,
    /// How it brings vessels together; `None` if it is not about a meeting.
    pub meets: Option<Meeting>,
    /// How much history a replay needs to find an alert again. Hours.
    pub history_hours: i64,
    /// Category in the Common Alerting Protocol.
    pub cap: CapCategory,
    /// Type of anomaly in the CISE data model, version 1.5.3.
    pub cise: CiseAnomaly,
    /// What it measures and compares with its thresholds.
    pub compared: &'static [Compared],
    /// Measured values that rest on what the ship says of itself, beside its position, speed and time.
    pub reported: &'static [&'static str],
}

impl Character {
    /// The thresholds that a measured value is compared with, and how; empty if no threshold concerns it.
    pub fn compared_with(&self, measured: &str) -> &'static [(&'static str, Comparison)] {
        self.compared.iter().find(|one| one.measured == measured).map_or(&[], |one| one.with)
    }

    /// Whether alerts of this behaviour end those of `other` about the same hours: both describe the same event, this one
    /// in more detail.
    pub fn supersedes(&self, other: &Character) -> bool {
        match (self.describes, other.describes) {
            (Some(own), Some(other)) => own.event == other.event && other.detail < own.detail,
            _ => false,
        }
    }
}

/// Whether a zone is drawn as a polygon.
pub type IsPolygon = bool;

/// A part of the page about behaviours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chapter {
    /// At sea.
    AtSea,
    /// Where a zone asks.
    Zones,
    /// What a ship says of itself.
    Reported,
    /// Lists, distress, reception.
    Lists,
    /// The program itself; not a behaviour.
    Program,
}

/// What alerts are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// One or more vessels.
    Vessels,
    /// An area; its alerts name vessels, and more may join while it lasts.
    Area,
    /// The daemon or its reception. The text names the problem where no measurement does.
    System(&'static str),
}

/// How zones affect a behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ZoneUse {
    /// Not at all.
    Ignored,
    /// It runs only in zones that ask for it.
    Asked,
    /// Zones may change its settings.
    Settings,
}

/// Whose position a behaviour rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RestsOn {
    /// A stop, or the position, of one vessel.
    OneVessel,
    /// The positions of two vessels that meet.
    Meeting,
    /// Neither.
    Neither,
}

/// Which stops of others count at the place of a behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UsualStops {
    /// Which events count.
    pub counted: Counted,
    /// Whether events in the wider area count as well.
    pub around: bool,
}

/// What is counted at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// Stops below 1 kn.
    Stops,
    /// Stops and slow passages.
    SlowPassages,
}

/// How a behaviour relates to a silence of the vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Silence {
    /// The behaviour is itself a silence, which is over as soon as the vessel is heard.
    Itself,
    /// It includes a silence.
    Included,
    /// It has no silence of its own, so a silence shortly before adds to its score.
    Apart,
}

/// Which roles the vessels of an alert have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Roles {
    /// None.
    None,
    /// A merchant ship or tug is the mother, a small craft the daughter.
    Sizes,
    /// The vessel that the facts name as the dropper drops, the other collects.
    Drop,
    /// Every vessel is dark.
    AllDark,
    /// The vessel that the facts name as silent is dark.
    OneDark,
}

/// How closely a behaviour describes an event that other behaviours describe as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Description {
    /// The event.
    pub event: Event,
    /// Rank among the descriptions of the event. A description ends those of a lower rank, and leaves those of its own rank open.
    pub detail: u8,
}

/// An event that several behaviours describe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// A vessel makes little way where it is watched.
    SlowVessel,
    /// An MMSI is heard where its ship could not have gone.
    Jump,
}

/// What an alert adds to the score of later alerts of the vessel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum Lead {
    /// The vessel changed its draught at sea.
    Draught,
    /// The vessel changed its identity.
    Identity,
}

/// Category of an event in the Common Alerting Protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CapCategory {
    /// Law enforcement and security.
    Security,
    /// Rescue.
    Rescue,
    /// General safety.
    Safety,
    /// Infrastructure, such as our own reception.
    Infra,
}

/// How a behaviour brings vessels together, and how a list of vessels names those: `met`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meeting {
    /// They were heard together.
    Seen(&'static str),
    /// It is only inferred that they met, as with a vessel that was silent at the time.
    Inferred(&'static str),
}

impl Meeting {
    /// What a vessel did with the others: `met`, `may have met`.
    pub fn words(self) -> &'static str {
        match self {
            Meeting::Seen(words) | Meeting::Inferred(words) => words,
        }
    }
}

/// Type of anomaly in the CISE data model. It has no type for loitering or for a meeting at sea.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CiseAnomaly {
    /// Unexpected movement.
    Movement,
    /// Erratic movements.
    Erratic,
    /// No AIS transmission.
    NoTransmission,
    /// Changes of AIS parameters.
    Parameters,
    /// AIS spoofing.
    Spoofing,
    /// Anything else.
    Other,
}

/// For behaviours that any zone may ask for.
pub(super) fn any_zone(_: Kind, _: IsPolygon) -> Result<(), String> {
    Ok(())
}

/// For behaviours that never need every fix.
pub(super) fn never(_: &Map<String, Value>) -> bool {
    false
}

/// History that most behaviours need before an alert. Hours.
pub const HISTORY_HOURS: i64 = 26;
