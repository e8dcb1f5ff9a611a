//! Meetings: side by side, hours apart, and alongside a ship at anchor.

use atalaia_core::alerts::Severity;
use atalaia_core::scenario::{Vessel, away, beside};

use super::draw::{ASKS_UNDERWAY, Case, Draw, ROADS};
use super::slow::{Generators, arrives};

pub(super) const GENERATORS: Generators = &[
    ("rendezvous", meets, does_not_meet),
    ("async_rendezvous", collects, does_not_collect),
    ("alongside_at_anchor", goes_alongside, does_not_go_alongside),
];

/// Lies `metres` off `place` from about `minute` for `minutes`, then leaves.
fn visitor(draw: &mut Draw, boat: Vessel, place: (f64, f64), metres: f64, minute: f64, minutes: f64) -> Vessel {
    let side = draw.course();
    let slot = beside(place.0, place.1, side, metres);
    let (from, knots) = (draw.between(6.0, 12.0), draw.between(7.0, 11.0));
    let (lat, lon) = away(slot.0, slot.1, side, from);
    let start = (minute - from / knots * 60.0).max(0.0);
    let boat = boat.at(lat, lon).from_minute(start).leg_to(slot.0, slot.1, knots);
    let until = boat.minute() + minutes;
    boat.stop_until_minute(until).leg(side, 12.0, knots)
}

fn meets(draw: &mut Draw) -> Case {
    let variant = draw.variant(4);
    let (kind, other) = (draw.pick(&[70, 80, 30, 90, 52]), draw.pick(&[30, 36, 37, 52, 0]));
    if variant == 3 {
        return sails_in_company(draw);
    }
    let place = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let (metres, minutes) = match variant {
        0 => (draw.between(15.0, 45.0), draw.between(22.0, 29.0)),
        _ => (draw.between(20.0, 330.0), draw.between(45.0, 150.0)),
    };
    let (host, knots) = (draw.ship(kind), draw.between(9.0, 14.0));
    let host = arrives(draw, host, place, 2.0 * knots, knots);
    let host = host.stop_minutes(minutes + 60.0);
    let boat = draw.boat(other).noise_metres(5.0);
    let boat = visitor(draw, boat, place, metres, 150.0, minutes);
    let from = 150.0;
    let truth = draw.does(&[host.mmsi(), boat.mmsi()], from, from + minutes);
    let bearing = draw.course();
    let scenario =
        draw.among_traffic(place, 300.0).vessel(host.noise_metres(5.0).leg(bearing, 20.0, knots)).vessel(boat);
    Case::new(format!("{metres:.0} m for {minutes:.0} min"), &scenario, truth)
}

/// Side by side under way, where the zone requests it.
fn sails_in_company(draw: &mut Draw) -> Case {
    let place = draw.watched_in(ASKS_UNDERWAY);
    let (knots, minutes, bearing) = (draw.between(4.5, 10.5), draw.between(28.0, 60.0), draw.course());
    let metres = draw.between(50.0, 130.0);
    let lead = draw.ship(70).noise_metres(4.0).every_seconds(15);
    let lead = arrives(draw, lead, place, 12.0, 12.0);
    let from = lead.minute();
    let lead = lead.leg(bearing, knots * minutes / 60.0, knots);
    let to = lead.minute();
    let slot = beside(place.0, place.1, bearing + 90.0, metres);
    let (lat, lon) = away(slot.0, slot.1, bearing + 120.0, 10.0);
    let wing = draw.boat(37).noise_metres(4.0).at(lat, lon).from_minute(from - 60.0).leg_to(slot.0, slot.1, 10.0);
    let wing = wing.leg(bearing, knots * minutes / 60.0, knots);
    let truth = draw.does(&[lead.mmsi(), wing.mmsi()], from, to);
    let scenario =
        draw.scenario().vessel(lead.leg(bearing - 40.0, 15.0, 12.0)).vessel(wing.leg(bearing + 60.0, 10.0, 10.0));
    Case::new(format!("in company {metres:.0} m, {knots:.1} kn, {minutes:.0} min"), &scenario, truth)
}

