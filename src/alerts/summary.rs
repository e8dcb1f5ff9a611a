//! The summary of an alert: one sentence that says what happens, one that says what AIS cannot show.

use serde_json::{Map, Value};

use crate::geo::{LatLon, Ports};
use crate::time::{Span, Time};
use crate::units::METRES_PER_NM;

use super::alert::{VesselRef, ZoneRef};
use super::named;
use super::party::{clean, type_name};

/// More zones than this are counted, not named.
const ZONES_NAMED: usize = 3;

/// What a summary tells.
pub(super) struct Told<'a> {
    pub(super) behaviour: &'static str,
    pub(super) form: &'static str,
    pub(super) vessels: &'a [VesselRef],
    pub(super) zones: &'a [ZoneRef],
    /// The zone it is about, by id; empty for most behaviours.
    pub(super) zone_id: &'a str,
    pub(super) thresholds: &'a Map<String, Value>,
    pub(super) measured: &'a Map<String, Value>,
    pub(super) started_at: Time,
    pub(super) last_at: Time,
    pub(super) tense: Tense,
    pub(super) position: Option<LatLon>,
    pub(super) shore_nm: Option<f64>,
    pub(super) night: bool,
    pub(super) anchored: bool,
    pub(super) satellite_only: bool,
    pub(super) ports: &'a Ports,
}

/// Whether it goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tense {
    Present,
    Past,
}

/// One or two sentences an analyst can read out.
pub(super) fn summary(told: &Told<'_>) -> String {
    let who = told.who();
    let place = told.place();
    let night = if told.night { ", at night" } else { "" };
    let mut text = format!("{who} {}{place}{night}.", told.doing());
    let caveat = told.caveat();
    text.push(' ');
    text.push_str(&caveat);
    text
}

/// Why an alert opened, in a few words.
/// `counted` is the time that counted towards it, where the behaviour says so: less than what passed when there were holes.
pub(super) fn opened_because(behaviour: &str, form: &str, counted: Option<Span>, started_at: Time, at: Time) -> String {
    let held = counted.unwrap_or(at - started_at);
    match (behaviour, form) {
        ("rendezvous", "near" | "close" | "underway") => format!("{form} tier held for {held}"),
        ("rendezvous", "near+long" | "long+near" | "long") => format!("near tier held for {held}"),
        ("rendezvous", _) => format!("close tier held for {held}"),
        ("loitering", "circling") => format!("circling for {held}"),
        ("loitering", _) => format!("slow for {held}"),
        ("dark_rendezvous", _) => "a stop within reach of a silent vessel".to_owned(),
        ("async_rendezvous", _) => "stopped where another had slowed or turned".to_owned(),
        ("slowdown", _) => format!("slow after hours under way, for {held}"),
        ("drift", _) => format!("adrift for {held}"),
        ("ais_gap", _) => format!("silent for {held} where it would have been heard"),
        ("feed_silent", _) => format!("silent for {held}"),
        ("out_and_back", _) => "back from a stop in open water".to_owned(),
        ("small_craft_stop", _) => format!("still for {held}"),
        ("fishing_out_of_place", _) => format!("stopped for {held} after days straight on"),
        ("zone_entry", _) => "entered the zone".to_owned(),
        ("zone_exit", _) => "left the zone".to_owned(),
        ("zone_speed", "too_slow") => format!("too slow for the zone for {held}"),
        ("zone_speed", _) => format!("too fast for the zone for {held}"),
        ("limit_hugging", _) => format!("slow outside the limit for {held}"),
        ("alongside_at_anchor", _) => format!("alongside for {held}"),
        ("draught_change", _) => "another draught, said twice".to_owned(),
        ("voyage_anomaly", "short_calls") => "short calls without a change of draught".to_owned(),
        ("voyage_anomaly", _) => "another destination, kept".to_owned(),
        ("distress", "test") => "distress device under test".to_owned(),
        ("distress", _) => "distress device active".to_owned(),
        (behaviour, _) => match named::opened_because(behaviour, form) {
            Some(because) => because.to_owned(),
            None => format!("{} for {held}", behaviour.replace('_', " ")),
        },
    }
}

