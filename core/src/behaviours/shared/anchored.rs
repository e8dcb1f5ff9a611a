//! Whether a slow vessel is at anchor or held still, by its reported status or by its positions. Shared by behaviours
//! that rest on a stop.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::picture::episodes::{ANCHORED_AFTER, HeldSign};
use crate::picture::tracks::Fix;

use crate::behaviours::runner::vessel::VesselScene;
use crate::behaviours::shared::swing::Swing;
use crate::behaviours::{Explanation, Rounded};

/// Limits within which a slow vessel counts as anchored.
pub(crate) struct Anchorage {
    /// Swing of an anchored vessel. Radius in nautical miles.
    pub(crate) swing_nm: f64,
    /// How long a vessel must stay within the swing if it does not report that it is anchored.
    pub(crate) after: Span,
    /// Radius within which a vessel that was never under way lies still, for as long as it is slow. Nautical miles.
    pub(crate) still_nm: f64,
}

impl Anchorage {
    /// Limits of a behaviour that sets only the radius.
    pub(crate) fn within(swing_nm: f64) -> Anchorage {
        Anchorage { swing_nm, after: ANCHORED_AFTER, still_nm: 0.0 }
    }
}

/// How a vessel is anchored.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Anchored {
    /// It reports so, and swings less than the radius.
    Status { radius_nm: f64 },
    /// It has stayed within the radius for hours.
    Swing { radius_nm: f64, time: Span },
    /// It has not been under way since it was first heard, and has not moved.
    Still { radius_nm: f64, time: Span },
}

/// How a vessel is anchored, as alerts state it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "anchored_by", rename_all = "snake_case")]
pub(crate) enum AtAnchor {
    /// By its reported status.
    Status {
        /// Radius within which it lies. Nautical miles.
        anchored_nm: Rounded<2>,
    },
    /// It has stayed within the radius for hours.
    Swing {
        /// Radius within which it lies. Nautical miles.
        anchored_nm: Rounded<2>,
        /// How long it has lain there. Hours.
        anchored_hours: Rounded<1>,
    },
    /// It has not been under way since it was first heard, and has not moved.
    Still {
        /// Radius within which it lies. Nautical miles.
        anchored_nm: Rounded<2>,
        /// How long it has been heard. Hours.
        anchored_hours: Rounded<1>,
    },
}

impl Anchored {
    /// How the vessel is anchored, given its swing; `None` if it is not.
    pub(crate) fn of(scene: &VesselScene<'_>, swing: &Swing, anchorage: &Anchorage) -> Option<Anchored> {
        let (vessel, radius_nm) = (&scene.vessel, swing.radius_nm());
        if vessel.says_anchored() && radius_nm < anchorage.swing_nm {
            return Some(Anchored::Status { radius_nm });
        }
        let at = vessel.last().map_or(Time::MIN, |fix| fix.at);
        if let Some(still) = scene.lies()
            && still.radius_nm < anchorage.swing_nm
            && anchorage.after <= at - still.since
        {
            return Some(Anchored::Swing { radius_nm: still.radius_nm, time: at - still.since });
        }
        // `still_nm` is 0 for behaviours without that setting, so that no vessel lies still by it.
        let never = !vessel.ever_under_way() && radius_nm < anchorage.still_nm;
        never.then(|| Anchored::Still { radius_nm, time: at - vessel.first_at() })
    }

    /// How the vessel is anchored, as alerts state it.
    pub(crate) fn facts(self) -> AtAnchor {
        match self {
            Anchored::Status { radius_nm } => AtAnchor::Status { anchored_nm: radius_nm.into() },
            Anchored::Swing { radius_nm, time } => {
                AtAnchor::Swing { anchored_nm: radius_nm.into(), anchored_hours: time.hours().into() }
            }
            Anchored::Still { radius_nm, time } => {
                AtAnchor::Still { anchored_nm: radius_nm.into(), anchored_hours: time.hours().into() }
            }
        }
    }

    /// How it lies, as the measured value of an explanation.
    fn words(self) -> String {
        match self {
            Anchored::Status { radius_nm } => format!("by status, within {radius_nm:.2} nm"),
            Anchored::Swing { radius_nm, time } => format!("within {radius_nm:.2} nm for {time}"),
            Anchored::Still { radius_nm, time } => format!("within {radius_nm:.2} nm, never under way in {time}"),
        }
    }
}

/// Adds the conditions under which a stop is only kept as a fact: fishing gear, vessels held in place, and anchoring
/// near shore.
pub(crate) fn explain(
    shown: Explanation,
    scene: &VesselScene<'_>,
    fix: Option<Fix>,
    anchored: Option<Anchored>,
) -> Explanation {
    let gear = scene.gear();
    let held = fix.and_then(|fix| scene.held_at(fix.position));
    let held_words = held.map_or("no".to_owned(), |held| match held {
        HeldSign::Itself { radius_nm, time } => format!("within {radius_nm:.2} nm for {time}"),
        HeldSign::BesideHeld { nm } => format!("{nm:.2} nm from where other vessels lay for a day"),
    });
    shown
        .is(
            "gear",
            gear.map_or("no".to_owned(), |sign| sign.words()),
            "no fishing gear beacon, else a fact",
            gear.is_none(),
        )
        .is("held", held_words, "not in one place for 12 h and the day before, else a fact", held.is_none())
        .is(
            "anchored",
            anchored.map_or("no".to_owned(), Anchored::words),
            "lowers the score; within 12 nm of shore a fact",
            true,
        )
}
