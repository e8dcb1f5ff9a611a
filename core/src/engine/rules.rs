//! The rules in force. Each lane has its own copy of every rule about one vessel. Of every rule about the whole picture there is one.

use crate::base::state::{Damaged, pack, unpack};
use crate::behaviours::{self, AnyRule, PictureRule, Rule};
use crate::zones::Chart;

/// Index of a behaviour in the registry, which is also its bit among the activity marks of a vessel. Below 31.
pub(super) type Bit = u32;

/// A lane's own copy of a rule about one vessel.
pub(super) type LaneRule = (Bit, Box<dyn Rule + Send>);

/// A rule about the whole picture.
pub(super) type WholeRule = (Bit, Box<dyn PictureRule>);

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
    pub(super) lanes: Vec<Vec<LaneRule>>,
    pub(super) picture: Vec<WholeRule>,
}

impl Rules {
    pub(super) fn new(settings: &behaviours::Settings, chart: &Chart, lanes: usize) -> Rules {
        let mut rules = Rules { lanes: Vec::new(), picture: Vec::new() };
        for lane in 0..lanes {
            let mut of_lane = Vec::new();
            for (bit, rule) in behaviours::all(settings, chart) {
                match rule {
                    AnyRule::Vessel(rule) => of_lane.push((bit, rule)),
                    AnyRule::Picture(rule) if lane == 0 => rules.picture.push((bit, rule)),
                    AnyRule::Picture(_) => {}
                }
            }
            rules.lanes.push(of_lane);
        }
        rules
    }

    /// Takes over those rules of `had` that are still in force, with their state. Returns the others.
    pub(super) fn replace(&mut self, had: Rules) -> Vec<(Bit, Box<dyn Rule>)> {
        let mut gone: Vec<(Bit, Box<dyn Rule>)> = Vec::new();
        for (lane, had) in self.lanes.iter_mut().zip(had.lanes) {
            for (bit, rule) in had {
                match lane.iter_mut().find(|(wanted, _)| *wanted == bit) {
                    Some((_, wanted)) => *wanted = rule,
                    None => gone.push((bit, rule)),
                }
            }
        }
        for (bit, rule) in had.picture {
            match self.picture.iter_mut().find(|(wanted, _)| *wanted == bit) {
                Some((_, wanted)) => *wanted = rule,
                None => gone.push((bit, rule)),
            }
        }
        gone
    }

    /// The rules that may keep state about a vessel of that lane, in the order of the registry.
    pub(super) fn of_lane(&self, lane: usize) -> Vec<&dyn Rule> {
        let of_lane = self.lanes.get(lane).into_iter().flatten().map(|(bit, rule)| (*bit, rule.as_ref() as &dyn Rule));
        let picture = self.picture.iter().map(|(bit, rule)| (*bit, rule.as_ref() as &dyn Rule));
        let mut rules: Vec<(Bit, &dyn Rule)> = of_lane.chain(picture).collect();
        rules.sort_by_key(|(bit, _)| *bit);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// Appends the state of all rules to a snapshot.
    pub(super) fn save(&self, into: &mut Vec<u8>) {
        let Rules { lanes, picture } = self;
        let bits: Vec<Bit> = self.of_lane(0).iter().map(|rule| rule.behaviour() as Bit).collect();
        pack(&bits, into);
        lanes.iter().flatten().for_each(|(_, rule)| rule.save(into));
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
        self.picture.iter_mut().try_for_each(|(_, rule)| rule.restore(from))
    }
}
