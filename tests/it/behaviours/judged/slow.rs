//! Slow ships: loitering, slowdown, drift, limit hugging.

use atalaia_core::scenario::{Vessel, away};

use super::draw::{Case, DEAF_MIDDLE, Draw, GATE, LIMIT_MIDDLE, PILOTS, SHELTER};

pub(super) type Generators = &'static [(&'static str, fn(&mut Draw) -> Case, fn(&mut Draw) -> Case)];

pub(super) const GENERATORS: Generators = &[
    ("loitering", loiters, does_not_loiter),
    ("slowdown", slows_down, does_not_slow_down),
    ("drift", drifts, does_not_drift),
    ("limit_hugging", hugs_the_limit, does_not_hug_the_limit),
];

/// Comes to the place at `knots` from `nm` away, on a random bearing.
pub(super) fn arrives(draw: &mut Draw, ship: Vessel, (lat, lon): (f64, f64), nm: f64, knots: f64) -> Vessel {
    let (from_lat, from_lon) = away(lat, lon, draw.course(), nm);
    ship.at(from_lat, from_lon).leg_to(lat, lon, knots)
}

/// Slow, or circling, in a watched area.
fn loiters(draw: &mut Draw) -> Case {
    let variant = draw.variant(4);
    let place = match variant {
        0 => draw.lane(),
        1 => draw.off_the_coast(16.0),
        _ => draw.watched(),
    };
    let kind = draw.pick(&[70, 80, 52, 30, 36, 90, 0]);
    let ship = match draw.chance(0.3) {
        true => draw.boat(37),
        false => draw.ship(kind),
    };
    let knots = draw.between(8.0, 14.0);
    let (mmsi, ship) = (
        ship.mmsi(),
        match variant {
            // From the sea, not over land.
            1 => {
                let (lat, lon) = away(place.0, place.1, 270.0, knots);
                ship.at(lat, lon).leg_to(place.0, place.1, knots)
            }
            _ => arrives(draw, ship, place, knots, knots),
        },
    );
    let from = ship.minute();
    let (story, ship) = match variant {
        3 => {
            let (radius, slow) = (draw.between(0.7, 1.4), draw.between(3.5, 6.0));
            let turn = 2.0 * std::f64::consts::PI * radius / slow * 60.0;
            let minutes = (turn * 3.5).max(300.0);
            (format!("circles {radius:.1} nm, {slow:.1} kn, {minutes:.0} min"), ship.circle(radius, slow, minutes))
        }
        _ => {
            let (slow, minutes) = (draw.between(0.0, 1.4), draw.between(85.0, 240.0));
            let bearing = draw.between(200.0, 340.0);
            (format!("slow {slow:.1} kn, {minutes:.0} min, {place:?}"), ship.drift_minutes(bearing, slow, minutes))
        }
    };
    let to = ship.minute();
    let onward = draw.between(200.0, 340.0);
    let scenario = draw.among_traffic(place, to).vessel(ship.leg(onward, knots, knots));
    Case::new(story, &scenario, draw.does(&[mmsi], from, to))
}

fn does_not_loiter(draw: &mut Draw) -> Case {
    let variant = draw.variant(6);
    let (place, slow, minutes) = match variant {
        0 => (draw.watched(), draw.between(0.0, 1.2), draw.between(25.0, 45.0)),
        1 => (draw.watched(), draw.between(2.4, 3.5), draw.between(120.0, 240.0)),
        2 => (draw.unwatched(), draw.between(0.0, 1.2), draw.between(120.0, 240.0)),
        3 => (draw.off_the_coast(2.2), 0.0, draw.between(120.0, 240.0)),
        4 => (away(SHELTER.0, SHELTER.1, draw.course(), draw.between(0.0, 7.0)), 0.1, draw.between(120.0, 240.0)),
        _ => (draw.watched(), 0.0, 0.0),
    };
    let kind = draw.pick(&[70, 80, 52, 30]);
    let (ship, knots) = (draw.ship(kind), draw.between(8.0, 14.0));
    let (lat, lon) = away(place.0, place.1, 270.0, knots);
    let ship = ship.at(lat, lon).leg_to(place.0, place.1, knots);
    let ship = match variant {
        // One circle, as in a man-overboard drill, or to give way.
        5 => {
            let (radius, slow) = (draw.between(0.6, 1.2), draw.between(4.0, 6.0));
            ship.circle(radius, slow, 2.0 * std::f64::consts::PI * radius / slow * 60.0 * 1.1)
        }
        _ => ship.drift_minutes(270.0, slow, minutes),
    };
    let scenario = draw.among_traffic(place, ship.minute()).vessel(ship.leg(270.0, knots, knots));
    Case::new(format!("variant {variant}: {slow:.1} kn, {minutes:.0} min, {place:?}"), &scenario, draw.nobody())
}

