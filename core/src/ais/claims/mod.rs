//! Whether the times that the lines of an input claim can be used, judged by the time of receipt.
//!
//! A clock that is wrong and runs gives times that stay as far from receipt as they were: its station is heard now, so the
//! time of receipt replaces them. The times of a recording that is played overtake the time of receipt minute by minute:
//! receipt would put hours into seconds, so those lines are refused.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};

/// A claimed time further ahead of receipt than this is not used (live only).
const MAX_AHEAD: Span = Span::from_seconds(60);
/// A claimed time further behind receipt than this is not used (live only). Typical causes are a receiver that missed the GPS
/// week rollover and a board without a battery. No input's `lateness` may exceed it.
const MAX_BEHIND: Span = Span::from_hours(24);
/// The time of receipt going back by more than this means that the host's clock was set back.
const SET_BACK: Span = Span::from_seconds(5);
/// Longest pause after which a claimed time still counts as continuing the earlier ones. Good times are believed even where they
/// disagree with the host's clock, and wrong ones belong to one clock.
const PAUSE: Span = Span::from_minutes(30);
/// How much a clock has to gain on receipt for one sign of a recording.
const GAIN: Span = Span::from_seconds(60);
/// Signs that show a recording. Together they are three minutes, in which a ship at 20 kn covers the mile below which no jump is told.
const SIGNS: u8 = 3;
/// A clock that gains nothing for this long shows the time of a station that is heard now. Long enough for a recording that is
/// played at twice its speed, which gives a sign a minute.
const PATIENCE: Span = Span::from_seconds(90);
/// Maximum number of wrong clocks told apart on an input.
const MAX_CLOCKS: usize = 8;
/// Time of receipt over which lines are counted to tell how an input does now, twice.
const COUNTED: Span = Span::from_seconds(60);
/// Fewer lines than this with an unused time are chance.
const FEW: u32 = 3;
/// An input does badly if at least one line in this many has a time that is not used.
const SHARE: u32 = 10;

/// What becomes of a claimed time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It is the event time.
    Used,
    /// It is replaced by the time of receipt.
    Unused(UnusedTime),
    /// It comes from a recording, and its line is refused.
    Recording,
}

/// Why a claimed time is not used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnusedTime {
    /// It is more than 60 s ahead of receipt.
    Ahead,
    /// It is more than 24 h behind receipt.
    Behind,
}

impl UnusedTime {
    /// Every reason, in order of declaration.
    pub const ALL: [UnusedTime; 2] = [UnusedTime::Ahead, UnusedTime::Behind];

    /// Stable name, as in the status and the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            UnusedTime::Ahead => "time_ahead",
            UnusedTime::Behind => "time_behind",
        }
    }
}

/// What is wrong with the times of an input at present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockFault {
    /// How far the last unused time was ahead of receipt; negative if it was behind.
    pub ahead: Span,
    /// Whether the times of other lines are used.
    pub is_partial: bool,
    /// Whether lines are refused because they come from a recording.
    pub is_recording: bool,
}

/// The times of receipt and the claimed times of an input.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Last time of receipt; `None` before the first, and always in a replay.
    received: Option<Time>,
    /// Latest claimed time that was believed; `None` before the first.
    claimed: Option<Time>,
    /// Receipt went back, and has not agreed with the claimed times since. Then the host's clock was set back, and the sender's
    /// does not run ahead.
    set_back: bool,
    /// Clocks whose times are not used.
    wrong: Vec<WrongClock>,
    /// How far the last unused time was ahead of receipt.
    ahead: Span,
    /// Lines of the present and of the last minute of receipt.
    minutes: [Minute; 2],
}

impl Claims {
    /// Judges the time `at` that a line received at `received` claims. On a live input a time too far ahead is not used, unless the
    /// host's clock was set back, nor is the time of a clock (`is_clock`) that is more than a day behind.
    pub(super) fn judge(&mut self, live: bool, is_clock: bool, at: Time, received: Time) -> Verdict {
        self.set_back |= self.received.is_some_and(|last| received + SET_BACK < last);
        self.set_back &= received + MAX_AHEAD < at || at + MAX_AHEAD < received;
        self.received = Some(received);
        let goes_on = self.set_back && self.claimed.is_some_and(|latest| at <= latest + PAUSE);
        // A time that continues earlier good ones is believed: then the host's clock was set ahead.
        let went_on = || self.claimed.is_some_and(|latest| (at - latest).abs() <= PAUSE);
        let unused = match live {
            true if received + MAX_AHEAD < at && !goes_on => Some(UnusedTime::Ahead),
            true if is_clock && at + MAX_BEHIND < received && !went_on() => Some(UnusedTime::Behind),
            _ => None,
        };
        let verdict = match unused {
            None => {
                self.claimed = self.claimed.max(Some(at));
                Verdict::Used
            }
            Some(_) if self.is_played(at, received) => Verdict::Recording,
            Some(why) => Verdict::Unused(why),
        };
        self.count(verdict, received);
        verdict
    }

