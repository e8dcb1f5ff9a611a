//! The zones one vessel is confirmed to be in or near, and when it crossed their borders.
//!
//! A fix near a border may be on either side by chance: receivers are off by tens of metres, and some tables round
//! positions. So a crossing needs one fix well beyond the border, or two fixes in a row beyond it a minute apart, the second by more than it
//! may be off. A vessel that lies still at a border crosses it by chance again and again; of such a vessel only a fix well beyond counts,
//! unless it came beyond while it was moving. A crossing has the time of the first fix beyond the border (SPEC, "Zones").

use serde::{Deserialize, Serialize};

use super::hit::{Hit, Relation, ZoneIx};
use super::set::ZoneSet;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;

/// A single fix farther than this beyond a border counts as a crossing, in nautical miles (SPEC "Zones").
const BEYOND_NM: f64 = 0.2;

/// Fixes beyond a border for this long count as a crossing, however close to it they are.
const BEYOND_FOR: Span = Span::from_seconds(60);

/// What a receiver without differential correction may be off by, in nautical miles.
const RECEIVER_NM: f64 = 30.0 / METRES_PER_NM;

/// A crossing of one of a zone's two borders: its own (`In`) or its near edge (`Near`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// The vessel is now inside that border.
    Entered {
        /// The zone.
        zone: ZoneIx,
        /// Which of the two borders was crossed.
        relation: Relation,
        /// Time of the first fix beyond it.
        at: Time,
    },
    /// The vessel is now outside that border.
    Left {
        /// The zone.
        zone: ZoneIx,
        /// Which of the two borders was crossed.
        relation: Relation,
        /// Time of the first fix beyond it.
        at: Time,
    },
}

/// The zones a vessel is confirmed to be in or near. It is empty, without any allocation, for most vessels.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Presence {
    /// In order of zone. A zone is here while the vessel is in or near it, or has a fix beyond one of its borders that
    /// is not yet confirmed.
    stays: Vec<Stay>,
}

/// One zone around a vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Stay {
    zone: ZoneIx,
    /// Its own border.
    own: Border,
    /// Its near edge, `near_nm` outside its own border; the same as it if `near_nm` is 0.
    near: Border,
}

/// The confirmed side of one border for one vessel.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
struct Border {
    /// Whether the vessel is confirmed to be inside.
    inside: bool,
    /// First of the consecutive fixes on the other side, as long as they do not yet make a crossing.
    beyond: Option<Beyond>,
}

/// A vessel on the other side of a border that it may not have crossed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Beyond {
    /// Time of its first fix there.
    since: Time,
    /// Whether it came there while it was moving.
    came: bool,
}