fn on_passage(draw: &mut Draw, kind: u8, place: (f64, f64), hours: f64, knots: f64) -> Vessel {
    let bearing = draw.course();
    let (lat, lon) = away(place.0, place.1, bearing, knots * hours);
    draw.ship(kind).at(lat, lon).leg_to(place.0, place.1, knots)
}

/// A ship on passage makes two or three knots for an hour, then continues.
fn slows_down(draw: &mut Draw) -> Case {
    let place = if draw.chance(0.7) { draw.watched() } else { draw.lane() };
    let kind = draw.pick(&[70, 79, 80, 89, 90, 0]);
    let knots = draw.between(10.0, 16.0);
    let hours = draw.between(3.0, 5.0);
    let ship = on_passage(draw, kind, place, hours, knots);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let (slow, minutes, bearing) = (draw.between(2.2, 3.2), draw.between(45.0, 90.0), draw.course());
    let ship = ship.drift_minutes(bearing, slow, minutes);
    let to = ship.minute();
    let scenario = draw.among_traffic(place, to).vessel(ship.leg(bearing, 1.5 * knots, knots));
    Case::new(format!("{knots:.0} kn, then {slow:.1} kn for {minutes:.0} min"), &scenario, draw.does(&[mmsi], from, to))
}

fn does_not_slow_down(draw: &mut Draw) -> Case {
    let variant = draw.variant(7);
    let place = match variant {
        2 => draw.unwatched(),
        4 => away(PILOTS.0, PILOTS.1, draw.course(), draw.between(0.0, 6.0)),
        5 => draw.off_the_coast(9.5),
        _ => draw.watched(),
    };
    let kind = match variant {
        3 => draw.pick(&[30, 36, 50, 33]),
        _ => draw.pick(&[70, 80]),
    };
    let (slow, minutes) = match variant {
        0 => (draw.between(2.2, 3.2), draw.between(10.0, 18.0)),
        1 => (draw.between(4.9, 5.8), draw.between(45.0, 90.0)),
        _ => (draw.between(2.2, 3.2), draw.between(45.0, 90.0)),
    };
    let knots = draw.between(11.0, 15.0);
    let hours = if variant == 6 { draw.between(0.7, 1.3) } else { draw.between(3.0, 4.0) };
    // Along the coast, or anywhere in open water.
    let bearing = if variant == 5 { 337.0 } else { draw.course() };
    let (lat, lon) = if variant == 5 {
        away(place.0, place.1, 270.0, knots * hours)
    } else {
        away(place.0, place.1, bearing, knots * hours)
    };
    let ship = draw.ship(kind).at(lat, lon).leg_to(place.0, place.1, knots).drift_minutes(bearing, slow, minutes);
    let onward = if variant == 5 { 270.0 } else { bearing };
    let scenario = draw.among_traffic(place, ship.minute()).vessel(ship.leg(onward, 1.5 * knots, knots));
    Case::new(format!("variant {variant}: {slow:.1} kn, {minutes:.0} min, {place:?}"), &scenario, draw.nobody())
}

/// Moves in another direction than it points.
fn drifts(draw: &mut Draw) -> Case {
    let place = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let kind = draw.pick(&[70, 80, 30, 60, 0]);
    let (ship, knots) = (draw.ship(kind), draw.between(8.0, 14.0));
    let ship = arrives(draw, ship, place, knots, knots);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let (slow, minutes, bearing) = (draw.between(1.6, 3.5), draw.between(25.0, 80.0), draw.course());
    let angle = draw.between(65.0, 150.0) * draw.pick(&[-1.0, 1.0]);
    let ship = ship.heading((bearing + angle).rem_euclid(360.0)).drift_minutes(bearing, slow, minutes);
    let to = ship.minute();
    let ship = ship.heading(bearing).leg(bearing, knots, knots);
    let scenario = draw.among_traffic(place, to).vessel(ship);
    Case::new(format!("{slow:.1} kn, {minutes:.0} min, {angle:.0}° off"), &scenario, draw.does(&[mmsi], from, to))
}

