//! What a behaviour says: that it holds, with facts; that it is over; nothing about alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::geo::LatLon;
use crate::time::Time;
use crate::tracks::{TrackIx, TrackKey};
use crate::units::Mmsi;
use crate::zones::{Relation, ZoneIx};

/// One statement of a behaviour about one subject.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Name of the behaviour.
    pub behaviour: &'static str,
    /// Whom it is about.
    pub subject: Subject,
    /// What it says.
    pub kind: SignalKind,
}

/// Whom a signal is about: the identity of an alert besides its start.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// Track keys with their places, smaller key first. Empty for what concerns no vessel.
    pub vessels: Vec<(TrackKey, TrackIx)>,
    /// Zone id, for the behaviours whose alert id contains it; without a vessel the name of the input, station or cell; else empty.
    pub zone_id: String,
}

impl Subject {
    /// One vessel.
    pub fn one(key: TrackKey, vessel: TrackIx) -> Subject {
        Subject { vessels: vec![(key, vessel)], zone_id: String::new() }
    }

    /// One vessel and one zone.
    pub fn in_zone(key: TrackKey, vessel: TrackIx, zone_id: &str) -> Subject {
        Subject { vessels: vec![(key, vessel)], zone_id: zone_id.to_owned() }
    }

    /// No vessel: an input, a station, a cell of the sea, by its name.
    pub fn nobody(name: &str) -> Subject {
        Subject { vessels: Vec::new(), zone_id: name.to_owned() }
    }

    /// Two vessels, in whichever order.
    pub fn pair(a: (TrackKey, TrackIx), b: (TrackKey, TrackIx)) -> Subject {
        Subject { vessels: if a.0 < b.0 { vec![a, b] } else { vec![b, a] }, zone_id: String::new() }
    }
}

/// What a behaviour says about its subject.
#[derive(Clone, Debug)]
pub enum SignalKind {
    /// It holds. Said when the rule is first satisfied, when it holds again within the merge window, when its form or
    /// zones change, and about once a minute of event time while it goes on.
    Holds(Box<Holding>),
    /// It stopped.
    Over {
        /// The last moment it held.
        ended_at: Time,
        /// Why, in a few words: `under way again`, `lost`, `left the zone`, `apart`, `zone removed`.
        reason: &'static str,
    },
    /// It holds, but began later than said: a late report. The start given counts, whatever it was.
    Corrects(Box<Holding>),
    /// It is over, and what it was is known only now: these are its last facts and points, which may be fewer. Said again of one that has
    /// ended and began at `holding.started_at`, it corrects that end.
    Closes {
        /// The last moment it held.
        ended_at: Time,
        /// Why, in a few words.
        reason: &'static str,
        /// The facts of the whole.
        holding: Box<Holding>,
    },
    /// It never was: the one that goes on, or that ended and began at that time, is taken back.
    Disproved {
        /// When it was said to have begun.
        started_at: Time,
        /// Why, in a few words.
        reason: &'static str,
    },
    /// The positions of these vessels are false: nothing that rests on them opens, and what opened on them is taken back. Said again of a
    /// vessel whose positions are true again, with the end.
    Mutes {
        /// The vessels, each with the stretch of time.
        vessels: Vec<Doubt>,
    },
}

/// A stretch of time in which the positions of a vessel are not to be believed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Doubt {
    /// Its MMSI.
    pub mmsi: Mmsi,
    /// Its first false position.
    pub since: Time,
    /// From when on its positions count again; absent while they are false.
    pub until: Option<Time>,
}

/// What a behaviour found out about the positions of a track. The engine acts on it before the next behaviour is asked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Verdict {
    /// They are false since that time: stops and slow legs from then on are not kept.
    False {
        /// The track.
        track: (TrackKey, TrackIx),
        /// Its first false position.
        since: Time,
    },
    /// They count again.
    True {
        /// The track.
        vessel: TrackIx,
    },
    /// They were false, and the vessel is heard elsewhere: the track is forgotten.
    Gone {
        /// The track.
        track: (TrackKey, TrackIx),
    },
}

/// The facts while a behaviour holds.
#[derive(Clone, Debug)]
pub struct Holding {
    /// When it began.
    pub started_at: Time,
    /// When the rule was first satisfied.
    pub satisfied_at: Time,
    /// The latest moment it is known to hold.
    pub last_at: Time,
    /// Which of the behaviour's forms: `slow`, `circling`, `near`, `close`, `long`, `underway`, `entered`, `left`, `too_slow`,
    /// `too_fast`, `shared`, `active`, `test`, `silent`, `long_silent`, `input`, `station`, `area`. Several at once are joined by `+`, strongest first.
    pub form: &'static str,
    /// Where: the vessel, or the midpoint of a pair. Absent only for a distress device without a position and for what concerns an input or station.
    pub position: Option<LatLon>,
    /// Distance from shore there, nautical miles; absent where nobody needed it.
    pub shore_nm: Option<f64>,
    /// Every watched or benign zone it lies in or near, by index.
    pub zones: Vec<(ZoneIx, Relation)>,
    /// Base points by code: `("near", 35)`, then additions such as `("long", 10)`.
    pub base: Vec<(&'static str, i32)>,
    /// Set where a zone asked for this behaviour: the score it is raised to (40 unless the zone says otherwise).
    pub asked: Option<i32>,
    /// All parties say they are at anchor or moored and swing within 0.3 nm.
    pub anchored: bool,
    /// What was measured, by name with its unit (`min_distance_metres`, `median_knots`, `counted_minutes`).
    pub measured: Map<String, Value>,
    /// Thresholds in force, by setting name.
    pub thresholds: Map<String, Value>,
}
