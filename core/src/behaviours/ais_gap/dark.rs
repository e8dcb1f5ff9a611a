//! The state of one silent vessel: where it was, why it should have been heard, and what else may explain its silence.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::behaviours::Scene;
use crate::geo::LatLon;
use crate::picture::coverage::{SLOT, Silence, SilenceRate};
use crate::picture::episodes::gap::{Gap, Spot};
use crate::picture::tracks::{TrackIx, TrackKey, Vessel};
use crate::zones::{Relation, ZoneIx};

use super::settings::Settings;

/// Radius of the circle in which a vessel that stays for `LAY_STILL` lies still, whatever its status (SPEC *anchored*). Nautical miles.
const SWING_NM: f64 = 0.3;
/// How long a vessel must stay in that circle.
const LAY_STILL: Span = Span::from_hours(3);
/// How much of that time the fixes must cover.
const COVERED: Span = Span::from_hours(2);
/// Share of the slots, 0-1, below which a vessel is seldom heard.
const SELDOM: f64 = 0.5;
/// How long a vessel must have been known for that.
const KNOWN_FOR: Span = Span::from_hours(24);

/// A silent vessel: where it was last heard, and the evidence so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Dark {
    /// The track that fell silent.
    pub(super) key: TrackKey,
    /// Its last position before the silence. After a late fix that splits the silence, the position of that fix.
    pub(super) from: Spot,
    /// Distance of that position from shore. Nautical miles.
    pub(super) shore_nm: f64,
    /// Its usual speed before the silence. Knots.
    pub(super) usual_knots: f64,
    /// Why it is watched there, and how long it must be silent.
    pub(super) why: Why,
    /// When the rule was satisfied; `None` before that.
    pub(super) satisfied_at: Option<Time>,
    /// The stage last reported (see `Dark::stage`); 0 before the rule was satisfied.
    pub(super) reported: u32,
    /// Whether it would have been heard, as last computed: when it fell silent and at each wake-up.
    pub(super) evidence: Evidence,
}

/// Why the vessel is watched at the place where it was last heard, and what is required there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Why {
    /// Index of the settings that apply at the place.
    pub(super) profile: u16,
    /// How long it must be silent.
    pub(super) required: Span,
    /// The zones that it was in or near, watched or not.
    pub(super) zones: Vec<(ZoneIx, Relation)>,
    /// Id of the zone it was heading for, if that is why it is watched.
    pub(super) heading: Option<String>,
}

/// Evidence for and against a silence, as last computed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Evidence {
    /// Probability that the receivers miss every report of such a vessel for the whole gap, 0-1.
    pub(super) unheard: f64,
    /// The same probability if no water were out of the feed's reach, 0-1.
    pub(super) unheard_within: f64,
    /// When the vessel's course led out of the water in which vessels are heard; `None` if it did not.
    pub(super) left: Option<Time>,
    /// How much of the silence the feed itself missed.
    pub(super) missed: Span,
    /// How often other vessels fall silent there.
    pub(super) silence_rate: SilenceRate,
    /// Share of the previous day's slots in which the vessel was heard, 0-1. `None` if it is not evidence.
    pub(super) own_record: Option<f32>,
    /// Share of the slots since it was first heard in which it was heard at most, 0-1. `None` unless that is seldom.
    pub(super) heard_seldom: Option<f64>,
    /// Whether its input hears no other vessel.
    pub(super) alone: bool,
    /// Whether the vessel was at anchor, moored or still for hours before the silence.
    pub(super) lay_still: bool,
    /// Whether the vessel is not under way where it is heard again.
    pub(super) lies_still: bool,
}

impl Evidence {
    /// The evidence for a silence that continues.
    pub(super) fn of(scene: &Scene<'_>, vessel: TrackIx, silence: &Silence) -> Evidence {
        let of = scene.tracks.vessel(vessel);
        let mut evidence = Evidence {
            unheard: 1.0,
            unheard_within: 1.0,
            left: None,
            missed: Span::ZERO,
            silence_rate: SilenceRate::default(),
            own_record: silence.has_own_record().then_some(silence.own_record),
            heard_seldom: heard_seldom(of, silence),
            alone: false,
            lay_still: !silence.under_way() && lay_still(of, silence),
            lies_still: false,
        };
        evidence.update(scene, silence);
        evidence
    }

