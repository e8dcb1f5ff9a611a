//! Texts of behaviours: which texts each behaviour supplies, and the data that it makes them from. `alerts` adds places and night.

use serde::{Deserialize, Serialize};

use super::facts::{Record, Rounded};
use super::named::{VesselRef, ZoneRef};
use super::shared::anchored::AtAnchor;
use super::site::Site;
use crate::ais::clean;
use crate::base::text::{decimals, distance, elapsed};
use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::geo::LatLon;

/// Interval between the instants at which pairs are compared.
const MINUTE: Span = Span::from_minutes(1);
/// Speed below which a text calls a ship stopped. Knots.
pub(super) const STOPPED_KNOTS: f64 = 0.5;

/// The texts of a behaviour, and what else depends on its facts. Implemented by the [`Facts`](super::facts::Facts) of each behaviour.
pub(crate) trait Words: Record {
    /// The subject of the sentence. By default the names of the vessels.
    fn who(&self, of: &Circumstances<'_>) -> Who {
        Who::vessels(of.vessels)
    }

    /// The verb and its complements, without the place: `lay stopped for 40 min`.
    fn deed(&self, of: &Circumstances<'_>) -> String;

    /// What the AIS data do not show.
    fn caveat(&self) -> Caveat;

    /// Why the alert opened, in a few words whose minutes agree with the displayed times.
    fn opened(&self, of: &Opening) -> String;

    /// Text of a line of the base score, by its code. What it says about the place must hold at this site.
    fn line(&self, code: &str, site: &Site<'_>) -> String;

    /// A part of the form as the reason for a change names it, after `now`.
    fn part(&self, part: &'static str) -> String {
        plain(part)
    }

    /// Upper limits of the score that the measurements call for.
    fn limits(&self) -> Vec<Limit> {
        Vec::new()
    }

    /// How the vessel lies at anchor or still; `None` if it does not, or if that does not matter.
    fn at_anchor(&self) -> Option<AtAnchor> {
        None
    }

    /// The first moment that the tracks of the evidence must show, for an alert that started at `started_at`: earlier than that if the
    /// behaviour is about something that happened before.
    fn shown_from(&self, started_at: Time) -> Time {
        started_at
    }

    /// The period that the sentence states and that its night belongs to: by default all of it, from `from` to `to`. A moment, given
    /// twice, if the sentence states only that: what lasts after a border was crossed says nothing of the crossing.
    fn stated(&self, from: Time, to: Time) -> (Time, Time) {
        (from, to)
    }

    /// The ship that dropped something for the other vessel to collect, if the behaviour is about that.
    fn dropper(&self) -> Option<Mmsi> {
        None
    }

    /// The boat that collected what the other vessel had dropped, if the behaviour is about that.
    fn collector(&self) -> Option<Mmsi> {
        None
    }

    /// The vessel that was silent while the other one stopped, if the behaviour is about that.
    fn dark(&self) -> Option<Mmsi> {
        None
    }

    /// Whether the alert names only one of several vessels that could have taken part.
    fn is_uncertain(&self) -> bool {
        false
    }
}

/// An identifier as words: `out of reach` for `out_of_reach`.
pub(super) fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// The subject of a sentence, and whether it is plural.
pub(crate) struct Who {
    /// The subject as the sentence has it, such as names joined by `and`.
    pub(crate) text: String,
    /// Whether the verb must be plural.
    pub(crate) several: bool,
}

impl Who {
    /// The names of vessels, joined by `and`.
    pub(super) fn vessels<'a>(vessels: impl IntoIterator<Item = &'a VesselRef>) -> Who {
        let names: Vec<String> = vessels.into_iter().map(VesselRef::title).collect();
        Who { several: 1 < names.len(), text: names.join(" and ") }
    }
}

/// What the AIS data do not show, as the second sentence of a summary.
pub(crate) enum Caveat {
    /// Follows `Names and types as reported by the ships;`, or begins the sentence if they sent neither. In lower case.
    Reported(&'static str),
    /// A sentence of its own.
    Alone(&'static str),
    /// A sentence of its own, which reception by satellite does not change.
    Reception(&'static str),
}

/// An upper limit of the score.
pub(crate) struct Limit {
    /// The most that the alert can be.
    pub(crate) level: Level,
    /// What lifts the limit.
    pub(crate) lifted_by: LiftedBy,
    /// The reason, in one sentence without a full stop.
    pub(crate) text: String,
}

/// The most that an alert can be under a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Level {
    /// A fact.
    Fact,
    /// A fact, unless the score reaches `score.short_gap_alert_from`.
    FactIfSlight,
    /// Severity low at most.
    Low,
}

/// What lifts a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LiftedBy {
    /// A grave case, or a vessel on a watchlist.
    Case,
    /// A vessel on a watchlist only.
    Watchlist,
}

impl Limit {
    /// Limits an alert to a fact, whatever the score of the case.
    pub(super) fn fact(text: String) -> Limit {
        Limit { level: Level::Fact, lifted_by: LiftedBy::Watchlist, text }
    }

