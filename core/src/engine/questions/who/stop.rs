//! Stops at sea as every answer gives them: in parts where the vessel was silent meanwhile, and only as far as the period goes.

use super::rank::{DARK_AFTER, Did, LEAST, spell};
use super::search::Search;
use crate::base::time::{Span, Time};
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::picture::episodes::Halt;
use crate::picture::tracks::TrackKey;

/// A time without a report.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Unheard {
    /// The last report before it.
    pub from: Time,
    /// When the vessel was heard again; `None` while it is silent.
    pub to: Option<Time>,
    /// Where it was heard again; `None` if that is not known.
    pub back: Option<LatLon>,
}

/// A part of a stop in which the vessel was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// When it began.
    pub from: Time,
    /// When it ended; `None` if it goes on.
    pub to: Option<Time>,
    /// Where it began; `None` if that is not known.
    pub at: Option<LatLon>,
}

/// The silences of a vessel that are long enough to part a stop, as far as the engine remembers, in order.
pub fn unheard(engine: &Engine, key: TrackKey) -> Vec<Unheard> {
    let gaps = engine.gaps().of(key, Time::MIN, Time::MAX);
    let gaps =
        gaps.map(|gap| Unheard { from: gap.from.at, to: gap.to.map(|to| to.at), back: gap.to.map(|to| to.position) });
    let long = gaps.filter(|gap| gap.to.is_none_or(|to| DARK_AFTER <= to - gap.from));
    let holes = engine.episodes().holes.all_of(key).iter();
    let holes = holes.map(|hole| Unheard { from: hole.from, to: Some(hole.to), back: Some(hole.back) });
    joined(long.chain(holes))
}

/// Silences in order of time, without those that overlap an earlier one of the list: two sources tell the same one.
pub fn joined(silences: impl IntoIterator<Item = Unheard>) -> Vec<Unheard> {
    let mut all: Vec<Unheard> = Vec::new();
    for one in silences {
        let overlaps =
            |other: &Unheard| other.from < one.to.unwrap_or(Time::MAX) && other.to.is_none_or(|until| one.from < until);
        if !all.iter().any(overlaps) {
            all.push(one);
        }
    }
    all.sort_by_key(|one| one.from);
    all
}

/// A halt in parts: each ends with the last report before a silence, and the halt goes on only if the vessel is slow after it. A part
/// that goes on has no end. `silences` are in order.
pub fn parts(halt: &Halt, silences: &[Unheard]) -> Vec<Part> {
    let to = halt.over.then_some(halt.last_at);
    let mut parts = Vec::new();
    let (mut from, mut at) = (halt.started_at, Some(halt.position));
    for silence in silences {
        if silence.from < from || to.is_some_and(|to| to <= silence.from) {
            continue;
        }
        parts.push(Part { from, to: Some(silence.from), at });
        match silence.to {
            Some(again) if to.is_none_or(|to| again < to) => (from, at) = (again, silence.back),
            Some(_) | None => return parts,
        }
    }
    parts.push(Part { from, to, at });
    parts
}

/// What a vessel did by halting, and where: the longest part of the halt that reaches into the circle and the period, up to its end.
/// `None` if that is shorter than [`LEAST`].
pub fn halted(halt: &Halt, silences: &[Unheard], search: &Search) -> Option<Halted> {
    let parts = parts(halt, silences);
    let is_near = |at: LatLon| at.nm_to(search.near) <= search.radius_nm;
    // A vessel that drifts may leave or enter the circle; only the ends of the whole halt are known.
    let last = parts.len().saturating_sub(1);
    let parts = parts.into_iter().enumerate().filter(|(place, part)| {
        let began_near = part.at.map_or_else(|| is_near(halt.position), is_near);
        began_near || (*place == last && is_near(halt.last_position))
    });
    let parts = parts.map(|(_, part)| part);
    let known = parts.filter(|part| part.from <= search.to && part.to.is_none_or(|to| search.from <= to));
    // What happened after the period is not part of the answer, and a halt is known to hold until its last slow fix.
    let within = known.map(|part| {
        let goes_on = part.to.is_none_or(|to| search.to < to);
        (part, part.to.unwrap_or(halt.last_at).min(search.to), goes_on)
    });
    let (part, to, goes_on) = within.max_by_key(|(part, to, _)| *to - part.from)?;
    let from = part.from;
    let lasted = to - from;
    // The share of the longest time below 1 kn that falls within this part of the halt.
    let still = ((halt.still_from + halt.still).min(to) - halt.still_from.max(from)).max(Span::ZERO);
    if lasted < LEAST {
        return None;
    }
    let at = part.at.filter(|at| is_near(*at)).unwrap_or(halt.last_position);
    // A steady slow speed touches that of a stop for moments only.
    if still < LEAST {
        return Some(Halted { lasted, at, from, did: Did::Slowed(spell("slowed", lasted, from, to, goes_on)) });
    }
    let stopped = spell("stopped", lasted, from, to, goes_on);
    let mostly = lasted.millis() / 2 <= still.millis();
    let words = if mostly { stopped } else { format!("{stopped}, still for {still} of it") };
    Some(Halted { lasted, at, from, did: Did::Stopped(words) })
}

