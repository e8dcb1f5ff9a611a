//! Whatever the encoder sends, the decoder reads as it was meant.

use super::encode::{Envelope, Identity, Message, Motion};
use super::{Body, Class, Decoder, Dimensions, Line, Position, SourceId, SourceSettings, Static, UNITS_PER_DEGREE};
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Messages of each kind.
const ROUNDS: usize = 2_000;
/// Characters of names; trimmed spaces and `@` have a meaning of their own.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -./";

/// Contents of the reports of one message.
fn decoded(message: &Message) -> Vec<Body> {
    let mut decoder = Decoder::new(vec![SourceSettings { name: "test".to_owned(), time_zone: None, live: false }]);
    let envelope = Envelope { time: Some(Time::from_seconds(1_772_366_400)), ..Envelope::default() };
    let mut reports = Vec::new();
    for sentence in message.sentences(&envelope) {
        decoder.line(Line { source: SourceId(0), received: None, bytes: sentence.as_bytes() }, &mut reports);
    }
    assert_eq!(decoder.tally().total().rejects().count(), 0);
    reports.into_iter().map(|report| report.body).collect()
}

fn maybe<T>(random: &mut fastrand::Rng, value: T) -> Option<T> {
    random.bool().then_some(value)
}

/// A position in message units, and a motion that has it.
fn motion(random: &mut fastrand::Rng) -> (Option<(i32, i32)>, Motion) {
    let units = (random.i32(-54_000_000..=54_000_000), random.i32(-108_000_000..108_000_000));
    let units = maybe(random, units);
    let degrees = |units: i32| f64::from(units) / UNITS_PER_DEGREE;
    let motion = Motion {
        lat_lon: units.map(|(lat, lon)| (degrees(lat), degrees(lon))),
        sog_knots: Some(f64::from(random.u16(0..=1022)) / 10.0).filter(|_| random.bool()),
        cog_degrees: Some(f64::from(random.u16(0..3600)) / 10.0).filter(|_| random.bool()),
        heading_degrees: Some(f64::from(random.u16(0..360))).filter(|_| random.bool()),
        status: Some(random.u8(0..15)).filter(|_| random.bool()),
        second: Some(random.u8(0..60)).filter(|_| random.bool()),
    };
    (units, motion)
}

/// A text of at most `most` characters, and how it is read: trimmed, and absent if nothing is left.
fn text(random: &mut fastrand::Rng, most: usize) -> (String, Option<Box<str>>) {
    let text: String =
        (0..random.usize(0..=most)).map(|_| char::from(LETTERS[random.usize(..LETTERS.len())])).collect();
    let read = Some(text.trim()).filter(|text| !text.is_empty()).map(Box::from);
    (text, read)
}

fn mmsi(random: &mut fastrand::Rng) -> Mmsi {
    Mmsi(random.u32(201_000_000..776_000_000))
}

#[test]
fn positions_are_read_as_they_were_sent() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..ROUNDS {
        let (units, motion) = motion(&mut random);
        let kind = random.u8(1..=3);
        let b = random.bool();
        let message = match b {
            true => Message::class_b(mmsi(&mut random), &motion),
            false => Message::class_a(kind, mmsi(&mut random), &motion),
        };
        let [Body::Position(position)] = decoded(&message)[..] else { panic!("one position: {motion:?}") };
        assert_eq!(position.units(), units);
        assert_eq!(position.sog_knots(), motion.sog_knots);
        assert_eq!(position.cog_degrees(), motion.cog_degrees);
        assert_eq!(position.heading_degrees(), motion.heading_degrees);
        let (class, kind, status) = if b { (Class::B, 18, None) } else { (Class::A, kind, motion.status) };
        assert_eq!((position.class, position.message_type, position.status()), (class, kind, status));
    }
}

