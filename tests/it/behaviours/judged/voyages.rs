//! Voyage data: draughts and destinations.

use atalaia_core::scenario::Vessel;

use super::draw::{Case, Draw, HAVENS};
use super::slow::{Generators, arrives};

pub(super) const GENERATORS: Generators =
    &[("draught_change", changes_draught, keeps_draught), ("voyage_anomaly", changes_its_mind, keeps_its_mind)];

/// Harbours, each in several spellings.
const HARBOURS: [&[&str]; 5] = [
    &["LISBOA", "PT LIS", "PTLIS"],
    &["ROTTERDAM", "NL RTM", "NLRTM"],
    &["ALGECIRAS", "ES ALG", "ESALG"],
    &["GDANSK", "PL GDN"],
    &["BELFAST", "GB BEL"],
];

/// Sends this draught from here on, in decimetres.
fn draws(ship: &Vessel, decimetres: u8) -> Vessel {
    ship.goes_on().voyage("LISBOA", decimetres)
}

fn changes_draught(draw: &mut Draw) -> Case {
    let place = if draw.chance(0.5) { draw.watched() } else { draw.unwatched() };
    let (before, by) = (draw.between(60.0, 110.0) as u8, draw.between(8.0, 30.0) as u8);
    let after = if draw.chance(0.5) { before + by } else { before - by };
    let (ship, knots) = (draw.ship(70).voyage("LISBOA", before), draw.between(8.0, 14.0));
    let ship = arrives(draw, ship, place, 2.0 * knots, knots);
    let (mmsi, from, bearing) = (ship.mmsi(), ship.minute(), draw.course());
    let later = draws(&ship, after).leg(bearing, 2.0 * knots, knots);
    let to = later.minute();
    let scenario = draw.among_traffic(place, to).vessel(ship).vessel(later);
    Case::new(format!("{before} to {after} dm"), &scenario, draw.does(&[mmsi], from, to))
}

fn keeps_draught(draw: &mut Draw) -> Case {
    let variant = draw.variant(4);
    let place = if variant == 1 { HAVENS[0] } else { draw.watched() };
    let before = draw.between(60.0, 110.0) as u8;
    let by = if variant == 0 { draw.between(1.0, 4.0) } else { draw.between(8.0, 30.0) } as u8;
    let (ship, knots) = (draw.ship(70).voyage("LISBOA", before), draw.between(8.0, 14.0));
    let ship = arrives(draw, ship, place, 2.0 * knots, knots);
    let bearing = draw.course();
    let scripts = match variant {
        // In port, or within the hour after it.
        1 => {
            let hours = draw.between(5.0, 12.0);
            let moored = ship.status(5).stop_minutes(hours * 60.0).status(0);
            let entered = if draw.chance(0.5) { moored.leg(bearing, knots, knots) } else { moored };
            let later = draws(&entered, before + by).leg(bearing, 2.0 * knots, knots);
            vec![entered, later]
        }
        // A typing error, sent once.
        2 => {
            let slip = draws(&ship, before + by).drift_minutes(bearing, knots, 4.0);
            let right = draws(&slip, before).leg(bearing, 2.0 * knots, knots);
            vec![ship, slip, right]
        }
        // Never sent before.
        3 => {
            let silent = ship.voyage("LISBOA", 0);
            let later = draws(&silent, before).leg(bearing, 2.0 * knots, knots);
            vec![silent, later]
        }
        _ => {
            let later = draws(&ship, before + by).leg(bearing, 2.0 * knots, knots);
            vec![ship, later]
        }
    };
    let scenario = scripts.into_iter().fold(draw.scenario(), |scenario, script| scenario.vessel(script));
    Case::new(format!("variant {variant}: {before} dm by {by}"), &scenario, draw.nobody())
}

