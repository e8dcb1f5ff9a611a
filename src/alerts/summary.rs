//! The summary of an alert: one sentence about what happens, and one about what the AIS data do not show.

use serde_json::{Map, Value};

use crate::ais::ship_type_name;
use crate::behaviours::Behaviour;
use crate::geo::{LatLon, Ports};
use crate::time::{Span, Time};
use crate::tracks::country_of;
use crate::units::METRES_PER_NM;

use super::alert::{Sentence, VesselRef, ZoneRef};
use super::named;
use super::party::clean;

mod deeds;
mod opening;

pub(super) use opening::{form_words, opened_because};

/// Upper limit of the zones that are named; further ones are counted.
const ZONES_NAMED: usize = 3;

/// The data that a summary is made from.
pub(super) struct Told<'a> {
    pub(super) behaviour: Behaviour,
    pub(super) form: &'static str,
    pub(super) vessels: &'a [VesselRef],
    pub(super) zones: &'a [ZoneRef],
    /// Id of the zone that the alert is about; empty for most behaviours.
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

/// Tense of the sentences: `Present` while the behaviour holds, `Past` once it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tense {
    Present,
    Past,
}

/// The summary, one or two sentences that an analyst can read out, and the first of them in parts.
pub(super) fn summary(told: &Told<'_>) -> (String, Sentence) {
    let sentence =
        Sentence { who: told.who(), deed: told.doing(), off: told.off(), zones: told.zones(), night: told.night };
    (format!("{} {}", sentence.text(), told.caveat()), sentence)
}

impl Told<'_> {
    fn who(&self) -> String {
        // The subject of these is the vessel that stopped; the other vessel is named in the rest of the sentence.
        let told = |vessel: &&VesselRef| match self.behaviour {
            Behaviour::AsyncRendezvous => vessel.role != Some("dropper"),
            Behaviour::DarkRendezvous => vessel.role != Some("dark"),
            _ => true,
        };
        let names: Vec<String> = self.vessels.iter().filter(told).map(name).collect();
        if let Some(who) = named::who(self) {
            return who;
        }
        match (names.is_empty(), self.form) {
            (false, _) => names.join(" and "),
            (true, "station") => format!("Station {}", self.source()),
            (true, "area") => {
                let all = self.number("vessels_lost").map_or("vessels".to_owned(), |lost| format!("{lost:.0} vessels"));
                let around =
                    self.position.map_or_else(|| format!("in {}", self.source()), |at| format!("near {}", about(at)));
                format!("All {all} {around}")
            }
            (true, _) => format!("Input {}", self.source()),
        }
    }

    /// Name of the zone that the alert is about.
    fn zone(&self) -> String {
        let about = self.zones.iter().find(|zone| zone.id == self.zone_id);
        match about.or(self.zones.first()) {
            // A reader would take a comma for the end of the name.
            Some(zone) => match clean(&zone.name) {
                Some(name) if name.contains(',') => format!("\"{name}\""),
                name => name.unwrap_or_else(|| zone.id.clone()),
            },
            None if self.zone_id.is_empty() => "a zone".to_owned(),
            None => self.zone_id.to_owned(),
        }
    }

    /// Distances from the coast and from the nearest harbour, each preceded by a comma.
    fn off(&self) -> String {
        let mut place = String::new();
        // An area is already named by its position.
        if self.behaviour == Behaviour::FeedSilent {
            return place;
        }
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

    /// The zones it is inside or near, each group preceded by a comma.
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

    /// What the AIS data do not show, and what is only reported by the ship itself.
    fn caveat(&self) -> String {
        let word = match self.vessels.len() {
            2.. => "Names and types as reported by the ships",
            _ => "Name and type as reported by the ship",
        };
        let unseen = match (self.behaviour, self.form) {
            (Behaviour::Rendezvous | Behaviour::AlongsideAtAnchor, _) => {
                "the AIS data do not show whether anything was transferred"
            }
            (Behaviour::DarkRendezvous, _) => "the AIS data do not show whether they met",
            (Behaviour::AsyncRendezvous, _) => "the AIS data do not show whether anything was dropped or recovered",
            (Behaviour::Loitering, _) => "boats without AIS near it would not be seen",
            (Behaviour::Slowdown, _) => "transfers, and boats without AIS near it, would not be seen",
            (Behaviour::OutAndBack, _) => "the AIS data do not show whom it met there",
            (Behaviour::SmallCraftStop, _) => {
                "the AIS data do not say why, and craft without AIS beside it would not be seen"
            }
            (Behaviour::Drift, _) => "the AIS data do not show whether the engine failed or was stopped",
            (Behaviour::ZoneEntry | Behaviour::ZoneExit | Behaviour::ZoneSpeed | Behaviour::LimitHugging, _) => {
                "the AIS data do not say why"
            }
            (Behaviour::DraughtChange | Behaviour::VoyageAnomaly, _) => "draught and destination are entered by hand",
            (Behaviour::AisGap, _) => {
                "the AIS data do not show where it was, or whether the transponder was switched off or failed"
            }
            (Behaviour::FeedSilent, "area") => {
                return "This concerns our reception, not a vessel; vessels there are not seen until it returns."
                    .to_owned();
            }
            (Behaviour::FeedSilent, _) => {
                return "This concerns our reception, not a vessel; what is heard only there is not seen until it returns."
                    .to_owned();
            }
            (Behaviour::Distress, "test") => "Reported as a test; no distress",
            (Behaviour::Distress, _) => "Treat as real until the coast guard says otherwise",
            (Behaviour::IdentityChange, _) => "the AIS data do not show who owns it",
            (Behaviour::PositionJump, _) => "the AIS data do not show which position is true",
            (Behaviour::IdentityConflict, _) => "the AIS data do not show which of them the number was assigned to",
            (Behaviour::Interference, _) => "The AIS data do not show where they really are",
            _ => "craft without AIS would not be seen",
        };
        let heard = match self.satellite_only {
            true => "; heard by satellite only, so fixes are few",
            false => "",
        };
        match self.behaviour {
            Behaviour::Distress | Behaviour::Interference => format!("{unseen}{heard}."),
            _ => format!("{word}; {unseen}{heard}."),
        }
    }
}