#[test]
fn long_range_positions_are_rounded_to_a_tenth_of_a_minute() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..ROUNDS {
        let (units, motion) = motion(&mut random);
        let motion = Motion {
            sog_knots: motion.sog_knots.map(|knots| knots.round().min(62.0)),
            cog_degrees: motion.cog_degrees.map(|degrees| degrees.round().min(359.0)),
            ..motion
        };
        let message = Message::long_range(mmsi(&mut random), &motion);
        let [Body::Position(position)] = decoded(&message)[..] else { panic!("one position: {motion:?}") };
        for (was, is) in
            units.zip(position.units()).map(|(was, is)| [(was.0, is.0), (was.1, is.1)]).into_iter().flatten()
        {
            assert!((was - is).abs() <= 500 && is % 1000 == 0, "{was} became {is}");
        }
        assert_eq!(position.units().is_some(), units.is_some());
        assert_eq!((position.sog_knots(), position.cog_degrees()), (motion.sog_knots, motion.cog_degrees));
        assert_eq!((position.heading_degrees(), position.status()), (None, motion.status));
    }
}

#[test]
fn static_data_are_read_as_they_were_sent() {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..ROUNDS {
        let (name, read_name) = text(&mut random, 20);
        let (call_sign, read_call_sign) = text(&mut random, 7);
        let (destination, read_destination) = text(&mut random, 20);
        let eta = (random.u8(1..=12), random.u8(1..=28), random.u8(0..24), random.u8(0..60));
        let dimensions = Dimensions {
            bow: random.u16(0..512),
            stern: random.u16(0..512),
            port: random.u8(0..64),
            starboard: random.u8(0..64),
        };
        let identity = Identity {
            imo: maybe(&mut random, 9_074_729).unwrap_or(0),
            call_sign: &call_sign,
            name: &name,
            ship_type: random.u8(0..100),
            dimensions: maybe(&mut random, dimensions).unwrap_or_default(),
            eta: maybe(&mut random, eta),
            draught_dm: random.u8(..),
            destination: &destination,
        };
        let given = |number: u8| Some(number).filter(|number| *number != 0);
        let all = Static {
            class: Some(Class::A),
            imo: Some(identity.imo).filter(|imo| *imo != 0),
            name: read_name,
            call_sign: read_call_sign,
            ship_type: given(identity.ship_type),
            dimensions: Some(identity.dimensions).filter(|dimensions| *dimensions != Dimensions::default()),
            draught_dm: given(identity.draught_dm),
            destination: read_destination,
            eta: identity.eta,
        };
        let of_b =
            Static { class: Some(Class::B), imo: None, draught_dm: None, destination: None, eta: None, ..all.clone() };
        let part_a = Static { call_sign: None, ship_type: None, dimensions: None, ..of_b.clone() };
        let part_b = Static { name: None, ..of_b.clone() };
        let extended = Static { call_sign: None, ..of_b };
        let mmsi = mmsi(&mut random);
        let body = |said: Static| Body::Static(Box::new(said));
        assert_eq!(decoded(&Message::voyage(mmsi, &identity)), [body(all)]);
        assert_eq!(decoded(&Message::static_a(mmsi, &name)), [body(part_a)]);
        assert_eq!(decoded(&Message::static_b(mmsi, &identity)), [body(part_b)]);
        let both = decoded(&Message::class_b_extended(mmsi, &Motion::default(), &identity));
        let nowhere = Position::new(Class::B, 19, None, None, None, None, None);
        assert_eq!(both, [Body::Position(nowhere), body(extended)]);
        let (words, read_words) = text(&mut random, 156);
        let safety = read_words.map_or(Body::Other, Body::SafetyText);
        assert_eq!(decoded(&Message::safety_text(mmsi, &words)), [safety]);
    }
}

#[test]
fn an_unclosed_tag_block_is_counted_once() {
    let mut decoder = Decoder::new(vec![SourceSettings { name: "test".to_owned(), time_zone: None, live: false }]);
    decoder.line(Line { source: SourceId(0), received: None, bytes: br"\s:station" }, &mut Vec::new());
    let total = decoder.tally().total();
    let rejects: Vec<(&str, u64)> = total.rejects().map(|(reason, count)| (reason.name(), count)).collect();
    assert_eq!(rejects, [("tag_unclosed", 1)]);
}