fn does_not_drift(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    let place = draw.watched();
    let knots = draw.between(8.0, 12.0);
    let (angle, slow, minutes) = match variant {
        0 => (draw.between(5.0, 30.0), draw.between(1.6, 3.5), draw.between(30.0, 80.0)),
        1 => (draw.between(65.0, 150.0), draw.between(0.0, 0.6), draw.between(30.0, 80.0)),
        2 => (draw.between(65.0, 150.0), draw.between(1.6, 3.5), draw.between(3.0, 6.0)),
        3 => (draw.between(65.0, 150.0), draw.between(6.0, 8.0), draw.between(30.0, 80.0)),
        _ => (0.0, draw.between(1.6, 3.5), draw.between(30.0, 80.0)),
    };
    // A boat that sends no heading.
    let ship = if variant == 4 { Vessel::class_b(draw.mmsi()).name("SILENT COMPASS") } else { draw.ship(70) };
    let ship = arrives(draw, ship, place, knots, knots);
    let bearing = draw.course();
    let ship = match variant {
        4 => ship.drift_minutes(bearing, slow, minutes),
        _ => ship.heading((bearing + angle).rem_euclid(360.0)).drift_minutes(bearing, slow, minutes).heading(bearing),
    };
    let ship = ship.leg(bearing, knots, knots);
    let scenario = draw.among_traffic(place, ship.minute()).vessel(ship);
    Case::new(format!("variant {variant}: {slow:.1} kn, {minutes:.0} min, {angle:.0}°"), &scenario, draw.nobody())
}

/// A position this far outside (negative: inside) a side of the square around `middle`, and the bearing along that side.
fn beside_the_square(draw: &mut Draw, middle: (f64, f64), outside_nm: f64) -> ((f64, f64), f64) {
    let side = draw.pick(&[0.0, 90.0, 180.0, 270.0]);
    let border = match side as u32 {
        0 => (middle.0 + GATE, middle.1),
        90 => (middle.0, middle.1 + GATE),
        180 => (middle.0 - GATE, middle.1),
        _ => (middle.0, middle.1 - GATE),
    };
    let (lat, lon) = away(border.0, border.1, side, outside_nm);
    (away(lat, lon, side + 90.0, draw.between(-15.0, 15.0)), side + 90.0)
}

/// Waits for hours just outside the line.
fn hugs_the_limit(draw: &mut Draw) -> Case {
    let outside = draw.between(1.5, 4.0);
    let (place, along) = beside_the_square(draw, LIMIT_MIDDLE, outside);
    let kind = draw.pick(&[70, 80, 30, 52]);
    let (ship, knots) = (draw.ship(kind).every_seconds(60), draw.between(9.0, 14.0));
    let (lat, lon) = away(place.0, place.1, along - 90.0, knots);
    let ship = ship.at(lat, lon).leg_to(place.0, place.1, knots);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let (slow, hours) = (draw.between(0.0, 2.8), draw.between(7.5, 10.0));
    let ship = ship.drift_minutes(along, slow, hours * 60.0);
    let to = ship.minute();
    let scenario = draw.among_traffic(place, to).vessel(ship.leg(along - 90.0, 2.0 * knots, knots));
    Case::new(format!("{outside:.1} nm outside, {slow:.1} kn, {hours:.1} h"), &scenario, draw.does(&[mmsi], from, to))
}

fn does_not_hug_the_limit(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    let outside = match variant {
        1 => draw.between(6.5, 9.0),
        2 => draw.between(-6.0, -2.0),
        _ => draw.between(1.5, 4.0),
    };
    let middle = if variant == 3 { DEAF_MIDDLE } else { LIMIT_MIDDLE };
    let (place, along) = beside_the_square(draw, middle, outside);
    let hours = if variant == 0 { draw.between(3.0, 5.2) } else { draw.between(7.5, 10.0) };
    let slow = if variant == 4 { draw.between(5.6, 6.8) } else { draw.between(0.0, 2.0) };
    let (ship, knots) = (draw.ship(70).every_seconds(60), draw.between(9.0, 14.0));
    let (lat, lon) = away(place.0, place.1, along - 90.0, knots);
    let ship = ship.at(lat, lon).leg_to(place.0, place.1, knots).drift_minutes(along, slow, hours * 60.0);
    let scenario = draw.among_traffic(place, ship.minute()).vessel(ship.leg(along - 90.0, 2.0 * knots, knots));
    Case::new(format!("variant {variant}: {outside:.1} nm, {slow:.1} kn, {hours:.1} h"), &scenario, draw.nobody())
}
