//! The rules in force. Each lane has its own copy of every rule about one vessel. Of every rule about pairs or the whole picture
//! there is one.

use crate::base::state::{Damaged, pack, unpack};
use crate::behaviours::{self, AnyRule, CompanyRule, LaneRule, PictureRule, Rule};
use crate::zones::Chart;

/// Index of a behaviour in the registry, which is also its bit among the activity marks of a vessel. Below 31.
pub(super) type Bit = u32;

/// Rules of one kind, in the order of the registry.
pub(super) type List<R> = Vec<(Bit, Box<R>)>;

/// Gives each of these rules its turn, in order.
pub(super) fn each<R: ?Sized>(rules: &mut [(Bit, Box<R>)], mut turn: impl FnMut(Bit, &mut R)) {
    for (bit, rule) in rules {
        turn(*bit, rule);
    }
}

/// All rules in force, each list in the order of the registry.
#[derive(Default)]
pub(super) struct Rules {
    /// Rules about one vessel, by lane. Each lane has the same rules.
    pub(super) lanes: Vec<List<dyn LaneRule>>,
    /// Rules about pairs.
    pub(super) pairs: List<dyn CompanyRule>,
    /// Rules about the whole picture.
    pub(super) picture: List<dyn PictureRule>,
}

impl Rules {
    pub(super) fn new(settings: &behaviours::Settings, chart: &Chart, lanes: usize) -> Rules {
        let mut rules = Rules::default();
        for lane in 0..lanes {
            let mut of_lane = Vec::new();
            for (bit, rule) in behaviours::all(settings, chart) {
                match rule {
                    AnyRule::Vessel(rule) => of_lane.push((bit, rule)),
                    AnyRule::Pair(rule) if lane == 0 => rules.pairs.push((bit, rule)),
                    AnyRule::Picture(rule) if lane == 0 => rules.picture.push((bit, rule)),
                    AnyRule::Pair(_) | AnyRule::Picture(_) => {}
                }
            }
            rules.lanes.push(of_lane);
        }
        rules
    }

    /// Takes over those rules of `had` that are still in force, with their state. Returns the others.
    pub(super) fn replace(&mut self, had: Rules) -> Vec<(Bit, Box<dyn Rule>)> {
        let mut gone: List<dyn Rule> = Vec::new();
        for (lane, had) in self.lanes.iter_mut().zip(had.lanes) {
            gone.extend(take_over(lane, had).into_iter().map(|(bit, rule)| (bit, rule as Box<dyn Rule>)));
        }
        gone.extend(take_over(&mut self.pairs, had.pairs).into_iter().map(|(bit, rule)| (bit, rule as Box<dyn Rule>)));
        gone.extend(
            take_over(&mut self.picture, had.picture).into_iter().map(|(bit, rule)| (bit, rule as Box<dyn Rule>)),
        );
        gone
    }

    /// The rules that may keep state about a vessel of that lane, in the order of the registry.
    pub(super) fn of_lane(&self, lane: usize) -> Vec<&dyn Rule> {
        let of_lane = self.lanes.get(lane).into_iter().flatten().map(|(bit, rule)| (*bit, rule.as_ref() as &dyn Rule));
        let pairs = self.pairs.iter().map(|(bit, rule)| (*bit, rule.as_ref() as &dyn Rule));
        let picture = self.picture.iter().map(|(bit, rule)| (*bit, rule.as_ref() as &dyn Rule));
        let mut rules: Vec<(Bit, &dyn Rule)> = of_lane.chain(pairs).chain(picture).collect();
        rules.sort_by_key(|(bit, _)| *bit);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// Appends the state of all rules to a snapshot.
    pub(super) fn save(&self, into: &mut Vec<u8>) {
        let Rules { lanes, pairs, picture } = self;
        let bits: Vec<Bit> = self.of_lane(0).iter().map(|rule| rule.behaviour() as Bit).collect();
        pack(&bits, into);
        lanes.iter().flatten().for_each(|(_, rule)| rule.save(into));
        pairs.iter().for_each(|(_, rule)| rule.save(into));
        picture.iter().for_each(|(_, rule)| rule.save(into));
    }

    /// Restores the state of all rules from a snapshot made with the same behaviours and the same number of lanes.
    pub(super) fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        let saved: Vec<Bit> = unpack(from)?;
        let own: Vec<Bit> = self.of_lane(0).iter().map(|rule| rule.behaviour() as Bit).collect();
        if saved != own {
            return Err(Damaged(format!("{} behaviours instead of {}, or others", saved.len(), own.len())));
        }
        self.lanes.iter_mut().flatten().try_for_each(|(_, rule)| rule.restore(from))?;
        self.pairs.iter_mut().try_for_each(|(_, rule)| rule.restore(from))?;
        self.picture.iter_mut().try_for_each(|(_, rule)| rule.restore(from))
    }
}

/// Puts those of `had` that are also in `wanted` in their place, with their state. Returns the others.
fn take_over<R: ?Sized>(wanted: &mut List<R>, had: List<R>) -> List<R> {
    let mut gone = Vec::new();
    for (bit, rule) in had {
        match wanted.iter_mut().find(|(wanted, _)| *wanted == bit) {
            Some((_, wanted)) => *wanted = rule,
            None => gone.push((bit, rule)),
        }
    }
    gone
}
