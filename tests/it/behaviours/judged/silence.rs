//! Silence: gaps, stops while another vessel was dark, and silent receivers.

use atalaia_core::geo::LatLon;
use atalaia_core::scenario::{Scenario, Vessel, away};

use super::draw::{Case, Draw};
use super::slow::Generators;

pub(super) const GENERATORS: Generators = &[
    ("ais_gap", goes_dark, does_not_go_dark),
    ("dark_rendezvous", waits_for_a_dark_one, does_not_wait),
    ("feed_silent", feed_falls_silent, feed_goes_on),
];

/// Time after which a day of reception has been learned. Minutes.
const LEARNED: f64 = 1530.0;
/// Interval between reports of the vessels from which reception is learned. Seconds.
const EVERY: u32 = 300;

/// Nine vessels that circle in the nine cells of 0.25° around a place until `minutes`, so that its reception is known. The first `silenced`
/// of them are silent for `silent` minutes from the minute `from`.
fn known_reception(
    draw: &mut Draw,
    mut scenario: Scenario,
    (lat, lon): (f64, f64),
    (class_b, every): (bool, u32),
    minutes: f64,
    outage: Option<(usize, f64, f64)>,
) -> Scenario {
    let middle = |degrees: f64, step: f64| (degrees / 0.25).floor() * 0.25 + 0.125 + 0.25 * step;
    for number in 0..9 {
        let (row, column) = (f64::from(number / 3) - 1.0, f64::from(number % 3) - 1.0);
        let (west_lat, west_lon) = away(middle(lat, row), middle(lon, column), 270.0, 3.0);
        let mmsi = draw.mmsi();
        let sentinel = if class_b { Vessel::class_b(mmsi) } else { Vessel::class_a(mmsi) };
        let sentinel = sentinel.every_seconds(every).at(west_lat, west_lon);
        scenario = scenario.vessel(match outage {
            Some((silenced, from, silent)) if (number as usize) < silenced => {
                sentinel.circle(3.0, 6.0, from).silent_minutes(silent).circle(3.0, 6.0, minutes - from)
            }
            _ => sentinel.circle(3.0, 6.0, minutes),
        });
    }
    scenario
}

fn goes_dark(draw: &mut Draw) -> Case {
    let watched = draw.chance(0.7);
    let place = if watched { draw.watched() } else { draw.unwatched() };
    let class_b = draw.chance(0.3);
    let minutes = if watched { draw.between(140.0, 480.0) } else { draw.between(480.0, 600.0) };
    let ghost = match class_b {
        true => Vessel::class_b(draw.mmsi()).name("GHOST").ship_type(37),
        false => draw.ship(70).every_seconds(30),
    };
    let (bearing, knots) = (draw.course(), draw.between(5.0, 11.0));
    let (lat, lon) = away(place.0, place.1, bearing + 180.0, 10.0);
    let ghost = ghost.at(lat, lon).from_minute(LEARNED - 10.0 / knots * 60.0).leg_to(place.0, place.1, knots);
    let (mmsi, from) = (ghost.mmsi(), ghost.minute());
    let (still, back) = (draw.chance(0.4), draw.chance(0.7));
    // Lies still while dark, or continues while dark.
    let slow = if still { 0.3 } else { draw.between(1.0, 3.0) };
    let ghost = ghost.silent_minutes(minutes).drift_minutes(bearing, slow, minutes);
    let ghost = if back { ghost.leg(bearing, knots, knots) } else { ghost };
    let story = format!("class B {class_b}, watched {watched}, dark {minutes:.0} min, back {back}, {place:?}");
    let scenario = draw.scenario();
    let scenario = known_reception(draw, scenario, place, (class_b, EVERY), from + minutes + 60.0, None).vessel(ghost);
    Case::new(story, &scenario, draw.does(&[mmsi], from, from + minutes))
}

