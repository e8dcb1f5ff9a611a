//! The store of episodes: every shelf, and the detectors that fill it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::account::Account;
use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, TrackKey};

use super::craft::Craft;
use super::gear::Gear;
use super::halt::{Halt, Halts};
use super::hole::Holes;
use super::inseparable::InseparablePairs;
use super::kink::{Kink, Kinks};
use super::leg::{Legs, SlowLeg};
use super::look::Look;
use super::lying::StillVessels;
use super::news::News;
use super::origin::Origins;
use super::port_call::PortCalls;
use super::rates::{Kind, Rate, Rates};
use super::shelf::Shelf;

/// How long slow legs and kinks are kept (SPEC: a collector comes up to 48 h later).
const KEEP: Span = Span::from_hours(48);
/// How long halts are kept, so that a halt counts for little where many stop (SPEC "Points").
const KEEP_HALTS: Span = Span::from_hours(14 * 24);
/// Maximum number of episodes on each shelf, about 10 MB in all; beyond it the oldest are dropped.
const MOST: usize = 100_000;
/// Length from which a pause of the whole feed does not count as time watched.
const LONG_PAUSE: Span = Span::from_hours(6);
/// Length of a pause of the whole feed after which what was learned about stops has faded.
const FORGOTTEN_AFTER: Span = Span::from_hours(14 * 24);

/// All episodes. The engine owns the store and changes it outside the lanes only; the lanes read it meanwhile. All of it goes into
/// snapshots. Everything in it is bounded.
#[derive(Serialize, Deserialize)]
pub struct Episodes {
    /// Halts: vessels slow for ten minutes or more, outside calm water.
    pub halts: Shelf<Halt>,
    /// Slow legs: vessels slower than usual for ten minutes or more, in watched water.
    pub legs: Shelf<SlowLeg>,
    /// Kinks: vessels that left their course and came back to it.
    pub kinks: Shelf<Kink>,
    /// Pairs of vessels that have never been seen apart.
    pub inseparable: InseparablePairs,
    /// Stays in calm water, current and past.
    pub port_calls: PortCalls,
    /// The last hole of each vessel: an hour or more without a fix.
    pub holes: Holes,
    /// The source region each vessel was last seen in.
    pub origins: Origins,
    /// Vessels that lie still, and places where vessels were held.
    pub lying: StillVessels,
    /// Beacons that fishing vessels have set.
    pub gear: Gear,
    /// How often craft stop at a place.
    rates: Rates,
    /// The detector of halts.
    slow: Halts,
    /// The detector of slow legs.
    slower: Legs,
    /// The detector of kinks.
    turns: Kinks,
    /// When detection began, or began again after a long pause; `None` before the first report.
    began_at: Option<Time>,
    /// Total length of the long pauses since `began_at`, without the present one.
    unwatched: Span,
    /// Length so far of the present pause of the whole feed.
    pause: Span,
    /// Tracks whose positions are false. Bounded by the number of tracks.
    disowned: BTreeSet<TrackIx>,
}