/// `ALFA (Spain, fishing)`, `MMSI 224123456 (Spain, cargo)`, `AIS-SART 970011234`.
fn name(vessel: &VesselRef) -> String {
    let device = match vessel.mmsi / 1_000_000 {
        970 => Some("AIS-SART"),
        972 => Some("Man-overboard beacon"),
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
    format!("{name} ({})", flag_and_type(vessel))
}

/// `Spain, fishing`; only the type if the MMSI belongs to no country.
pub(super) fn flag_and_type(vessel: &VesselRef) -> String {
    let kind = ship_type_name(vessel.ship_type);
    match vessel.flag {
        Some(flag) => format!("{}, {kind}", country_of(flag).unwrap_or(flag)),
        None => kind.to_owned(),
    }
}

/// `37.9° N 18.4° W`: a position to a tenth of a degree.
fn about(at: LatLon) -> String {
    let (north, east) = (if at.lat < 0.0 { 'S' } else { 'N' }, if at.lon < 0.0 { 'W' } else { 'E' });
    format!("{:.1}° {north} {:.1}° {east}", at.lat.abs(), at.lon.abs())
}

/// The time between two moments, each cut to the minute as shown, so that subtracting the shown times gives the same.
pub(super) fn elapsed(from: Time, to: Time) -> Span {
    (to.floor_minute() - from.floor_minute()).max(Span::ZERO)
}

/// `4.5 h`, `34 h`: hours with a tenth only below 10.
pub(super) fn about_hours(hours: f64) -> String {
    match hours {
        ..9.95 => format!("{} h", decimals(hours)),
        _ => format!("{hours:.0} h"),
    }
}

pub(super) fn number(numbers: &Map<String, Value>, key: &str) -> Option<f64> {
    numbers.get(key)?.as_f64()
}

/// Metres under 1 nm (in steps of 50 m from half a mile on), otherwise nautical miles, with one decimal below 10.
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

/// A number with one decimal, or none if that is zero.
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
        assert_eq!([0.5, 4.46, 9.94, 9.96, 34.4].map(about_hours).join(" "), "0.5 h 4.5 h 9.9 h 10 h 34 h");
        assert_eq!(about(LatLon { lat: 37.875, lon: -18.375 }), "37.9° N 18.4° W");
        assert_eq!(
            [1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 22.0, 31.0, 113.0].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 22nd 31st 113th"
        );
    }
}