impl Presence {
    /// Heap memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.stays.capacity() * size_of::<Stay>()
    }

    /// Processes the next fix. `hits` is the result of [`ZoneSet::at`] for it. Crossings are appended to `out` in order
    /// of zone, with the outer border first on the way in and last on the way out. A zone that is not active gives no
    /// crossing, but the vessel's state in it is kept.
    pub fn step(&mut self, zones: &ZoneSet, hits: &[Hit], reading: &Reading, out: &mut Vec<Crossing>) {
        if self.stays.is_empty() && hits.is_empty() {
            return;
        }
        if reading.sighting == Sighting::First {
            self.stays.clear();
        }
        for hit in hits {
            if !self.stays.iter().any(|stay| stay.zone == hit.zone) {
                // Most vessels are in one zone only.
                self.stays.reserve_exact(1);
                self.stays.push(Stay { zone: hit.zone, own: Border::default(), near: Border::default() });
            }
        }
        self.stays.sort_unstable_by_key(|stay| stay.zone);
        for stay in &mut self.stays {
            // Without a hit the position is farther beyond the near edge than a crossing needs.
            let hit = hits.iter().find(|hit| hit.zone == stay.zone);
            let edge_nm = hit.map_or(f64::INFINITY, |hit| hit.edge_nm);
            let zone = zones.get(stay.zone);
            let borders = [(Relation::Near, edge_nm - zone.near_nm), (Relation::In, edge_nm)];
            let first = out.len();
            for (relation, beyond_nm) in borders {
                let border = match relation {
                    Relation::In => &mut stay.own,
                    _ => &mut stay.near,
                };
                let crossed = match reading.sighting {
                    Sighting::First => {
                        border.inside = beyond_nm <= 0.0;
                        None
                    }
                    Sighting::Next => border.step(beyond_nm, reading),
                };
                // A zone with `near_nm` 0 has only one border.
                let counts = zone.active(reading.at) && (relation == Relation::In || 0.0 < zone.near_nm);
                if let (Some(at), true) = (crossed, counts) {
                    let zone = stay.zone;
                    out.push(match border.inside {
                        true => Crossing::Entered { zone, relation, at },
                        false => Crossing::Left { zone, relation, at },
                    });
                }
            }
            if matches!(out.get(first), Some(Crossing::Left { .. })) {
                out[first..].reverse();
            }
        }
        self.stays.retain(|stay| stay.near != Border::default() || stay.own != Border::default());
        if self.stays.is_empty() {
            // Gives the memory back: at any time most vessels are far from every zone.
            self.stays = Vec::new();
        }
    }

    /// Sets the vessel's state for zones that were added, or whose border moved, since its last fix: the vessel did not cross a border that
    /// moved over it. Call it with the fix that [`Presence::step`] processes next.
    pub fn settle(&mut self, zones: &ZoneSet, hits: &[Hit], brought: impl Fn(ZoneIx) -> bool) {
        self.stays.retain(|stay| !brought(stay.zone));
        for hit in hits.iter().filter(|hit| brought(hit.zone)) {
            let border = |beyond_nm: f64| Border { inside: beyond_nm <= 0.0, beyond: None };
            let near_nm = zones.get(hit.zone).near_nm;
            self.stays.push(Stay { zone: hit.zone, own: border(hit.edge_nm), near: border(hit.edge_nm - near_nm) });
        }
    }

    /// The vessel's confirmed relation to a zone, `In` or `Near`, whether or not the zone is active; `None` if outside.
    pub fn relation(&self, zone: ZoneIx) -> Option<Relation> {
        self.stays.iter().find(|stay| stay.zone == zone)?.relation()
    }

    /// The zones the vessel is confirmed to be in or near, in order of number, active or not.
    pub fn iter(&self) -> impl Iterator<Item = (ZoneIx, Relation)> {
        self.stays.iter().filter_map(|stay| Some((stay.zone, stay.relation()?)))
    }

    /// Whether the vessel is in or near no zone and not about to enter one.
    pub fn is_empty(&self) -> bool {
        self.stays.is_empty()
    }

    /// Moves to another set of zones. Zones with the same id are kept, others are dropped.
    pub fn renumber(&mut self, old: &ZoneSet, new: &ZoneSet) {
        self.stays.retain_mut(|stay| match new.find(&old.get(stay.zone).id) {
            Some(zone) => {
                stay.zone = zone;
                true
            }
            None => false,
        });
        self.stays.sort_unstable_by_key(|stay| stay.zone);
    }
}

/// What must be known of a fix, beside its position, to see borders crossed.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Event time.
    pub at: Time,
    /// Whether it continues a series of fixes.
    pub sighting: Sighting,
    /// Step to which the source rounds the position. Metres; 0 if it does not.
    pub resolution_metres: f64,
    /// Whether the vessel lies still, as far as the positions show.
    pub is_still: bool,
}

/// Whether a fix starts a vessel's series of fixes or continues it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sighting {
    /// The vessel was unknown or had been lost: being inside is not an entry.
    First,
    /// The vessel was known.
    Next,
}

impl Stay {
    /// Confirmed relation to the zone; `None` if it is outside both borders.
    fn relation(&self) -> Option<Relation> {
        match (self.own.inside, self.near.inside) {
            (true, _) => Some(Relation::In),
            (false, true) => Some(Relation::Near),
            (false, false) => None,
        }
    }
}

impl Border {
    /// Processes a fix this far outside the border (negative: inside). Returns the start of a crossing once it is confirmed.
    fn step(&mut self, outside_nm: f64, reading: &Reading) -> Option<Time> {
        let same_side = self.inside == (outside_nm <= 0.0);
        if same_side {
            self.beyond = None;
            return None;
        }
        let (distance_nm, at) = (outside_nm.abs(), reading.at);
        let is_far = BEYOND_NM < distance_nm;
        let Beyond { since, came } = *self.beyond.get_or_insert(Beyond { since: at, came: !reading.is_still });
        let is_moving = came || !reading.is_still;
        let is_sure = RECEIVER_NM + reading.resolution_metres / METRES_PER_NM < distance_nm;
        let is_confirmed = is_moving && is_sure && BEYOND_FOR <= at - since;
        if !is_far && !is_confirmed {
            return None;
        }
        self.inside = !self.inside;
        self.beyond = None;
        Some(since)
    }
}
