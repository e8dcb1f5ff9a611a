//! Episodes: what happened to one vessel at one place and is worth remembering: stops, slow legs, kinks, port calls, holes,
//! and the source region a vessel came from.
//!
//! Each kind is found once, in its own file, and kept on a shelf by age, place and vessel. Behaviours read the shelves and are told
//! of each episode that begins or ends; searches over many vessels run then, never with a report.

mod craft;
pub mod gap;
mod gear;
mod halt;
mod hole;
mod inseparable;
mod kink;
mod leg;
mod lying;
mod origin;
mod port_call;
mod rates;
mod shelf;

pub use craft::Craft;
pub use gear::{Gear, GearSign};
pub use halt::Halt;
pub use hole::{Hole, Holes};
pub use inseparable::{Inseparable, ONE_HULL_METRES};
pub use kink::Kink;
pub use leg::SlowLeg;
pub use lying::{ANCHORED_AFTER, CIRCLE_NM, HELD_AFTER, Held, Lying, Still};
pub use origin::{Origin, Origins, Region};
pub use port_call::{Berth, PortCall, PortCalls, Sailing};
pub use rates::{Kind, Rate};
pub use shelf::{Kept, Shelf};

use std::collections::BTreeSet;

use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey, Vessel};

use halt::{Halts, craft};
use kink::Kinks;
use leg::Legs;
use rates::Rates;
use serde::{Deserialize, Serialize};

/// Slow legs and kinks are kept for so long (SPEC: a collector comes up to 48 h later).
const KEEP: Span = Span::from_hours(48);
/// Halts are kept for so long: where many stop, a stop says little (SPEC "Points").
const KEEP_HALTS: Span = Span::from_hours(14 * 24);
/// At most so many of each kind: about 10 MB in all.
const MOST: usize = 100_000;

/// One fix, as the finders of episodes read it.
pub struct Look<'a> {
    /// Whose.
    pub vessel: Vessel<'a>,
    /// Its name for good.
    pub key: TrackKey,
    /// The fix.
    pub fix: Fix,
    /// Speed made good there; over a hole too long to count it is left out.
    pub smg: Option<SpeedMadeGood>,
    /// Distance from shore, nautical miles.
    pub shore_nm: f64,
    /// Whether it lies in calm water (circles and calm zones, without the margin).
    pub calm: bool,
    /// Whether it is in or near a corridor, area or benign zone.
    pub watched: bool,
    /// The first fix of a 5-minute slot.
    pub tick: bool,
}

/// An episode that began or ended: which, and on which shelf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// A vessel has been slow for ten minutes, outside calm water.
    HaltBegan(u64),
    /// It has not moved for ten minutes (below 1 kn).
    Still(u64),
    /// It has not moved for a quarter of an hour (below 1 kn).
    Stopped(u64),
    /// It goes on its way, or has come into calm water; the halt is complete.
    HaltEnded(u64),
    /// A vessel under way in watched water has been slower than usual for ten minutes.
    LegBegan(u64),
    /// It is as fast as usual again; the leg is complete.
    LegEnded(u64),
    /// A vessel went out of its way and came back to its course.
    Kink(u64),
}

/// A pause in which nobody at all was heard is no time that was watched, from this length on.
const LONG_PAUSE: Span = Span::from_hours(6);
/// After so long a pause what was known of stops has faded.
const FORGOTTEN_AFTER: Span = Span::from_hours(14 * 24);

