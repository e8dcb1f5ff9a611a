//! A fleet of any size on straight courses, for benches.
//!
//! Real traffic is uneven: most ships are where many others are. The cost of looking for neighbours depends on it, so
//! benches need clusters.

use super::chance::Chance;
use super::transponder::Transponder;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

/// Ships on straight courses at constant speed. Seven tenths of them are in 400 clusters of uneven weight, the rest anywhere between 60° S
/// and 60° N. Every tenth drifts at below 2 kn, the others sail at 3 to 20 kn.
#[derive(Debug)]
pub struct Fleet {
    /// The ships, in the order of their last reports.
    ships: Vec<Ship>,
    /// Decides the order of reports.
    chance: Chance,
}

/// One ship of a fleet.
#[derive(Debug)]
struct Ship {
    /// A ship station's number, unique in the fleet.
    mmsi: u32,
    /// Position at its last report, and before the first where it starts.
    at: LatLon,
    /// Time of its last report; `None` before the first.
    sent_at: Option<Time>,
    /// Course over ground in degrees.
    course: f64,
    /// Speed over ground.
    knots: f64,
}

impl Fleet {
    /// A fleet of this many vessels.
    /// The same seed gives the same fleet.
    pub fn new(vessels: usize, seed: u64) -> Fleet {
        let mut chance = Chance::new(seed);
        let anywhere = |chance: &mut Chance| LatLon::new(chance.share() * 120.0 - 60.0, chance.share() * 360.0 - 180.0);
        let clusters: Vec<(LatLon, f64)> =
            (0..400).map(|_| (anywhere(&mut chance), chance.share().powi(3) + 0.01)).collect();
        let total: f64 = clusters.iter().map(|(_, weight)| weight).sum();
        let ship = |index| {
            let at = if chance.share() < 0.7 {
                let mut left = chance.share() * total;
                let cluster = clusters.iter().find(|(_, weight)| {
                    left -= weight;
                    left <= 0.0
                });
                let (centre, _) = cluster.unwrap_or(&clusters[0]);
                // The root spreads them evenly over a circle of 60 nm.
                let metres = chance.share().sqrt() * 60.0 * METRES_PER_NM;
                centre.destination(chance.share() * 360.0, metres)
            } else {
                anywhere(&mut chance)
            };
            Ship {
                mmsi: 201_000_000 + (index as u32 % 570) * 1_000_000 + index as u32 / 570,
                at,
                sent_at: None,
                course: chance.share() * 360.0,
                knots: if index % 10 == 0 { chance.share() * 2.0 } else { 3.0 + chance.share() * 17.0 },
            }
        };
        let ships = (0..vessels).map(ship).collect();
        Fleet { ships, chance }
    }

    /// Writes one report of every vessel to `text`, in random order, spread evenly over `every` seconds of event time from `start`, which
    /// must not be before the end of the round before. Clears `text` first and moves each ship on to the time of its report.
    pub fn round(&mut self, start: Time, every: i64, text: &mut Vec<u8>) {
        self.chance.shuffle(&mut self.ships);
        let count = self.ships.len() as i64;
        text.clear();
        for (index, ship) in self.ships.iter_mut().enumerate() {
            let at = Time::from_seconds((start + Span::from_millis(index as i64 * every * 1000 / count)).seconds());
            ship.sail_until(at);
            let report = Transponder::class_a(ship.mmsi).status(0).at(ship.at.lat, ship.at.lon);
            let report = report.knots(ship.knots).course(ship.course).second_of(at);
            text.extend_from_slice(report.lines(Some(at)).as_bytes());
        }
    }
}

impl Ship {
    /// Moves the ship on to the time of its next report. A ship that moved further than its speed allows would seem to jump, and each
    /// would raise alerts.
    fn sail_until(&mut self, at: Time) {
        let span = self.sent_at.map_or(Span::ZERO, |sent_at| at - sent_at);
        self.sent_at = Some(at);
        // A straight line in degrees is good enough: where the ships are exactly has no effect on the cost.
        let degrees = self.knots * span.hours() / 60.0;
        let (east, north) = self.course.to_radians().sin_cos();
        let lon = self.at.lon + degrees * east / self.at.lat.to_radians().cos();
        self.at = LatLon::new(self.at.lat + degrees * north, lon);
    }
}
