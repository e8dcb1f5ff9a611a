//! Habits: a vessel that stops on most days, or repeatedly at one place, is doing its usual work.

use crate::alerts::alert::ScoreReason;
use crate::alerts::party::Party;
use crate::base::time::Span;
use crate::base::units::METRES_PER_NM;

use super::ingredients::Ingredients;
use super::line::line;
use super::settings::ScoreSettings;

/// Number of days searched for a daily rhythm.
const DAYS: usize = 5;
/// Number of further days with a stop required of a cargo ship or tanker, whose trade involves no daily stop at sea.
const MORE_OF_MERCHANTS: usize = 1;
/// Number of days searched for a usual place (SPEC "Points").
const PLACE_DAYS: usize = 14;
/// Radius of a usual place (SPEC "Points"). Nautical miles.
const PLACE_NM: f64 = 1.0;
/// Minimum duration of a stop that counts towards a habit.
const LEAST: Span = Span::from_minutes(30);
/// Days are counted back from the start of the present stop, not by the calendar, so that midnight changes nothing.
const DAY: Span = Span::from_hours(24);

/// A vessel's habit of stopping.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Habit {
    /// Number of the last five days on which the vessel also stopped, 0-5.
    Daily(usize),
    /// Number of the last fourteen days on which the vessel also stopped at this place, 0-14.
    Here(usize),
}

/// The habit that the present stop fits; the stop itself does not count. `None` unless there is exactly one party.
pub(super) fn of(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<Habit> {
    let [party] = given.parties else {
        return None;
    };
    let at = given.holding.position.filter(|_| given.character().has_habit)?;
    let merchant = matches!(party.named.ship_type, Some(70..=89));
    // Several stops on one day count once, so the days are marked, not counted.
    let (mut stopped, mut here) = ([false; DAYS], [false; PLACE_DAYS]);
    for (_, halt) in given.view.episodes.halts.of(party.key) {
        let before = given.holding.started_at - halt.last_at;
        if before <= Span::ZERO || halt.last_at - halt.started_at < LEAST {
            continue;
        }
        let day = (before.millis() / DAY.millis()) as usize;
        if let Some(stopped) = stopped.get_mut(day) {
            *stopped = true;
        }
        let near = halt.last_position.metres_to(at) <= PLACE_NM * METRES_PER_NM;
        if let Some(here) = here.get_mut(day).filter(|_| near) {
            *here = true;
        }
    }
    let count = |days: &[bool]| days.iter().filter(|stopped| **stopped).count();
    let needed = settings.habit_days as usize + if merchant { MORE_OF_MERCHANTS } else { 0 };
    let (daily, here) = (count(&stopped), count(&here));
    match (needed <= daily, needed <= here) {
        (true, _) => Some(Habit::Daily(daily)),
        (false, true) => Some(Habit::Here(here)),
        (false, false) => None,
    }
}

/// Whether the present stop fits a habit.
pub(super) fn is_habit(given: &Ingredients<'_>, settings: &ScoreSettings) -> bool {
    of(given, settings).is_some()
}

/// The score line of the habit. Fishing vessels have a line of their own instead.
pub(super) fn habit(given: &Ingredients<'_>, settings: &ScoreSettings) -> Option<ScoreReason> {
    let text = match of(given, settings).filter(|_| !given.parties.iter().any(Party::fishing))? {
        Habit::Daily(days) => format!("Also stopped on {days} of the previous {DAYS} days: routine work"),
        Habit::Here(days) => {
            format!("Also stopped here on {days} of the previous {PLACE_DAYS} days: a usual place of work")
        }
    };
    Some(line("habit", settings.habit_points, text))
}
