//! Identities: jumps, one MMSI on two ships, ships that change identity.

use atalaia_core::scenario::{Vessel, away};

use super::draw::{Case, Draw, HAVENS};
use super::slow::{Generators, arrives};

pub(super) const GENERATORS: Generators = &[
    ("position_jump", jumps, does_not_jump),
    ("identity_conflict", is_two, is_one),
    ("identity_change", becomes_another, stays_itself),
];

fn under_way(draw: &mut Draw) -> (Vessel, f64, f64) {
    let place = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let kind = draw.pick(&[70, 80, 30, 60]);
    let (ship, knots) = (draw.ship(kind), draw.between(6.0, 14.0));
    let ship = arrives(draw, ship, place, knots, knots);
    (ship, knots, draw.course())
}

/// Appears far away, and stays there.
fn jumps(draw: &mut Draw) -> Case {
    let (ship, knots, bearing) = under_way(draw);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let (lat, lon) = ship.place();
    let nm = draw.between(60.0, 600.0);
    let (far_lat, far_lon) = away(lat, lon, draw.course(), nm);
    let ship = ship.jump_to(far_lat, far_lon).drift_minutes(bearing, knots, draw.between(60.0, 120.0));
    let to = ship.minute();
    Case::new(format!("{nm:.0} nm"), &draw.scenario().vessel(ship), draw.does(&[mmsi], from, to))
}

fn does_not_jump(draw: &mut Draw) -> Case {
    let variant = draw.variant(3);
    let (ship, knots, bearing) = under_way(draw);
    let nm = draw.between(60.0, 400.0);
    let ship = match variant {
        // One wild fix, or two.
        0 => wild_fixes(draw, ship, knots, bearing, nm),
        // Not received for hours, then where it should be by then.
        1 => {
            let minutes = draw.between(60.0, 300.0);
            ship.silent_minutes(minutes).drift_minutes(bearing, knots, minutes).leg(bearing, knots, knots)
        }
        // Fast, but not as fast as an aircraft.
        _ => ship.drift_minutes(bearing, draw.between(40.0, 52.0), draw.between(20.0, 60.0)),
    };
    Case::new(format!("variant {variant}: {nm:.0} nm"), &draw.scenario().vessel(ship), draw.nobody())
}

/// A fix every minute, of which one or two are wrong, twice.
fn wild_fixes(draw: &mut Draw, ship: Vessel, knots: f64, bearing: f64, nm: f64) -> Vessel {
    let mut ship = ship.every_seconds(60);
    for _ in 0..2 {
        let (lat, lon) = ship.place();
        let (far_lat, far_lon) = away(lat, lon, draw.course(), nm);
        let minutes = draw.pick(&[1.0, 2.0]);
        ship = ship.jump_to(far_lat, far_lon).drift_minutes(bearing, knots, minutes);
        let (back_lat, back_lon) = away(lat, lon, bearing, knots * minutes / 60.0);
        ship = ship.jump_to(back_lat, back_lon).leg(bearing, knots / 2.0, knots);
    }
    ship
}

/// Two ships under one MMSI.
fn is_two(draw: &mut Draw) -> Case {
    let (ship, knots, bearing) = under_way(draw);
    let (lat, lon) = ship.place();
    let nm = draw.between(90.0, 600.0);
    let other = away(lat, lon, draw.course(), nm);
    let from = draw.between(20.0, 50.0);
    let (mmsi, minutes) = (ship.mmsi(), draw.between(60.0, 180.0));
    let clone = Vessel::class_a(mmsi).name("CLONE").ship_type(70).every_seconds(draw.pick(&[15, 30, 60]));
    let clone = clone.at(other.0, other.1).from_minute(from).drift_minutes(draw.course(), knots, minutes);
    let ship = ship.drift_minutes(bearing, knots, from + minutes);
    let truth = draw.does(&[mmsi], from, from + minutes);
    Case::new(format!("{nm:.0} nm apart"), &draw.scenario().vessel(ship).vessel(clone), truth)
}

