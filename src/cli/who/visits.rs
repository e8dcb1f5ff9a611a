//! The vessels near a position, examined once per minute of event time, and what each of them did there.
//!
//! The engine shows itself after every line, which is far more often than a vessel does anything. A minute is
//! short against the ten minutes from which a stop counts, and makes the watch cheap beside the engine.

use std::collections::BTreeMap;

use crate::storage::evidence::report::formerly;
use atalaia_core::ais::ship_type_name;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::{METRES_PER_NM, Mmsi};
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::{
    DARK_AFTER, Did, LEAST, Ranked, STOP_KNOTS, Search, Sighting, Unheard, halted, joined, kind_of, spell, unheard,
};
use atalaia_core::picture::tracks::{TrackKey, Vessel};
use atalaia_core::zones::Chart;

/// Share of its usual speed below which a vessel counts as slow. From 0 to 1.
const SLOW_SHARE: f64 = 0.6;
/// Two reports further apart do not show what the vessel did between them. Class A and B report at least
/// every three minutes (ITU-R M.1371-5, table 1), satellites far less often.
const JOINED: Span = Span::from_minutes(20);
/// Bounds the age of a speed that is used. If nothing at all is received for this long, the feed was out.
const STALE: Span = Span::from_minutes(10);
/// Lost reception that is noticed within this time after a vessel's last fix is taken to have begun with that fix.
const NOTICED: Span = Span::from_minutes(40);

/// The area and period watched, and what was seen.
pub(super) struct Watch {
    /// What is asked for; what comes before the period is read but not watched.
    search: Search,
    /// The minute that was examined last, in event time; [`Time::MIN`] before the first.
    looked_at: Time,
    /// Periods in which there is no report of any vessel, whatever the reason.
    pub(super) outages: Vec<(Time, Time)>,
    /// What was seen of each vessel, by track.
    visits: BTreeMap<TrackKey, Visit>,
}

/// What was seen of one vessel there. Vessels that leave and come back have one visit.
#[derive(Default)]
struct Visit {
    /// The names that it sent while it was near, in order of time, without duplicates.
    names: Vec<String>,
    /// Country and ship type: `Spain, cargo`
    kind: String,
    /// Ship type: `cargo`
    ship_type: &'static str,
    /// Nearest approach: distance in nautical miles, and time.
    nearest: Option<(f64, Time)>,
    /// Highest speed made good, in knots. `None` if no speed was known.
    fastest: Option<f64>,
    /// Time below the speed of a stop in calm water. The engine knows the stops at sea.
    lay: Spell,
    /// Time below [`SLOW_SHARE`] of its usual speed, which includes most stops.
    slowed: Spell,
    /// Periods without a report, in order of time, from ten minutes on.
    silences: Vec<Silence>,
    /// When it was last examined.
    looked_at: Option<Time>,
}

/// Total duration of something, with its first and last moment.
#[derive(Default)]
struct Spell {
    /// Time that counts: between reports at which it held.
    lasted: Span,
    /// When it began; `None` if it never held.
    from: Option<Time>,
    /// The last report at which it held.
    to: Option<Time>,
    /// Whether it still held at the latest report.
    holds: bool,
    /// The longest one before: an hour or more lies between it and this one.
    before: Option<(Span, Time, Time)>,
}

/// A period in which the vessel was not heard, and the part of it in which reception there was lost for all vessels.
#[derive(Clone, Copy)]
struct Silence {
    /// The last report before it.
    from: Time,
    /// When it was last examined without a new report.
    to: Time,
    /// The part of it in which reception there was lost for all vessels; `None` if it was not.
    lost: Option<(Time, Time)>,
    /// Whether it still goes on.
    goes_on: bool,
}

impl Spell {
    /// Takes in a report at which it holds, or not. Time between two reports counts if it held at both of
    /// them. The same report may come again: it adds no time.
    fn report(&mut self, at: Time, holds: bool) {
        if !holds {
            self.holds = false;
            return;
        }
        if let Some((from, to)) = self.from.zip(self.to).filter(|(_, to)| DARK_AFTER <= at - *to) {
            let before = self.before.filter(|(lasted, ..)| self.lasted <= *lasted);
            let before = before.unwrap_or((self.lasted, from, to));
            *self = Spell { before: Some(before), ..Spell::default() };
        }
        let since = self.to.filter(|to| self.holds && *to <= at && at - *to <= JOINED);
        self.lasted += since.map_or(Span::ZERO, |since| at - since);
        self.from.get_or_insert(at);
        (self.to, self.holds) = (Some(at), true);
    }