    /// The evidence for a vessel that is the only one on its input. Vessel and input were silent together, so time that the feed
    /// missed is not subtracted.
    pub(super) fn alone(scene: &Scene<'_>, vessel: TrackIx, silence: &Silence) -> Evidence {
        let evidence = Evidence::of(scene, vessel, silence);
        Evidence { missed: Span::ZERO, alone: true, ..evidence }
    }

    /// Computes the evidence again for a silence that continues.
    pub(super) fn update(&mut self, scene: &Scene<'_>, silence: &Silence) {
        self.unheard = silence.unheard();
        self.unheard_within = silence.unheard_within();
        self.left = silence.left;
        self.missed = scene.coverage.missed(silence);
        self.silence_rate = scene.coverage.silence_rate(silence);
    }

    /// Replaces the probability, and the time that the feed missed, by those of a part of the silence.
    pub(super) fn judged(&mut self, (unheard, missed): (f64, Span)) {
        self.unheard = unheard;
        self.unheard_within = unheard;
        self.missed = missed;
    }

    /// When the vessel sailed out of the feed's reach; `None` if that does not explain the silence.
    pub(super) fn out_of_reach(&self, settings: &Settings) -> Option<Time> {
        self.left.filter(|_| settings.max_probability < self.unheard && !self.alone)
    }
}

impl Dark {
    /// When the silence reaches this length, without the time that the feed missed.
    pub(super) fn due(&self, length: Span) -> Time {
        self.from.at + length + self.evidence.missed
    }

    /// Length of the silence until `until`, without the time that the feed missed.
    pub(super) fn length(&self, until: Time) -> Span {
        until - self.from.at - self.evidence.missed
    }

    /// Whether a silence until `until` satisfies the rule.
    pub(super) fn stands(&self, until: Time, settings: &Settings) -> bool {
        let unheard = self.evidence.unheard.min(self.evidence.unheard_within);
        let improbable = unheard <= settings.max_probability || self.evidence.alone;
        self.why.required <= self.length(until) && improbable
    }

    /// The silence as a gap that ends at `to`, or is still open.
    pub(super) fn gap(&self, to: Option<Spot>) -> Gap {
        Gap {
            key: self.key,
            from: self.from,
            to,
            usual_knots: self.usual_knots,
            usual: false,
            lay_still: self.evidence.lay_still,
        }
    }

    /// Whether the vessel was heard again where it had been, not under way.
    pub(super) fn is_in_place(&self, to: Option<Spot>, settings: &Settings) -> bool {
        let near = to.is_some_and(|to| self.from.position.nm_to(to.position) <= settings.in_place_nm);
        near && self.evidence.lies_still
    }
}

/// Whether a vessel reported that it was at anchor or moored, or had stayed in a small circle for hours, when it fell
/// silent.
fn lay_still(vessel: Vessel<'_>, silence: &Silence) -> bool {
    let near = |place: LatLon| place.metres_to(silence.position) <= SWING_NM * METRES_PER_NM;
    let before = vessel.trail_since(silence.since - LAY_STILL).filter(|point| point.at <= silence.since);
    let mut first = None;
    let mut still = true;
    for point in before {
        first.get_or_insert(point.at);
        still &= near(point.position);
    }
    let covered = first.is_some_and(|first| COVERED <= silence.since - first);
    vessel.says_anchored() || (still && covered)
}

/// Share of the slots since a vessel was first heard in which it was heard at most; `None` unless that is seldom, or if it was not known for
/// a day. It has no more such slots than fixes.
fn heard_seldom(vessel: Vessel<'_>, silence: &Silence) -> Option<f64> {
    let known = silence.since - vessel.first_at();
    let share = f64::from(vessel.fixes()) * SLOT.hours() / known.hours();
    (KNOWN_FOR <= known && share < SELDOM).then_some(share)
}