/// Every episode there is.
#[derive(Serialize, Deserialize)]
pub struct Episodes {
    /// Slow for ten minutes and more, outside calm water.
    pub halts: Shelf<Halt>,
    /// Slower than usual for ten minutes and more, in watched water.
    pub legs: Shelf<SlowLeg>,
    /// Out of the way and back.
    pub kinks: Shelf<Kink>,
    /// Who has never been seen apart.
    pub inseparable: Inseparable,
    /// Stays in calm water.
    pub port_calls: PortCalls,
    /// Hours in which nobody heard a vessel.
    pub holes: Holes,
    /// The source regions vessels were last seen in.
    pub origins: Origins,
    /// Who lies still, and where vessels were held.
    pub lying: Lying,
    /// What fishing vessels have set.
    pub gear: Gear,
    rates: Rates,
    slow: Halts,
    slower: Legs,
    turns: Kinks,
    began_at: Option<Time>,
    /// Since then nobody was watched at all: in long pauses of everything, and in the one going on.
    unwatched: Span,
    pause: Span,
    /// Tracks whose positions are false; as many as the picture holds at most.
    disowned: BTreeSet<TrackIx>,
}

impl Default for Episodes {
    fn default() -> Episodes {
        Episodes {
            halts: Shelf::new(KEEP_HALTS, MOST),
            legs: Shelf::new(KEEP, MOST),
            kinks: Shelf::new(KEEP, MOST),
            inseparable: Inseparable::default(),
            port_calls: PortCalls::default(),
            holes: Holes::default(),
            origins: Origins::default(),
            lying: Lying::default(),
            gear: Gear::default(),
            rates: Rates::default(),
            slow: Halts::default(),
            slower: Legs::default(),
            turns: Kinks::default(),
            began_at: None,
            unwatched: Span::ZERO,
            pause: Span::ZERO,
            disowned: BTreeSet::new(),
        }
    }
}

impl Episodes {
    /// Whether a finder follows the vessel and wants its every fix.
    pub fn follows(&self, vessel: TrackIx) -> bool {
        self.slow.follows(vessel) || self.slower.follows(vessel)
    }

    /// Somebody is heard: from the first time on, episodes are looked for.
    pub fn heard(&mut self, at: Time) {
        self.began_at.get_or_insert(at);
    }

    /// A stretch of time has passed in which somebody was heard, or nobody at all. A long pause of everything, as between a recording of
    /// years ago and the feed of today, is no time in which nobody stopped; after one that outlasts what is remembered, knowledge begins anew.
    pub fn passed(&mut self, length: Span, somebody: bool, now: Time) {
        if self.began_at.is_none() {
            return;
        }
        if !somebody {
            self.pause = Span::from_millis(self.pause.millis() + length.millis());
            return;
        }
        let pause = std::mem::replace(&mut self.pause, Span::ZERO);
        if FORGOTTEN_AFTER <= pause {
            (self.began_at, self.unwatched) = (Some(now - length), Span::ZERO);
        } else if LONG_PAUSE <= pause {
            self.unwatched = Span::from_millis(self.unwatched.millis() + pause.millis());
        }
    }

    /// Takes in one fix of a vessel that is slow, followed, or watched and due for its 5-minute look.
    pub fn look(&mut self, look: &Look<'_>, news: &mut Vec<News>) {
        if self.is_disowned(look.vessel.ix()) {
            return;
        }
        let before = news.len();
        self.slow.look(look, &mut self.halts, news);
        self.slower.look(look, &mut self.legs, news);
        self.turns.look(look, &mut self.kinks, news);
        for news in &news[before..] {
            self.count(look, *news);
        }
    }

    /// Counts slow passages and stops, each once: a leg on which the vessel came to a halt is one with that halt.
    fn count(&mut self, look: &Look<'_>, news: News) {
        let vessel = look.vessel.ix();
        let craft = (look.key, craft(look));
        match news {
            News::HaltBegan(id) => {
                let halt = self.halts.get(id).filter(|_| !self.slower.is_told(vessel));
                halt.into_iter().for_each(|halt| self.rates.slowed(craft, halt.position, look.fix.at));
            }
            News::LegBegan(id) => {
                let leg = self.legs.get(id).filter(|_| !self.slow.is_told(vessel));
                leg.into_iter().for_each(|leg| self.rates.slowed(craft, leg.position, look.fix.at));
            }
            News::Still(id) => {
                let halt = self.halts.get(id);
                halt.into_iter().for_each(|halt| self.rates.stopped(craft, halt.position, look.fix.at));
            }
            News::HaltEnded(id) => {
                let halt = self.halts.get(id);
                halt.into_iter().for_each(|halt| self.rates.is_a(craft, halt.position));
            }
            News::Stopped(_) | News::LegEnded(_) | News::Kink(_) => {}
        }
    }

