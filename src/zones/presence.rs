//! What one vessel has confirmed of the zones around it, and when it crossed their borders.

use serde::{Deserialize, Serialize};

use super::{Hit, Relation, ZoneIx, ZoneSet};
use crate::time::{Span, Time};

/// A fix this far beyond a border has crossed it at once, in nautical miles (SPEC "Zones").
const BEYOND_NM: f64 = 0.2;

/// Fixes beyond a border for this long have crossed it, however near to it they are.
const BEYOND_FOR: Span = Span::from_seconds(60);

/// A crossing of one of a zone's two borders: its own (`In`) or its near edge (`Near`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// The vessel is now inside that border.
    Entered {
        /// The zone.
        zone: ZoneIx,
        /// Which border.
        relation: Relation,
        /// The first fix beyond it.
        at: Time,
    },
    /// The vessel is now outside that border.
    Left {
        /// The zone.
        zone: ZoneIx,
        /// Which border.
        relation: Relation,
        /// The first fix beyond it.
        at: Time,
    },
}

/// The zones a vessel is confirmed to be in or near. Empty, and without memory of its own, for most vessels.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Presence {
    stays: Vec<Stay>,
}

/// One zone around a vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Stay {
    zone: ZoneIx,
    own: Border,
    near: Border,
}

/// One border of one zone, as one vessel has confirmed it.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
struct Border {
    inside: bool,
    /// The first of the consecutive fixes on the other side, while these do not yet make a crossing.
    beyond_since: Option<Time>,
}

impl Presence {
    /// Takes the next fix in. `hits` is what `ZoneSet::at` says of it; `sighting` tells a first fix, or the first after the vessel was
    /// lost, from the next one of a run. Crossings go to `out` in order of zone, the outer border first on the way in and
    /// last on the way out; a zone that is not active now gives none, but the vessel's place in it is kept.
    pub fn step(&mut self, zones: &ZoneSet, hits: &[Hit], at: Time, sighting: Sighting, out: &mut Vec<Crossing>) {
        if self.stays.is_empty() && hits.is_empty() {
            return;
        }
        if sighting == Sighting::First {
            self.stays.clear();
        }
        for hit in hits {
            if !self.stays.iter().any(|stay| stay.zone == hit.zone) {
                self.stays.push(Stay { zone: hit.zone, own: Border::default(), near: Border::default() });
            }
        }
        self.stays.sort_unstable_by_key(|stay| stay.zone);
        for stay in &mut self.stays {
            // No hit means beyond the near edge by more than a border needs.
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
                let crossed = match sighting {
                    Sighting::First => {
                        border.inside = beyond_nm <= 0.0;
                        None
                    }
                    Sighting::Next => border.step(beyond_nm, at),
                };
                // A zone without a "near" has one border only.
                let counts = zone.active(at) && (relation == Relation::In || 0.0 < zone.near_nm);
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
            self.stays = Vec::new();
        }
    }

    /// Takes over where the vessel lies to zones that came, or moved their borders, since its last fix: a border that comes over
    /// a vessel was not crossed by it. For the fix that `step` takes in next.
    pub fn settle(&mut self, zones: &ZoneSet, hits: &[Hit], brought: impl Fn(ZoneIx) -> bool) {
        self.stays.retain(|stay| !brought(stay.zone));
        for hit in hits.iter().filter(|hit| brought(hit.zone)) {
            let border = |beyond_nm: f64| Border { inside: beyond_nm <= 0.0, beyond_since: None };
            let near_nm = zones.get(hit.zone).near_nm;
            self.stays.push(Stay { zone: hit.zone, own: border(hit.edge_nm), near: border(hit.edge_nm - near_nm) });
        }
    }

    /// How the vessel is confirmed to lie to a zone: `In`, `Near` or nothing. Says nothing of whether the zone is active.
    pub fn relation(&self, zone: ZoneIx) -> Option<Relation> {
        self.stays.iter().find(|stay| stay.zone == zone)?.relation()
    }

    /// The zones the vessel is confirmed to be in or near, in order of number, active or not.
    pub fn iter(&self) -> impl Iterator<Item = (ZoneIx, Relation)> {
        self.stays.iter().filter_map(|stay| Some((stay.zone, stay.relation()?)))
    }

    /// Whether the vessel is in or near no zone, and about to cross into none.
    pub fn is_empty(&self) -> bool {
        self.stays.is_empty()
    }

    /// Moves over to another set of zones: what has the same id is kept, the rest is forgotten.
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

/// Where a fix stands in its vessel's run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sighting {
    /// The vessel was not known before, or was lost: being inside is no entry.
    First,
    /// The vessel was known.
    Next,
}

impl Stay {
    fn relation(&self) -> Option<Relation> {
        match (self.own.inside, self.near.inside) {
            (true, _) => Some(Relation::In),
            (false, true) => Some(Relation::Near),
            (false, false) => None,
        }
    }
}

impl Border {
    /// Takes a fix in that lies this far outside the border (negative: inside). Returns the start of a crossing that is now certain.
    fn step(&mut self, outside_nm: f64, at: Time) -> Option<Time> {
        let same_side = self.inside == (outside_nm <= 0.0);
        if same_side {
            self.beyond_since = None;
            return None;
        }
        let since = *self.beyond_since.get_or_insert(at);
        if outside_nm.abs() <= BEYOND_NM && at - since < BEYOND_FOR {
            return None;
        }
        self.inside = !self.inside;
        self.beyond_since = None;
        Some(since)
    }
}
