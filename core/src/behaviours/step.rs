//! One event of one vessel as rules see it, and the reasons for it.

use crate::base::time::Time;
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, Jump, Learned, SpeedMadeGood, TrackIx, TrackKey};
use crate::zones::{Crossing, Presence};

use super::vicinity::Vicinity;

/// One event of one vessel: a new fix, new static data, or a silence.
pub struct Step<'a> {
    /// Time of the fix. Without a fix, engine time.
    pub at: Time,
    /// The vessel's place in the slab of tracks. It may be reused once the vessel is forgotten.
    pub vessel: TrackIx,
    /// The vessel's key, which is never reused.
    pub key: TrackKey,
    /// The new fix. `None` for new static data, for a silence, and for a distress device that does not know its position.
    pub fix: Option<Fix>,
    /// The fix before this one, if there is one.
    pub previous: Option<Fix>,
    /// Speed made good at the fix. `None` over a hole too long to count.
    pub smg: Option<SpeedMadeGood>,
    /// Zones that the vessel is in or near, active or not. Borders have hysteresis.
    pub presence: &'a Presence,
    /// Borders crossed with this fix.
    pub crossings: &'a [Crossing],
    /// Shore and calm water at the fix. Looked up if the vessel is slow, was slow over a hole, is followed by a rule, has crossed a
    /// border, is near a zone in a new 5-minute slot, or corrects static data; otherwise `None`. If [`Interest::LOOK`] is the only
    /// reason for the step, `None` means that the vessel is still outside calm water.
    pub place: Option<Vicinity>,
    /// What new static data changed; only in steps of [`Interest::LEARNED`]. The track already has the new data.
    pub learned: Option<&'a Learned>,
    /// The jump to a place that the vessel could not have reached; only in steps of [`Interest::JUMPED`].
    pub jump: Option<&'a Jump>,
    /// Last position in calm water, if the vessel left it with this step; only in steps of [`Interest::LEFT_CALM`].
    pub left_calm: Option<LatLon>,
    /// Reasons for this step, which decide which behaviours receive it.
    pub interest: Interest,
}

/// Reasons for a step, as bits. A rule receives a step if the step has one of the bits that the rule is interested in, or if the rule
/// follows the vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interest(pub u32);

impl Interest {
    /// Speed made good is below 5 kn.
    pub const SLOW: Interest = Interest(1);
    /// First fix in a new 5-minute slot of a vessel in or near a zone.
    pub const TICK: Interest = Interest(2);
    /// A border was crossed.
    pub const CROSSED: Interest = Interest(4);
    /// A distress device was heard.
    pub const DISTRESS: Interest = Interest(8);
    /// The vessel is in or near a zone whose behaviours need every fix.
    pub const ASKED: Interest = Interest(16);
    /// Static data other than the estimated arrival changed, or a change was received a second time. Only rules with this
    /// interest receive the step; following the vessel is not enough.
    pub const LEARNED: Interest = Interest(32);
    /// The MMSI was heard at a place that its vessel could not have reached.
    pub const JUMPED: Interest = Interest(1 << 13);
    /// First fix after a hole that does not count, with less than 5 kn made good over it (see
    /// `Vessel::speed_made_good`).
    pub const SLOW_HOLE: Interest = Interest(64);
    /// First fix of any vessel in a new half hour.
    pub const LOOK: Interest = Interest(128);
    /// The vessel is outside calm water, and was inside at the previous look-up.
    pub const LEFT_CALM: Interest = Interest(256);
    /// First fix of the vessel, or first one after it was lost or jumped.
    pub const FIRST: Interest = Interest(1 << 14);

    /// A port call has just ended. It is the vessel's latest in `Episodes`.
    pub const SAILED: Interest = Interest(1 << 10);
    /// The vessel is silent where it should be heard; the step has no fix.
    pub const SILENT: Interest = Interest(1 << 11);
    /// A late report inside one of the vessel's gaps; the fix is older than the latest.
    pub const LATE: Interest = Interest(1 << 12);

    /// The only vessel that its input hears is heard again after a silence; the step has the new fix.
    pub const ALONE: Interest = Interest(1 << 15);

    /// The union of both sets of reasons.
    pub const fn with(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    /// Whether the two sets have a reason in common.
    pub const fn meets(self, other: Interest) -> bool {
        self.0 & other.0 != 0
    }
}