fn does_not_go_dark(draw: &mut Draw) -> Case {
    let variant = draw.variant(6);
    let place = match variant {
        1 => draw.unwatched(),
        5 => draw.off_the_coast(3.5),
        _ => draw.watched(),
    };
    let minutes = match variant {
        0 => draw.between(55.0, 80.0),
        1 => draw.between(180.0, 320.0),
        _ => draw.between(150.0, 400.0),
    };
    let from = if variant == 3 { 400.0 } else { LEARNED };
    let knots = draw.between(6.0, 11.0);
    let (lat, lon) = away(place.0, place.1, 270.0, 10.0);
    let ghost = draw.ship(70).every_seconds(30).at(lat, lon).from_minute(from - 10.0 / knots * 60.0);
    let ghost = ghost.leg_to(place.0, place.1, knots);
    let ghost = match variant {
        4 => ghost.drift_minutes(270.0, 1.0, minutes),
        _ => ghost.silent_minutes(minutes).drift_minutes(270.0, 1.0, minutes),
    };
    let ghost = ghost.leg(270.0, knots, knots);
    let end = from + minutes + 60.0;
    let story = format!("variant {variant}: {minutes:.0} min, {place:?}");
    let scenario = draw.scenario();
    let scenario = match variant {
        // Where reception is unknown.
        2 => {
            let (lat, lon) = away(place.0, place.1, 0.0, 200.0);
            known_reception(draw, scenario, (lat, lon), (false, EVERY), end, None)
        }
        _ => known_reception(draw, scenario, place, (false, EVERY), end, None),
    };
    let mut case = Case::new(story, &scenario.vessel(ghost), draw.nobody());
    if variant == 4 {
        // No vessel at all is received, so the receiver is silent.
        let (dark, light) = (draw.minute(from), draw.minute(from + minutes));
        case.feed.sent.retain(|sent| sent.at < dark || light <= sent.at);
    }
    case
}

fn waits_for_a_dark_one(draw: &mut Draw) -> Case {
    stop_and_silence(draw, None)
}

fn does_not_wait(draw: &mut Draw) -> Case {
    let variant = draw.variant(6);
    stop_and_silence(draw, Some(variant))
}

/// A ship stops while another one nearby is dark.
fn stop_and_silence(draw: &mut Draw, twist: Option<usize>) -> Case {
    let place = if draw.chance(0.5) { draw.watched() } else { draw.watched_in(0) };
    let dark = draw.between(280.0, 420.0);
    let kind = draw.pick(&[70, 30, 80, 37]);
    let kind = if twist == Some(0) { 70 } else { kind };
    let ghost = draw.ship(kind).every_seconds(30).at(place.0, place.1).from_minute(LEARNED - 100.0);
    let ghost = ghost.drift_minutes(30.0, 0.4, 100.0);
    let ghost = if twist == Some(3) { ghost } else { ghost.silent_minutes(dark) };
    let ghost = ghost.drift_minutes(30.0, 0.2, dark).drift_minutes(30.0, 0.4, 120.0);
    // Too far for 12 kn and a tenth, there and back, with three quarters of an hour to spare.
    let nm = match twist {
        Some(0) => (dark - draw.between(-30.0, 15.0)) / 60.0 * 13.2 / 2.0,
        _ => draw.between(3.0, 6.5),
    };
    let stops_at = match twist {
        Some(1) => LEARNED - 130.0,
        _ => LEARNED + draw.between(80.0, 110.0),
    };
    let minutes = match twist {
        Some(1) => 90.0,
        Some(2) => draw.between(4.0, 8.0),
        _ => draw.between(50.0, 100.0),
    };
    let side = draw.course();
    let (lat, lon) = away(place.0, place.1, side, nm);
    let (from_lat, from_lon) = away(lat, lon, side, 24.0);
    let host =
        draw.ship(70).every_seconds(30).at(from_lat, from_lon).from_minute(stops_at - 144.0).leg_to(lat, lon, 10.0);
    let from = host.minute();
    let host = host.drift_minutes(side, if twist == Some(5) { 4.5 } else { 0.2 }, minutes);
    let to = host.minute();
    let host = host.leg(side, 30.0, 10.0);
    let truth = match twist {
        None => draw.does(&[host.mmsi(), ghost.mmsi()], from, to),
        Some(_) => draw.nobody(),
    };
    let story =
        format!("twist {twist:?}: dark {dark:.0} min, {nm:.1} nm, stop {minutes:.0} min, type {kind}, {place:?}");
    let scenario = draw.scenario();
    let scenario = match twist {
        Some(4) => scenario,
        _ => known_reception(draw, scenario, place, (false, EVERY), LEARNED + dark + 130.0, None),
    };
    Case::new(story, &scenario.vessel(host).vessel(ghost), truth)
}

