//! The silences of a vessel: every hour or more without a report, whether or not the engine could judge it.
//!
//! The engine keeps only silences that it can judge by what it knows of reception. A page about one vessel
//! shows all of them, so they are collected here from three sources: while the journal is read, from the
//! trail that the engine still has, and from the holes that it remembers.

use std::collections::BTreeMap;

use super::deed::Deed;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::Engine;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::episodes::gap::Gap;
use atalaia_core::picture::tracks::{TrackKey, Vessel};
use atalaia_core::zones::Chart;

/// A vessel that is not heard for this long is silent. Class A reports at least every three minutes at
/// anchor, class B too (ITU-R M.1371-5, table 1), so that an hour is 20 reports.
pub(super) const SILENT_AFTER: Span = Span::from_hours(1);

/// A time without a report.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Silence {
    /// The last report before it.
    pub(super) from: Time,
    /// When it was heard again; `None` while it is silent.
    pub(super) to: Option<Time>,
    /// Where it was last heard before; `None` if that is no longer known.
    at: Option<LatLon>,
    /// Where it was heard again; `None` while it is silent.
    pub(super) back: Option<LatLon>,
}

/// The silences that were seen while the journal was read. Grows by one entry per silence, for a single MMSI.
#[derive(Default, Debug)]
pub(super) struct Watch {
    /// The last report of each track, to notice the time to the next one.
    last: BTreeMap<TrackKey, (Time, LatLon)>,
    /// Silences of any track under the MMSI, in the order in which they ended.
    seen: Vec<(TrackKey, Silence)>,
}

impl Watch {
    /// Looks at the tracks under an MMSI after a line. Cheap enough for every line: an MMSI has one
    /// track, rarely two.
    pub(super) fn look(&mut self, engine: &Engine, mmsi: Mmsi) {
        for vessel in engine.tracks().under(mmsi) {
            if let Some(fix) = vessel.last() {
                self.fix(vessel.key(), fix.at, fix.position);
            }
        }
    }

    /// Takes in a report of a track. The same report may be shown many times.
    fn fix(&mut self, key: TrackKey, at: Time, position: LatLon) {
        let before = self.last.insert(key, (at, position));
        if let Some((from, was)) = before.filter(|(from, _)| SILENT_AFTER <= at - *from) {
            self.seen.push((key, Silence { from, to: Some(at), at: Some(was), back: Some(position) }));
        }
    }

    /// Every silence of a track that is known, the earliest first. Includes one that goes on at `now`.
    pub(super) fn of(&self, engine: &Engine, vessel: &Vessel<'_>, now: Time) -> Vec<Silence> {
        let key = vessel.key();
        let mut all: Vec<Silence> =
            self.seen.iter().filter(|(of, _)| *of == key).map(|(_, silence)| *silence).collect();
        let last = vessel.last();
        // Before the reading began there is only the trail, which came with the snapshot.
        let trail = vessel.trail_since(Time::MIN).map(|point| (point.at, point.position));
        let trail: Vec<(Time, LatLon)> = trail.chain(last.map(|fix| (fix.at, fix.position))).collect();
        for pair in trail.windows(2) {
            if let [(from, was), (to, back)] = *pair {
                add(&mut all, Silence { from, to: Some(to), at: Some(was), back: Some(back) });
            }
        }
        for hole in engine.episodes().holes.all_of(key) {
            add(&mut all, Silence { from: hole.from, to: Some(hole.to), at: Some(hole.left), back: Some(hole.back) });
        }
        if let Some(fix) = last.filter(|fix| SILENT_AFTER <= now - fix.at) {
            all.push(Silence { from: fix.at, to: None, at: Some(fix.position), back: None });
        }
        all.sort_by_key(|silence| silence.from);
        all
    }
}

/// Adds a silence of an hour or more that is not known yet. One that overlaps a known one is the same, seen
/// from another source.
fn add(all: &mut Vec<Silence>, silence: Silence) {
    let to = silence.to.unwrap_or(Time::MAX);
    let is_known = |other: &Silence| other.from < to && other.to.is_none_or(|until| silence.from < until);
    if SILENT_AFTER <= to - silence.from && !all.iter().any(is_known) {
        all.push(silence);
    }
}