    /// `slowed for 48 min from 12:00 to 12:48`; `slowed since 12:00, 48 min by 12:48` if it goes on.
    /// `None` if the longest is too short to be mentioned. `heard` says whether the vessel was still heard
    /// at the end.
    fn text(&self, what: &str, heard: bool) -> Option<String> {
        let last = self.from.zip(self.to).map(|(from, to)| (self.lasted, from, to));
        let (lasted, from, to) = self.before.into_iter().chain(last).max_by_key(|(lasted, ..)| *lasted)?;
        if lasted < LEAST {
            return None;
        }
        Some(spell(what, lasted, from, to, self.holds && heard && Some(to) == self.to))
    }
}

impl Silence {
    /// What the vessel did by being silent: dark, or unheard if reception explains the silence. `None` below
    /// the time from which a vessel counts as dark.
    fn did(&self, outages: &[(Time, Time)]) -> Option<Did> {
        if self.to - self.from < DARK_AFTER {
            return None;
        }
        let whole = outages
            .iter()
            .filter(|(from, to)| *from < self.to && self.from < *to)
            .map(|(from, to)| (*to).min(self.to) - (*from).max(self.from));
        let whole = whole.fold(Span::ZERO, |sum, span| sum + span);
        // Both ways of noticing may have noticed the same loss, so the longer one counts, not the sum.
        let lost = self.lost.map_or(Span::ZERO, |(from, to)| to - from).max(whole);
        let (lasted, from) = (self.to - self.from, self.from.clock_on(self.to));
        let silent = match self.goes_on {
            true => format!("silent since {from}, {lasted} by {}", self.to.clock_on(self.from)),
            false => format!("silent for {lasted} from {from}"),
        };
        if lost == Span::ZERO {
            return Some(Did::Dark(silent));
        }
        let until = self.lost.map(|(_, to)| to).into_iter().chain(outages.iter().map(|(_, to)| *to)).max();
        let until =
            until.map_or_else(String::new, |until| format!(" until {}", until.min(self.to).clock_on(self.from)));
        // Where no vessel at all reported, the data do not show whether reception was lost.
        let (why, of_it) = match self.lost {
            Some(_) => ("reception lost there", "with reception lost there"),
            None => ("no report of any vessel", "without a report of any vessel"),
        };
        Some(match DARK_AFTER <= self.to - self.from - lost {
            true => Did::Dark(format!("{silent}, {lost} of it {of_it}{until}")),
            false => Did::Unheard(format!("{silent}: {why}{until}")),
        })
    }
}

impl Watch {
    /// Nothing has been seen yet.
    pub(super) fn new(search: Search) -> Watch {
        Watch { search, looked_at: Time::MIN, outages: Vec::new(), visits: BTreeMap::new() }
    }

    /// Examines the vessels near the position, at most once per minute of event time.
    pub(super) fn look(&mut self, engine: &Engine, chart: &Chart) {
        let Some(now) = engine.now().filter(|now| self.search.from <= *now) else {
            return;
        };
        let minute = now.floor_minute();
        if minute <= self.looked_at {
            return;
        }
        let passed = if self.looked_at == Time::MIN { Span::from_minutes(1) } else { minute - self.looked_at };
        // The engine may also have gone through many reports in one step, as from a feed that delivers late.
        if STALE <= passed {
            self.outages.extend(unreported(engine, self.looked_at, now));
        }
        self.looked_at = minute;
        let Search { near, radius_nm, from, .. } = self.search;
        let visits = &mut self.visits;
        engine.tracks().near(near, radius_nm * METRES_PER_NM, |vessel, metres| {
            if vessel.takes_part() {
                let visit = visits.entry(vessel.key()).or_default();
                visit.looked_at = Some(minute);
                visit.look(&vessel, engine, chart, now, (metres / METRES_PER_NM, from));
            }
        });
    }
}