fn is_one(draw: &mut Draw) -> Case {
    let variant = draw.variant(3);
    let (ship, knots, bearing) = under_way(draw);
    let (lat, lon) = ship.place();
    let nm = draw.between(90.0, 400.0);
    let (far_lat, far_lon) = away(lat, lon, draw.course(), nm);
    let mut scenario = draw.scenario();
    let ship = match variant {
        // It jumps and is received only there.
        0 => ship.jump_to(far_lat, far_lon).drift_minutes(bearing, knots, 90.0),
        1 => wild_fixes(draw, ship, knots, bearing, nm),
        // Two ships with the same name and different MMSIs.
        _ => {
            let twin = draw.ship(70).name("TWIN").at(far_lat, far_lon).drift_minutes(bearing, knots, 120.0);
            scenario = scenario.vessel(twin);
            ship.name("TWIN").drift_minutes(bearing, knots, 60.0)
        }
    };
    Case::new(format!("variant {variant}: {nm:.0} nm"), &scenario.vessel(ship), draw.nobody())
}

/// A new name, call sign or type at sea, or an IMO number under another MMSI.
fn becomes_another(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    let (ship, knots, bearing) = under_way(draw);
    let imo = draw.imo();
    let ship = ship.name("NORTHERN PEARL").call_sign("3FXY7").ship_type(70).imo(imo).always();
    let from = ship.minute();
    let minutes = draw.between(60.0, 180.0);
    let (other, name) = (draw.mmsi(), draw.pick(&["RAIDER", "BLUE LAGOON", "KATARINA"]));
    let later = match variant {
        0 => ship.goes_on().name(name),
        1 => ship.goes_on().call_sign("V7QQ2"),
        2 => ship.goes_on().ship_type(30),
        3 => {
            let (lat, lon) = ship.place();
            Vessel::class_a(other)
                .imo(imo)
                .ship_type(70)
                .name(name)
                .every_seconds(30)
                .at(lat, lon)
                .from_minute(from + draw.between(120.0, 1000.0))
        }
        // A number that is not a valid IMO number.
        _ => ship.goes_on().imo(imo / 10 * 10 + (imo % 10 + 1 + draw.variant(8) as u32) % 10),
    };
    let mmsi = later.mmsi();
    let since = later.minute();
    let later = later.drift_minutes(bearing, knots, minutes);
    let to = later.minute();
    let scenario = draw.scenario().vessel(ship).vessel(later);
    Case::new(format!("variant {variant}"), &scenario, draw.does(&[mmsi], since, to))
}

fn stays_itself(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    let (ship, knots, bearing) = under_way(draw);
    let imo = draw.imo();
    let ship = match variant {
        3 => {
            let moored = draw.ship(70).at(HAVENS[0].0, HAVENS[0].1).status(5).stop_minutes(120.0);
            // Without an IMO number, which under a new name counts as a change anywhere.
            moored.name("NORTHERN PEARL").always()
        }
        _ => ship.name("NORTHERN PEARL").call_sign("3FXY7").ship_type(70).imo(imo).always(),
    };
    let minutes = draw.between(60.0, 180.0);
    let later = match variant {
        0 => ship.goes_on().voyage("LISBOA", 70),
        // Cut short, padded, mistyped.
        1 => ship.goes_on().name(draw.pick(&["NORTHERN PEAR", "NORTHERN  PEARL", "NORTHERN PEARI", "NORTHERN PEARL."])),
        // Transmission only once.
        2 => {
            let slip = ship.goes_on().name("RAIDER").drift_minutes(bearing, knots, 4.0);
            let right = slip.goes_on().name("NORTHERN PEARL").drift_minutes(bearing, knots, minutes);
            let scenario = draw.scenario().vessel(ship).vessel(slip).vessel(right);
            return Case::new("a slip", &scenario, draw.nobody());
        }
        // In port.
        3 => ship.goes_on().name("RAIDER"),
        // Silent for hours, and unchanged.
        _ => ship.goes_on().from_minute(ship.minute() + draw.between(120.0, 1000.0)),
    };
    let later = if variant == 3 { later.stop_minutes(minutes) } else { later.drift_minutes(bearing, knots, minutes) };
    Case::new(format!("variant {variant}"), &draw.scenario().vessel(ship).vessel(later), draw.nobody())
}
