//! One silent vessel: where it was, why it would have been heard, and what else explains its silence.

use serde::{Deserialize, Serialize};

use crate::behaviours::Scene;
use crate::coverage::{Silence, SilenceRate};
use crate::episodes::gap::{Gap, Spot};
use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::{TrackIx, TrackKey, Vessel};
use crate::units::METRES_PER_NM;
use crate::zones::{Relation, ZoneIx};

use super::Settings;

/// Within this circle for `LAY_STILL` a vessel lies still, whatever its status (SPEC *anchored*). Nautical miles.
const SWING_NM: f64 = 0.3;
const LAY_STILL: Span = Span::from_hours(3);
/// Share of that time that fixes must cover.
const COVERED: Span = Span::from_hours(2);

/// A vessel whose silence is improbable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Dark {
    pub(super) key: TrackKey,
    pub(super) from: Spot,
    pub(super) shore_nm: f64,
    pub(super) usual_knots: f64,
    pub(super) why: Why,
    /// When the rule was satisfied.
    pub(super) satisfied_at: Option<Time>,
    /// The level that was told, 0 before it was satisfied.
    pub(super) told: u8,
    pub(super) evidence: Evidence,
}

/// What the place where it was last heard asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Why {
    pub(super) profile: u16,
    pub(super) required: Span,
    pub(super) zones: Vec<(ZoneIx, Relation)>,
    /// The zone it was heading for.
    pub(super) heading: Option<String>,
}

/// What speaks for and against a silence, as of the last look.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Evidence {
    /// Probability that the receivers miss every report of such a vessel for the whole gap, 0-1.
    pub(super) unheard: f64,
    /// The same if no water were out of reach of the feed, 0-1.
    pub(super) unheard_within: f64,
    /// When its way led out of the water in which vessels are heard.
    pub(super) left: Option<Time>,
    /// What the feed itself missed.
    pub(super) missed: Span,
    /// How often others fall silent there.
    pub(super) silence_rate: SilenceRate,
    /// Share of the slots of the day before in which it was heard, 0-1; `None` if that is no evidence.
    pub(super) own_record: Option<f32>,
    /// Whether its input hears no other vessel.
    pub(super) alone: bool,
    /// Whether it was at anchor, moored or still for hours before.
    pub(super) lay_still: bool,
    /// Whether it is not under way where it was heard again.
    pub(super) lies_still: bool,
}

impl Evidence {
    pub(super) fn of(scene: &Scene<'_>, vessel: TrackIx, silence: &Silence) -> Evidence {
        let mut evidence = Evidence {
            unheard: 1.0,
            unheard_within: 1.0,
            left: None,
            missed: Span::ZERO,
            silence_rate: SilenceRate::default(),
            own_record: silence.has_own_record().then_some(silence.own_record),
            alone: false,
            lay_still: !silence.under_way() && lay_still(scene.tracks.vessel(vessel), silence),
            lies_still: false,
        };
        evidence.update(scene, silence);
        evidence
    }

    /// Of the only vessel of an input that was silent like it: the input's silence is the vessel's, and takes nothing away.
    pub(super) fn alone(scene: &Scene<'_>, vessel: TrackIx, silence: &Silence) -> Evidence {
        let evidence = Evidence::of(scene, vessel, silence);
        Evidence { missed: Span::ZERO, alone: true, ..evidence }
    }

    pub(super) fn update(&mut self, scene: &Scene<'_>, silence: &Silence) {
        self.unheard = silence.unheard();
        self.unheard_within = silence.unheard_within();
        self.left = silence.left;
        self.missed = scene.coverage.missed(silence);
        self.silence_rate = scene.coverage.silence_rate(silence);
    }

    /// Judged once more over a part of it.
    pub(super) fn judged(&mut self, (unheard, missed): (f64, Span)) {
        self.unheard = unheard;
        self.unheard_within = unheard;
        self.missed = missed;
    }

    /// When it sailed out of reach of the feed, if that explains its silence.
    pub(super) fn out_of_reach(&self, settings: &Settings) -> Option<Time> {
        self.left.filter(|_| settings.max_probability < self.unheard && !self.alone)
    }
}

impl Dark {
    /// When it will have lasted for so long, what the feed missed left out.
    pub(super) fn due(&self, length: Span) -> Time {
        self.from.at + length + self.evidence.missed
    }

    pub(super) fn length(&self, until: Time) -> Span {
        until - self.from.at - self.evidence.missed
    }

    /// Whether, silent until then, it satisfies the rule.
    pub(super) fn stands(&self, until: Time, settings: &Settings) -> bool {
        let unheard = self.evidence.unheard.min(self.evidence.unheard_within);
        let improbable = unheard <= settings.max_probability || self.evidence.alone;
        self.why.required <= self.length(until) && improbable
    }

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

    /// Whether it was heard again where it had been, not under way.
    pub(super) fn is_in_place(&self, to: Option<Spot>, settings: &Settings) -> bool {
        let near = to.is_some_and(|to| self.from.position.nm_to(to.position) <= settings.in_place_nm);
        near && self.evidence.lies_still
    }
}

/// Whether a vessel said it was at anchor or moored, or had not left a small circle for hours, when it fell silent.
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