/// The silences of a track at sea, with what the engine found out about each. Silences that the engine judged
/// come with its verdict; the others, outside ports and calm water, with the reason why there is none.
pub(super) fn deeds(engine: &Engine, chart: &Chart, key: TrackKey, known: &[Silence]) -> Vec<Deed> {
    let judged: Vec<&Gap> = engine.gaps().of(key, Time::MIN, Time::MAX).collect();
    let mut deeds: Vec<Deed> = judged.iter().map(|gap| of_gap(gap)).collect();
    let is_judged = |silence: &Silence| {
        let to = silence.to.unwrap_or(Time::MAX);
        judged.iter().any(|gap| gap.from.at < to && gap.to.is_none_or(|until| silence.from < until.at))
    };
    let calls = &engine.episodes().port_calls;
    // In port a vessel may be switched off.
    let in_port = |silence: &Silence| {
        calls.of(key).iter().any(|call| call.from <= silence.from && silence.from <= call.to)
            || calls.stay(key).is_some_and(|stay| stay.from <= silence.from)
            || silence.at.is_some_and(|at| chart.calm(at, silence.from).inside)
    };
    let learned = engine.coverage().learned();
    let unjudged = known.iter().filter(|silence| !is_judged(silence) && !in_port(silence));
    deeds.extend(unjudged.map(|silence| Deed {
        from: silence.from,
        to: silence.to,
        at: silence.at,
        note: unheard(silence, learned),
    }));
    deeds
}

/// A silence that the engine judged, with its verdict.
fn of_gap(gap: &Gap) -> Deed {
    Deed {
        from: gap.from.at,
        to: gap.to.map(|to| to.at),
        at: Some(gap.from.position),
        note: match (gap.distance_nm(), gap.usual) {
            // Vessels often fall silent there, so that it means little, even far away.
            (_, true) => "silence is usual there".to_owned(),
            (Some(nm), false) => format!("heard again {nm:.1} nm away"),
            (None, false) => "not heard since".to_owned(),
        },
    }
}

/// `not heard 12:38 to 16:39 (reception not learned, not judged)`
fn unheard(silence: &Silence, learned: bool) -> String {
    let when = match silence.to {
        Some(to) if to.date() == silence.from.date() => format!("{} to {}", silence.from.clock(), to.clock()),
        Some(to) => format!("{} to {}", silence.from.clock(), to.minute()),
        None => format!("since {}", silence.from.clock()),
    };
    let why = if learned { "not judged: it may be the reception there" } else { "reception not learned, not judged" };
    format!("not heard {when} ({why})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Time {
        Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time") + Span::from_minutes(minutes)
    }

    #[test]
    fn a_silence_that_was_not_judged_says_so() {
        let mut silence = Silence { from: at(38), to: Some(at(279)), at: None, back: None };
        assert_eq!(unheard(&silence, false), "not heard 12:38 to 16:39 (reception not learned, not judged)");
        silence.to = None;
        assert_eq!(unheard(&silence, true), "not heard since 12:38 (not judged: it may be the reception there)");
    }

    #[test]
    fn a_silence_is_seen_between_two_reports_and_known_once() {
        let key = TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 };
        let mut watch = Watch::default();
        [0, 30, 120].into_iter().for_each(|minutes| watch.fix(key, at(minutes), LatLon::new(28.0, -17.0)));
        let mut all: Vec<Silence> = watch.seen.iter().map(|(_, silence)| *silence).collect();
        let place = Some(LatLon::new(28.0, -17.0));
        assert_eq!(all, [Silence { from: at(30), to: Some(at(120)), at: place, back: place }]);
        add(&mut all, Silence { from: at(30), to: Some(at(120)), at: None, back: None });
        add(&mut all, Silence { from: at(200), to: Some(at(259)), at: None, back: None });
        assert_eq!(all.len(), 1);
    }
}
