//! Signals: a behaviour reports that a condition holds, with its facts, or that it is over. A signal does not know about
//! alerts.
//!
//! The alert book (`alerts`) makes alerts of signals: it merges conditions that resume, waits before it publishes an end, and drops what is
//! muted. A rule need not know whether its signal opened an alert.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::any_facts::AnyFacts;
use crate::behaviours::behaviour::Behaviour;
use crate::behaviours::end::End;
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, TrackKey};
use crate::zones::{Relation, ZoneIx};

/// One report of a behaviour about one subject.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// What it is about.
    pub subject: Subject,
    /// What it reports.
    pub kind: SignalKind,
}

/// What a signal is about. Together with the behaviour and the start it identifies an alert.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// Keys and slab indexes of the vessels, smaller key first. Empty if the subject is not a vessel.
    pub vessels: Vec<(TrackKey, TrackIx)>,
    /// Zone id, for behaviours whose alert id contains it. Without a vessel, the name of the input, station or cell.
    /// Otherwise empty.
    pub zone_id: String,
}

impl Subject {
    /// A single vessel.
    pub fn one(key: TrackKey, vessel: TrackIx) -> Subject {
        Subject { vessels: vec![(key, vessel)], zone_id: String::new() }
    }

    /// A vessel in a zone.
    pub fn in_zone(key: TrackKey, vessel: TrackIx, zone_id: &str) -> Subject {
        Subject { vessels: vec![(key, vessel)], zone_id: zone_id.to_owned() }
    }

    /// An input, a station or a cell of the sea, by name.
    pub fn nobody(name: &str) -> Subject {
        Subject { vessels: Vec::new(), zone_id: name.to_owned() }
    }

    /// Two vessels, in either order.
    pub fn pair(a: (TrackKey, TrackIx), b: (TrackKey, TrackIx)) -> Subject {
        Subject { vessels: if a.0 < b.0 { vec![a, b] } else { vec![b, a] }, zone_id: String::new() }
    }
}

/// What a signal reports about its subject.
#[derive(Clone, Debug)]
pub enum SignalKind {
    /// The condition holds. Sent when the rule is first satisfied, when it holds again within the merge window, when
    /// its form or zones change, and about once a minute of event time while it lasts.
    Holds(Box<Holding>),
    /// The condition stopped.
    Over {
        /// Last moment at which the condition held.
        ended_at: Time,
        /// Why it stopped.
        reason: End,
    },
    /// The condition holds, but a late report changed its start. The start given here replaces the earlier one.
    Corrects(Box<Holding>),
    /// The condition is over, and its final facts and points are known only now. The points may be fewer than before. If the
    /// condition that began at `holding.started_at` has already ended, this corrects its end.
    Closes {
        /// Last moment at which the condition held.
        ended_at: Time,
        /// Why it stopped.
        reason: End,
        /// Facts about the whole condition.
        holding: Box<Holding>,
    },
    /// The condition never held. Retracts the open alert, or the ended one that began at `started_at`.
    Disproved {
        /// Start that was reported earlier.
        started_at: Time,
        /// Why it is disproved.
        reason: End,
    },
    /// The positions of these vessels are false. No alert that rests on them opens, and open ones are retracted. Sent again with
    /// the end of the period once a vessel's positions are true.
    Mutes {
        /// The vessels, each with its period of false positions.
        vessels: Vec<Doubt>,
    },
}

/// A period in which the positions of a vessel are not to be trusted.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Doubt {
    /// MMSI of the vessel.
    pub mmsi: Mmsi,
    /// Time of the first false position.
    pub since: Time,
    /// When its positions count again. `None` while they are false.
    pub until: Option<Time>,
}

/// What a behaviour concluded about the positions of a track. The engine acts on it before it calls the next behaviour.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Verdict {
    /// The positions are false since `since`. Stops and slow legs from then on are not kept.
    False {
        /// The track.
        track: (TrackKey, TrackIx),
        /// Time of the first false position.
        since: Time,
    },
    /// The positions count again.
    True {
        /// The track.
        vessel: TrackIx,
    },
    /// Several ships are known to send an MMSI, or no longer are. Static data heard under it count for none of them meanwhile.
    Several {
        /// The MMSI.
        mmsi: Mmsi,
        /// Whether they are.
        are: bool,
    },
    /// The positions were false, and the vessel is heard elsewhere. The track is to be forgotten.
    Gone {
        /// The track.
        track: (TrackKey, TrackIx),
    },
}

/// The facts of a condition that holds.
#[derive(Clone, Debug)]
pub struct Holding {
    /// When the condition began.
    pub started_at: Time,
    /// When the rule was first satisfied.
    pub satisfied_at: Time,
    /// Latest moment at which the condition is known to hold.
    pub last_at: Time,
    /// Form of the behaviour, what was measured, and the thresholds in force.
    pub(crate) facts: AnyFacts,
    /// Position of the vessel, or the midpoint of a pair. `None` only for a distress device without a position, and for
    /// an input or station.
    pub position: Option<LatLon>,
    /// Distance from shore at that position, in nautical miles. `None` if the behaviour does not use it.
    pub shore_nm: Option<f64>,
    /// Every zone that the position is in or near, except source regions, by index.
    pub zones: Vec<(ZoneIx, Relation)>,
    /// Base points by code, such as `("near", 35)`, followed by additions such as `("long", 10)`.
    pub base: Vec<(&'static str, i32)>,
    /// Score to which the zone raises the alert, if a zone asked for the behaviour (40 unless the zone sets another);
    /// otherwise `None`.
    pub asked: Option<i32>,
    /// Whether all vessels are at anchor, by their status or because they stay within the radius that the settings give.
    pub anchored: bool,
}
