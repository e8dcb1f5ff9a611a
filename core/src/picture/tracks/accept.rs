//! Whether a report is new, a copy, late or impossible, and which track it belongs to.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::base::units::{METRES_PER_SECOND_PER_KNOT, knots};

use super::identity::Learned;
use super::key::{TrackIx, TrackKey};
use super::track::{Fix, SpeedMadeGood};

/// Number of agreeing fixes at a new place that confirm a jump.
pub const CONFIRMING_FIXES: usize = 3;
/// How long an unconfirmed candidate is kept. Also how long a track must be silent before a jump continues it.
pub(super) const CANDIDATE_AGE: Span = Span::from_minutes(30);
/// Distance that is never a jump, because receiver clocks and slot delays blur positions. Metres.
const JITTER_METRES: f64 = 200.0;
/// Longest time of dead reckoning.
const RECKONED_FOR: Span = Span::from_minutes(30);
/// Speed below which a course means nothing. Knots.
const STILL_KNOTS: f64 = 0.5;

/// The effect of a report on the picture.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// The vessel has a new fix.
    Fix {
        /// Vessel the fix belongs to.
        vessel: TrackIx,
        /// Its fix before this one; `None` for the first.
        previous: Option<Fix>,
        /// Speed made good at this fix; `None` before five minutes of track.
        smg: Option<SpeedMadeGood>,
        /// The jump that this fix confirms, as the third at a place that the vessel could not have reached; otherwise `None`.
        jump: Option<Box<Jump>>,
    },
    /// Static data changed or confirmed a change, or a distress device reported without a position.
    Identity {
        /// Vessel the report belongs to; the most recently heard track if the MMSI has several.
        vessel: TrackIx,
        /// What is new; `None` for a distress device, and if only the estimated time of arrival changed.
        learned: Option<Box<Learned>>,
    },
    /// Older than the vessel's last fix; added to the trail.
    Late {
        /// Vessel the fix belongs to.
        vessel: TrackIx,
        /// The late fix.
        fix: Fix,
    },
    /// The report does not change the picture.
    Refused(Refusal),
}

/// A jump: an MMSI was heard at a place that no ship could have reached from its last position.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Jump {
    /// The track it was on: another one, or the same one if that had been silent for 30 min.
    pub from: (TrackKey, TrackIx),
    /// The last fix on that track before `first`, if one is known; otherwise its latest.
    pub before: Fix,
    /// The first fix at the new place, confirmed by two more.
    pub first: Fix,
}

impl Jump {
    /// Distance of the jump. Metres.
    pub fn metres(&self) -> f64 {
        self.before.position.metres_to(self.first.position)
    }

    /// Time available for the distance, including the uncertainty of the clocks; `None` if both places are from one moment.
    pub fn elapsed(&self) -> Option<Span> {
        let between = self.first.at - self.before.at;
        let uncertain = self.before.said.uncertainty() + self.first.said.uncertainty();
        (Span::ZERO < between).then_some(between + uncertain)
    }

    /// Speed that the distance would require; `None` if both places are from one moment. Knots.
    pub fn implied_knots(&self) -> Option<f64> {
        self.elapsed().map(|elapsed| knots(self.metres(), elapsed.seconds()))
    }
}

/// Why a report did not change the picture; counted in the summary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// Another station's copy of a known transmission.
    Copy,
    /// A second position for the same moment.
    SameMoment,
    /// Its position would require an impossible speed. It is kept as a candidate for another ship.
    Jump,
    /// The report has no position.
    NoPosition,
    /// From a station that is not tracked (coast, aircraft, aid, handheld).
    NotTracked,
    /// Static data without anything new.
    NothingNew,
    /// Too old for the vessel's trail.
    TooLate,
    /// Its time is too uncertain to decide whether it is newer than the vessel's last fix.
    UncertainTime,
    /// From another vessel, with the MMSI damaged in transmission.
    DamagedNumber,
    /// A coarse or late-stamped position while a finer one of the same vessel is available.
    Coarse,
}

impl Refusal {
    /// The name under which it is counted; `None` if nothing is lost by refusing the report.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Refusal::Copy => Some("copy"),
            Refusal::SameMoment => Some("same_moment"),
            Refusal::Jump => Some("jump"),
            Refusal::NoPosition => Some("no_position"),
            Refusal::TooLate => Some("too_late"),
            Refusal::UncertainTime => Some("uncertain_time"),
            Refusal::DamagedNumber => Some("damaged_number"),
            Refusal::Coarse => Some("coarse_beside_fine"),
            Refusal::NotTracked | Refusal::NothingNew => None,
        }
    }
}

/// Whether one vessel could have made both fixes, given their resolution in position and time. `jump_knots` is a speed that no
/// ship reaches.
pub(super) fn possible(from: &Fix, to: &Fix, jump_knots: f64) -> bool {
    let uncertain = from.said.uncertainty() + to.said.uncertainty();
    let seconds = ((to.at - from.at).abs() + uncertain).seconds();
    let blur = from.said.resolution_metres() + to.said.resolution_metres();
    from.position.is_within(jump_knots * METRES_PER_SECOND_PER_KNOT * seconds + JITTER_METRES + blur, to.position)
}

/// Distance from `fix` to where its vessel would be had it moved on as reported in `last`. Metres.
pub(super) fn metres_off(last: &Fix, fix: &Fix) -> f64 {
    let way = last.said.sog_knots().filter(|knots| STILL_KNOTS <= *knots).zip(last.said.cog_degrees());
    let expected = way.map_or(last.position, |(knots, course)| {
        let seconds = (fix.at - last.at).seconds().clamp(-RECKONED_FOR.seconds(), RECKONED_FOR.seconds());
        last.position.destination(course, knots * METRES_PER_SECOND_PER_KNOT * seconds)
    });
    expected.metres_to(fix.position)
}
