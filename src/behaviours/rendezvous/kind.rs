//! What kind of ships two are to each other, and what that makes of their meeting (part of `rendezvous`).

use serde_json::{Map, Value};

use crate::tracks::Vessel;

use crate::behaviours::rendezvous::Settings;
use crate::behaviours::rendezvous::side_by_side::Tow;
use crate::behaviours::{Explanation, number};

/// Two ships by what they say they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PairKind {
    /// Both fishing vessels.
    Fishing,
    /// One merchant ship or tug, and one that is neither: that they meet again and again is the more remarkable.
    Unequal,
    /// Any others.
    Alike,
}

impl PairKind {
    pub(super) fn of(a: &Vessel<'_>, b: &Vessel<'_>) -> PairKind {
        let types = [a.ship_type(), b.ship_type()];
        let merchant = types.map(|kind| matches!(kind, Some(31 | 32 | 52 | 70..=89)));
        match types {
            [Some(30), Some(30)] => PairKind::Fishing,
            _ if merchant[0] != merchant[1] => PairKind::Unequal,
            _ => PairKind::Alike,
        }
    }

    /// From which meeting within 14 days on it is a habit; `None` where it never is.
    fn habitual_from(self, settings: &Settings) -> Option<u32> {
        match self {
            PairKind::Fishing => Some(settings.habitual_fishing_meetings),
            PairKind::Alike => Some(settings.habitual_meetings),
            PairKind::Unequal => None,
        }
    }

    /// What was measured of earlier meetings and of gear between them, with the thresholds that the score goes by.
    pub(super) fn measure(
        self,
        settings: &Settings,
        earlier: usize,
        tow: &Tow,
        measured: &mut Map<String, Value>,
        limits: &mut Map<String, Value>,
    ) {
        if 0 < earlier {
            measured.insert("earlier_meetings_14_days".into(), earlier.into());
            if let Some(meetings) = self.habitual_from(settings) {
                limits.insert("habitual_meetings".into(), meetings.into());
            }
        }
        if self == PairKind::Fishing && tow.is_gear(settings.gear_minutes) {
            measured.insert("side_by_side_minutes".into(), number(tow.minutes, 0));
            measured.insert("side_by_side_metres".into(), number(tow.metres, 0));
            measured.insert("side_by_side_knots".into(), number(tow.knots, 1));
            measured.insert("turns_together".into(), tow.turns.into());
            limits.insert("gear_minutes".into(), number(settings.gear_minutes, 0));
        }
    }

    /// The same as conditions: a meeting that does not meet them is at most low, or a fact.
    pub(super) fn explain(self, told: Explanation, settings: &Settings, earlier: usize, tow: &Tow) -> Explanation {
        let told = match self.habitual_from(settings) {
            Some(meetings) => {
                let most = meetings.saturating_sub(1) as usize;
                told.is("earlier_meetings_14_days", earlier, format!("< {most}, else at most low"), earlier < most)
            }
            None => told.is("earlier_meetings_14_days", earlier, "any: a merchant ship with another craft", true),
        };
        if self != PairKind::Fishing {
            return told;
        }
        let limit = format!("< {}, else one gear between them", settings.gear_minutes);
        told.is("side_by_side_minutes", number(tow.minutes, 0), limit, !tow.is_gear(settings.gear_minutes))
    }
}
