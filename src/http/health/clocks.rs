//! What the warnings of `/readyz` and the log say about inputs whose times disagree with the clock.

use crate::http::view::TooLate;
use atalaia_core::ais::ClockFault;
use atalaia_core::base::time::Span;

/// Time zones are further from UTC than this, and at most [`FURTHEST_ZONE`].
const NEAREST_ZONE: Span = Span::from_minutes(25);
/// The time zone furthest from UTC.
const FURTHEST_ZONE: Span = Span::from_hours(14);
/// Zones are multiples of this apart.
const ZONE_STEP: Span = Span::from_minutes(30);
/// What to do with a recording. Beside live inputs its reports are not used, and before a store that is ahead of it they open no alerts.
const PLAY_APART: &str = "play it into a daemon of its own, with an empty store and recorded = true";
/// How far local times may be from a multiple of [`ZONE_STEP`], for clocks and connections that are not exact.
const ZONE_SLACK: Span = Span::from_minutes(2);

/// Describes times that are not used, and what to do. Without the name of the input.
pub fn unused_times(fault: &ClockFault) -> String {
    let off = off(fault.ahead);
    if fault.is_recording {
        return format!(
            "the time in its lines runs faster than the clock and is {off} it: a recording is being played, and its lines are not used; \
             {PLAY_APART}"
        );
    }
    let whose = if fault.is_partial { "some of its lines" } else { "its lines" };
    let advice = match (Span::ZERO < fault.ahead, is_zone(fault.ahead)) {
        (true, true) => {
            "if they are local times written as text, set time_zone, or correct it; if not, correct the clock of the feed: times in TAG c: are always UTC"
                .to_owned()
        }
        (true, false) => "correct the clock of the feed, or that of this machine".to_owned(),
        (false, _) => format!("if this is a recording, {PLAY_APART}; if not, correct the clock of the feed"),
    };
    format!(
        "the times of {whose} are {off} the clock and are not used: each such line counts at the time it came; {advice}"
    )
}

/// Describes an input whose reports are `behind` the clock by so much that a cause other than slow delivery is likely, and what to do;
/// `None` for one that is less behind. Without the name of the input.
pub(super) fn times_behind(behind: Span) -> Option<String> {
    let advice = match is_zone(behind) {
        true => format!(
            "if they are local times written as text, set time_zone, or correct it; if this is a recording, {PLAY_APART}"
        ),
        false => format!(
            "if this is a recording, {PLAY_APART}; if not, correct the clock of the feed or set lateness_seconds"
        ),
    };
    (NEAREST_ZONE < behind).then(|| format!("the times of its lines are {} the clock; {advice}", off(-behind)))
}

/// Describes reports that are nearly all older than engine time, and what to do.
pub fn all_too_late(late: &TooLate) -> String {
    let inputs = if late.inputs.len() == 1 { "input" } else { "inputs" };
    format!(
        "{inputs} {}: nearly all of the reports that came last are older than engine time and open no alerts ({} so far); if this is a \
         recording that was sent before, play it into a daemon of its own, with an empty store; if not, correct the clock of the feed or set lateness_seconds",
        late.inputs.join(", "),
        late.count
    )
}

/// Whether the offset is that of a time zone.
fn is_zone(off: Span) -> bool {
    let (millis, step) = (off.abs().millis(), ZONE_STEP.millis());
    let from_step = (millis % step).min(step - millis % step);
    NEAREST_ZONE < off.abs() && off.abs() < FURTHEST_ZONE + ZONE_SLACK && from_step <= ZONE_SLACK.millis()
}

/// The offset in words: `2 h ahead of`, `9 years behind`.
fn off(ahead: Span) -> String {
    let side = if Span::ZERO < ahead { "ahead of" } else { "behind" };
    format!("{} {side}", length(ahead))
}

/// The length of an offset in words: `90 s`, `2 h`, `9 years`.
pub(super) fn length(off: Span) -> String {
    let count = |value: f64, unit: &str| format!("{value:.0} {unit}");
    let seconds = off.abs().seconds();
    match seconds {
        ..120.0 => count(seconds, "s"),
        ..7_000.0 => count(seconds / 60.0, "min"),
        ..172_800.0 if is_zone(off) => format!("{} h", (seconds / 1_800.0).round() / 2.0),
        ..172_800.0 => off.abs().to_string(),
        ..63_072_000.0 => count(seconds / 86_400.0, "days"),
        _ => count((seconds / 31_557_600.0).floor(), "years"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(ahead: Span) -> ClockFault {
        ClockFault { ahead, is_partial: false, is_recording: false }
    }

    #[test]
    fn the_measured_offset_decides_what_is_advised() {
        assert_eq!(
            unused_times(&fault(-Span::from_hours(24 * 3_540))),
            "the times of its lines are 9 years behind the clock and are not used: each such line counts at the time it came; \
             if this is a recording, play it into a daemon of its own, with an empty store and recorded = true; if not, correct the clock of the feed"
        );
        assert!(
            unused_times(&fault(Span::from_seconds(7_198))).contains(" are 2 h ahead of the clock and are not used")
        );
        assert!(unused_times(&fault(Span::from_seconds(19_800))).contains(" are 5.5 h ahead of "));
        assert!(unused_times(&fault(Span::from_seconds(7_198))).ends_with(
            "set time_zone, or correct it; if not, correct the clock of the feed: times in TAG c: are always UTC"
        ));
        assert!(unused_times(&fault(Span::from_seconds(90))).contains(" 90 s ahead of "));
        assert!(unused_times(&fault(Span::from_minutes(70))).ends_with("or that of this machine"));
        let partial = ClockFault { is_partial: true, ..fault(-Span::from_hours(72)) };
        assert!(unused_times(&partial).starts_with("the times of some of its lines are 3 days behind the clock"));
        let recording = ClockFault { is_recording: true, ..partial };
        assert!(unused_times(&recording).ends_with(
            "is 3 days behind it: a recording is being played, and its lines are not used; play it into a daemon of its own, \
             with an empty store and recorded = true"
        ));
    }

    #[test]
    fn a_feed_late_by_whole_hours_may_have_local_times() {
        assert_eq!(
            times_behind(Span::from_seconds(7_203)).as_deref(),
            Some(
                "the times of its lines are 2 h behind the clock; if they are local times written as text, set time_zone, or correct it; if \
                 this is a recording, play it into a daemon of its own, with an empty store and recorded = true"
            )
        );
        assert!(
            times_behind(Span::from_minutes(100))
                .expect("a warning")
                .contains("100 min behind the clock; if this is a recording")
        );
        assert_eq!(times_behind(Span::from_minutes(10)), None);
    }
}
