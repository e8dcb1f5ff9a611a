//! The vessels near a position, examined once per minute of event time, and what each of them did there.

use std::collections::BTreeMap;

use super::super::source::kind_of;
use crate::ais::ship_type_name;
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::{TrackKey, Vessel};
use crate::units::METRES_PER_NM;
use crate::zones::Chart;

/// Speed made good in knots below which a vessel counts as stopped.
const STOP_KNOTS: f64 = 1.0;
/// Share of its usual speed below which a vessel counts as slow.
const SLOW_SHARE: f64 = 0.6;
/// Shorter stops and slow periods are not reported. Minutes.
const LEAST_MINUTES: f64 = 10.0;
/// A vessel that is not heard for this long counts as dark.
const DARK_AFTER: Span = Span::from_minutes(60);
/// Bounds the age of a speed that is used, and the time that one look stands for. If nothing at all is received for
/// this long, the feed was out.
const STALE: Span = Span::from_minutes(10);
/// Lost reception that is noticed within this time after a vessel's last fix is taken to have begun with that fix.
const NOTICED: Span = Span::from_minutes(40);

/// The area and period watched, and what was seen.
pub(super) struct Watch {
    near: LatLon,
    metres: f64,
    from: Time,
    looked_at: Time,
    /// Periods in which nothing at all was received.
    pub(super) outages: Vec<(Time, Time)>,
    pub(super) seen: BTreeMap<TrackKey, Seen>,
}

/// What was seen of one vessel there.
#[derive(Default)]
pub(super) struct Seen {
    /// The name as it was sent.
    pub(super) name: String,
    /// Country and ship type: `Spain, cargo`
    pub(super) kind: String,
    /// Ship type: `cargo`
    pub(super) ship_type: &'static str,
    /// Nearest approach: distance in nautical miles, and time.
    pub(super) nearest: Option<(f64, Time)>,
    /// Highest speed made good, in knots. `None` if no speed was known.
    pub(super) fastest: Option<f64>,
    stopped: Spell,
    slowed: Spell,
    silences: Vec<Silence>,
    in_port: bool,
}

/// Total duration of something in minutes, with its first and last moment.
#[derive(Default)]
struct Spell {
    minutes: f64,
    from: Option<Time>,
    to: Option<Time>,
}

/// A period in which the vessel was not heard, and the part of it in which reception there was lost for all vessels.
#[derive(Clone, Copy)]
struct Silence {
    from: Time,
    to: Time,
    lost: Option<(Time, Time)>,
}

/// Something the vessel did, in words, for the ranking.
pub(super) enum Did {
    /// Stopped at sea.
    Stopped(String),
    /// Stopped in calm water, which earns no points.
    Lay(String),
    /// Was slower than usual.
    Slowed(String),
    /// Was silent although other vessels there were heard.
    Dark(String),
    /// Was silent while reception there was lost. Not counted against it.
    Unheard(String),
}

impl Spell {
    fn add(&mut self, minutes: f64, at: Time) {
        self.minutes += minutes;
        self.from.get_or_insert(at);
        self.to = Some(at);
    }

    fn text(&self, what: &str) -> Option<String> {
        let (from, to) = self.from.zip(self.to).filter(|_| LEAST_MINUTES <= self.minutes)?;
        Some(format!("{what} for {} from {} to {}", Span::from_minutes(self.minutes as i64), from.clock(), to.clock()))
    }
}

impl Silence {
    fn did(&self, outages: &[(Time, Time)]) -> Option<Did> {
        if self.to - self.from < DARK_AFTER {
            return None;
        }
        let whole = outages
            .iter()
            .filter(|(from, to)| *from < self.to && self.from < *to)
            .map(|(from, to)| (*to).min(self.to) - (*from).max(self.from));
        let whole = whole.fold(Span::ZERO, |sum, span| sum + span);
        let lost = self.lost.map_or(Span::ZERO, |(from, to)| to - from).max(whole);
        let silent = format!("silent for {} from {}", self.to - self.from, self.from.clock());
        if lost == Span::ZERO {
            return Some(Did::Dark(silent));
        }
        let until = self.lost.map(|(_, to)| to).into_iter().chain(outages.iter().map(|(_, to)| *to)).max();
        let until = until.map_or_else(String::new, |until| format!(" until {}", until.min(self.to).clock()));
        Some(match DARK_AFTER <= self.to - self.from - lost {
            true => Did::Dark(format!("{silent}, {lost} of it with reception lost there{until}")),
            false => Did::Unheard(format!("{silent}: reception lost there{until}")),
        })
    }
}

