//! Which kinds of ship meet, and what that means for the score of the meeting (part of `rendezvous`).

use crate::picture::tracks::Vessel;

use crate::behaviours::rendezvous::facts::Gear;
use crate::behaviours::rendezvous::settings::Settings;
use crate::behaviours::rendezvous::side_by_side::Tow;
use crate::behaviours::{Explanation, number};

/// A pair, by the reported types of its ships.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PairKind {
    /// Both are fishing vessels.
    Fishing,
    /// A merchant ship or tug, and a craft that is neither. Repeated meetings are then more remarkable.
    Unequal,
    /// Any other pair.
    Alike,
}

impl PairKind {
    /// The kind of a pair of vessels.
    pub(super) fn of(a: &Vessel<'_>, b: &Vessel<'_>) -> PairKind {
        let types = [a.ship_type(), b.ship_type()];
        // Tugs count as merchant ships here, because they have been mother ships (SPEC).
        let merchant = types.map(|kind| matches!(kind, Some(31 | 32 | 52 | 70..=89)));
        match types {
            [Some(30), Some(30)] => PairKind::Fishing,
            _ if merchant[0] != merchant[1] => PairKind::Unequal,
            _ => PairKind::Alike,
        }
    }

    /// The number of the meeting within 14 days from which the pair is habitual. `None` if it never is.
    pub(super) fn habitual_from(self, settings: &Settings) -> Option<u32> {
        match self {
            PairKind::Fishing => Some(settings.habitual_fishing_meetings),
            PairKind::Alike => Some(settings.habitual_meetings),
            PairKind::Unequal => None,
        }
    }

    /// What was measured of gear between the two; `None` if they work none. Gear that was `known` takes half of the time to stay so.
    pub(super) fn gear(self, settings: &Settings, tow: &Tow, known: bool) -> Option<Gear> {
        let least = if known { 0.5 } else { 1.0 } * settings.gear_minutes;
        (self == PairKind::Fishing && tow.is_gear(least)).then(|| Gear {
            side_by_side_minutes: tow.minutes.into(),
            side_by_side_metres: tow.metres.into(),
            side_by_side_knots: tow.knots.into(),
            turns_together: tow.turns,
        })
    }

    /// Adds earlier meetings and gear as conditions. A meeting that fails one of them is at most low, or a fact.
    pub(super) fn explain(self, shown: Explanation, settings: &Settings, earlier: usize, tow: &Tow) -> Explanation {
        let shown = match self.habitual_from(settings) {
            Some(meetings) => {
                let most = meetings.saturating_sub(1) as usize;
                shown.is("earlier_meetings", earlier, format!("< {most} in 14 days, else at most low"), earlier < most)
            }
            None => shown.is("earlier_meetings", earlier, "any in 14 days: a merchant ship with another craft", true),
        };
        if self != PairKind::Fishing {
            return shown;
        }
        let limit = format!("< {}, else one gear between them", settings.gear_minutes);
        shown.is("side_by_side_minutes", number(tow.minutes, 0), limit, !tow.is_gear(settings.gear_minutes))
    }
}
