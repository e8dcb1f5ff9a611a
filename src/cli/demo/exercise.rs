//! The simulated part of the demonstration, as lines that a station would have recorded: two ships that meet, and a ship that drops what a
//! boat collects hours later. All are named EXERCISE.

use atalaia_core::scenario::{Scenario, Vessel, away, beside};

/// When the scripts of the ships begin.
const START: &str = "2017-03-21T05:00:00Z";
/// When both have arrived, in minutes from then: 07:10 UTC, night there.
const MEET_MINUTE: f64 = 130.0;
/// How long they stay together, in minutes: long enough for a rendezvous with the shipped settings.
const STAY_MINUTES: f64 = 50.0;
/// Where they meet: open sea, over 20 nm east of Marie-Galante and La Désirade.
const PLACE: (f64, f64) = (16.05, -60.70);
/// Distance each comes from and leaves to, in nautical miles.
const WAY_NM: f64 = 12.0;

/// Where the mother ship enters the lane, in the south.
const LANE_SOUTH: (f64, f64) = (15.60, -60.75);
/// When it enters, in minutes after the start: 07:30 UTC.
const ENTER_MINUTE: f64 = 150.0;
/// Where it slows down, in the lane and over 20 nm from land.
const DROP: (f64, f64) = (16.30, -60.45);
/// How long it is slow, in minutes: long enough to count as a slow leg.
const SLOW_MINUTES: f64 = 24.0;
/// Where the boat comes from and goes back to: off La Désirade.
const BOAT_HOME: (f64, f64) = (16.35, -61.00);
/// When the boat is at the place of the drop, in minutes after the start: 14:00 UTC.
const COLLECT_MINUTE: f64 = 540.0;

/// The lines of all four vessels as `epoch,sentence`, each with its time, in order.
pub(super) fn lines() -> Vec<(i64, String)> {
    // 298 is a country code (MID) that no administration has, so these numbers cannot be those of a real ship.
    let alfa = Vessel::class_a(298_000_001).name("EXERCISE ALFA").call_sign("EXERC1").ship_type(70);
    let alfa = alfa.dims(90, 20, 8, 8).voyage("EXERCISE", 62).every_seconds(10);
    let bravo = Vessel::class_b(298_000_002).name("EXERCISE BRAVO").call_sign("EXERC2").ship_type(30);
    let bravo = bravo.dims(8, 8, 2, 2).every_seconds(30);
    let scenario = Scenario::new(START).vessel(meets(alfa, PLACE, 20.0, 200.0, 12.0)).vessel(meets(
        bravo,
        beside(PLACE.0, PLACE.1, 90.0, 45.0),
        250.0,
        280.0,
        8.0,
    ));
    let scenario = scenario.vessel(drops()).vessel(collects());
    let feed = scenario.feed().sent.into_iter();
    let line = |(at, sentence): (i64, String)| (at, format!("{at},{sentence}\n"));
    feed.flat_map(|sent| sent.sentences.into_iter().map(move |sentence| (sent.at.seconds(), sentence)))
        .map(line)
        .collect()
}

/// A vessel that comes to a place from one bearing, stays, and leaves on another.
fn meets(vessel: Vessel, berth: (f64, f64), from_bearing: f64, to_bearing: f64, knots: f64) -> Vessel {
    let (lat, lon) = away(berth.0, berth.1, from_bearing, WAY_NM);
    let vessel = vessel.exact().from_minute(MEET_MINUTE - WAY_NM / knots * 60.0).at(lat, lon);
    let vessel = vessel.leg_to(berth.0, berth.1, knots).stop_minutes(STAY_MINUTES);
    vessel.leg(to_bearing, WAY_NM, knots)
}

/// The mother ship: a freighter on passage through the lane, which slows down for a while and goes on.
fn drops() -> Vessel {
    let charlie = Vessel::class_a(298_000_003).name("EXERCISE CHARLIE").call_sign("EXERC3").ship_type(79);
    let charlie = charlie.dims(120, 25, 10, 10).voyage("EXERCISE", 81).every_seconds(10).exact();
    let charlie = charlie.from_minute(ENTER_MINUTE).at(LANE_SOUTH.0, LANE_SOUTH.1).leg_to(DROP.0, DROP.1, 13.0);
    let minutes = SLOW_MINUTES;
    charlie.leg(25.0, 2.5 * minutes / 60.0, 2.5).leg(25.0, 35.0, 13.0)
}

/// The boat that comes for what was dropped, stops there and returns.
fn collects() -> Vessel {
    let delta = Vessel::class_b(298_000_004).name("EXERCISE DELTA").call_sign("EXERC4").ship_type(37);
    let delta = delta.dims(6, 5, 2, 2).every_seconds(30).exact();
    let (lat, lon) = away(DROP.0, DROP.1, 25.0, 1.0);
    let delta = delta.from_minute(COLLECT_MINUTE - 140.0).at(BOAT_HOME.0, BOAT_HOME.1).arrive(lat, lon, COLLECT_MINUTE);
    delta.stop_minutes(35.0).leg_to(BOAT_HOME.0, BOAT_HOME.1, 16.0)
}