    /// The positions of a track are false since that time: what it did from then on is taken back, and nothing more is looked for.
    pub fn disown(&mut self, key: TrackKey, vessel: TrackIx, since: Time) {
        self.slow.forget(vessel);
        self.slower.forget(vessel);
        self.turns.forget(vessel);
        let halts = self.halts.of(key).filter(|(_, halt)| since <= halt.last_at).map(|(_, halt)| halt.position);
        let legs = self.legs.of(key).filter(|(_, leg)| since <= leg.last_at).map(|(_, leg)| leg.position);
        halts.chain(legs).for_each(|at| self.rates.take_back(key, at));
        self.halts.take_back(key, since);
        self.legs.take_back(key, since);
        self.kinks.take_back(key, since);
        self.disowned.insert(vessel);
    }

    /// The positions of a track count again.
    pub fn own(&mut self, vessel: TrackIx) {
        self.disowned.remove(&vessel);
    }

    /// Whether the positions of a track are held for false.
    pub fn is_disowned(&self, vessel: TrackIx) -> bool {
        self.disowned.contains(&vessel)
    }

    /// The vessel's slab place is free for another.
    pub fn forget(&mut self, vessel: TrackIx) {
        self.disowned.remove(&vessel);
        self.slow.forget(vessel);
        self.slower.forget(vessel);
        self.turns.forget(vessel);
    }

    /// Hourly house-keeping.
    pub fn sweep(&mut self, now: Time) {
        self.rates.sweep(now);
        self.halts.sweep(now);
        self.legs.sweep(now);
        self.kinks.sweep(now);
        self.port_calls.sweep(now);
        self.holes.sweep(now);
        self.origins.sweep(now);
        self.lying.sweep(now);
        self.gear.sweep(now);
    }

    /// For how long episodes have been looked for while anybody was heard: nothing is rare before days have been seen.
    pub fn seen_for(&self, now: Time) -> Span {
        let pause = if LONG_PAUSE <= self.pause { self.pause } else { Span::ZERO };
        let watched = |began_at: Time| (now - began_at).millis() - self.unwatched.millis() - pause.millis();
        Span::from_millis(self.began_at.map_or(0, watched).max(0))
    }

    /// How often vessels like `craft`, without those that are `left_out`, stop or pass slowly within `nm` of a place.
    pub fn rate(
        &self,
        (at, nm): (LatLon, f64),
        (kind, craft): (Kind, Craft),
        now: Time,
        left_out: impl Fn(TrackKey) -> bool,
    ) -> Rate {
        self.rates.near((at, nm), (kind, craft), (now, self.seen_for(now)), left_out)
    }

    /// Forgotten because there were too many.
    pub fn evicted(&self) -> u64 {
        let shelves = self.halts.evicted() + self.legs.evicted() + self.kinks.evicted();
        shelves
            + self.rates.evicted()
            + self.port_calls.evicted()
            + self.holes.dropped()
            + self.origins.evicted()
            + self.lying.dropped()
            + self.gear.dropped()
    }

    /// Heap bytes of what is kept by vessel, about; the shelves have their own bound.
    pub fn bytes(&self) -> usize {
        let by_vessel = self.port_calls.bytes() + self.holes.bytes() + self.origins.bytes();
        by_vessel + self.rates.bytes() + self.inseparable.bytes() + self.lying.bytes() + self.gear.bytes()
    }
}

#[cfg(test)]
mod tests;
