//! Devices in distress, whose first report opens an alert at once, and a ship that moves time on.

use atalaia::ais::encode::{Envelope, Message, Motion};
use atalaia::clock::Clock;
use atalaia::time::{Span, Time};
use atalaia::units::Mmsi;

/// An active man-overboard device off Portugal.
pub fn distress() -> String {
    distress_at(None)
}

/// As [`distress`], with the time in a TAG block.
pub fn distress_at(time: Option<Time>) -> String {
    let motion = Motion { status: Some(14), lat_lon: Some((40.5, -11.25)), ..Motion::default() };
    sentence(972_123_456, &motion, time)
}

/// A ship at sea, with the time in a TAG block.
pub fn position(time: Time) -> String {
    let motion = Motion { lat_lon: Some((41.0, -12.0)), sog_knots: Some(10.0), ..Motion::default() };
    sentence(224_000_001, &motion, Some(time))
}

fn sentence(mmsi: u32, motion: &Motion, time: Option<Time>) -> String {
    let message = Message::class_a(1, Mmsi(mmsi), motion);
    let sentences = message.sentences(&Envelope { time, ..Envelope::default() });
    sentences.iter().map(|sentence| format!("{sentence}\n")).collect()
}

/// The first report of a device in distress, which opens an alert at once.
pub fn first_word(number: u32) -> String {
    let at = Clock.now() - Span::from_seconds(1);
    let place = (40.0 + f64::from(number % 1000) * 0.01, -11.25);
    let motion = Motion { status: Some(14), lat_lon: Some(place), ..Motion::default() };
    let message = Message::class_a(1, Mmsi(972_100_000 + number), &motion);
    let sentences = message.sentences(&Envelope { time: Some(at), ..Envelope::default() });
    sentences.iter().map(|sentence| format!("{sentence}\n")).collect()
}

/// Devices in distress, each of which opens an alert with its first report. A final ship's report advances time past the last one.
pub fn devices(count: u32) -> Vec<String> {
    let mut lines = Vec::new();
    // The ship advances time by less than would need confirmation.
    for number in (0..count).chain([count + 80]) {
        let at = Time::from_utc(2026, 3, 1, 4, 0, 0).unwrap() + Span::from_seconds(10 * i64::from(number));
        let place = (36.0 + f64::from(number) * 0.02, -16.25);
        let motion = Motion { status: Some(14), lat_lon: Some(place), ..Motion::default() };
        let mmsi = if number < count { 972_100_000 + number } else { 224_000_001 };
        let motion = if number < count { motion } else { Motion { status: Some(0), ..motion } };
        let message = Message::class_a(1, Mmsi(mmsi), &motion);
        let sentences = message.sentences(&Envelope { time: Some(at), ..Envelope::default() });
        lines.extend(sentences.iter().map(|sentence| format!("{sentence}\n")));
    }
    lines
}