/// The periods of at least [`STALE`] from one moment to another in which no vessel anywhere has a report.
fn unreported(engine: &Engine, from: Time, to: Time) -> Vec<(Time, Time)> {
    let mut reports = vec![from, to];
    for vessel in engine.tracks().iter() {
        let last = vessel.last().map(|fix| fix.at);
        let times = vessel.trail_since(from).map(|point| point.at).chain(last);
        reports.extend(times.filter(|at| from < *at && *at < to));
    }
    reports.sort_unstable();
    reports.windows(2).filter(|pair| STALE <= pair[1] - pair[0]).map(|pair| (pair[0], pair[1])).collect()
}

impl Watch {
    /// What was seen of each vessel in the period. `engine` has read up to its end.
    pub(super) fn sightings(&self, engine: &Engine) -> Vec<Sighting> {
        self.visits.iter().map(|(key, visit)| visit.sighting(*key, self, engine)).collect()
    }

    /// The names other than its present one that a vessel sent while it was near, after that one: `, formerly SILVER LUZ`
    pub(super) fn formerly(&self, row: &Ranked) -> String {
        let key = TrackKey { mmsi: Mmsi(row.mmsi), ordinal: row.track };
        let names = self.visits.get(&key).map_or(&[][..], |visit| &visit.names);
        let others: Vec<String> = names.iter().filter(|name| **name != row.name).cloned().collect();
        formerly(&others)
    }
}

impl Visit {
    /// The visit as the ranking takes it.
    fn sighting(&self, key: TrackKey, watch: &Watch, engine: &Engine) -> Sighting {
        // It may have taken another name since.
        let present = engine.tracks().find(key).and_then(|vessel| vessel.name().map(str::to_owned));
        Sighting {
            key,
            name: present.or(self.names.last().cloned()).unwrap_or_else(|| "no name".to_owned()),
            kind: self.kind.clone(),
            ship_type: self.ship_type,
            nearest: self.nearest,
            fastest: self.fastest,
            did: self.did(key, watch, engine),
        }
    }

    /// `nm` is the distance of the vessel from the middle of the area; `from` is the start of the period.
    fn look(&mut self, vessel: &Vessel<'_>, engine: &Engine, chart: &Chart, now: Time, (nm, from): (f64, Time)) {
        let Some(fix) = vessel.last() else {
            return;
        };
        if let Some(name) = vessel.name().filter(|name| self.names.iter().all(|known| known != name)) {
            self.names.push(name.to_owned());
        }
        self.kind = kind_of(vessel.mmsi(), vessel.ship_type());
        self.ship_type = ship_type_name(vessel.ship_type());
        // A vessel that was silent all the time is there by a report from before the period.
        if from <= fix.at && self.nearest.is_none_or(|(nearest, _)| nm < nearest) {
            self.nearest = Some((nm, fix.at));
        }
        let silent = now - fix.at;
        if STALE <= silent {
            match self.silences.last_mut().filter(|silence| silence.from == fix.at) {
                Some(silence) => silence.to = now,
                None => self.silences.push(Silence { from: fix.at, to: now, lost: None, goes_on: true }),
            }
            if engine.coverage().reception_lost(&fix, now)
                && let Some(silence) = self.silences.last_mut()
            {
                // The loss is only noticed after a while. Noticed soon, it began with the silence; noticed
                // late, that is not known.
                let began = if silent <= NOTICED { fix.at } else { now };
                let from = silence.lost.map_or(began, |(from, _)| from);
                silence.lost = Some((from, now));
            }
        }
        if let Some(silence) = self.silences.last_mut().filter(|silence| silence.goes_on && silence.from < fix.at) {
            let mut heard = vessel.trail_since(silence.from).map(|point| point.at);
            silence.to = heard.find(|at| silence.from < *at).unwrap_or(fix.at);
            silence.goes_on = false;
        }
        // Speed over a hole in the track, or of long ago, says nothing about the present.
        let smg = vessel.speed_made_good().filter(|smg| !smg.over_hole && silent <= STALE);
        let Some(knots) = smg.map(|smg| smg.knots) else {
            return;
        };
        self.fastest = self.fastest.map_or(Some(knots), |fastest| Some(fastest.max(knots)));
        self.lay.report(fix.at, knots < STOP_KNOTS && chart.calm(fix.position, now).inside);
        self.slowed.report(fix.at, knots < SLOW_SHARE * vessel.usual_knots(now));
    }