fn does_not_meet(draw: &mut Draw) -> Case {
    let variant = draw.variant(7);
    let place = match variant {
        3 => draw.off_the_coast(4.2),
        // Where no zone requests ships in company.
        2 => draw.watched_in(ASKS_UNDERWAY - 1),
        _ => draw.watched(),
    };
    let (metres, minutes) = match variant {
        0 => (draw.between(200.0, 400.0), draw.between(12.0, 20.0)),
        1 => (draw.between(750.0, 950.0), draw.between(60.0, 150.0)),
        4 => (draw.between(25.0, 60.0), draw.between(2.0, 5.0)),
        6 => (draw.between(100.0, 250.0), draw.between(33.0, 40.0)),
        _ => (draw.between(100.0, 250.0), draw.between(45.0, 90.0)),
    };
    let story = format!("variant {variant}: {metres:.0} m for {minutes:.0} min");
    if variant == 2 {
        return sails_beside(draw, place, metres, minutes);
    }
    if variant == 5 {
        return fishes_in_a_fleet(draw, place);
    }
    let guest = if variant == 6 { draw.pick(&[50, 51, 55, 33, 53]) } else { draw.pick(&[30, 37, 52]) };
    let (host, boat) = (draw.ship(70), draw.boat(guest).noise_metres(5.0));
    let (lat, lon) = away(place.0, place.1, 270.0, 20.0);
    // A vessel visited by a service craft must not loiter: a severe case would lift the craft's cap (SPEC "Points").
    let (come, stay) = if variant == 6 { (55.0, 44.0) } else { (80.0, minutes + 60.0) };
    let host = host.at(lat, lon).leg_to(place.0, place.1, 10.0).stop_minutes(stay).leg(270.0, 20.0, 10.0);
    // On the seaward side of the coast, if any, so that no vessel sails over land.
    let slot = beside(place.0, place.1, 250.0, metres);
    let (from_lat, from_lon) = away(slot.0, slot.1, 250.0, 10.0);
    // Alone for a while on its way in, dead ahead of the host, so that the hull's 120 m matter as little as possible.
    let boat = boat.at(from_lat, from_lon).from_minute(come).leg_to(slot.0, slot.1, 9.0);
    let until = boat.minute() + minutes;
    let boat = boat.stop_until_minute(until).leg(250.0, 10.0, 9.0);
    let host = if variant == 1 { host.dims(10, 10, 4, 4) } else { host };
    let truth = if variant == 6 { draw.below(Severity::Medium) } else { draw.nobody() };
    let scenario = draw.scenario().vessel(host.noise_metres(5.0)).vessel(boat);
    Case::new(story, &scenario, truth)
}

/// Two ships that happen to sail side by side on one route.
fn sails_beside(draw: &mut Draw, place: (f64, f64), metres: f64, minutes: f64) -> Case {
    let (bearing, knots) = (draw.course(), draw.between(6.0, 12.0));
    let slot = beside(place.0, place.1, bearing + 90.0, metres);
    let nm = knots * minutes / 60.0;
    let one = draw.ship(70).at(place.0, place.1).leg(bearing, nm, knots);
    let other = draw.ship(80).at(slot.0, slot.1).leg(bearing, nm, knots);
    Case::new(
        format!("beside: {metres:.0} m, {knots:.1} kn"),
        &draw.scenario().vessel(one).vessel(other),
        draw.nobody(),
    )
}

/// Eight or more fishing vessels at work, two of them beside each other: low at most.
fn fishes_in_a_fleet(draw: &mut Draw, place: (f64, f64)) -> Case {
    let mut scenario = draw.scenario();
    for number in 0..9 {
        let (bearing, nm) = (f64::from(number) * 40.0, draw.between(2.0, 4.0));
        let slot = if number < 2 {
            beside(place.0, place.1, 90.0, 150.0 * f64::from(number))
        } else {
            away(place.0, place.1, bearing, nm)
        };
        let (lat, lon) = away(slot.0, slot.1, bearing, 4.0);
        let boat =
            draw.ship(30).dims(15, 10, 4, 4).every_seconds(60).at(lat, lon).leg_to(slot.0, slot.1, 7.0).status(7);
        let minutes = if number < 2 { 70.0 } else { 100.0 };
        scenario = scenario.vessel(boat.drift_minutes(40.0, 1.2, minutes).status(0).leg(bearing, 6.0, 8.0));
    }
    Case::new("a fleet at work", &scenario, draw.below(Severity::Medium))
}

/// A ship slows down, or leaves its course, and hours later a boat comes out, stops there and goes back.
fn collects(draw: &mut Draw) -> Case {
    drop_and_collection(draw, None)
}

fn does_not_collect(draw: &mut Draw) -> Case {
    let variant = draw.variant(7);
    drop_and_collection(draw, Some(variant))
}