/// The part of a halt that an answer tells.
#[derive(Clone, PartialEq, Debug)]
pub struct Halted {
    /// How long it lasted, as far as the period goes.
    pub lasted: Span,
    /// Where it began, or where the halt ended if it began outside the circle.
    pub at: LatLon,
    /// When it began.
    pub from: Time,
    /// What it was, in words.
    pub did: Did,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::picture::episodes::Craft;
    use crate::picture::tracks::TrackIx;

    fn at(minutes: i64) -> Time {
        Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time") + Span::from_minutes(minutes)
    }

    /// A halt of almost 11 hours, 7 of them still.
    fn halt(place: LatLon) -> Halt {
        Halt {
            key: TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 },
            craft: Craft::Other,
            vessel: TrackIx(0),
            position: place,
            last_position: place,
            started_at: at(3),
            last_at: at(11 * 60),
            over: true,
            still: Span::from_hours(7),
            still_from: at(5),
            slowest_knots: 0.1,
            shore_nm: 20.0,
            watched: false,
        }
    }

    #[test]
    fn a_stop_ends_with_the_last_report_before_a_silence() {
        let (here, there) = (LatLon::new(28.0, -17.0), LatLon::new(28.3, -17.0));
        let silent = |from, to: Option<i64>| Unheard { from: at(from), to: to.map(at), back: to.map(|_| there) };
        let parts = |to: Option<i64>, silences: &[Unheard]| {
            let mut halt = halt(here);
            (halt.started_at, halt.over) = (at(0), to.is_some());
            halt.last_at = at(to.unwrap_or(300));
            parts(&halt, silences)
        };
        let part = |from, to: Option<i64>, place| Part { from: at(from), to: to.map(at), at: Some(place) };
        assert_eq!(parts(None, &[silent(38, None)]), [part(0, Some(38), here)]);
        assert_eq!(parts(None, &[]), [part(0, None, here)]);
        // What comes after a silence was where the vessel was heard again.
        let both = [part(0, Some(38), here), part(279, Some(300), there)];
        assert_eq!(parts(Some(300), &[silent(38, Some(279)), silent(300, None)]), both);
    }

    #[test]
    fn a_stop_is_told_as_far_as_the_period_goes() {
        let place = LatLon::new(28.0, -17.0);
        let mut halt = halt(place);
        let search = Search { near: place, radius_nm: 5.0, from: at(-120), to: at(540) };
        let told = |halt: &Halt, silences: &[Unheard]| halted(halt, silences, &search).map(|halted| halted.did);
        let stopped = |words: &str| Some(Did::Stopped(words.to_owned()));
        assert_eq!(told(&halt, &[]), stopped("stopped since 12:03, 8 h 57 min by 21:00"), "it ended after the period");
        halt.still = Span::from_minutes(16);
        halt.last_at = at(273);
        assert_eq!(told(&halt, &[]), stopped("stopped for 4 h 30 min from 12:03 to 16:33, still for 16 min of it"));
        let mut silence = Unheard { from: at(60), to: Some(at(240)), back: Some(place) };
        assert_eq!(told(&halt, &[silence]), stopped("stopped for 57 min from 12:03 to 13:00, still for 16 min of it"));
        // The longer part was elsewhere, so it is no stop at this place.
        (halt.last_at, silence.back) = (at(500), Some(LatLon::new(28.4, -17.0)));
        halt.last_position = LatLon::new(28.4, -17.0);
        assert_eq!(told(&halt, &[silence]), stopped("stopped for 57 min from 12:03 to 13:00, still for 16 min of it"));
        (halt.last_at, halt.last_position) = (at(273), place);
        // It lay still in the other part.
        halt.still_from = at(250);
        assert_eq!(told(&halt, &[silence]), Some(Did::Slowed("slowed for 57 min from 12:03 to 13:00".to_owned())));
        halt.still = Span::from_minutes(4);
        assert_eq!(told(&halt, &[]), Some(Did::Slowed("slowed for 4 h 30 min from 12:03 to 16:33".to_owned())));
        let after = Search { from: at(600), to: at(700), ..search };
        assert_eq!(halted(&halt, &[], &after), None, "it was over before the period");
    }
}