/// Ships that sail back and forth, so that stations have reports to deliver.
fn busy(draw: &mut Draw, mut scenario: Scenario, ships: usize, every: u32, minutes: f64) -> Scenario {
    let middle = draw.watched();
    for _ in 0..ships {
        let (lat, lon) = away(middle.0, middle.1, draw.course(), draw.between(5.0, 40.0));
        let ship = draw.ship(70).every_seconds(every).at(lat, lon);
        let (bearing, knots) = (draw.course(), draw.between(4.0, 12.0));
        let half = minutes / 2.0;
        scenario =
            scenario.vessel(ship.drift_minutes(bearing, knots, half).drift_minutes(bearing + 180.0, knots, half));
    }
    scenario
}

fn feed_falls_silent(draw: &mut Draw) -> Case {
    match draw.variant(3) {
        0 => {
            let silent = draw.between(150.0, 1500.0) / 60.0;
            input(draw, silent, true)
        }
        1 => {
            let silent = draw.between(40.0, 90.0);
            station(draw, silent, true)
        }
        _ => area(draw, 9, true),
    }
}

fn feed_goes_on(draw: &mut Draw) -> Case {
    match draw.variant(3) {
        0 => {
            let silent = draw.between(20.0, 75.0) / 60.0;
            input(draw, silent, false)
        }
        1 => {
            let silent = draw.between(4.0, 11.0);
            station(draw, silent, false)
        }
        _ => {
            let few = 1 + draw.variant(2);
            area(draw, few, false)
        }
    }
}

/// Two live inputs, one of which is silent for a while.
fn input(draw: &mut Draw, silent: f64, happens: bool) -> Case {
    let scenario = draw.scenario().stations(&["north", "south"]).loss(0.1);
    let scenario = busy(draw, scenario, 9, 10, 60.0);
    let from = draw.between(15.0, 25.0);
    let truth = if happens { draw.does(&[], from, from + silent) } else { draw.nobody() };
    let mut case = Case::new(format!("input silent {:.0} s", silent * 60.0), &scenario, truth);
    let (dark, light) = (draw.minute(from), draw.minute(from + silent));
    case.feed.sent.retain(|sent| sent.station != "south" || sent.at < dark || light <= sent.at);
    case.live = true;
    case
}

/// One of three stations of a recording is silent for a while, after a day of reports.
fn station(draw: &mut Draw, silent: f64, happens: bool) -> Case {
    let scenario = draw.scenario().stations(&["north", "south", "west"]);
    let ships = 7 + draw.variant(4);
    let scenario = busy(draw, scenario, ships, 120, LEARNED + 180.0);
    let from = LEARNED + draw.between(0.0, 30.0);
    let truth = if happens { draw.does(&[], from, from + silent) } else { draw.nobody() };
    let mut case = Case::new(format!("station silent {silent:.0} min"), &scenario, truth);
    let (dark, light) = (draw.minute(from), draw.minute(from + silent));
    case.feed.sent.retain(|sent| sent.station != "south" || sent.at < dark || light <= sent.at);
    case
}

/// This many of the nine vessels of one area fall silent at once, while others far away are received.
fn area(draw: &mut Draw, silenced: usize, happens: bool) -> Case {
    let place = draw.watched();
    let (silent, end) = (draw.between(50.0, 120.0), LEARNED + 240.0);
    let scenario = draw.scenario().stations(&["north"]);
    let scenario = known_reception(draw, scenario, place, (false, 120), end, Some((silenced, LEARNED, silent)));
    let (lat, lon) = away(place.0, place.1, 180.0, 300.0);
    let elsewhere = LatLon::new(lat, lon);
    let scenario = known_reception(draw, scenario, (elsewhere.lat, elsewhere.lon), (false, 120), end, None);
    let truth = if happens { draw.does(&[], LEARNED, LEARNED + silent) } else { draw.nobody() };
    Case::new(format!("{silenced} of an area silent for {silent:.0} min"), &scenario, truth)
}