impl Watch {
    pub(super) fn new(near: LatLon, radius_nm: f64, from: Time) -> Watch {
        let metres = radius_nm * METRES_PER_NM;
        Watch { near, metres, from, looked_at: Time::MIN, outages: Vec::new(), seen: BTreeMap::new() }
    }

    /// Examines the vessels near the position, at most once per minute of event time.
    pub(super) fn look(&mut self, engine: &Engine, chart: &Chart) {
        let Some(now) = engine.now().filter(|now| self.from <= *now) else {
            return;
        };
        let minute = now.floor_minute();
        if minute <= self.looked_at {
            return;
        }
        let passed = if self.looked_at == Time::MIN { Span::from_minutes(1) } else { minute - self.looked_at };
        if STALE <= passed {
            self.outages.push((self.looked_at, minute));
        }
        self.looked_at = minute;
        let minutes = passed.min(STALE).minutes();
        let (near, metres, seen) = (self.near, self.metres, &mut self.seen);
        engine.tracks().near(near, metres, |vessel, metres| {
            if vessel.takes_part() {
                let seen = seen.entry(vessel.key()).or_default();
                seen.look(&vessel, engine, chart, now, metres / METRES_PER_NM, minutes);
            }
        });
    }
}

impl Seen {
    fn look(&mut self, vessel: &Vessel<'_>, engine: &Engine, chart: &Chart, now: Time, nm: f64, minutes: f64) {
        let Some(fix) = vessel.last() else {
            return;
        };
        let name = vessel.identity().and_then(|identity| identity.name.as_deref()).unwrap_or("no name");
        name.clone_into(&mut self.name);
        self.kind = kind_of(vessel.mmsi(), vessel.ship_type());
        self.ship_type = ship_type_name(vessel.ship_type());
        if self.nearest.is_none_or(|(nearest, _)| nm < nearest) {
            self.nearest = Some((nm, fix.at));
        }
        let silent = now - fix.at;
        if STALE <= silent {
            match self.silences.last_mut().filter(|silence| silence.from == fix.at) {
                Some(silence) => silence.to = now,
                None => self.silences.push(Silence { from: fix.at, to: now, lost: None }),
            }
            if engine.coverage().reception_lost(&fix, now)
                && let Some(silence) = self.silences.last_mut()
            {
                let began = if silent <= NOTICED { fix.at } else { now };
                let from = silence.lost.map_or(began, |(from, _)| from);
                silence.lost = Some((from, now));
            }
        }
        let smg = vessel.speed_made_good().filter(|smg| !smg.over_hole && silent <= STALE);
        let Some(knots) = smg.map(|smg| smg.knots) else {
            return;
        };
        self.fastest = self.fastest.map_or(Some(knots), |fastest| Some(fastest.max(knots)));
        if knots < STOP_KNOTS {
            self.stopped.add(minutes, now);
            self.in_port |= chart.calm(fix.position, now).inside;
        }
        if knots < SLOW_SHARE * vessel.usual_knots(now) {
            self.slowed.add(minutes, now);
        }
    }

    #[cfg(test)]
    pub(super) fn named(name: &str) -> Seen {
        Seen { name: name.to_owned(), ..Seen::default() }
    }

    /// What the vessel did by itself: its stop or slow period, and its longest silence.
    pub(super) fn did(&self, outages: &[(Time, Time)]) -> Vec<Did> {
        let stopped = match self.in_port {
            true => self.stopped.text("stopped in calm water").map(Did::Lay),
            false => self.stopped.text("stopped").map(Did::Stopped),
        };
        let slow = stopped.or_else(|| self.slowed.text("slowed").map(Did::Slowed));
        let longest =
            self.silences.iter().filter_map(|silence| Some((silence.to - silence.from, silence.did(outages)?)));
        let longest = longest.max_by_key(|(span, did)| (matches!(did, Did::Dark(_)), *span)).map(|(_, did)| did);
        slow.into_iter().chain(longest).collect()
    }
}