impl Default for Episodes {
    fn default() -> Episodes {
        Episodes {
            halts: Shelf::new(KEEP_HALTS, MOST),
            legs: Shelf::new(KEEP, MOST),
            kinks: Shelf::new(KEEP, MOST),
            inseparable: InseparablePairs::default(),
            port_calls: PortCalls::default(),
            holes: Holes::default(),
            origins: Origins::default(),
            lying: StillVessels::default(),
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
    /// Whether a detector follows the vessel and needs every fix.
    pub fn follows(&self, vessel: TrackIx) -> bool {
        self.slow.follows(vessel) || self.slower.follows(vessel)
    }

    /// Records that a vessel is heard. The first call starts the time for which episodes have been detected.
    pub fn heard(&mut self, at: Time) {
        self.began_at.get_or_insert(at);
    }

    /// Records a period in which some vessel was heard (`any_heard`) or none. A long pause of the whole feed, as between
    /// an old recording and today's feed, does not count as time without stops. After a pause longer than the memory,
    /// learning starts again.
    pub fn passed(&mut self, length: Span, any_heard: bool, now: Time) {
        if self.began_at.is_none() {
            return;
        }
        if !any_heard {
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

    /// Handles a fix of a vessel that is slow, followed, or watched and due for its 5-minute look.
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

    /// Counts slow passages and stops, each once. A leg on which the vessel halts counts as one with that halt.
    fn count(&mut self, look: &Look<'_>, news: News) {
        let vessel = look.vessel.ix();
        let craft = (look.key, look.craft());
        match news {
            News::HaltBegan(id) => {
                let halt = self.halts.get(id).filter(|_| !self.slower.is_reported(vessel));
                halt.into_iter().for_each(|halt| self.rates.slowed(craft, halt.position, look.fix.at));
            }
            News::LegBegan(id) => {
                let leg = self.legs.get(id).filter(|_| !self.slow.is_reported(vessel));
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

    /// Called when the positions of a track prove to have been false since `since`. Removes its episodes from then on, and
    /// detects no more.
    pub fn disown(&mut self, key: TrackKey, vessel: TrackIx, since: Time) {
        self.slow.forget(vessel, &mut self.halts);
        self.slower.forget(vessel, &mut self.legs);
        self.turns.forget(vessel);
        let halts = self.halts.of(key).filter(|(_, halt)| since <= halt.last_at).map(|(_, halt)| halt.position);
        let legs = self.legs.of(key).filter(|(_, leg)| since <= leg.last_at).map(|(_, leg)| leg.position);
        halts.chain(legs).for_each(|at| self.rates.take_back(key, at));
        self.halts.take_back(key, since);
        self.legs.take_back(key, since);
        self.kinks.take_back(key, since);
        self.disowned.insert(vessel);
    }

    /// Called when the positions of a track count again.
    pub fn own(&mut self, vessel: TrackIx) {
        self.disowned.remove(&vessel);
    }

    /// Whether the positions of a track are considered false.
    pub fn is_disowned(&self, vessel: TrackIx) -> bool {
        self.disowned.contains(&vessel)
    }

    /// Drops the state of a vessel, as its place in the slab may be reused.
    pub fn forget(&mut self, vessel: TrackIx) {
        self.disowned.remove(&vessel);
        self.slow.forget(vessel, &mut self.halts);
        self.slower.forget(vessel, &mut self.legs);
        self.turns.forget(vessel);
    }

    /// Hourly maintenance: drops what is too old.
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

    /// For how long episodes have been detected, without the pauses of the whole feed. With less than a few days of it,
    /// rarity means little.
    pub fn seen_for(&self, now: Time) -> Span {
        let pause = if LONG_PAUSE <= self.pause { self.pause } else { Span::ZERO };
        let watched = |began_at: Time| (now - began_at).millis() - self.unwatched.millis() - pause.millis();
        Span::from_millis(self.began_at.map_or(0, watched).max(0))
    }

    /// How often vessels like `craft`, except those `left_out`, stop or pass slowly within `nm` nautical miles
    /// of a place.
    pub fn rate(
        &self,
        (at, nm): (LatLon, f64),
        (kind, craft): (Kind, Craft),
        now: Time,
        left_out: impl Fn(TrackKey) -> bool,
    ) -> Rate {
        self.rates.near((at, nm), (kind, craft), (now, self.seen_for(now)), left_out)
    }

    /// Number of entries of all kinds dropped because there were too many.
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

    /// Adds what is kept by vessel; the shelves have their own limit.
    pub fn account(&self, account: &mut Account) {
        account.add("vessels that lie still", self.lying.bytes());
        account.add("port calls", self.port_calls.bytes());
        account.add("holes and origins", self.holes.bytes() + self.origins.bytes());
        account.add("rates of stops", self.rates.bytes());
        account.add("company and gear", self.inseparable.bytes() + self.gear.bytes());
    }
}
