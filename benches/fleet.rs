//! The synthetic fleet that the benches share.

use atalaia::ais::encode::{Envelope, Message, Motion};
use atalaia::geo::LatLon;
use atalaia::time::{Span, Time};
use atalaia::units::Mmsi;

/// One vessel on a straight course at constant speed.
pub(crate) struct Ship {
    mmsi: u32,
    at: LatLon,
    course: f64,
    knots: f64,
}

/// Creates a fleet of `vessels` ships. Seven tenths of them are in 400 clusters of uneven weight, the rest anywhere
/// between 60° S and 60° N. Every tenth drifts at below 2 kn, the others sail at 3 to 20 kn.
pub(crate) fn fleet(vessels: usize, random: &mut fastrand::Rng) -> Vec<Ship> {
    let spot = |random: &mut fastrand::Rng| LatLon::new(random.f64() * 120.0 - 60.0, random.f64() * 360.0 - 180.0);
    let clusters: Vec<(LatLon, f64)> = (0..400).map(|_| (spot(random), random.f64().powi(3) + 0.01)).collect();
    let total: f64 = clusters.iter().map(|(_, weight)| weight).sum();
    (0..vessels)
        .map(|index| {
            let at = if random.f64() < 0.7 {
                let mut left = random.f64() * total;
                let place = clusters.iter().find(|(_, weight)| {
                    left -= weight;
                    left <= 0.0
                });
                let (centre, _) = place.unwrap_or(&clusters[0]);
                let away = random.f64().sqrt() * 60.0 * 1852.0;
                centre.destination(random.f64() * 360.0, away)
            } else {
                spot(random)
            };
            Ship {
                mmsi: 201_000_000 + (index as u32 % 570) * 1_000_000 + index as u32 / 570,
                at,
                course: random.f64() * 360.0,
                knots: if index % 10 == 0 { random.f64() * 2.0 } else { 3.0 + random.f64() * 17.0 },
            }
        })
        .collect()
}

/// Writes one report of every vessel to `text`, in random order, spread evenly over `every` seconds of event time from
/// `start`. Clears `text` first and moves the ships on.
pub(crate) fn round(ships: &mut [Ship], start: Time, every: i64, random: &mut fastrand::Rng, text: &mut Vec<u8>) {
    random.shuffle(ships);
    let count = ships.len() as i64;
    text.clear();
    for (index, ship) in ships.iter_mut().enumerate() {
        let at = start + Span::from_millis(index as i64 * every * 1000 / count);
        // A straight line in degrees is good enough: the cost of the encoder is not measured.
        let miles = ship.knots * every as f64 / 3600.0;
        let (east, north) = ship.course.to_radians().sin_cos();
        let lon = ship.at.lon + miles / 60.0 * east / ship.at.lat.to_radians().cos();
        ship.at = LatLon::new(ship.at.lat + miles / 60.0 * north, lon);
        let motion = Motion {
            lat_lon: Some((ship.at.lat, ship.at.lon)),
            sog_knots: Some(ship.knots),
            cog_degrees: Some(ship.course),
            heading_degrees: None,
            status: Some(0),
            second: Some((at.seconds() % 60) as u8),
        };
        let envelope = Envelope { time: Some(Time::from_seconds(at.seconds())), ..Envelope::default() };
        for sentence in Message::class_a(1, Mmsi(ship.mmsi), &motion).sentences(&envelope) {
            text.extend_from_slice(sentence.as_bytes());
            text.push(b'\n');
        }
    }
}
