//! Notices: interference, listed ships, distress devices.

use atalaia_core::alerts::Severity;
use atalaia_core::scenario::{Vessel, away};

use super::draw::{Case, Draw};
use super::slow::Generators;

pub(super) const GENERATORS: Generators = &[
    ("interference", are_thrown_together, are_not_thrown_together),
    ("watchlist", is_listed, is_not_listed),
    ("distress", is_in_distress, is_not_in_distress),
];

fn are_thrown_together(draw: &mut Draw) -> Case {
    jammed(draw, None)
}

fn are_not_thrown_together(draw: &mut Draw) -> Case {
    let variant = draw.variant(4);
    jammed(draw, Some(variant))
}

/// Ships up to 80 nm apart, most of which appear at one place far away.
fn jammed(draw: &mut Draw, twist: Option<usize>) -> Case {
    let middle = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let airfield = away(middle.0, middle.1, draw.course(), draw.between(250.0, 600.0));
    let ships = match twist {
        Some(0) => 2 + draw.variant(3),
        Some(_) => 7,
        None => 7 + draw.variant(4),
    };
    let mut scenario = draw.scenario().loss(0.1);
    for number in 0..ships {
        let (lat, lon) = away(middle.0, middle.1, draw.course(), draw.between(5.0, 40.0));
        let (knots, bearing) = (draw.between(8.0, 14.0), draw.course());
        let minute = match twist {
            // One after another, so that five of them never jump within half an hour.
            Some(2) => 60.0 + 20.0 * number as f64,
            _ => 60.0 + draw.between(0.0, 12.0),
        };
        let ship = draw.ship(70).every_seconds(30).at(lat, lon).drift_minutes(bearing, knots, minute);
        let (spot_lat, spot_lon) = match twist {
            // Each at another place.
            Some(1) => away(airfield.0, airfield.1, 51.0 * number as f64, 70.0),
            _ => away(airfield.0, airfield.1, draw.course(), draw.between(0.0, 1.2)),
        };
        scenario = scenario.vessel(match twist {
            // They meet at sea, but sail there.
            Some(3) => ship.leg_to(middle.0, middle.1, knots).stop_minutes(30.0),
            _ => ship.jump_to(spot_lat, spot_lon).drift_minutes(bearing, 0.5, 70.0),
        });
    }
    let truth = if twist.is_some() { draw.nobody() } else { draw.does(&[], 60.0, 140.0) };
    Case::new(format!("twist {twist:?}: {ships} ships"), &scenario, truth)
}

fn is_listed(draw: &mut Draw) -> Case {
    let place = draw.unwatched();
    let ship = draw.ship(70).at(place.0, place.1);
    let variant = draw.variant(4);
    let ship = match variant {
        0 => Vessel::class_a(228_999_123).name("ANYTHING").at(place.0, place.1),
        1 => ship.imo(9_321_483),
        2 => ship.call_sign(draw.pick(&["FQZX7", "FQ ZX7"])),
        _ => ship.name(draw.pick(&["VERMILION HERON", "VERMILION  HERON", "VERMILLION HERON", "VERMILION HERO"])),
    };
    let ship = ship.drift_minutes(draw.course(), 12.0, draw.between(60.0, 180.0));
    let (mmsi, to) = (ship.mmsi(), ship.minute());
    let scenario = draw.among_traffic(place, to).vessel(ship);
    Case::new(format!("variant {variant}"), &scenario, draw.does(&[mmsi], 0.0, to))
}

fn is_not_listed(draw: &mut Draw) -> Case {
    let place = draw.unwatched();
    let ship = draw.ship(70).at(place.0, place.1);
    let variant = draw.variant(5);
    let ship = match variant {
        0 => Vessel::class_a(228_999_132).name("ANYTHING").at(place.0, place.1),
        1 => ship.imo(9_074_729),
        2 => ship.call_sign("FQZY9"),
        3 => ship.name(draw.pick(&["VERMILION HAVEN", "VERMILION", "HERON", "CARMINE HERON"])),
        // Listed once, but expired.
        _ => ship.name("CRIMSON GANNET"),
    };
    let ship = ship.drift_minutes(draw.course(), 12.0, draw.between(60.0, 180.0));
    let scenario = draw.among_traffic(place, ship.minute()).vessel(ship);
    Case::new(format!("variant {variant}"), &scenario, draw.nobody())
}

fn device(draw: &mut Draw) -> Vessel {
    let prefix = draw.pick(&[970, 972, 974]);
    let mmsi = draw.mmsi() % 1_000_000;
    let (lat, lon) = if draw.chance(0.5) { draw.watched() } else { draw.off_the_coast(2.0) };
    Vessel::class_a(prefix * 1_000_000 + mmsi).every_seconds(draw.pick(&[10, 60])).at(lat, lon)
}

fn is_in_distress(draw: &mut Draw) -> Case {
    let from = draw.between(30.0, 90.0);
    let place = draw.watched();
    let device = device(draw).status(14).from_minute(from);
    let device = device.drift_minutes(draw.course(), 0.7, draw.between(10.0, 120.0));
    let (mmsi, to) = (device.mmsi(), device.minute());
    let scenario = draw.among_traffic(place, 180.0).vessel(device);
    Case::new("a device", &scenario, draw.does(&[mmsi], from, to))
}

/// A test, a buoy, an aid to navigation, a ship with a wrong status.
fn is_not_in_distress(draw: &mut Draw) -> Case {
    let variant = draw.variant(3);
    let place = draw.watched();
    let (device, truth) = match variant {
        0 => (device(draw).status(15), draw.below(Severity::Low)),
        1 => {
            let mmsi = draw.pick(&[992_241_001, 982_241_001, 111_224_001, 973_224_001]);
            (Vessel::class_a(mmsi).status(14).at(place.0, place.1), draw.nobody())
        }
        _ => (draw.ship(30).status(14).at(place.0, place.1), draw.nobody()),
    };
    let device = device.drift_minutes(draw.course(), 0.7, draw.between(10.0, 120.0));
    let scenario = draw.among_traffic(place, 180.0).vessel(device);
    Case::new(format!("variant {variant}"), &scenario, truth)
}
