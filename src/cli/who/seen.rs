//! The vessels near a position, looked at once in every minute of event time, and what each of them did there.

use std::collections::BTreeMap;

use super::super::source::kind_of;
use crate::ais::ship_type_name;
use crate::engine::Engine;
use crate::geo::LatLon;
use crate::time::{Span, Time};
use crate::tracks::{TrackKey, Vessel};
use crate::units::METRES_PER_NM;
use crate::zones::Chart;

/// Below this a vessel stops. Knots made good.
const STOP_KNOTS: f64 = 1.0;
/// Below this share of its usual speed it is slow.
const SLOW_SHARE: f64 = 0.6;
/// Stopped or slow for less than this is not worth a word. Minutes.
const LEAST_MINUTES: f64 = 10.0;
/// Not heard for so long, it is dark.
const DARK_AFTER: Span = Span::from_minutes(60);
/// A speed older than this says nothing, and a minute of looking counts no longer. When nothing at all is received for so long, the
/// feed was out.
const STALE: Span = Span::from_minutes(10);
/// An outage that is noticed this soon after a vessel's last fix began with it.
const NOTICED: Span = Span::from_minutes(40);

/// What is looked at, and what was seen.
pub(super) struct Watch {
    near: LatLon,
    metres: f64,
    from: Time,
    looked_at: Time,
    /// When nothing was received at all.
    pub(super) outages: Vec<(Time, Time)>,
    pub(super) seen: BTreeMap<TrackKey, Seen>,
}

/// What was seen of one vessel there.
#[derive(Default)]
pub(super) struct Seen {
    /// As it was sent.
    pub(super) name: String,
    /// `Spain, cargo`
    pub(super) kind: String,
    /// `cargo`
    pub(super) ship_type: &'static str,
    /// Nearest: nautical miles, and when.
    pub(super) nearest: Option<(f64, Time)>,
    /// The fastest it was, knots.
    pub(super) fastest: Option<f64>,
    stopped: Spell,
    slowed: Spell,
    silences: Vec<Silence>,
    in_port: bool,
}

/// Minutes of something, and from when to when.
#[derive(Default)]
struct Spell {
    minutes: f64,
    from: Option<Time>,
    to: Option<Time>,
}

/// Not heard from, until; and of that time, when nobody would have been.
#[derive(Clone, Copy)]
struct Silence {
    from: Time,
    to: Time,
    lost: Option<(Time, Time)>,
}

/// Something it did, for the ranking.
pub(super) enum Did {
    /// Stopped at sea; in words.
    Stopped(String),
    /// Stopped in calm water.
    Lay(String),
    /// Slower than usual.
    Slowed(String),
    /// Silent although vessels there were heard.
    Dark(String),
    /// Silent while nobody was heard there: nothing held against it.
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
            true => Did::Dark(format!("{silent}, of it {lost} with reception lost there{until}")),
            false => Did::Unheard(format!("{silent}: reception lost there{until}")),
        })
    }
}

impl Watch {
    pub(super) fn new(near: LatLon, radius_nm: f64, from: Time) -> Watch {
        let metres = radius_nm * METRES_PER_NM;
        Watch { near, metres, from, looked_at: Time::MIN, outages: Vec::new(), seen: BTreeMap::new() }
    }

    /// Once a minute.
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

    /// What it did, by itself.
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