fn drop_and_collection(draw: &mut Draw, twist: Option<usize>) -> Case {
    let place = if twist == Some(6) { draw.unwatched() } else { draw.watched() };
    let (knots, bearing) = (draw.between(11.0, 15.0), draw.course());
    let (from_lat, from_lon) = away(place.0, place.1, bearing + 180.0, 3.0 * knots);
    let kind = if twist == Some(4) { draw.pick(&[30, 36, 51, 33]) } else { draw.pick(&[70, 79, 80, 90]) };
    let ship = draw.ship(kind).every_seconds(30).at(from_lat, from_lon).leg_to(place.0, place.1, knots);
    let from = ship.minute();
    let kink = twist.is_none() && draw.chance(0.4);
    let ship = match (kink, twist) {
        // A mile and more aside and back to its course; the load is dropped at the turn.
        (true, _) => {
            let out = draw.between(40.0, 60.0) * draw.pick(&[-1.0, 1.0]);
            let aside = ship.leg(bearing + out, draw.between(2.0, 3.0), knots);
            aside.leg(bearing - out, 2.5, knots)
        }
        // Never slow.
        (false, Some(0)) => ship.drift_minutes(bearing, 0.75 * knots, 20.0),
        // Slow for too short a time.
        (false, Some(5)) => ship.drift_minutes(bearing, 4.0, draw.between(3.0, 5.0)),
        _ => ship.drift_minutes(bearing, draw.between(2.8, 4.2), draw.between(16.0, 30.0)),
    };
    let to = ship.minute();
    let half = if kink { away(place.0, place.1, bearing, 1.4) } else { away(place.0, place.1, bearing, 0.7) };
    let after = match twist {
        Some(2) => -draw.between(150.0, 170.0),
        _ => draw.between(100.0, 600.0),
    };
    let aside = match twist {
        Some(1) => draw.between(8.5, 12.0),
        _ => draw.between(0.0, 0.6),
    };
    let home = bearing + 90.0 + draw.between(-40.0, 40.0);
    let find = away(half.0, half.1, home, aside);
    let (speed, distance) = (draw.between(8.0, 11.0), draw.between(22.0, 34.0));
    let (lat, lon) = away(find.0, find.1, home, distance);
    let boat = match twist {
        Some(3) => draw.ship(80).dims(150, 40, 15, 15),
        _ => {
            let kind = draw.pick(&[30, 36, 37, 0]);
            draw.boat(kind)
        }
    };
    let stops_at = if after < 0.0 { from + after + 60.0 } else { to + after };
    let start = (stops_at - distance / speed * 60.0).max(0.0);
    let boat = boat.at(lat, lon).from_minute(start).leg_to(find.0, find.1, speed);
    let stopped = boat.minute();
    let boat = boat.stop_minutes(draw.between(25.0, 60.0));
    let left = boat.minute();
    let boat = boat.leg(home, distance, speed);
    let story = format!("kink {kink}, twist {twist:?}, {aside:.1} nm aside, {:.1} h after", (stopped - to) / 60.0);
    let truth = match twist {
        None => draw.does(&[ship.mmsi(), boat.mmsi()], stopped, left),
        Some(_) => draw.nobody(),
    };
    let scenario = draw.scenario().vessel(ship.leg(bearing, 3.0 * knots, knots)).vessel(boat);
    Case::new(story, &scenario, truth)
}

fn goes_alongside(draw: &mut Draw) -> Case {
    visit(draw, None)
}

fn does_not_go_alongside(draw: &mut Draw) -> Case {
    let variant = draw.variant(6);
    visit(draw, Some(variant))
}

/// A ship at anchor in the roads gets a visitor.
fn visit(draw: &mut Draw, twist: Option<usize>) -> Case {
    let middle = if twist == Some(5) { away(ROADS.0, ROADS.1, 270.0, 20.0) } else { ROADS };
    let place = away(middle.0, middle.1, draw.course(), draw.between(0.0, 4.0));
    let (minutes, metres) = match twist {
        Some(0) => (draw.between(3.0, 6.0), draw.between(20.0, 60.0)),
        Some(1) => (draw.between(30.0, 90.0), draw.between(280.0, 450.0)),
        _ => (draw.between(22.0, 70.0), draw.between(15.0, 60.0)),
    };
    let kind = if twist == Some(3) { draw.pick(&[30, 60, 90]) } else { draw.pick(&[70, 79, 80, 89]) };
    let host = draw.ship(kind).dims(60, 20, 8, 8).heading(0.0).status(draw.pick(&[1, 5])).noise_metres(4.0);
    let host = host.at(place.0, place.1).stop_minutes(260.0);
    let guest = match twist {
        Some(2) => draw.pick(&[50, 52, 53, 55, 31, 32]),
        _ => draw.pick(&[30, 36, 37, 0]),
    };
    let boat = match twist {
        // Not a small craft.
        Some(4) => draw.ship(80).dims(60, 20, 8, 8),
        _ => draw.boat(guest),
    };
    // Abeam, so that the hull's length does not bring it nearer.
    let side = draw.pick(&[90.0, 270.0]);
    let slot = beside(place.0, place.1, side, metres);
    let (lat, lon) = away(slot.0, slot.1, side, 4.0);
    let boat = boat.noise_metres(4.0).every_seconds(30).at(lat, lon).from_minute(70.0).leg_to(slot.0, slot.1, 6.0);
    let from = boat.minute();
    let boat = boat.stop_minutes(minutes);
    let to = boat.minute();
    let boat = boat.leg(side, 5.0, 7.0);
    let truth = match twist {
        None => draw.does(&[host.mmsi(), boat.mmsi()], from, to),
        Some(_) => draw.nobody(),
    };
    let story = format!("twist {twist:?}: {metres:.0} m for {minutes:.0} min");
    Case::new(story, &draw.scenario().vessel(host).vessel(boat), truth)
}