    /// Its longest halt at sea near the place that reaches into the period; stops count before slow passages.
    fn halt(&self, key: TrackKey, watch: &Watch, engine: &Engine) -> Option<Did> {
        let long = self.silences.iter().filter(|silence| DARK_AFTER <= silence.to - silence.from);
        let seen = long.map(|silence| Unheard {
            from: silence.from,
            to: (!silence.goes_on).then_some(silence.to),
            back: None,
        });
        // The engine also knows the silences that began elsewhere, and where the vessel was heard again.
        let silences = joined(unheard(engine, key).into_iter().chain(seen));
        let search = &watch.search;
        let halts = engine.episodes().halts.of(key).map(|(_, halt)| halt);
        let near = halts.filter_map(|halt| halted(halt, &silences, search));
        near.max_by_key(|halted| (matches!(halted.did, Did::Stopped(_)), halted.lasted)).map(|halted| halted.did)
    }

    /// What the vessel did by itself: its stop or slow period, and its longest silence.
    fn did(&self, key: TrackKey, watch: &Watch, engine: &Engine) -> Vec<Did> {
        let outages = &watch.outages;
        let stayed = self.looked_at == Some(watch.looked_at);
        let heard = stayed && !self.silences.last().is_some_and(|silence| silence.goes_on);
        let halt = self.halt(key, watch, engine);
        let lay = || self.lay.text("stopped in calm water", heard).map(Did::Lay);
        let slow = match halt {
            Some(Did::Stopped(_)) => halt,
            halt => lay().or(halt).or_else(|| self.slowed.text("slowed", heard).map(Did::Slowed)),
        };
        let longest =
            self.silences.iter().filter_map(|silence| Some((silence.to - silence.from, silence.did(outages)?)));
        let longest = longest.max_by_key(|(span, did)| (matches!(did, Did::Dark(_)), *span)).map(|(_, did)| did);
        slow.into_iter().chain(longest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Time {
        Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a time") + Span::from_minutes(minutes)
    }

    #[test]
    fn a_stop_ends_with_the_last_report_and_goes_on_only_while_the_vessel_is_heard() {
        let mut stop = Spell::default();
        (0..=38).step_by(2).for_each(|minutes| stop.report(at(minutes), true));
        assert_eq!(stop.text("stopped", false).as_deref(), Some("stopped for 38 min from 12:00 to 12:38"));
        assert_eq!(stop.text("stopped", true).as_deref(), Some("stopped since 12:00, 38 min by 12:38"));
        stop.report(at(279), true);
        stop.report(at(281), false);
        assert_eq!(stop.text("stopped", true).as_deref(), Some("stopped for 38 min from 12:00 to 12:38"));
    }

    #[test]
    fn a_silence_while_no_vessel_reported_does_not_claim_to_know_why() {
        let silence = Silence { from: at(0), to: at(120), lost: None, goes_on: false };
        let did = silence.did(&[(at(10), at(110))]);
        let unheard = "silent for 2 h 00 min from 12:00: no report of any vessel until 13:50";
        assert_eq!(did, Some(Did::Unheard(unheard.to_owned())));
        let lost = Silence { lost: Some((at(0), at(110))), ..silence };
        let unheard = "silent for 2 h 00 min from 12:00: reception lost there until 13:50";
        assert_eq!(lost.did(&[]), Some(Did::Unheard(unheard.to_owned())));
    }

    #[test]
    fn a_silence_that_goes_on_says_so() {
        let mut silence = Silence { from: at(38), to: at(279), lost: None, goes_on: false };
        let words = |silence: &Silence| match silence.did(&[]) {
            Some(Did::Dark(words)) => words,
            _ => String::new(),
        };
        assert_eq!(words(&silence), "silent for 4 h 01 min from 12:38");
        silence.goes_on = true;
        assert_eq!(words(&silence), "silent since 12:38, 4 h 01 min by 16:39");
        // Beyond midnight a clock time alone would be taken for one of that day.
        silence.to = at(38 + 24 * 60);
        let day = silence.from.date();
        assert_eq!(words(&silence), format!("silent since {day} 12:38, 24 h 00 min by {} 12:38", silence.to.date()));
    }
}
