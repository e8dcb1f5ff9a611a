//! The texts of `async_rendezvous` alerts.
//!
//! The subject is the boat alone, because the ship was there hours before. Score lines: `async_rendezvous` is the base; `late`, `far` and
//! `by_chance` take points from it.

use crate::base::text::{about_hours, decimals, distance};
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::named::{Role, VesselRef};
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, STOPPED_KNOTS, Tense, Who, Words, plain};

use super::facts::{Dropped, Facts, Form, Measured};

/// A stop nearer than this to the track of the ship is on it. Nautical miles, half of the last digit of the measured distance.
const ON_TRACK_NM: f64 = 0.05;

/// A stop this long after the ship is hours later. Hours.
const HOURS: f64 = 1.5;

impl Words for Facts {
    fn who(&self, of: &Circumstances<'_>) -> Who {
        // The ship is named in the rest of the sentence.
        Who::vessels(of.vessels.iter().filter(|vessel| vessel.role != Some(Role::Dropper)))
    }

    /// `stopped for 20 min 0.5 nm from the track of BIG (Spain, cargo), which had slowed to 3 kn (usual 12 kn) for 24 min until 09:24 UTC,
    /// 4.5 h earlier`.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let dropper = of.vessels.iter().find(|vessel| vessel.role == Some(Role::Dropper));
        let ship = dropper.map_or_else(|| "a ship".to_owned(), VesselRef::title);
        let did = match &self.measured.drop {
            Dropped::Kink { dropped_at, aside_nm, .. } => {
                format!(
                    "had turned {} nm off its course and back at {} UTC",
                    decimals(*aside_nm),
                    of.clock(*dropped_at)
                )
            }
            Dropped::SlowLeg { slow_until, slow_minutes, slowest_knots, usual_knots, .. } => {
                let (minutes, until) = (slow_minutes.whole_minutes(), of.clock(*slow_until));
                match f64::from(*slowest_knots) {
                    ..STOPPED_KNOTS => format!("had lain stopped for {minutes} until {until} UTC"),
                    knots => {
                        let (slowest, usual) = (decimals(knots), decimals(*usual_knots));
                        format!("had slowed to {slowest} kn (usual {usual} kn) for {minutes} until {until} UTC")
                    }
                }
            }
        };
        let before = about_hours(self.measured.hours_between);
        let apart = match f64::from(self.measured.distance_nm) {
            ..ON_TRACK_NM => "on".to_owned(),
            nm => format!("{} from", distance(nm)),
        };
        let ships = self.measured.ships_there;
        let others =
            ships.map_or_else(String::new, |ships| format!(" (one of {ships} ships that slowed or turned there)"));
        let craft = match (self.measured.craft_stopped_there, self.measured.numbers()) {
            (craft @ 2.., numbers) => format!("; {craft} small craft have stopped there since{numbers}"),
            _ => String::new(),
        };
        let stopped = if of.tense == Tense::Past { "stopped" } else { "has stopped" };
        let held = of.held();
        format!("{stopped} for {held} {apart} the track of {ship}, which {did}, {before} earlier{others}{craft}")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was dropped or recovered")
    }

    fn opened(&self, _: &Opening) -> String {
        "stopped where another ship had slowed or turned".to_owned()
    }

    fn line(&self, code: &str, _: &Site<'_>) -> String {
        let Measured { hours_between, distance_nm, expected_by_chance, .. } = &self.measured;
        match code {
            "late" => format!("{hours_between:.1} h later: many other explanations"),
            "far" => format!("{distance_nm:.1} nm away: many other explanations"),
            "by_chance" => format!("{expected_by_chance:.1} such stops expected there in that time by chance alone"),
            _ => {
                let hours = if HOURS <= f64::from(*hours_between) { "hours " } else { "" };
                format!("Small craft stopped where a ship had slowed or turned {hours}earlier")
            }
        }
    }

    fn part(&self, part: &'static str) -> String {
        match part {
            "by_chance" => "no more than chance would bring".to_owned(),
            "crowd" => "one of many craft that stopped there".to_owned(),
            other => plain(other),
        }
    }

    fn limits(&self) -> Vec<Limit> {
        let Measured { expected_by_chance: expected, craft_stopped_there: craft, .. } = &self.measured;
        let text = match self.form {
            Form::Collected => return Vec::new(),
            Form::ByChance => format!("{expected:.1} such stops expected there by chance alone: recorded as a fact"),
            Form::Crowd => {
                format!("{craft} craft stopped there since, too many to single one out: recorded as a fact")
            }
        };
        vec![Limit::fact(text)]
    }

    /// The evidence is no use without the ship's own visit.
    fn shown_from(&self, started_at: Time) -> Time {
        match self.measured.drop {
            Dropped::SlowLeg { dropped_at, .. } | Dropped::Kink { dropped_at, .. } => dropped_at.min(started_at),
        }
    }

    fn dropper(&self) -> Option<Mmsi> {
        Some(self.measured.dropper_mmsi)
    }

    fn collector(&self) -> Option<Mmsi> {
        Some(self.measured.collector_mmsi)
    }
}

impl Measured {
    /// ` (MMSI 224000001, 224000002 and others)`; empty if only one craft stopped there.
    fn numbers(&self) -> String {
        let Some(craft) = &self.craft else {
            return String::new();
        };
        let numbers: Vec<String> = craft.iter().map(|mmsi| format!("{:09}", mmsi.0)).collect();
        let more = if craft.len() < self.craft_stopped_there { " and others" } else { "" };
        format!(" (MMSI {}{more})", numbers.join(", "))
    }
}