/// What a form is called in a reason.
pub(super) fn form_words(form: &str) -> String {
    form.replace('_', " ").replace('+', " and ")
}

impl Told<'_> {
    fn who(&self) -> String {
        // Of a drop and its collection the boat is told of; the ship has its place in what she did.
        let told = |vessel: &&VesselRef| match self.behaviour {
            "async_rendezvous" => vessel.role != Some("dropper"),
            "dark_rendezvous" => vessel.role != Some("dark"),
            _ => true,
        };
        let names: Vec<String> = self.vessels.iter().filter(told).map(name).collect();
        if let Some(who) = named::who(self, &names) {
            return who;
        }
        match (names.is_empty(), self.form) {
            (false, _) => names.join(" and "),
            (true, "station") => format!("Station {}", self.source()),
            (true, "area") => format!("Everybody around {}", self.source()),
            (true, _) => format!("Input {}", self.source()),
        }
    }

    /// The verb and what belongs to it, without the place.
    fn doing(&self) -> String {
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
                format!("{have_been} side by side under way{apart}{speed} for {held}")
            }
            ("rendezvous", _) => {
                let apart = self.within();
                let speed = self.at_speed("median_knots", "a median ");
                format!("{have_been} together{apart}{speed} for {held}")
            }
            ("async_rendezvous", _) => self.collecting(past, held),
            ("dark_rendezvous", _) => self.unseen(past),
            ("loitering", form) => self.loitering(form, have_been, &held.to_string()),
            ("slowdown", _) => {
                let usual = self.of("usual_knots", ", usually ", " kn");
                let before = self.of("under_way_hours", ", after ", " h under way");
                format!("{have_been} slow{}{usual}{before}, for {held}", self.at_speed("speed_made_good_knots", ""))
            }
            ("out_and_back", _) => {
                let out = self.of("farthest_nm", " ", " nm");
                let stop = self.of("stop_hours", " after a stop of ", " h");
                let back = self.of("back_nm", " and came back to ", " nm from where it left");
                format!("went{out} out{back},{stop} in open water, {held} in all")
            }
            ("small_craft_stop", _) => {
                let wind = self.of("wind_knots", ", in wind of up to ", " kn");
                format!("{have_been} lying still{}{wind} for {held}", self.at_speed("speed_made_good_knots", ""))
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

    /// `stopped for 20 min where BIG (ES, cargo) had slowed to 3 kn for 24 min, 4.5 h before`.
    fn collecting(&self, past: bool, held: Span) -> String {
        let dropper = self.vessels.iter().find(|vessel| vessel.role == Some("dropper"));
        let ship = dropper.map_or_else(|| "a ship".to_owned(), name);
        let did = match self.measured.get("drop").and_then(Value::as_str) {
            Some("kink") => format!(
                "had gone {} nm aside of her course and come back",
                self.number("aside_nm").map_or_else(String::new, decimals)
            ),
            _ => format!(
                "had slowed to {} kn (usually {}) for {} min",
                self.number("slowest_knots").map_or_else(String::new, decimals),
                self.number("usual_knots").map_or_else(String::new, decimals),
                self.number("slow_minutes").map_or_else(String::new, decimals),
            ),
        };
        let before = self.of("hours_between", ", ", " h before");
        let apart = self.of("distance_nm", ", ", " nm from there");
        let others = match self.measured.get("other_candidates").and_then(Value::as_array).map(Vec::len) {
            Some(others @ 1..) => format!(" (one of {} ships that slowed or turned there)", others + 1),
            _ => String::new(),
        };
        let stopped = if past { "stopped" } else { "has stopped" };
        format!("{stopped} for {held} where {ship} {did}{before}{apart}{others}")
    }

    /// An input, station or cell, as it may be printed.
    fn source(&self) -> String {
        clean(self.zone_id).unwrap_or_else(|| "without a name".to_owned())
    }

    /// `has been silent since 12:00 UTC, for 2 h 00 min, where it would have been heard`; once it is over, what that shows.
    fn gap(&self, past: bool) -> String {
        let since = self.started_at.clock();
        let held = self.last_at - self.started_at;
        let text = |key: &str| self.measured.get(key)?.as_str();
        let heading = text("heading_for").and_then(clean).map_or(String::new(), |zone| format!(", heading for {zone}"));
        if !past {
            return format!("has been silent since {since} UTC, for {held}, where it would have been heard{heading}");
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
        format!("was silent from {since} UTC for {held} where it would have been heard{heading}{again}")
    }

    fn feed(&self, past: bool) -> String {
        let since = self.started_at.clock();
        let (has, is) = if past { ("had", "was") } else { ("has", "is") };
        match (self.form, self.number("vessels_lost")) {
            ("area", Some(vessels)) => {
                format!("fell silent at {since} UTC, {} vessels at once: the receiver, not they", decimals(vessels))
            }
            ("station", _) => {
                format!("{is} silent since {since} UTC, for longer than 99.9 % of its own pauses")
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
        let minutes = self.of("stopped_minutes", " for ", " min");
        let slack = self.of("slack_hours", ", with ", " h to spare");
        let possible = self.number("possible").unwrap_or(1.0);
        let stopped = if past { "stopped" } else { "has stopped" };
        format!("{stopped}{minutes} where {dark}, silent{since}, could have come{slack}: one of {possible:.0} possible")
    }

    fn loitering(&self, form: &str, have_been: &str, held: &str) -> String {
        let round = match (self.number("circling_path_nm"), self.number("circling_net_nm")) {
            (Some(path), Some(net)) => {
                format!(" ({} nm sailed, {} nm made good)", decimals(path), decimals(net))
            }
            _ => String::new(),
        };
        let limit = number(self.thresholds, "slow_knots");
        let slow = match limit {
            Some(knots) => format!("{have_been} below {} kn", decimals(knots)),
            None => format!("{have_been} slow"),
        };
        let anchored = if self.anchored { ", at anchor by its own word," } else { "" };
        match (form.contains("circling"), form.contains("slow")) {
            (true, false) => format!("{have_been} circling{round} for {held}"),
            (true, true) => format!("{slow} and circling{round} for {held}"),
            (false, _) => format!("{slow}{anchored} for {held}"),
        }
    }

    fn within(&self) -> String {
        match self.number("max_distance_metres") {
            Some(metres) => format!(" within {}", distance(metres / METRES_PER_NM)),
            None => String::new(),
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

    fn number(&self, key: &str) -> Option<f64> {
        number(self.measured, key)
    }

    /// The zone it is about.
    fn zone(&self) -> String {
        let about = self.zones.iter().find(|zone| zone.id == self.zone_id);
        match about.or(self.zones.first()) {
            Some(zone) => clean(&zone.name).unwrap_or_else(|| zone.id.clone()),
            None if self.zone_id.is_empty() => "a zone".to_owned(),
            None => self.zone_id.to_owned(),
        }
    }

    /// Off the coast, from the nearest harbour, inside and near zones; each with a comma before it.
    fn place(&self) -> String {
        let mut place = String::new();
        if let Some(nm) = self.shore_nm.filter(|nm| 0.0 < *nm && nm.is_finite()) {
            place.push_str(&format!(", {} off the coast", distance(nm)));
        }
        let harbour = self.position.and_then(|at| self.ports.nearest(at));
        if let Some((port, nm)) = harbour
            && let Some(name) = clean(&port.name)
        {
            place.push_str(&format!(", {} from {name}", distance(nm)));
            if let Some(country) = clean(&port.country) {
                place.push_str(&format!(" ({country})"));
            }
        }
        for (relation, word) in [("in", "inside"), ("near", "near")] {
            let zones = self.zones.iter();
            let zones = zones.filter(|zone| zone.relation == relation && zone.id != self.zone_id);
            let names: Vec<String> = zones.filter_map(|zone| clean(&zone.name)).collect();
            if names.is_empty() {
                continue;
            }
            let named = names[..names.len().min(ZONES_NAMED)].join(", ");
            place.push_str(&format!(", {word} {named}"));
            if ZONES_NAMED < names.len() {
                place.push_str(&format!(" and {} more zones", names.len() - ZONES_NAMED));
            }
        }
        place
    }

    /// What AIS cannot show, and what is only the ship's own word.
    fn caveat(&self) -> String {
        let word = match self.vessels.len() {
            2.. => "Names and types are the ships' own word",
            _ => "Name and type are the ship's own word",
        };
        let unseen = match self.behaviour {
            "rendezvous" | "alongside_at_anchor" => "AIS cannot show what passed between them",
            "dark_rendezvous" => "AIS cannot show whether they met: it could have come, no more",
            "async_rendezvous" => "AIS cannot show whether anything was dropped or taken up",
            "loitering" => "AIS cannot show small boats without transponders near it",
            "slowdown" => "AIS cannot show what was handed over meanwhile, nor boats without transponders",
            "out_and_back" => "AIS cannot show whom it met there",
            "small_craft_stop" => "AIS cannot show why, nor craft without transponders beside it",
            "drift" => "AIS cannot show whether the engine failed or was stopped",
            "zone_entry" | "zone_exit" | "zone_speed" | "limit_hugging" => "AIS cannot show why",
            "draught_change" | "voyage_anomaly" => "draught and destination are typed by hand",
            "ais_gap" => "AIS cannot show where it was, nor whether it was switched off or broke",
            "feed_silent" => return "No vessel is to blame; nothing is seen through it meanwhile.".to_owned(),
            "distress" => "AIS cannot show whether anybody needs help",
            "identity_change" => "AIS cannot show who owns her",
            "position_jump" => "AIS cannot show which position is true",
            "identity_conflict" => "AIS cannot show which of them the number was given to",
            "interference" => "AIS cannot show where they really are",
            _ => "AIS cannot show craft without transponders",
        };
        let heard = match self.satellite_only {
            true => "; heard by satellite only, so fixes are few",
            false => "",
        };
        match self.behaviour {
            "distress" | "interference" => format!("{unseen}{heard}."),
            _ => format!("{word}; {unseen}{heard}."),
        }
    }
}

/// `ALFA (ES, fishing)`, `MMSI 224123456 (ES, cargo)`, `AIS-SART 970011234`.
fn name(vessel: &VesselRef) -> String {
    let device = match vessel.mmsi / 1_000_000 {
        970 => Some("AIS-SART"),
        972 => Some("Man-overboard device"),
        974 => Some("EPIRB"),
        _ => None,
    };
    if let Some(device) = device {
        return format!("{device} {}", vessel.mmsi);
    }
    let name = match &vessel.name {
        Some(name) => name.clone(),
        None => format!("MMSI {:09}", vessel.mmsi),
    };
    let kind = type_name(vessel.ship_type);
    match vessel.flag {
        Some(flag) => format!("{name} ({flag}, {kind})"),
        None => format!("{name} ({kind})"),
    }
}

pub(super) fn number(numbers: &Map<String, Value>, key: &str) -> Option<f64> {
    numbers.get(key)?.as_f64()
}

/// Metres under 1 nm, else nautical miles, one decimal below 10.
pub(super) fn distance(nm: f64) -> String {
    match nm {
        ..1.0 => format!("{:.0} m", nm * METRES_PER_NM),
        1.0..9.95 => format!("{nm:.1} nm"),
        _ => format!("{nm:.0} nm"),
    }
}

/// At most one decimal, none that is zero.
pub(super) fn decimals(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_metres_then_tenths_then_miles() {
        assert_eq!(distance(0.0972), "180 m");
        assert_eq!(distance(1.0), "1.0 nm");
        assert_eq!(distance(9.94), "9.9 nm");
        assert_eq!(distance(9.96), "10 nm");
        assert_eq!(distance(61.4), "61 nm");
        assert_eq!((decimals(2.0), decimals(1.14)), ("2".to_owned(), "1.1".to_owned()));
    }
}
