//! Rules as the engine runs them: by what they may see, and what they report.

use crate::ais::StationId;
use crate::base::state::Damaged;
use crate::base::time::Time;
use crate::picture::coverage::Receipts;
use crate::picture::episodes::News;
use crate::picture::tracks::{Activity, TrackIx, TrackKey};

use super::behaviour::Behaviour;
use super::company::Company;
use super::end::End;
use super::explain::Explanation;
use super::place::Places;
use super::runner;
use super::scene::Scene;
use super::settings::Settings;
use super::signal::{Signal, Verdict};
use super::step::{Interest, Step};

/// What a rule reports at a step.
#[derive(Default)]
pub struct Output {
    /// Signals, in order.
    pub signals: Vec<Signal>,
    /// Wake-ups that the rule requests: when, and for which vessel.
    pub wakes: Vec<(Time, TrackKey, TrackIx)>,
    /// Vessels that the rule begins or stops to follow. It receives every fix of a vessel that it follows.
    pub activity: Vec<(TrackIx, Activity)>,
    /// Tracks whose positions were found to be false, or to be true again.
    pub verdicts: Vec<Verdict>,
}

impl Output {
    /// Whether there is neither a signal nor a request.
    pub fn is_empty(&self) -> bool {
        let Output { signals, wakes, activity, verdicts } = self;
        signals.is_empty() && wakes.is_empty() && activity.is_empty() && verdicts.is_empty()
    }
}

/// A rule, with the state that it keeps.
pub trait Rule {
    /// The behaviour.
    fn behaviour(&self) -> Behaviour;

    /// Steps that it needs of vessels that it does not follow.
    fn interest(&self) -> Interest;

    /// Handles a wake-up that it requested. It may request only later ones.
    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output);

    /// The conditions for one vessel as they are now. The step has the vessel's last fix, without crossings or reasons.
    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation>;

    /// Ends what is open about a vessel and drops its state, because the vessel is forgotten or the behaviour was switched off.
    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output);

    /// Applies changed zones, settings or active hours. Ends what they no longer allow and keeps everything else.
    fn reload(&mut self, scene: &Scene<'_>, settings: &Settings, places: &Places, out: &mut Output);

    /// Appends its state to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores its state from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;

    /// Ends conditions that are not about a vessel, because the behaviour was switched off.
    fn stop(&mut self, _scene: &Scene<'_>, _reason: End, _out: &mut Output) {}
}

/// A rule that sees one vessel. Each lane of the engine runs its own copy for its own vessels.
pub trait LaneRule: Rule + Send {
    /// Handles one step.
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output);
}

/// A rule that sees two vessels. It handles the steps of a batch together, in three parts: the first two run in parallel, the third in
/// the order of the reports. All reports of the batch have been taken in before the first.
pub trait CompanyRule: Rule + Sync {
    /// Finds the possible partners of the vessel and the pairs that it is in; `None` if the step does not concern the rule.
    fn look(&self, scene: &Scene<'_>, step: &Step<'_>) -> Option<Box<Company>>;

    /// Counts the new whole minutes of all pairs found. `found` holds the steps in the order of the reports, with their numbers in that
    /// order. Uses several threads unless there is little to do, or `threads` is 1.
    fn count(&mut self, scene: &Scene<'_>, found: &[(u32, &Company)], threads: usize);

    /// Reports what the counting showed about the pairs of one step, and makes pairs of the vessel and its new partners. Steps come in
    /// the order of their numbers.
    fn settle(&mut self, scene: &Scene<'_>, step: &Step<'_>, found: (u32, &Company), out: &mut Output);
}

/// A rule that sees the whole picture: all vessels, the episodes, and the signals of other rules.
pub trait PictureRule: Rule {
    /// Handles one step.
    fn step(&mut self, _scene: &Scene<'_>, _step: &Step<'_>, _out: &mut Output) {}

    /// Handles the beginning or end of an episode.
    fn episode(&mut self, _scene: &Scene<'_>, _news: News, _out: &mut Output) {}

    /// Whether it receives the signals of other rules through `overhear`.
    fn overhears(&self) -> bool {
        false
    }

    /// Handles a signal of another behaviour.
    fn overhear(&mut self, _scene: &Scene<'_>, _signal: &Signal, _out: &mut Output) {}

    /// Handles the end of a slot of the reception model (ten minutes of event time), for conditions about the feed rather than a vessel.
    fn turn(&mut self, _scene: &Scene<'_>, _station_name: &dyn Fn(StationId) -> String, _out: &mut Output) {}

    /// Handles a time of receipt, live only, for conditions about inputs rather than a vessel.
    fn tick(&mut self, _scene: &Scene<'_>, _receipts: &Receipts, _received: Time, _out: &mut Output) {}
}

/// A rule, by what it may see. The type of the rule decides which it is.
pub enum AnyRule {
    /// Sees one vessel. There is one copy for each lane.
    Vessel(Box<dyn LaneRule>),
    /// Sees two vessels. There is one copy.
    Pair(Box<dyn CompanyRule>),
    /// Sees the whole picture. There is one copy.
    Picture(Box<dyn PictureRule>),
}

impl<R: runner::vessel::VesselRule> From<runner::vessel::PerVessel<R>> for AnyRule {
    fn from(rule: runner::vessel::PerVessel<R>) -> AnyRule {
        AnyRule::Vessel(Box::new(rule))
    }
}

impl<R: runner::pair_rule::PairRule> From<runner::pairs::Pairs<R>> for AnyRule {
    fn from(rule: runner::pairs::Pairs<R>) -> AnyRule {
        AnyRule::Pair(Box::new(rule))
    }
}

impl<R: PictureRule + 'static> From<R> for AnyRule {
    fn from(rule: R) -> AnyRule {
        AnyRule::Picture(Box::new(rule))
    }
}