    /// Limits an alert to severity low, whatever the score of the case.
    pub(super) fn low(text: String) -> Limit {
        Limit { level: Level::Low, lifted_by: LiftedBy::Watchlist, text }
    }
}

/// Tense of a sentence: `Present` while the behaviour holds, `Past` once it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tense {
    /// The behaviour holds, or its end is not published yet.
    Present,
    /// It ended.
    Past,
}

/// What a sentence about an alert is made from, besides the facts.
pub(crate) struct Circumstances<'a> {
    /// The vessels of the alert, in its order.
    pub(crate) vessels: &'a [VesselRef],
    /// The zones of the alert, in its order.
    pub(crate) zones: &'a [ZoneRef],
    /// Id of the zone, or name of the input or station, that the alert is about; empty for most behaviours.
    pub(crate) place: &'a str,
    /// Displayed start.
    pub(crate) started_at: Time,
    /// Displayed end, or the latest moment at which the behaviour is known to hold.
    pub(crate) last_at: Time,
    /// Tense of the sentence.
    pub(crate) tense: Tense,
    /// Where it is; `None` as in `Holding::position`.
    pub(crate) position: Option<LatLon>,
    /// Whether all vessels are at anchor.
    pub(crate) anchored: bool,
}

impl Circumstances<'_> {
    /// How long the behaviour has held, from the displayed start to the displayed end.
    pub(super) fn held(&self) -> Span {
        elapsed(self.started_at, self.last_at)
    }

    /// How long the behaviour held, without what does not count: `for 20 min`; with breaks, `for 54 min of the 2 h 32 min since 16:02 UTC`,
    /// and once it ended, `for 54 min of the 2 h 32 min from 16:02 to 18:34 UTC`.
    pub(super) fn held_for(&self, counted_minutes: impl Into<f64>) -> String {
        let (whole, counted) = (self.held(), counted(counted_minutes));
        match is_part(counted, whole) {
            true => self.part_of(counted, whole),
            false => format!("for {whole}"),
        }
    }

    /// Like [`Circumstances::held_for`], but states what the rest of the time may have been, such as `slower`: `for 54 min of the 2 h 32 min
    /// since 16:02 UTC (the rest not reported, or slower)`.
    pub(super) fn held_for_or(&self, counted_minutes: impl Into<f64>, otherwise: &str) -> String {
        let (whole, counted) = (self.held(), counted(counted_minutes));
        match is_part(counted, whole) {
            true => format!("{} (the rest not reported, or {otherwise})", self.part_of(counted, whole)),
            false => format!("for {whole}"),
        }
    }

    /// Like [`Circumstances::held_for`], but for pairs: they are compared at whole minutes, and the first and the last one both count. What
    /// the sentence states was measured in the counted minutes only, so it says `of` if more than one of them did not count.
    pub(super) fn together_for(&self, counted_minutes: impl Into<f64>) -> String {
        let (whole, counted) = (self.held() + MINUTE, counted(counted_minutes));
        match counted + MINUTE < whole {
            true => self.part_of(counted, whole),
            false => format!("for {whole}"),
        }
    }

    /// A part of the whole time.
    fn part_of(&self, counted: Span, whole: Span) -> String {
        format!("for {counted} of the {whole} {}", self.since())
    }

    /// `past` once the behaviour ended, otherwise `has` or `have` and `perfect`.
    pub(super) fn have(&self, past: &str, perfect: &str) -> String {
        match (self.tense, self.vessels.len()) {
            (Tense::Past, _) => past.to_owned(),
            (Tense::Present, 2..) => format!("have {perfect}"),
            (Tense::Present, _) => format!("has {perfect}"),
        }
    }

    /// A moment as this text states it, without `UTC`: `23:43`, with the date if the behaviour was last known to hold on another day.
    pub(super) fn clock(&self, at: Time) -> String {
        at.clock_on(self.last_at)
    }

    /// When a border was crossed: `at 08:03 UTC`, or over a hole in reception `between 07:12 and 08:03 UTC, not heard meanwhile`.
    pub(super) fn crossed(&self, unheard_since: Option<Time>) -> String {
        match unheard_since {
            Some(since) => format!("between {} UTC, not heard meanwhile", between(since, "and", self.started_at)),
            None => format!("at {} UTC", self.clock(self.started_at)),
        }
    }

    /// `since 21:43 UTC`; once it ended, `from 21:43 to 23:20 UTC`. If it went on over midnight, `since 2026-03-01 23:43 UTC` and
    /// `from 2026-03-01 23:43 to 2026-03-02 00:20 UTC`.
    pub(super) fn since(&self) -> String {
        match self.tense {
            Tense::Present => format!("since {} UTC", self.clock(self.started_at)),
            Tense::Past => format!("from {} UTC", between(self.started_at, "to", self.last_at)),
        }
    }

    /// Name of the zone that the alert is about.
    pub(super) fn zone(&self) -> String {
        let about = self.zones.iter().find(|zone| zone.id == self.place);
        match about.or(self.zones.first()) {
            // A reader would take a comma for the end of the name.
            Some(zone) => match clean(&zone.name) {
                Some(name) if name.contains(',') => format!("\"{name}\""),
                name => name.unwrap_or_else(|| zone.id.clone()),
            },
            None if self.place.is_empty() => "a zone".to_owned(),
            None => self.place.to_owned(),
        }
    }

    /// Name of the input or station, safe to print.
    pub(super) fn source(&self) -> String {
        clean(self.place).unwrap_or_else(|| "without a name".to_owned())
    }
}

