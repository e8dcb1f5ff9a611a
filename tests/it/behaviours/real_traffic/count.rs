//! Alerts by behaviour and grade, and their number per 1,000 vessel-days.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::outcome::{Grade, Outcome};

/// Amount of traffic in a recording.
pub struct Set {
    vessel_days: usize,
}

impl Set {
    /// Counts vessels by day in rows of the Danish layout. Rows without a position are not counted.
    pub fn of(text: &str) -> Set {
        let mut days: BTreeSet<(&str, &str)> = BTreeSet::new();
        for row in text.lines().skip(1) {
            let mut fields = row.split(',');
            let (Some(time), Some(mmsi), Some(lat)) = (fields.next(), fields.nth(1), fields.next()) else {
                continue;
            };
            if lat.parse::<f64>().is_ok_and(|lat| lat.abs() <= 90.0) {
                days.insert((mmsi, &time[..10]));
            }
        }
        Set { vessel_days: days.len() }
    }

    /// A recording within one day.
    pub fn of_vessels(vessels: u64) -> Set {
        Set { vessel_days: vessels as usize }
    }
}

/// Alerts raised by a replay.
pub struct Count {
    vessel_days: usize,
    wall_seconds: f64,
    /// Alerts at medium or above that were lowered by a correction or superseded by another alert.
    lowered: usize,
    /// Alerts at low, medium, high and critical.
    by_behaviour: BTreeMap<String, [usize; 4]>,
    grave: Vec<String>,
}

impl Count {
    /// Counts each alert by its final state. Retracted ones are left out, and a superseded one is in the same row as its successor.
    pub fn of(outcome: &Outcome, set: &Set) -> Count {
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let mut by_behaviour: BTreeMap<String, [usize; 4]> = BTreeMap::new();
        let (mut grave, mut lowered) = (Vec::new(), 0);
        for told in outcome.told.iter().filter(|told| told.stands()) {
            let place = match told.alert["severity"].as_str().filter(|_| !told.gave_way()) {
                Some("medium") => 1,
                Some("high") => 2,
                Some("critical") => 3,
                _ => 0,
            };
            lowered += usize::from(place == 0 && Grade::Medium <= told.worst);
            by_behaviour.entry(told.behaviour.clone()).or_default()[place] += 1;
            if 0 < place {
                grave.push(format!("{told:?}"));
            }
        }
        let wall_seconds = outcome.summary["wall_seconds"].as_f64().unwrap();
        Count { vessel_days: set.vessel_days, wall_seconds, lowered, by_behaviour, grave }
    }

    /// Alerts at medium and above per 1,000 vessel-days.
    pub fn rate(&self) -> f64 {
        1000.0 * self.grave.len() as f64 / self.vessel_days.max(1) as f64
    }

    /// The first few of those at medium and above.
    pub fn grave(&self) -> &[String] {
        &self.grave[..self.grave.len().min(5)]
    }

    /// A row of the table.
    pub fn row(&self, name: &str, zones: &str) -> String {
        let behaviours = self.by_behaviour.iter();
        let behaviours =
            behaviours.map(|(name, [low, medium, high, critical])| format!("{name} {low}/{medium}/{high}/{critical}"));
        format!(
            "{name:<18} {zones:<7} {:>12} {:>7.1} {:>6} {:>9.1} {:>7}  {}\n",
            self.vessel_days,
            self.wall_seconds,
            self.grave.len(),
            self.rate(),
            self.lowered,
            behaviours.collect::<Vec<_>>().join("; ")
        )
    }
}

/// The heading of the table.
pub fn header() -> String {
    format!(
        "{:<18} {:<7} {:>12} {:>7} {:>6} {:>9} {:>7}  alerts by behaviour: low/medium/high/critical\n",
        "set", "zones", "vessel-days", "wall s", "med+", "per 1,000", "lowered"
    )
}

#[test]
fn vessel_days_count_vessels_per_day_with_a_position() {
    let text = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude\n\
                01/08/2023 00:00:00,Class A,1,10,10\n01/08/2023 09:00:00,Class A,1,10,10\n\
                02/08/2023 00:00:00,Class A,1,10,10\n02/08/2023 00:00:00,Class A,2,91,181\n";
    assert_eq!(Set::of(text).vessel_days, 2);
}
