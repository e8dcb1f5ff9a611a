//! Two fishing vessels side by side: whether they tow or set one gear between them (part of `rendezvous`).
//!
//! Pair trawlers tow for hours on similar courses, some hundred metres apart, turn together, and close in to shoot and
//! haul. What the two did before they met distinguishes a haul from a meeting.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::angle_between;

use crate::behaviours::runner::instant::CommonInstant;

/// How far back to look. Three hours cover a tow, or most of one.
const LOOK_BACK: Span = Span::from_hours(3);
/// Interval between looks. Minutes.
const EVERY_MINUTES: i64 = 5;
/// Largest difference between courses that count as similar. Degrees.
const ALIKE_DEGREES: f64 = 30.0;
/// Speed below which no gear is towed (SPEC `rendezvous`). Knots.
const LEAST_KNOTS: f64 = 0.5;
/// Speed above which boats side by side tow; below it they may just drift with the current. Knots.
const DRIFTING_KNOTS: f64 = 1.5;
/// Smallest change of the common course within `TURN` that counts as a turn. Degrees.
const TURN_DEGREES: f64 = 45.0;
/// Longest time that a turn may take. Between looks further apart, the courses are not compared.
const TURN: Span = Span::from_minutes(30);

/// What two vessels did side by side in the last hours, with one look every five minutes.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct SideBySide {
    /// Looks at which the two fished side by side, oldest first. At most three hours' worth.
    looks: VecDeque<Look>,
}

/// The two at one look.
#[derive(Serialize, Deserialize)]
struct Look {
    /// Time of the look.
    at: Time,
    /// Distance between them. Metres.
    metres: f64,
    /// Mean of their speeds. Knots.
    knots: f64,
    /// Their common course. Degrees.
    course: f64,
}

/// Summary of those looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Tow {
    /// How long they kept within reach of each other on similar courses at the speed of fishing. Minutes.
    pub(super) minutes: f64,
    /// Median of their mean speed meanwhile. Knots.
    pub(super) knots: f64,
    /// Median distance meanwhile. Metres.
    pub(super) metres: f64,
    /// How often both turned onto another course together.
    pub(super) turns: u32,
}

impl SideBySide {
    /// Handles a common instant. It counts if they are at most `metres` apart and make at most `most_knots`.
    pub(super) fn look(&mut self, instant: &CommonInstant, metres: f64, most_knots: f64) {
        if instant.at.seconds() / 60 % EVERY_MINUTES != 0 {
            return;
        }
        while self.looks.front().is_some_and(|look| look.at < instant.at - LOOK_BACK) {
            self.looks.pop_front();
        }
        // Fixes some minutes apart make one ship seem to lead and then to lag, but the mean speed of both is steady.
        let knots = 0.5 * (instant.knots[0] + instant.knots[1]);
        // Boats that tow one gear keep the same course; boats that fish near each other need not.
        let alike = instant.course_apart < ALIKE_DEGREES && (LEAST_KNOTS..=most_knots).contains(&knots);
        if alike && instant.metres <= metres {
            self.looks.push_back(Look { at: instant.at, metres: instant.metres, knots, course: instant.course });
        }
    }

    /// Summarises the looks of the last three hours.
    pub(super) fn tow(&self) -> Tow {
        let median = |value: fn(&Look) -> f64| {
            let mut values: Vec<f64> = self.looks.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(0.0)
        };
        let steps = self.looks.iter().zip(self.looks.iter().skip(1));
        let turned = |(before, after): &(&Look, &Look)| {
            after.at - before.at <= TURN && TURN_DEGREES < angle_between(before.course, after.course)
        };
        Tow {
            minutes: (self.looks.len() as i64 * EVERY_MINUTES) as f64,
            knots: median(|look| look.knots),
            metres: median(|look| look.metres),
            turns: steps.filter(turned).count() as u32,
        }
    }
}

impl Tow {
    /// Whether this is how two boats with one gear behave, for at least `minutes`.
    pub(super) fn is_gear(&self, minutes: f64) -> bool {
        minutes <= self.minutes && (DRIFTING_KNOTS <= self.knots || 0 < self.turns)
    }
}
