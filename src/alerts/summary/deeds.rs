//! What a vessel does, in words: the verb of a summary and its numbers, by behaviour.

use serde_json::Value;

use crate::time::Span;
use crate::units::METRES_PER_NM;

use super::super::named;
use super::super::party::clean;
use super::{Tense, Told, decimals, distance, form_words, name, number, ordinal};

/// A summary names the counted time where more than this was not counted.
const UNCOUNTED: Span = Span::from_minutes(20);

impl Told<'_> {
    /// The verb and what belongs to it, without the place.
    pub(super) fn doing(&self) -> String {
        let past = self.tense == Tense::Past;
        let have_been = match (self.vessels.len(), past) {
            (_, true) if self.vessels.len() < 2 => "was",
            (_, true) => "were",
            (2.., false) => "have been",
            (_, false) => "has been",
        };
        let held = self.last_at - self.started_at;
        let is = if past { "was" } else { "is" };
        match (self.behaviour, self.form) {
            ("rendezvous", "underway") => {
                let apart = self.within();
                let speed = self.at_speed("median_knots", "a median ");
                let again = self.meeting_again();
                format!("{have_been} side by side under way{apart}{speed} for {held}{again}")
            }
            ("rendezvous", _) => {
                let apart = self.within();
                let speed = self.at_speed("median_knots", "a median ");
                let again = self.meeting_again();
                format!("{have_been} together{apart}{speed} for {held}{again}")
            }
            ("async_rendezvous", _) => self.collecting(past, held),
            ("dark_rendezvous", _) => self.unseen(past),
            ("loitering", form) => self.loitering(form, have_been, &held.to_string()),
            ("slowdown", "hole") => {
                let made = self.of("made_good_nm", "", " nm");
                let minutes = self.of("hole_minutes", "", " min");
                let knots = self.of("implied_knots", " (", " kn");
                let usual = self.of("usual_knots", ", usually ", " kn)");
                format!("made {made} in {minutes} without a report{knots}{usual}, under way before and after")
            }
            ("slowdown", _) => {
                let usual = self.of("usual_knots", ", usually ", " kn");
                let before = self.of("under_way_hours", ", after ", " h under way");
                format!("{have_been} slow{}{usual}{before}, for {held}", self.still_speed())
            }
            ("out_and_back", _) => {
                let back = self.of("back_nm", " to ", " nm from where it left");
                let out = self.of("farthest_nm", " ", " nm");
                let stop = self.of("stop_hours", " for ", " h");
                format!(
                    "came back{back} after {held} without a port, having gone{out} out and stopped{stop} in open water"
                )
            }
            ("small_craft_stop", _) => {
                let wind = self.of("wind_knots", ", in wind of up to ", " kn");
                format!("{have_been} lying still{}{wind} for {held}", self.still_speed())
            }
            ("fishing_out_of_place", _) => {
                let passage = self.of("passage_hours", " after ", " h straight on");
                let knots = self.of("passage_knots", " at ", " kn");
                let far = self.of("passage_nm", " (", " nm)");
                format!("{have_been} stopped for {held},{passage}{knots}{far}")
            }
            ("drift", _) => {
                let off = self.of("drift_degrees", ", ", "° off its heading");
                format!("{have_been} adrift{}{off} for {held}", self.at_speed("speed_made_good_knots", ""))
            }
            ("zone_entry", _) => {
                format!("entered {} at {} UTC", self.zone(), self.started_at.clock())
            }
            ("zone_exit", _) => format!("left {} at {} UTC", self.zone(), self.started_at.clock()),
            ("zone_speed", form) => {
                let pace = if form == "too_slow" { "slower" } else { "faster" };
                let speed = self.at_speed("speed_made_good_knots", "");
                format!("{have_been} {pace} than {} expects{speed} for {held}", self.zone())
            }
            ("limit_hugging", _) => {
                let out = self.number("outside_nm").map_or(String::new(), |nm| format!("{} ", distance(nm)));
                let speed = self.at_speed("speed_made_good_knots", "");
                format!("{have_been} slow {out}outside {}{speed} for {held}", self.zone())
            }
            ("alongside_at_anchor", _) => {
                let apart = self.within();
                let again = match self.number("visit") {
                    Some(visit) if 1.0 < visit => ", and not for the first time",
                    Some(_) | None => "",
                };
                format!(
                    "{have_been} side by side{apart} in {} for {held}, one of them at anchor or moored{again}",
                    self.zone()
                )
            }
            ("draught_change", _) => {
                let metres = |key| self.number(key).map_or("?".to_owned(), |metres| format!("{metres:.1}"));
                let (before, after) = (metres("draught_before_metres"), metres("draught_after_metres"));
                let silent = self
                    .number("silent_hours")
                    .map_or(String::new(), |hours| format!(", after {} h in which nobody heard it", decimals(hours)));
                format!(
                    "changed its draught from {before} to {after} m at {} UTC with no port between{silent}",
                    self.started_at.clock()
                )
            }
            ("voyage_anomaly", "short_calls") => {
                let calls = self.number("short_calls").unwrap_or(2.0);
                let draught = self.number("draught_change_metres").unwrap_or(0.0);
                format!(
                    "made {calls:.0} short port calls in a row without loading or unloading (draught changed by {draught:.1} m at the last)"
                )
            }
            ("voyage_anomaly", _) => {
                let port = |key: &str| self.measured.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
                let (before, after) = (port("destination_before"), port("destination_after"));
                format!(
                    "changed its destination from {before} to {after} at {} UTC while at sea",
                    self.started_at.clock()
                )
            }
            ("ais_gap", _) => self.gap(past),
            ("feed_silent", _) => self.feed(past),
            ("distress", "test") => format!("{is} sending a distress test since {} UTC", self.started_at.clock()),
            ("distress", _) => format!("{is} sending a distress signal since {} UTC", self.started_at.clock()),
            (behaviour, form) => {
                if let Some(doing) = named::doing(self) {
                    return doing;
                }
                let form = if form.is_empty() { String::new() } else { format!(" ({})", form_words(form)) };
                format!("{is} in {}{form} for {held}", behaviour.replace('_', " "))
            }
        }
    }

    /// `stopped for 20 min within 0.5 nm of where BIG (ES, cargo) had slowed to 3 kn (usually 12 kn) for 24 min, 4.5 h before`.
    fn collecting(&self, past: bool, held: Span) -> String {
        let dropper = self.vessels.iter().find(|vessel| vessel.role == Some("dropper"));
        let ship = dropper.map_or_else(|| "a ship".to_owned(), name);
        let did = match self.measured.get("drop").and_then(Value::as_str) {
            Some("kink") => format!(
                "had gone {} nm aside of her course and come back",
                self.number("aside_nm").map_or_else(String::new, decimals)
            ),
            _ => format!(
                "had slowed to {} kn (usually {} kn) for {} min",
                self.number("slowest_knots").map_or_else(String::new, decimals),
                self.number("usual_knots").map_or_else(String::new, decimals),
                self.number("slow_minutes").map_or_else(String::new, decimals),
            ),
        };
        let before = self.of("hours_between", ", ", " h before");
        let apart = self.of("distance_nm", "within ", " nm of ");
        let others = match self.measured.get("other_candidates").and_then(Value::as_array).map(Vec::len) {
            Some(others @ 1..) => format!(" (one of {} ships that slowed or turned there)", others + 1),
            _ => String::new(),
        };
        let craft = match self.number("craft_stopped_there") {
            Some(craft) if 1.0 < craft => format!("; {craft:.0} small craft have stopped there since"),
            Some(_) | None => String::new(),
        };
        let stopped = if past { "stopped" } else { "has stopped" };
        format!("{stopped} for {held} {apart}where {ship} {did}{before}{others}{craft}")
    }

    /// An input, station or cell, as it may be printed.
    pub(super) fn source(&self) -> String {
        clean(self.zone_id).unwrap_or_else(|| "without a name".to_owned())
    }

    /// `has been silent since 12:00 UTC, for 2 h 00 min, where it would have been heard`; once it is over, what that shows.
    fn gap(&self, past: bool) -> String {
        let since = self.started_at.clock();
        let held = self.last_at - self.started_at;
        let text = |key: &str| self.measured.get(key)?.as_str();
        let heading = text("heading_for").and_then(clean).map_or(String::new(), |zone| format!(", heading for {zone}"));
        let record = self.number("own_record_percent");
        let record = record.map(|share| format!("heard in {share:.0} % of the 10-minute slots of the day before"));
        let expected = match (self.number("out_of_reach_minutes"), record) {
            (Some(minutes), _) => format!("on a course that left the water this feed hears after {minutes:.0} min"),
            (None, Some(record)) if self.measured.contains_key("only_vessel_of_its_input") => {
                format!("while its input heard no vessel at all; it had been {record}")
            }
            (None, Some(record)) => format!("where it would have been heard ({record})"),
            (None, None) => "where it would have been heard".to_owned(),
        };
        if !past {
            return format!("has been silent since {since} UTC, for at least {held}, {expected}{heading}");
        }
        let again = match (self.number("distance_nm"), self.number("implied_knots"), self.number("slack_hours")) {
            (Some(nm), Some(knots), Some(slack)) => format!(
                ", and was heard again {} further on: {} kn if straight, {} h of slack",
                distance(nm),
                decimals(knots),
                decimals(slack)
            ),
            _ => String::new(),
        };
        format!("was silent from {since} UTC for {held} {expected}{heading}{again}")
    }

    fn feed(&self, past: bool) -> String {
        let since = self.started_at.clock();
        let (has, is) = if past { ("had", "was") } else { ("has", "is") };
        match (self.form, self.number("vessels_lost")) {
            ("area", Some(vessels)) => {
                let vessels = match vessels {
                    1.0 => "1 vessel".to_owned(),
                    vessels => format!("{} vessels at once", decimals(vessels)),
                };
                let heard = self.of("heard_every_minutes", ", heard at least every ", " min before");
                format!("fell silent at {since} UTC, {vessels}{heard}: the receiver, not they")
            }
            ("station", _) => {
                let usual = self.of("usual_interval_minutes", " (", " min)");
                format!("{is} silent since {since} UTC, for longer than 99.9 % of its own pauses{usual}")
            }
            _ => format!("{has} said nothing since {since} UTC"),
        }
    }

    /// `stopped for 40 min where GHOST (ES, sailing), silent since 10:00 UTC, could have come: one of 2 possible`.
    fn unseen(&self, past: bool) -> String {
        let dark = self.vessels.iter().find(|vessel| vessel.role == Some("dark"));
        let dark = dark.map_or_else(|| "a vessel".to_owned(), name);
        let since = self.measured.get("silent_since").and_then(Value::as_str).and_then(|at| at.get(11..16));
        let since = since.map_or_else(String::new, |clock| format!(" since {clock} UTC"));
        let stopped = self.number("stopped_minutes").map(|minutes| Span::from_minutes(minutes as i64));
        let minutes = stopped.map_or_else(String::new, |stopped| format!(" for {stopped}"));
        let slack = self.of("slack_hours", ", with ", " h to spare");
        let possible = self.number("possible").unwrap_or(1.0);
        let stopped = if past { "stopped" } else { "has stopped" };
        format!("{stopped}{minutes} where {dark}, silent{since}, could have come{slack}: one of {possible:.0} possible")
    }

    fn loitering(&self, form: &str, have_been: &str, held: &str) -> String {
        let round = match (self.number("circling_path_nm"), self.number("circling_net_nm")) {
            (Some(path), Some(net)) => {
                let hours = self.of("circling_hours", " in ", " h");
                format!(" ({} nm sailed{hours}, {} nm made good)", decimals(path), decimals(net))
            }
            _ => String::new(),
        };
        let limit = number(self.thresholds, "slow_knots");
        let slow = match limit {
            Some(knots) => format!("{have_been} below {} kn", decimals(knots)),
            None => format!("{have_been} slow"),
        };
        let anchored = match (self.anchored, self.measured.get("anchored_by").and_then(Value::as_str)) {
            (false, _) => String::new(),
            (true, Some("swing" | "still")) => {
                format!(", lying within {},", distance(self.number("anchored_nm").unwrap_or(0.0)))
            }
            (true, _) => ", at anchor by its own word,".to_owned(),
        };
        let clock = self.last_at - self.started_at;
        let counted = self.number("counted_minutes").map(|minutes| Span::from_millis((minutes * 60_000.0) as i64));
        let held = match counted.filter(|counted| UNCOUNTED < clock - *counted) {
            Some(counted) => format!("{counted} of {held} (the rest not heard, or faster)"),
            None => held.to_owned(),
        };
        match (form.contains("circling"), form.contains("slow")) {
            (true, false) => format!("{have_been} circling{round} for {clock}"),
            (true, true) => format!("{slow} and circling{round} for {clock}"),
            (false, _) => format!("{slow}{anchored} for {held}"),
        }
    }

    /// `, their 3rd meeting within 14 days, after 85 min side by side at 4.1 kn`; nothing of a first one.
    fn meeting_again(&self) -> String {
        let again = self.number("earlier_meetings_14_days");
        let again = again
            .map_or_else(String::new, |earlier| format!(", their {} meeting within 14 days", ordinal(earlier + 1.0)));
        let fished = self.of("side_by_side_minutes", ", after fishing ", " min side by side");
        format!("{again}{fished}{}", self.of("side_by_side_knots", " at ", " kn"))
    }

    fn within(&self) -> String {
        match self.number("max_distance_metres") {
            Some(metres) => format!(" within {}", distance(metres / METRES_PER_NM)),
            None => String::new(),
        }
    }

    /// The speed of what lies still or is slow; nothing once it is neither.
    fn still_speed(&self) -> String {
        let limit = number(self.thresholds, "slow_knots");
        match self.number("speed_made_good_knots") {
            Some(knots) if limit.is_none_or(|limit| knots < limit) => format!(" at {} kn", decimals(knots)),
            _ => String::new(),
        }
    }

    fn at_speed(&self, key: &str, what: &str) -> String {
        match self.number(key) {
            Some(knots) => format!(" at {what}{} kn", decimals(knots)),
            None => String::new(),
        }
    }

    /// A measured number between two texts; nothing if it was not measured.
    fn of(&self, key: &str, before: &str, after: &str) -> String {
        self.number(key).map_or_else(String::new, |value| format!("{before}{}{after}", decimals(value)))
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        number(self.measured, key)
    }
}
