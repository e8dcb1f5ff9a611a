//! The simulated meeting of the demonstration: two ships, named EXERCISE, as lines that a station would have recorded.

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

/// The lines of both ships as `epoch,sentence`, each with its time, in order.
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
