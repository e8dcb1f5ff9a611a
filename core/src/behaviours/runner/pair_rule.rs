//! What a rule about two vessels is. [`Pairs`](super::pairs::Pairs) runs it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::state::Damaged;
use crate::base::time::{Span, Time};
use crate::behaviours::runner::instant::{Bridges, CommonInstant};
use crate::behaviours::runner::pair_scene::PairScene;
use crate::behaviours::runner::vessel::{Signals, VesselScene};
use crate::behaviours::shared::one_hull::OneHull;
use crate::behaviours::{Behaviour, End, Explanation, Interest, Settings, Step};
use crate::picture::tracks::{TrackKey, Vessel};
use crate::zones::Chart;

/// How far before the present fix the instants of a new pair begin, since fixes may be this far apart.
pub(crate) const LOOK_BACK: Span = Span::from_minutes(20);

/// Which of two vessels comes first in a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    One,
    Other,
}

/// A rule about two vessels at whole minutes. [`Pairs`](super::pairs::Pairs) finds the pairs, computes the minutes, and keeps the
/// state of each pair.
pub(crate) trait PairRule: Sync + 'static {
    /// Its table in the settings.
    type Settings;
    /// What it keeps about one pair.
    type Pair: Serialize + DeserializeOwned + Send + Sync;
    /// What it keeps about pairs of the past, by their keys. There is one in each of the [`PARTS`](super::pairs::PARTS) parts,
    /// for the pairs of that part.
    type History: Default + Serialize + DeserializeOwned + Send + Sync;
    /// The behaviour.
    const BEHAVIOUR: Behaviour;
    /// Steps that it needs of vessels that are in no pair.
    const INTEREST: Interest;
    /// Maximum distance at which two vessels become a pair. Metres.
    const LOOK_METRES: f64;
    /// Maximum number of neighbours examined around one vessel, nearest first. Others are only counted.
    const MOST_NEIGHBOURS: usize;
    /// Maximum number of pairs that one vessel can be in at once.
    const MOST_PARTNERS: usize;

    /// The rule with the base settings and each zone's overrides.
    fn new(settings: &Self::Settings, chart: &Chart) -> Self;

    /// Its own table among the settings of all behaviours.
    fn settings(all: &Settings) -> &Self::Settings;

    /// The longest holes between fixes over which positions are interpolated.
    fn bridges(&self) -> Bridges;

    /// Whether this step of the vessel concerns the rule.
    fn watches(&self, scene: &VesselScene<'_>, step: &Step<'_>, is_in_pair: bool) -> bool;

    /// Whether the vessel looks for partners with this step.
    fn looks(&self, scene: &VesselScene<'_>, step: &Step<'_>) -> bool;

    /// Which of the two comes first in the pair, if `other` can be a partner of the vessel of the step; otherwise `None`.
    fn fits(&self, scene: &VesselScene<'_>, step: &Step<'_>, other: &Vessel<'_>) -> Option<First>;

    /// A new pair, whose instants are computed from `from` on.
    fn pair(&self, from: Time) -> Self::Pair;

    /// Handles one instant of a pair.
    fn count(
        &self,
        of: (&mut Self::Pair, &mut Self::History),
        scene: &PairScene<'_>,
        instant: &CommonInstant,
        out: &mut Signals<'_>,
    );

    /// Retracts what was reported, because the two prove to be one hull.
    fn stand_down(&self, _pair: &mut Self::Pair, _hull: OneHull, _out: &mut Signals<'_>) {}

    /// Whether the pair can be dropped: nothing is counted, and nothing is open or can resume.
    fn is_done(&self, pair: &Self::Pair, scene: &PairScene<'_>) -> bool;

    /// Whether the pair may give way to a nearer one in a crowd.
    fn gives_way(_pair: &Self::Pair) -> bool {
        false
    }

    /// When the pair is lost if nothing more is heard of one of the two; `None` if nothing is open.
    fn due(&self, pair: &Self::Pair, scene: &PairScene<'_>) -> Option<Time>;

    /// Ends what is open, at the last moment at which it held. The pair may still resume.
    fn close(
        &self,
        of: (&mut Self::Pair, &mut Self::History),
        keys: (TrackKey, TrackKey),
        reason: End,
        out: &mut Signals<'_>,
    );

    /// Puts other zones or settings into force.
    fn configure(&mut self, settings: &Self::Settings, chart: &Chart);

    /// Ends what the zones and settings in force no longer allow. Returns whether the pair is still watched.
    fn review(&self, of: (&mut Self::Pair, &mut Self::History), scene: &PairScene<'_>, out: &mut Signals<'_>) -> bool;

    /// The conditions of a pair at the last instant that was computed. `instant` is `None` if the positions are not known then.
    fn explain(
        &self,
        of: (&Self::Pair, &Self::History),
        scene: &PairScene<'_>,
        instant: Option<&CommonInstant>,
    ) -> Vec<Explanation>;

    /// The conditions of a vessel that is in no pair. `nearest` returns the distance of the nearest possible partner within a
    /// distance, both in metres.
    fn explain_alone(
        &self,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        nearest: &dyn Fn(f64) -> Option<f64>,
    ) -> Vec<Explanation>;

    /// Appends what the rule keeps besides the pairs to a snapshot.
    fn save(&self, into: &mut Vec<u8>);

    /// Restores that from a snapshot taken under the same settings and zones.
    fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged>;
}
