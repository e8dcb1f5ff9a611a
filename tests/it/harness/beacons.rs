//! Devices in distress, whose first report opens an alert at once, and a ship that moves time on.

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::scenario::Transponder;

/// An active man-overboard device off Portugal.
pub fn distress() -> String {
    distress_at(None)
}

/// As [`distress`], with the time in a TAG block.
pub fn distress_at(time: Option<Time>) -> String {
    Transponder::in_distress(972_123_456, 40.5, -11.25).lines(time)
}

/// A ship at sea, with the time in a TAG block.
pub fn position(time: Time) -> String {
    Transponder::class_a(224_000_001).at(41.0, -12.0).knots(10.0).lines(Some(time))
}

/// MMSI of the `number`th device in distress.
pub fn mmsi(number: u32) -> u32 {
    972_100_000 + number
}

/// The first report of the `number`th device, a second ago.
pub fn first_word(number: u32) -> String {
    let at = Clock.now() - Span::from_seconds(1);
    Transponder::in_distress(mmsi(number), 40.0 + f64::from(number % 1000) * 0.01, -11.25).lines(Some(at))
}

/// A report of the `number`th device `seconds` after four o'clock on 2026-03-01. Each is `apart` degrees north of the one before.
pub fn after_four(number: u32, seconds: i64, apart: f64) -> String {
    let at = four() + Span::from_seconds(seconds);
    Transponder::in_distress(mmsi(number), 40.0 + f64::from(number) * apart, -11.25).lines(Some(at))
}

/// Devices in distress, each of which opens an alert with its first report. A final ship's report advances time past the last one.
pub fn devices(count: u32) -> Vec<String> {
    let at = |number: u32| Some(four() + Span::from_seconds(10 * i64::from(number)));
    let lat = |number: u32| 36.0 + f64::from(number) * 0.02;
    let device = |number| Transponder::in_distress(mmsi(number), lat(number), -16.25).lines(at(number));
    // The ship advances time by less than would need confirmation.
    let last = count + 80;
    let ship = Transponder::class_a(224_000_001).status(0).at(lat(last), -16.25).lines(at(last));
    (0..count).map(device).chain([ship]).collect()
}

fn four() -> Time {
    Time::from_utc(2026, 3, 1, 4, 0, 0).unwrap()
}
