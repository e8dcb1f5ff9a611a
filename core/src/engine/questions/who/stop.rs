//! Stops at sea as every answer gives them: in parts where the vessel was silent meanwhile, and only as far as the period goes.

use super::rank::{Did, LEAST, spell};
use super::search::Search;
use crate::base::time::{Span, Time};
use crate::picture::episodes::Halt;

/// A time without a report: since when, and when the vessel was heard again; `None` while it is silent.
pub type Unheard = (Time, Option<Time>);

/// A stop in parts: it ends with the last report before a silence, and goes on only if the vessel is slow after it. A
/// part that goes on has no end. `silences` are in order.
pub fn parts(from: Time, to: Option<Time>, silences: &[Unheard]) -> Vec<(Time, Option<Time>)> {
    let mut parts = Vec::new();
    let mut from = from;
    for &(silent, heard) in silences {
        if silent < from || to.is_some_and(|to| to <= silent) {
            continue;
        }
        parts.push((from, Some(silent)));
        match heard {
            Some(again) if to.is_none_or(|to| again < to) => from = again,
            Some(_) | None => return parts,
        }
    }
    parts.push((from, to));
    parts
}

/// What a vessel did by halting: the longest part of the halt that reaches into the period, up to its end. `None` if that is
/// shorter than [`LEAST`].
pub fn halted(halt: &Halt, silences: &[Unheard], search: &Search) -> Option<(Span, Did)> {
    let parts = parts(halt.started_at, halt.over.then_some(halt.last_at), silences).into_iter();
    let known = parts.filter(|(from, to)| *from <= search.to && to.is_none_or(|to| search.from <= to));
    // What happened after the period is not part of the answer, and a halt is known to hold until its last slow fix.
    let within = known.map(|(from, to)| {
        let goes_on = to.is_none_or(|to| search.to < to);
        (from, to.unwrap_or(halt.last_at).min(search.to), goes_on)
    });
    let (from, to, goes_on) = within.max_by_key(|(from, to, _)| *to - *from)?;
    let (lasted, still) = (to - from, halt.still.min(to - from));
    if lasted < LEAST {
        return None;
    }
    // A steady slow speed touches that of a stop for moments only.
    if still < LEAST {
        return Some((lasted, Did::Slowed(spell("slowed", lasted, from, to, goes_on))));
    }
    let stopped = spell("stopped", lasted, from, to, goes_on);
    let mostly = lasted.millis() / 2 <= still.millis();
    Some((lasted, Did::Stopped(if mostly { stopped } else { format!("{stopped}, still for {still} of it") })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::geo::LatLon;
    use crate::picture::episodes::Craft;
    use crate::picture::tracks::{TrackIx, TrackKey};

    fn at(minutes: i64) -> Time {
        Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time") + Span::from_minutes(minutes)
    }

    #[test]
    fn a_stop_ends_with_the_last_report_before_a_silence() {
        let silent = |from, to: Option<i64>| (at(from), to.map(at));
        assert_eq!(parts(at(0), None, &[silent(38, None)]), [(at(0), Some(at(38)))]);
        assert_eq!(parts(at(0), None, &[]), [(at(0), None)]);
        let both = [(at(0), Some(at(38))), (at(279), Some(at(300)))];
        assert_eq!(parts(at(0), Some(at(300)), &[silent(38, Some(279)), silent(300, None)]), both);
    }

    #[test]
    fn a_stop_is_told_as_far_as_the_period_goes() {
        let place = LatLon::new(28.0, -17.0);
        let mut halt = Halt {
            key: TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 },
            craft: Craft::Other,
            vessel: TrackIx(0),
            position: place,
            last_position: place,
            started_at: at(3),
            last_at: at(11 * 60),
            over: true,
            still: Span::from_hours(7),
            slowest_knots: 0.1,
            shore_nm: 20.0,
            watched: false,
        };
        let search = Search { near: place, radius_nm: 5.0, from: at(-120), to: at(540) };
        let told = |halt: &Halt, silences: &[Unheard]| halted(halt, silences, &search).map(|(_, did)| did);
        let stopped = |words: &str| Some(Did::Stopped(words.to_owned()));
        assert_eq!(told(&halt, &[]), stopped("stopped since 12:03, 8 h 57 min by 21:00"), "it ended after the period");
        halt.still = Span::from_minutes(16);
        halt.last_at = at(273);
        assert_eq!(told(&halt, &[]), stopped("stopped for 4 h 30 min from 12:03 to 16:33, still for 16 min of it"));
        let silence = (at(60), Some(at(240)));
        assert_eq!(told(&halt, &[silence]), stopped("stopped for 57 min from 12:03 to 13:00, still for 16 min of it"));
        halt.still = Span::from_minutes(4);
        assert_eq!(told(&halt, &[]), Some(Did::Slowed("slowed for 4 h 30 min from 12:03 to 16:33".to_owned())));
        let after = Search { from: at(600), to: at(700), ..search };
        assert_eq!(halted(&halt, &[], &after), None, "it was over before the period");
    }
}
