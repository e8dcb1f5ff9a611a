//! Far out: yachts that lie still, trips out and back, fishing vessels that do not fish.

use atalaia_core::scenario::{Vessel, away};

use super::draw::{Case, Draw, HAVENS};
use super::slow::{Generators, arrives};

pub(super) const GENERATORS: Generators = &[
    ("small_craft_stop", lies_still, does_not_lie_still),
    ("out_and_back", goes_out_and_back, does_not_go_out_and_back),
    ("fishing_out_of_place", fishes_nothing, fishes_or_passes),
];

fn yacht(draw: &mut Draw) -> Vessel {
    let mmsi = draw.mmsi();
    let half = draw.pick(&[4, 6, 9]);
    match draw.variant(3) {
        0 => Vessel::class_a(mmsi).every_seconds(60).ship_type(36),
        1 => Vessel::class_b(mmsi).ship_type(37),
        _ => Vessel::class_b(mmsi).ship_type(0),
    }
    .name("YACHT")
    .dims(half, half, 2, 2)
}

fn lies_still(draw: &mut Draw) -> Case {
    let place = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let boat = yacht(draw);
    let knots = draw.between(5.0, 8.0);
    let boat = arrives(draw, boat, place, 2.0 * knots, knots);
    let (mmsi, from) = (boat.mmsi(), boat.minute());
    let (slow, minutes, bearing) = (draw.between(0.1, 1.0), draw.between(240.0, 480.0), draw.course());
    let boat = boat.drift_minutes(bearing, slow, minutes);
    let to = boat.minute();
    let scenario = draw.among_traffic(place, to).vessel(boat.leg(bearing, 2.0 * knots, knots));
    Case::new(format!("{slow:.1} kn for {minutes:.0} min"), &scenario, draw.does(&[mmsi], from, to))
}

fn does_not_lie_still(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    let place = if variant == 2 { draw.off_the_coast(80.0) } else { draw.watched() };
    let boat = match variant {
        3 => draw.ship(70).every_seconds(60),
        4 => Vessel::class_b(draw.mmsi()).ship_type(30).name("ANGLER").dims(8, 8, 2, 2),
        _ => yacht(draw),
    };
    let (slow, minutes) = match variant {
        0 => (draw.between(0.1, 1.0), draw.between(90.0, 145.0)),
        1 => (draw.between(2.1, 3.0), draw.between(240.0, 420.0)),
        _ => (draw.between(0.1, 0.8), draw.between(240.0, 420.0)),
    };
    let knots = draw.between(5.0, 8.0);
    let (lat, lon) = away(place.0, place.1, 270.0, knots);
    let boat = boat.at(lat, lon).leg_to(place.0, place.1, knots).drift_minutes(270.0, slow, minutes);
    let scenario = draw.among_traffic(place, boat.minute()).vessel(boat.leg(270.0, knots, knots));
    Case::new(format!("variant {variant}: {slow:.1} kn for {minutes:.0} min"), &scenario, draw.nobody())
}

fn goes_out_and_back(draw: &mut Draw) -> Case {
    trip(draw, None)
}

fn does_not_go_out_and_back(draw: &mut Draw) -> Case {
    let variant = draw.variant(6);
    trip(draw, Some(variant))
}

/// Out of one haven, a stop in open water, and home again.
fn trip(draw: &mut Draw, twist: Option<usize>) -> Case {
    let (lat, lon) = HAVENS[0];
    let fishing = twist == Some(4) || (twist.is_none() && draw.chance(0.2));
    let other = draw.pick(&[52, 31, 90, 70, 37]);
    let kind = if fishing { 30 } else { other };
    let nm = match (twist, fishing) {
        (Some(0), _) => draw.between(28.0, 42.0),
        (Some(4), _) | (_, false) => draw.between(62.0, 88.0),
        (_, true) => draw.between(120.0, 150.0),
    };
    // South, because the other haven is to the north.
    let (bearing, knots) = (draw.between(100.0, 260.0), draw.between(8.0, 13.0));
    let (far_lat, far_lon) = match twist {
        Some(3) => HAVENS[1],
        _ => away(lat, lon, bearing, nm),
    };
    let minutes = if twist == Some(1) { draw.between(15.0, 40.0) } else { draw.between(85.0, 200.0) };
    let slow = if twist == Some(5) { draw.between(2.5, 4.0) } else { draw.between(0.0, 0.5) };
    let ship = draw.ship(kind).every_seconds(60).at(lat, lon).status(5).stop_minutes(60.0).status(0);
    let (mmsi, left) = (ship.mmsi(), ship.minute());
    let ship = ship.leg_to(far_lat, far_lon, knots).drift_minutes(bearing, slow, minutes);
    let ship = match twist {
        // To another place.
        Some(2) => ship.leg(bearing, 50.0, knots),
        _ => {
            let (home_lat, home_lon) = away(lat, lon, draw.course(), draw.between(0.0, 8.0));
            ship.leg_to(home_lat, home_lon, knots).stop_minutes(60.0)
        }
    };
    let to = ship.minute();
    let story = format!("twist {twist:?}: type {kind}, {nm:.0} nm, {slow:.1} kn for {minutes:.0} min");
    let truth = if twist.is_some() { draw.nobody() } else { draw.does(&[mmsi], left, to) };
    let scenario = draw.scenario().vessel(ship);
    Case::new(story, &scenario, truth)
}

fn fishes_nothing(draw: &mut Draw) -> Case {
    passage(draw, None)
}

fn fishes_or_passes(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    passage(draw, Some(variant))
}

/// Days of straight course across the South Pacific, then a stop.
fn passage(draw: &mut Draw, twist: Option<usize>) -> Case {
    let kind = if twist == Some(2) { draw.pick(&[70, 80, 52]) } else { 30 };
    let hours = if twist == Some(0) { draw.between(28.0, 40.0) } else { draw.between(55.0, 66.0) };
    let knots = if twist == Some(4) { draw.between(11.5, 13.0) } else { draw.between(7.0, 9.0) };
    let (lat, lon, bearing) = (draw.between(-46.0, -42.0), draw.between(-132.0, -128.0), draw.between(75.0, 105.0));
    let ship = draw.ship(kind).every_seconds(180).at(lat, lon);
    let mut ship = ship;
    let mmsi = ship.mmsi();
    match twist {
        // At work: back and forth across its course.
        Some(1) => {
            for turn in 0..(hours as usize / 2) {
                let side = if turn % 2 == 0 { 60.0 } else { -75.0 };
                ship = ship.drift_minutes(bearing + side, knots, 120.0);
            }
        }
        _ => ship = ship.drift_minutes(bearing, knots, hours * 60.0),
    }
    let from = ship.minute();
    let minutes = draw.between(75.0, 240.0);
    let slow = if twist == Some(3) { knots } else { draw.between(0.0, 0.5) };
    let ship = ship.drift_minutes(bearing, slow, minutes);
    let to = ship.minute();
    let truth = if twist.is_some() { draw.nobody() } else { draw.does(&[mmsi], from, to) };
    let story = format!("twist {twist:?}: type {kind}, {hours:.0} h at {knots:.1} kn, stop {minutes:.0} min");
    Case::new(story, &draw.scenario().vessel(ship.leg(bearing, 16.0, 8.0)), truth)
}