    /// What is wrong with the times of this input; `None` if nothing was in the last minute or two, or only by chance.
    pub(super) fn fault(&self, now: Time) -> Option<ClockFault> {
        let recent = || self.minutes.iter().filter(|minute| now < minute.began + COUNTED + COUNTED);
        let sum = |count: fn(&Minute) -> u32| recent().map(count).fold(0, u32::saturating_add);
        let (used, unused, refused) =
            (sum(|minute| minute.used), sum(|minute| minute.unused), sum(|minute| minute.refused));
        let wrong = unused.saturating_add(refused);
        (FEW <= wrong && used / SHARE <= wrong).then_some(ClockFault {
            ahead: self.ahead,
            is_partial: 0 < used,
            is_recording: 0 < refused,
        })
    }

    /// Whether the clock that gave an unused time is that of a recording.
    fn is_played(&mut self, at: Time, received: Time) -> bool {
        let ahead = at - received;
        self.ahead = ahead;
        if let Some(clock) = self.wrong.iter_mut().find(|clock| (at - clock.latest).abs() <= PAUSE) {
            clock.note(at, received);
            return clock.is_played();
        }
        // A recording that begins again is still a recording.
        let is_played = self.wrong.iter().any(|clock| clock.is_played() && received - clock.gained_at < PATIENCE);
        if self.wrong.len() == MAX_CLOCKS
            && let Some((oldest, _)) = self.wrong.iter().enumerate().min_by_key(|(_, clock)| clock.received)
        {
            self.wrong.remove(oldest);
        }
        let signs = if is_played { SIGNS } else { 0 };
        self.wrong.push(WrongClock { latest: at, received, furthest: ahead, gained_at: received, signs });
        is_played
    }

    /// Counts a line.
    fn count(&mut self, verdict: Verdict, received: Time) {
        let [present, last] = &mut self.minutes;
        if received < present.began || present.began + COUNTED <= received {
            *last = std::mem::replace(present, Minute { began: received, ..Minute::default() });
        }
        let count = match verdict {
            Verdict::Used => &mut present.used,
            Verdict::Unused(_) => &mut present.unused,
            Verdict::Recording => &mut present.refused,
        };
        *count = count.saturating_add(1);
    }
}

/// A clock whose times are not used.
#[derive(Serialize, Deserialize)]
struct WrongClock {
    /// Its last time.
    latest: Time,
    /// When that was received.
    received: Time,
    /// How far ahead of receipt it was when it last gained on it.
    furthest: Span,
    /// When that was. After [`PATIENCE`] the count begins again.
    gained_at: Time,
    /// How often it has gained on receipt, up to [`SIGNS`].
    signs: u8,
}

impl WrongClock {
    /// Takes the next time. Lines that were kept back fall behind and catch up, which is no gain.
    fn note(&mut self, at: Time, received: Time) {
        (self.latest, self.received) = (at, received);
        if (received - self.gained_at).abs() >= PATIENCE {
            (self.signs, self.gained_at) = (0, received);
        }
        if self.furthest + GAIN <= at - received {
            self.signs = SIGNS.min(self.signs + 1);
            (self.furthest, self.gained_at) = (at - received, received);
        }
    }

    /// Whether it has gained on receipt again and again.
    fn is_played(&self) -> bool {
        SIGNS <= self.signs
    }
}

/// Lines with a claimed time in a minute of receipt.
#[derive(Serialize, Deserialize)]
struct Minute {
    /// When it began.
    began: Time,
    /// Their time was used.
    used: u32,
    /// The time of receipt replaced it.
    unused: u32,
    /// They were refused.
    refused: u32,
}

impl Default for Minute {
    fn default() -> Minute {
        Minute { began: Time::MIN, used: 0, unused: 0, refused: 0 }
    }
}

#[cfg(test)]
mod tests;
