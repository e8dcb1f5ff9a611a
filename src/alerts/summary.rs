//! The summary of an alert: one sentence that says what happens, one that says what AIS cannot show.

use serde_json::{Map, Value};

use crate::geo::{LatLon, Ports};
use crate::time::{Span, Time};
use crate::units::METRES_PER_NM;

use super::alert::{Sentence, VesselRef, ZoneRef};
use super::named;
use super::party::{clean, type_name};

mod deeds;

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

/// What happens, and what AIS cannot show: one or two sentences an analyst can read out, and the first of them in its parts.
pub(super) fn summary(told: &Told<'_>) -> (String, Sentence) {
    let sentence =
        Sentence { who: told.who(), deed: told.doing(), off: told.off(), zones: told.zones(), night: told.night };
    (format!("{} {}", sentence.text(), told.caveat()), sentence)
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
        ("slowdown", "hole") => "little way made in a hole, under way before and after".to_owned(),
        ("slowdown", _) => format!("slow after hours under way, for {held}"),
        ("drift", _) => format!("adrift for {held}"),
        ("ais_gap", "out_of_reach") => format!("silent for {held}, its course out of reach of the feed"),
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

    /// The zone it is about.
    fn zone(&self) -> String {
        let about = self.zones.iter().find(|zone| zone.id == self.zone_id);
        match about.or(self.zones.first()) {
            Some(zone) => clean(&zone.name).unwrap_or_else(|| zone.id.clone()),
            None if self.zone_id.is_empty() => "a zone".to_owned(),
            None => self.zone_id.to_owned(),
        }
    }

    /// Off the coast, and from the nearest harbour; each with a comma before it.
    fn off(&self) -> String {
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
        place
    }

    /// Inside and near which zones; each with a comma before it.
    fn zones(&self) -> String {
        let mut place = String::new();
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

/// Metres under 1 nm (to 50 m from half a mile on), else nautical miles, one decimal below 10.
pub(super) fn distance(nm: f64) -> String {
    match nm {
        ..0.5 => format!("{:.0} m", nm * METRES_PER_NM),
        0.5..1.0 => format!("{:.0} m", (nm * METRES_PER_NM / 50.0).round() * 50.0),
        1.0..9.95 => format!("{nm:.1} nm"),
        _ => format!("{nm:.0} nm"),
    }
}

/// `2nd`, `11th`, `23rd`.
pub(super) fn ordinal(number: f64) -> String {
    let whole = number.max(0.0).round() as u64;
    let end = match (whole % 10, whole % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{whole}{end}")
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
        assert_eq!(distance(0.98), "1800 m");
        assert_eq!(distance(1.0), "1.0 nm");
        assert_eq!(distance(9.94), "9.9 nm");
        assert_eq!(distance(9.96), "10 nm");
        assert_eq!(distance(61.4), "61 nm");
        assert_eq!((decimals(2.0), decimals(1.14)), ("2".to_owned(), "1.1".to_owned()));
        assert_eq!(
            [1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 22.0, 31.0, 113.0].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 22nd 31st 113th"
        );
    }
}