fn changes_its_mind(draw: &mut Draw) -> Case {
    if draw.chance(0.3) {
        return calls_for_nothing(draw, true);
    }
    let place = if draw.chance(0.7) { draw.watched() } else { draw.lane() };
    let (old, new) = two(draw);
    let (ship, knots) = (draw.ship(70).voyage(old, 80), draw.between(8.0, 14.0));
    let ship = arrives(draw, ship, place, 2.0 * knots, knots);
    let (mmsi, from, bearing) = (ship.mmsi(), ship.minute(), draw.course());
    let later = ship.goes_on().voyage(new, 80).drift_minutes(bearing, knots, draw.between(60.0, 180.0));
    let to = later.minute();
    let scenario = draw.among_traffic(place, to).vessel(ship).vessel(later);
    Case::new(format!("{old} to {new}"), &scenario, draw.does(&[mmsi], from, to))
}

/// Two different harbours in some spelling.
fn two(draw: &mut Draw) -> (&'static str, &'static str) {
    let first = draw.variant(HARBOURS.len());
    let second = (first + 1 + draw.variant(HARBOURS.len() - 1)) % HARBOURS.len();
    (draw.pick(HARBOURS[first]), draw.pick(HARBOURS[second]))
}

fn keeps_its_mind(draw: &mut Draw) -> Case {
    let variant = draw.variant(5);
    if variant == 4 {
        return calls_for_nothing(draw, false);
    }
    let place = if variant == 1 { draw.unwatched() } else { draw.watched() };
    let (old, new) = match variant {
        0 => {
            let spellings = draw.pick(&HARBOURS);
            (spellings[0], spellings[1])
        }
        3 => (draw.pick(HARBOURS[0]), draw.pick(&["FOR ORDERS", "HIGH SEAS", "FISHING"])),
        _ => two(draw),
    };
    let (ship, knots) = (draw.ship(80).voyage(old, 80), draw.between(8.0, 14.0));
    let ship = arrives(draw, ship, place, 2.0 * knots, knots);
    let bearing = draw.course();
    let minutes = if variant == 2 { draw.between(8.0, 18.0) } else { draw.between(60.0, 120.0) };
    let later = ship.goes_on().voyage(new, 80).drift_minutes(bearing, knots, minutes);
    let last = later.goes_on().voyage(if variant == 2 { old } else { new }, 80).leg(bearing, knots, knots);
    let scenario = draw.scenario().vessel(ship).vessel(later).vessel(last);
    Case::new(format!("variant {variant}: {old} to {new} for {minutes:.0} min"), &scenario, draw.nobody())
}

/// Two calls in a row: short and without cargo, or long, or with cargo.
fn calls_for_nothing(draw: &mut Draw, happens: bool) -> Case {
    let (first, second) = (HAVENS[0], HAVENS[1]);
    let long = !happens && draw.chance(0.5);
    let hours = if long { draw.between(28.0, 36.0) } else { draw.between(6.0, 18.0) };
    let loaded: u8 = if happens || long { 0 } else { draw.between(6.0, 20.0) as u8 };
    let ship = draw.ship(79).every_seconds(120).voyage("", 80);
    let ship = arrives(draw, ship, first, 40.0, 12.0);
    let from = ship.minute();
    let call = |ship: &Vessel, decimetres: u8| {
        let moored = ship.goes_on().status(5).stop_minutes(hours * 60.0).status(0);
        let away = moored.goes_on().voyage("", decimetres);
        (moored, away)
    };
    let (moored, away_again) = call(&ship, 80 + loaded);
    let passage = away_again.leg_to(second.0, second.1, 12.0);
    let (moored_again, away_at_last) = call(&passage, 80 + 2 * loaded);
    let bearing = draw.course();
    let last = away_at_last.leg(bearing, 80.0, 12.0);
    let to = last.minute();
    let truth = if happens { draw.does(&[ship.mmsi()], from, to) } else { draw.nobody() };
    let scripts = [ship, moored, passage, moored_again, last];
    let scenario = scripts.into_iter().fold(draw.scenario(), |scenario, script| scenario.vessel(script));
    Case::new(format!("two calls of {hours:.0} h, {loaded} dm"), &scenario, truth)
}
