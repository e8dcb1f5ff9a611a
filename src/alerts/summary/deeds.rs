//! What a vessel does, in words: the verb of a summary and its numbers, by behaviour.

use serde_json::Value;

use crate::behaviours::Behaviour;
use crate::time::Span;
use crate::units::METRES_PER_NM;

use super::super::named;
use super::super::party::clean;
use super::{Tense, Told, about_hours, decimals, distance, elapsed, form_words, name, number, ordinal};

/// A summary states the counted time if more than this was not counted.
const UNCOUNTED: Span = Span::from_minutes(20);
const MINUTE: Span = Span::from_minutes(1);
/// Below this speed the text says that a ship is stopped. Knots.
const STOPPED_KNOTS: f64 = 0.5;
/// A vessel that moved less than this has not moved. Nautical miles.
const UNMOVED_NM: f64 = 0.005;

impl Told<'_> {
    /// The verb and its complements, without the place.
    pub(super) fn doing(&self) -> String {
        let held = self.held();
        match (self.behaviour, self.form) {
            (Behaviour::Rendezvous, "underway") => {
                let (kept, speed) = (self.have("kept", "been in"), self.median_speed());
                let apart = self.within(", within ", " of each other,");
                format!("{kept} company under way{apart}{speed} for {held}{}", self.meeting_again())
            }
            (Behaviour::Rendezvous, _) => {
                let (stayed, speed) = (self.have("stayed", "stayed"), self.median_speed());
                let apart = match self.within(" within ", " of each other") {
                    apart if apart.is_empty() => " together".to_owned(),
                    apart => apart,
                };
                format!("{stayed}{apart}{speed} for {held}{}", self.meeting_again())
            }
            (Behaviour::AsyncRendezvous, _) => self.collecting(),
            (Behaviour::DarkRendezvous, _) => self.unseen(),
            (Behaviour::Loitering, form) => self.loitering(form),
            (Behaviour::Slowdown, "hole") => {
                let made = self.of("made_good_nm", "", " nm");
                let minutes = self.minutes("hole_minutes");
                let knots = self.of("implied_knots", " (", " kn");
                let usual = self.of("usual_knots", "; usual ", " kn)");
                format!("made good {made} in {minutes} without a report{knots}{usual}, under way before and after")
            }
            (Behaviour::Slowdown, _) => self.slowing(),
            (Behaviour::OutAndBack, _) => {
                let back = self.of("back_nm", " to within ", " nm of its start");
                let out = self.of("farthest_nm", " ", " nm");
                let stop = self.hours("stop_hours", " for ", "");
                format!("went{out} out and returned{back} after {held} without a port call, having stopped{stop}")
            }
            (Behaviour::SmallCraftStop, _) => {
                let wind = self.of("wind_knots", ", in wind of up to ", " kn,");
                match self.still_knots() {
                    Some(knots) if STOPPED_KNOTS <= knots => {
                        let drifted = self.have("drifted", "been drifting");
                        format!("{drifted} at {} kn{wind} for {held}", decimals(knots))
                    }
                    Some(_) | None => format!("{} stopped{wind} for {held}", self.have("lay", "lain")),
                }
            }
            (Behaviour::FishingOutOfPlace, _) => {
                let stopped = self.have("was stopped", "been stopped");
                let passage = self.hours("passage_hours", " of ", "");
                let knots = self.of("passage_knots", " at ", " kn");
                let far = self.of("passage_nm", " (", " nm)");
                format!("{stopped} for {held} after a straight passage{passage}{knots}{far}")
            }
            (Behaviour::Drift, _) => {
                let off = self.of("drift_degrees", ", ", "° off its heading,");
                let speed = self.of("speed_made_good_knots", " at ", " kn");
                format!("{}{speed}{off} for {held}", self.have("drifted", "been drifting"))
            }
            (Behaviour::ZoneEntry, _) => format!("entered {} at {} UTC", self.zone(), self.started_at.clock()),
            (Behaviour::ZoneExit, _) => format!("left {} at {} UTC", self.zone(), self.started_at.clock()),
            (Behaviour::ZoneSpeed, form) => self.out_of_band(form),
            (Behaviour::LimitHugging, _) => {
                let out = self.number("outside_nm").map_or(String::new(), |nm| format!("{} ", distance(nm)));
                let limit = number(self.thresholds, "slow_knots");
                let slow = limit.map_or("slow".to_owned(), |knots| format!("below {} kn", decimals(knots)));
                format!("{} {slow} for {held}, {out}outside {}", self.have("stayed", "stayed"), self.zone())
            }
            (Behaviour::AlongsideAtAnchor, _) => {
                let apart = self.within(" (within ", ")");
                let again = match self.number("visit") {
                    Some(visit) if 1.0 < visit => ", not for the first time",
                    Some(_) | None => "",
                };
                let lay = self.have("lay", "been");
                let zone = self.zone();
                format!("{lay} alongside each other{apart} in {zone} for {held}, one of them anchored or moored{again}")
            }
            (Behaviour::DraughtChange, _) => {
                let metres = |key| self.number(key).map_or("?".to_owned(), |metres| format!("{metres:.1}"));
                let (before, after) = (metres("draught_before_metres"), metres("draught_after_metres"));
                let silent = self.hours("silent_hours", ", after ", " without a report");
                let at = self.started_at.clock();
                format!(
                    "changed its reported draught from {before} to {after} m at {at} UTC without a port call{silent}"
                )
            }
            (Behaviour::VoyageAnomaly, "short_calls") => {
                let calls = self.number("short_calls").unwrap_or(2.0);
                let draught = self.number("draught_change_metres").unwrap_or(0.0);
                format!(
                    "made {calls:.0} short port calls in a row with no sign of loading or unloading (reported draught changed by {draught:.1} m at the last)"
                )
            }
            (Behaviour::VoyageAnomaly, _) => {
                let port = |key: &str| self.measured.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
                let (before, after) = (port("destination_before"), port("destination_after"));
                let at = self.started_at.clock();
                format!("changed its reported destination from {before} to {after} at {at} UTC while at sea")
            }
            (Behaviour::AisGap, _) => self.gap(),
            (Behaviour::FeedSilent, _) => self.feed(),
            (Behaviour::Distress, form) => {
                let what = if form == "test" { " a test" } else { "" };
                format!("{}{what} {}", self.have("transmitted", "been transmitting"), self.since())
            }
            (behaviour, form) => {
                if let Some(doing) = named::doing(self) {
                    return doing;
                }
                let form = if form.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", form_words(self.behaviour, form, self.thresholds))
                };
                let behaviour = behaviour.name().replace('_', " ");
                format!("{} {behaviour}{form} for {held}", self.have("was in", "been in"))
            }
        }
    }

    /// How long the behaviour has held, from one displayed minute to the other. Pairs are compared at whole minutes, so the first
    /// and the last minute both count.
    fn held(&self) -> Span {
        let held = elapsed(self.started_at, self.last_at);
        match self.behaviour {
            Behaviour::Rendezvous | Behaviour::AlongsideAtAnchor => held + MINUTE,
            _ => held,
        }
    }

    /// The past form once the behaviour ended, otherwise the perfect with `has` or `have`.
    pub(in super::super) fn have(&self, past: &str, perfect: &str) -> String {
        match (self.tense, self.vessels.len()) {
            (Tense::Past, _) => past.to_owned(),
            (Tense::Present, 2..) => format!("have {perfect}"),
            (Tense::Present, _) => format!("has {perfect}"),
        }
    }

    /// `since 23:43 UTC`; once it ended, `from 23:43 to 00:20 UTC`.
    pub(in super::super) fn since(&self) -> String {
        let since = self.started_at.clock();
        match self.tense {
            Tense::Present => format!("since {since} UTC"),
            Tense::Past => format!("from {since} to {} UTC", self.last_at.clock()),
        }
    }

    /// `stopped for 20 min within 0.5 nm of where BIG (Spain, cargo) had slowed to 3 kn (usual 12 kn) for 24 min, 4.5 h earlier`.
    fn collecting(&self) -> String {
        let dropper = self.vessels.iter().find(|vessel| vessel.role == Some("dropper"));
        let ship = dropper.map_or_else(|| "a ship".to_owned(), name);
        let minutes = self.minutes("slow_minutes");
        let did = match (self.measured.get("drop").and_then(Value::as_str), self.number("slowest_knots")) {
            (Some("kink"), _) => format!("had turned{} off its course and back", self.of("aside_nm", " ", " nm")),
            (_, Some(knots)) if knots < STOPPED_KNOTS => format!("had lain stopped for {minutes}"),
            (_, knots) => {
                let slowest = knots.map_or_else(String::new, |knots| format!(" to {} kn", decimals(knots)));
                let usual = self.of("usual_knots", " (usual ", " kn)");
                format!("had slowed{slowest}{usual} for {minutes}")
            }
        };
        let before = self.hours("hours_between", ", ", " earlier");
        let apart = self.number("distance_nm").map_or_else(String::new, |nm| format!("within {} of ", distance(nm)));
        let others = match self.measured.get("other_candidates").and_then(Value::as_array).map(Vec::len) {
            Some(others @ 1..) => format!(" (one of {} ships that slowed or turned there)", others + 1),
            _ => String::new(),
        };
        let craft = match self.number("craft_stopped_there") {
            Some(craft) if 1.0 < craft => format!("; {craft:.0} small craft have stopped there since"),
            Some(_) | None => String::new(),
        };
        let stopped = if self.tense == Tense::Past { "stopped" } else { "has stopped" };
        format!("{stopped} for {} {apart}where {ship} {did}{before}{others}{craft}", self.held())
    }

    /// Name of the input or station, safe to print.
    pub(super) fn source(&self) -> String {
        clean(self.zone_id).unwrap_or_else(|| "without a name".to_owned())
    }

    /// `has been silent for at least 2 h 00 min in an area with good reception; last heard at 12:00 UTC`; once the vessel is
    /// heard again, what the gap shows.
    fn gap(&self) -> String {
        let text = |key: &str| self.measured.get(key)?.as_str();
        let heading = text("heading_for").and_then(clean).map_or(String::new(), |zone| format!(", heading for {zone}"));
        let record = self.number("own_record_percent");
        let record = record.map(|share| format!("heard in {share:.0} % of the 10-minute slots of the day before"));
        let reception = match (self.number("out_of_reach_minutes"), record) {
            (Some(minutes), _) => {
                format!("on a course that left the feed's coverage after {}", Span::from_minutes(minutes as i64))
            }
            (None, Some(record)) if self.measured.contains_key("only_vessel_of_its_input") => {
                format!("while its input heard no vessel at all ({record})")
            }
            (None, Some(record)) => format!("in an area with good reception ({record})"),
            (None, None) => "in an area with good reception".to_owned(),
        };
        // If the vessel was not heard at the end, the last measured silence may be longer than the alert's times show.
        let known = self.number("silent_minutes").map_or(Span::ZERO, |minutes| Span::from_minutes(minutes as i64));
        let held = self.held().max(known);
        let least = |held| format!("at least {held}");
        let (silent, held, again) = match (self.tense, self.number("distance_nm")) {
            (Tense::Present, _) => ("has been silent", least(held), String::new()),
            (Tense::Past, None) => ("was silent", least(held), String::new()),
            (Tense::Past, Some(nm)) => {
                let knots = self.of("implied_knots", "", " kn in a straight line");
                let slack = match self.number("slack_hours") {
                    Some(hours) if hours < 0.05 => "; no time unexplained at its usual speed".to_owned(),
                    Some(hours) => format!("; {} unexplained at its usual speed", about_hours(hours)),
                    None => String::new(),
                };
                let how = if knots.is_empty() { String::new() } else { format!(" ({knots}{slack})") };
                ("was silent", held.to_string(), format!(" and reappeared {} away{how}", distance(nm)))
            }
        };
        let since = self.started_at.clock();
        format!("{silent} for {held} {reception}{again}; last heard before that at {since} UTC{heading}")
    }

    fn feed(&self) -> String {
        match self.form {
            "area" => {
                let heard = self.number("heard_every_minutes").map_or_else(String::new, |minutes| {
                    format!(" (each heard at least every {} before)", Span::from_minutes(minutes as i64))
                });
                format!("went silent at {} UTC{heard}: most likely a loss of reception", self.started_at.clock())
            }
            "station" => {
                let usual = self.of("usual_interval_minutes", " (", " min)");
                let silent = self.have("was silent", "been silent");
                format!("{silent} {}, longer than 99.9 % of its usual pauses{usual}", self.since())
            }
            _ => format!("{} nothing {}", self.have("sent", "sent"), self.since()),
        }
    }

    /// `stopped for 40 min at a position that GHOST (Spain, sailing), silent since 10:00 UTC, could have reached (one of 2 candidates)`.
    fn unseen(&self) -> String {
        let dark = self.vessels.iter().find(|vessel| vessel.role == Some("dark"));
        let dark = dark.map_or_else(|| "a vessel".to_owned(), name);
        let since = self.measured.get("silent_since").and_then(Value::as_str).and_then(|at| at.get(11..16));
        let since = since.map_or_else(String::new, |clock| format!(" since {clock} UTC"));
        let stopped = self.number("stopped_minutes").map(|minutes| Span::from_minutes(minutes as i64));
        let minutes = stopped.map_or_else(String::new, |stopped| format!(" for {stopped}"));
        let slack = self.hours("slack_hours", "; ", " of unaccounted time");
        let candidates = match self.number("possible").unwrap_or(1.0) {
            ..2.0 => "the only candidate".to_owned(),
            possible => format!("one of {possible:.0} candidates"),
        };
        let stopped = if self.tense == Tense::Past { "stopped" } else { "has been stopped" };
        format!("{stopped}{minutes} at a position that {dark}, silent{since}, could have reached ({candidates}{slack})")
    }

    /// `has slowed to 1.2 kn (usual 11.5 kn) for 1 h 29 min after 24 h under way`.
    fn slowing(&self) -> String {
        let slow = match (self.still_knots(), number(self.thresholds, "slow_knots")) {
            (Some(knots), _) => format!("{} to {} kn", self.have("slowed", "slowed"), decimals(knots)),
            (None, Some(limit)) => format!("{} below {} kn", self.have("stayed", "stayed"), decimals(limit)),
            (None, None) => self.have("was slow", "been slow"),
        };
        let usual = self.of("usual_knots", " (usual ", " kn)");
        let before = self.hours("under_way_hours", " after ", " under way");
        format!("{slow}{usual} for {}{before}", self.held())
    }

    /// `has made 28.9 kn for 20 min in Speed watch, where the limit is 25 kn`.
    fn out_of_band(&self, form: &str) -> String {
        let (key, limit, beyond) = match form {
            "too_slow" => ("min_knots", "minimum", "below"),
            _ => ("max_knots", "limit", "above"),
        };
        let (held, zone, bound) = (self.held(), self.zone(), number(self.thresholds, key));
        let outside = |knots: &f64, bound: f64| if form == "too_slow" { *knots < bound } else { bound < *knots };
        let knots = self.number("speed_made_good_knots");
        match (knots.filter(|knots| bound.is_none_or(|bound| outside(knots, bound))), bound) {
            (Some(knots), Some(bound)) => {
                let (made, knots) = (self.have("made", "made"), decimals(knots));
                format!("{made} {knots} kn for {held} in {zone}, where the {limit} is {} kn", decimals(bound))
            }
            (_, bound) => {
                let was = self.have("was", "been");
                let of = bound.map_or_else(String::new, |bound| format!(" of {} kn", decimals(bound)));
                format!("{was} {beyond} the {limit}{of} in {zone} for {held}")
            }
        }
    }

    fn loitering(&self, form: &str) -> String {
        let round = match (self.number("circling_path_nm"), self.number("circling_net_nm")) {
            (Some(path), Some(net)) => {
                let hours = self.of("circling_hours", " in ", " h");
                format!(" ({} nm sailed{hours}, {} nm made good)", decimals(path), decimals(net))
            }
            _ => String::new(),
        };
        let slow = match number(self.thresholds, "slow_knots") {
            Some(knots) => format!("{} below {} kn", self.have("stayed", "stayed"), decimals(knots)),
            None => self.have("was slow", "been slow"),
        };
        let anchored = match (self.anchored, self.measured.get("anchored_by").and_then(Value::as_str)) {
            (false, _) => String::new(),
            (true, Some("swing" | "still")) => match self.number("anchored_nm").unwrap_or(0.0) {
                ..UNMOVED_NM => ", without leaving its position,".to_owned(),
                nm => format!(", within {} of one position,", distance(nm)),
            },
            (true, _) => ", reporting itself at anchor or moored,".to_owned(),
        };
        let clock = self.held();
        let counted = self.number("counted_minutes").map(|minutes| Span::from_millis((minutes * 60_000.0) as i64));
        let held = match counted.filter(|counted| UNCOUNTED < clock - *counted) {
            Some(counted) => format!("{counted} of {clock} (the rest not reported, or faster)"),
            None => clock.to_string(),
        };
        match (form.contains("circling"), form.contains("slow")) {
            (true, false) => format!("{}{round} for {clock}", self.have("circled", "been circling")),
            (true, true) => format!("{slow} and circled{round} for {clock}"),
            (false, _) => format!("{slow}{anchored} for {held}"),
        }
    }

    /// `, their 3rd meeting within 14 days, after fishing side by side for 1 h 25 min at 4.1 kn`; empty for a first meeting.
    fn meeting_again(&self) -> String {
        let again = self.number("earlier_meetings_14_days");
        let again = again
            .map_or_else(String::new, |earlier| format!(", their {} meeting within 14 days", ordinal(earlier + 1.0)));
        let fished = match self.measured.contains_key("side_by_side_minutes") {
            true => format!(", after fishing side by side for {}", self.minutes("side_by_side_minutes")),
            false => String::new(),
        };
        format!("{again}{fished}{}", self.of("side_by_side_knots", " at ", " kn"))
    }

    fn within(&self, before: &str, after: &str) -> String {
        match self.number("max_distance_metres") {
            Some(metres) => format!("{before}{}{after}", distance(metres / METRES_PER_NM)),
            None => String::new(),
        }
    }

    /// The speed made good of a vessel that is still or slow, in knots; `None` once it is neither.
    fn still_knots(&self) -> Option<f64> {
        let limit = number(self.thresholds, "slow_knots");
        self.number("speed_made_good_knots").filter(|knots| limit.is_none_or(|limit| *knots < limit))
    }

    fn median_speed(&self) -> String {
        self.of("median_knots", " at ", " kn (median)")
    }

    /// A measured number between two texts; empty if it was not measured.
    fn of(&self, key: &str, before: &str, after: &str) -> String {
        self.number(key).map_or_else(String::new, |value| format!("{before}{}{after}", decimals(value)))
    }

    /// Measured hours between two texts; empty if they were not measured.
    fn hours(&self, key: &str, before: &str, after: &str) -> String {
        self.number(key).map_or_else(String::new, |hours| format!("{before}{}{after}", about_hours(hours)))
    }

    /// A measured number of minutes; zero if it was not measured.
    fn minutes(&self, key: &str) -> Span {
        Span::from_minutes(self.number(key).unwrap_or(0.0).round() as i64)
    }

    pub(in super::super) fn number(&self, key: &str) -> Option<f64> {
        number(self.measured, key)
    }
}