/// What the reason for an opening is made from, besides the facts.
pub(crate) struct Opening {
    /// The start that the alert shows.
    pub(crate) started_at: Time,
    /// When the rule was first satisfied.
    pub(crate) opened_at: Time,
}

impl Opening {
    /// The time from the displayed start to the displayed opening.
    pub(super) fn whole(&self) -> Span {
        elapsed(self.started_at, self.opened_at)
    }

    /// How long the condition held: `for 1 h 02 min`; if holes were not counted, `for 1 h 00 min of the 1 h 15 min since 05:53 UTC`.
    pub(super) fn held(&self, counted_minutes: impl Into<f64>) -> String {
        let (whole, counted) = (self.whole(), counted(counted_minutes));
        match is_part(counted, whole) {
            true => {
                format!("for {counted} of the {whole} since {} UTC", self.started_at.clock_on(self.opened_at))
            }
            false => format!("for {whole}"),
        }
    }

    /// The minutes that counted for a pair, which is compared at whole minutes: `in each of the 10 minutes from 07:27 to 07:36 UTC`,
    /// or `in 30 of the 36 minutes from 03:40 to 04:15 UTC`.
    pub(super) fn minutes(&self, counted_minutes: impl Into<f64>) -> String {
        let all = self.whole() + MINUTE;
        let all = all.millis() / MINUTE.millis();
        let between = between(self.started_at, "to", self.opened_at);
        match counted_minutes.into() {
            counted if counted < all as f64 => format!("in {counted:.0} of the {all} minutes from {between} UTC"),
            _ => format!("in each of the {all} minutes from {between} UTC"),
        }
    }
}

/// Two moments joined by a word, without `UTC`: `21:43 to 23:20`; on two days, each with its date.
fn between(from: Time, word: &str, to: Time) -> String {
    format!("{} {word} {}", from.clock_on(to), to.clock_on(from))
}

/// A counted number of minutes as a time.
pub(super) fn counted(minutes: impl Into<f64>) -> Span {
    Span::from_millis((minutes.into() * 60_000.0) as i64)
}

/// Whether less than the whole time counted: by more than its rounding, as both are cut to the minute.
pub(super) fn is_part(counted: Span, whole: Span) -> bool {
    counted + MINUTE <= whole - MINUTE
}

/// `below 2 kn`.
pub(super) fn below(slow_knots: f64) -> String {
    format!("below {} kn", decimals(slow_knots))
}

/// A distance measured in metres, as texts state distances.
pub(super) fn metres(metres: impl Into<f64>) -> String {
    distance(metres.into() / METRES_PER_NM)
}

/// A measured number between two texts; empty if it was not measured.
pub(super) fn stated<const DECIMALS: i32>(before: &str, value: Option<Rounded<DECIMALS>>, after: &str) -> String {
    value.map_or_else(String::new, |value| format!("{before}{}{after}", decimals(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Circumstances between two moments.
    fn between(from: &str, to: &str, tense: Tense) -> Circumstances<'static> {
        let time = |text: &str| Time::parse(text).expect("a time");
        Circumstances {
            vessels: &[],
            zones: &[],
            place: "",
            started_at: time(from),
            last_at: time(to),
            tense,
            position: None,
            anchored: false,
        }
    }

    #[test]
    fn a_time_of_another_day_carries_its_date() {
        let (from, to) = ("2026-03-01T21:09:30Z", "2026-03-01T23:41:00Z");
        assert_eq!(between(from, to, Tense::Past).since(), "from 21:09 to 23:41 UTC");
        assert_eq!(between(from, to, Tense::Present).since(), "since 21:09 UTC");
        let to = "2026-03-02T13:41:00Z";
        assert_eq!(between(from, to, Tense::Past).since(), "from 2026-03-01 21:09 to 2026-03-02 13:41 UTC");
        assert_eq!(between(from, to, Tense::Present).since(), "since 2026-03-01 21:09 UTC");
        let held = between(from, to, Tense::Past).held_for(54.0);
        assert_eq!(held, "for 54 min of the 16 h 32 min from 2026-03-01 21:09 to 2026-03-02 13:41 UTC");
    }

    #[test]
    fn an_opening_after_midnight_says_the_days() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let (started_at, opened_at) = (time("2026-03-01T23:55:00Z"), time("2026-03-02T00:10:00Z"));
        let of = Opening { started_at, opened_at };
        assert_eq!(of.minutes(16.0), "in each of the 16 minutes from 2026-03-01 23:55 to 2026-03-02 00:10 UTC");
        assert_eq!(of.held(10.0), "for 10 min of the 15 min since 2026-03-01 23:55 UTC");
    }
}
