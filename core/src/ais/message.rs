//! The content of AIS messages (ITU-R M.1371-5), by type. "Not available" and impossible values become `None`.
//!
//! The numbers below are positions and widths of fields in bits, counted from 0, as in the tables of ITU-R
//! M.1371-5, annex 8. Latitude and longitude are in 1/10 000 minute, speed in 0.1 kn and course in 0.1°, unless a
//! function says otherwise.

use super::bits::Bits;
use super::report::{Aid, Body, Class, Dimensions, Position, Static};
use super::tally::Reject;
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Message type and sender. Fails if either is impossible or the length does not fit the type.
pub(super) fn head(bits: &Bits) -> Result<(u8, Mmsi), Reject> {
    let kind = bits.unsigned(0, 6).ok_or(Reject::TooShort)?;
    let mmsi = bits.unsigned(8, 30).ok_or(Reject::TooShort)?;
    if kind == 0 || 27 < kind {
        return Err(Reject::UnknownType);
    }
    if 999_999_999 < mmsi {
        return Err(Reject::Mmsi);
    }
    let kind = kind as u8;
    let (shortest, longest) = lengths(kind);
    if bits.len() < shortest {
        return Err(Reject::TooShort);
    }
    if longest < bits.len() {
        return Err(Reject::TooLong);
    }
    Ok((kind, Mmsi(mmsi)))
}

/// UTC second sent by a device whose positioning system does not work.
pub(super) const INOPERATIVE: u32 = 63;

/// Shortest and longest plausible length of a message type, in bits: up to the last field it cannot do without, and the most that receivers
/// pad it to (up to 90 bits more than the type has were observed). Anything much longer is noise that passed for a sentence.
fn lengths(kind: u8) -> (usize, usize) {
    match kind {
        1..=3 => (137, 312),
        4 | 11 => (134, 312),
        5 => (302, 472),
        9 => (128, 312),
        18 => (133, 312),
        19 => (133, 354),
        21 => (219, 408),
        24 => (40, 210),
        27 => (94, 210),
        _ => (38, usize::MAX),
    }
}

/// Decodes a message that [`head`] accepted into one body, or two for type 19.
pub(super) fn read(bits: &Bits, kind: u8, mmsi: Mmsi, mut emit: impl FnMut(Body)) {
    match kind {
        1..=3 => emit(Body::Position(class_a(bits, kind))),
        4 | 11 => emit(Body::Base(base_station(bits, kind))),
        5 => emit(Body::Static(Box::new(voyage(bits)))),
        9 => emit(Body::Position(aircraft(bits))),
        14 => emit(match bits.text(40, bits.len().saturating_sub(40) / 6) {
            Some(text) => Body::SafetyText(text),
            None => Body::Other,
        }),
        18 => emit(Body::Position(class_b(bits, kind))),
        19 => {
            emit(Body::Position(class_b(bits, kind)));
            emit(Body::Static(Box::new(class_b_extended(bits))));
        }
        21 => emit(Body::Aid(Box::new(aid(bits)))),
        24 => emit(match static_data(bits, mmsi) {
            Some(said) => Body::Static(Box::new(said)),
            None => Body::Other,
        }),
        27 => emit(Body::Position(long_range(bits))),
        _ => emit(Body::Other),
    }
}

/// UTC time in a type 4 message; `None` if the station has no time fix.
pub(super) fn base_station_clock(bits: &Bits) -> Option<Time> {
    Time::from_utc(
        bits.unsigned(38, 14)? as i32,
        bits.unsigned(52, 4)?,
        bits.unsigned(56, 5)?,
        bits.unsigned(61, 5)?,
        bits.unsigned(66, 6)?,
        bits.unsigned(72, 6)?,
    )
}

/// Types 1-3. Status 15 means "not defined".
fn class_a(bits: &Bits, kind: u8) -> Position {
    let status = bits.unsigned(38, 4);
    Position::from_units(
        Class::A,
        kind,
        lat_lon(bits, 61).filter(|_| operates(bits, 137)),
        speed(bits, 50),
        course(bits, 116),
        heading(bits, 128),
        status.map(|status| status as u8),
    )
}

/// Types 18 and 19, which have the same layout up to the UTC second. Class B sends no navigational status.
fn class_b(bits: &Bits, kind: u8) -> Position {
    Position::from_units(
        Class::B,
        kind,
        lat_lon(bits, 57).filter(|_| operates(bits, 133)),
        speed(bits, 46),
        course(bits, 112),
        heading(bits, 124),
        None,
    )
}

/// Types 4 and 11.
fn base_station(bits: &Bits, kind: u8) -> Position {
    Position::from_units(Class::Unknown, kind, lat_lon(bits, 79), None, None, None, None)
}

/// Type 9. Its speed is in whole knots; 1022 means 1022 kn or more.
fn aircraft(bits: &Bits) -> Position {
    let knots = bits.unsigned(50, 10).filter(|knots| *knots != 1023);
    Position::from_units(
        Class::Unknown,
        9,
        lat_lon(bits, 61),
        knots.map(|knots| knots as u16 * 10),
        course(bits, 116),
        None,
        None,
    )
}

/// Type 27. Its position is in 1/10 minute, speed and course in whole units.
fn long_range(bits: &Bits) -> Position {
    let status = bits.unsigned(40, 4);
    let place = bits.signed(44, 18).zip(bits.signed(62, 17));
    // 1/10 minute in 1/10 000 minute.
    let place = place.map(|(lon, lat)| (lat * 1000, lon * 1000));
    let knots = bits.unsigned(79, 6).filter(|knots| *knots != 63);
    let degrees = bits.unsigned(85, 9).filter(|degrees| *degrees < 360);
    Position::from_units(
        Class::A,
        27,
        place.filter(in_range),
        knots.map(|knots| knots as u16 * 10),
        degrees.map(|degrees| degrees as u16 * 10),
        None,
        status.map(|status| status as u8),
    )
}

/// Latitude and longitude in 1/10 000 minute; `None` if the message ends before them, or if one is out of range, as 91
/// N and 181 E are, which stand for "not available".
fn lat_lon(bits: &Bits, start: usize) -> Option<(i32, i32)> {
    let (lon, lat) = bits.signed(start, 28).zip(bits.signed(start + 28, 27))?;
    Some((lat, lon)).filter(in_range)
}

/// UTC second, 0-59, in which a position was sent; `None` if the message does not say.
pub(super) fn utc_second(bits: &Bits, kind: u8) -> Option<u32> {
    let place = match kind {
        1..=3 => 137,
        9 => 128,
        18 | 19 => 133,
        _ => return None,
    };
    bits.unsigned(place, 6).filter(|second| *second < 60)
}

/// Whether the positioning system works: the UTC second is not 63, "positioning system inoperative" (ITU-R M.1371 table 45). Otherwise the
/// position in the message is invalid.
fn operates(bits: &Bits, second: usize) -> bool {
    bits.unsigned(second, 6) != Some(INOPERATIVE)
}

/// Whether both are possible: up to 90° and 180°.
fn in_range((lat, lon): &(i32, i32)) -> bool {
    lat.abs() <= 90 * 600_000 && lon.abs() <= 180 * 600_000
}

/// Speed in 0.1 kn; 1022 means 102.2 kn or more, and 1023 "not available".
fn speed(bits: &Bits, start: usize) -> Option<u16> {
    let tenths = bits.unsigned(start, 10)?;
    (tenths != 1023).then_some(tenths as u16)
}

/// Course in 0.1°; from 3600 on it is "not available" or impossible.
fn course(bits: &Bits, start: usize) -> Option<u16> {
    let tenths = bits.unsigned(start, 12)?;
    (tenths < 3600).then_some(tenths as u16)
}

/// True heading in 0.1°, sent in whole degrees; 511 means "not available".
fn heading(bits: &Bits, start: usize) -> Option<u16> {
    let degrees = bits.unsigned(start, 9)?;
    (degrees < 360).then_some(degrees as u16 * 10)
}

/// Distances from the antenna in metres; `None` if all four are 0, which means "not available".
fn dimensions(bits: &Bits, start: usize) -> Option<Dimensions> {
    let dimensions = Dimensions {
        bow: bits.unsigned(start, 9)? as u16,
        stern: bits.unsigned(start + 9, 9)? as u16,
        port: bits.unsigned(start + 18, 6)? as u8,
        starboard: bits.unsigned(start + 24, 6)? as u8,
    };
    (dimensions != Dimensions::default()).then_some(dimensions)
}

/// Ship and cargo type, 1-99; `None` for 0 ("not available") and for the reserved types from 100 on.
fn ship_type(bits: &Bits, start: usize) -> Option<u8> {
    let kind = bits.unsigned(start, 8)?;
    (1..=99).contains(&kind).then_some(kind as u8)
}

/// Type 5. An IMO number of more than seven digits, and draught 0, count as not available.
fn voyage(bits: &Bits) -> Static {
    let imo = bits.unsigned(40, 30);
    let draught = bits.unsigned(294, 8).filter(|draught| *draught != 0);
    Static {
        class: Some(Class::A),
        imo: imo.filter(|imo| (1..=9_999_999).contains(imo)),
        call_sign: bits.text(70, 7),
        name: bits.text(112, 20),
        ship_type: ship_type(bits, 232),
        dimensions: dimensions(bits, 240),
        eta: eta(bits),
        draught_dm: draught.map(|draught| draught as u8),
        destination: bits.text(302, 20),
    }
}

/// Estimated arrival as month, day, hour and minute; `None` unless all four are possible.
fn eta(bits: &Bits) -> Option<(u8, u8, u8, u8)> {
    let (month, day) = (bits.unsigned(274, 4)?, bits.unsigned(278, 5)?);
    let (hour, minute) = (bits.unsigned(283, 5)?, bits.unsigned(288, 6)?);
    possible_eta(month, day, hour, minute)
}

/// An estimated arrival if its four parts are possible. 29 February is accepted in any year, as the message has no year.
pub(super) fn possible_eta(month: u32, day: u32, hour: u32, minute: u32) -> Option<(u8, u8, u8, u8)> {
    Time::from_utc(2024, month, day, hour, minute, 0)?;
    Some((month as u8, day as u8, hour as u8, minute as u8))
}

/// The static half of type 19, which has no call sign.
fn class_b_extended(bits: &Bits) -> Static {
    Static {
        class: Some(Class::B),
        name: bits.text(143, 20),
        ship_type: ship_type(bits, 263),
        dimensions: dimensions(bits, 271),
        ..Static::default()
    }
}

/// Static data of type 24, part A or B; `None` for a part that does not exist.
fn static_data(bits: &Bits, mmsi: Mmsi) -> Option<Static> {
    let class = Some(Class::B);
    match bits.unsigned(38, 2)? {
        0 => Some(Static { class, name: bits.text(40, 20), ..Static::default() }),
        1 => {
            // Auxiliary craft (98MID) send the mother ship's MMSI in place of their dimensions.
            let tender = mmsi.0 / 10_000_000 == 98;
            Some(Static {
                class,
                ship_type: ship_type(bits, 40),
                call_sign: bits.text(90, 7),
                dimensions: dimensions(bits, 132).filter(|_| !tender),
                ..Static::default()
            })
        }
        _ => None,
    }
}

/// Type 21. Its name is the first 20 characters; the extension of longer names is not read.
fn aid(bits: &Bits) -> Aid {
    let kind = bits.unsigned(38, 5).filter(|kind| *kind != 0);
    Aid {
        position: Position::from_units(Class::Unknown, 21, lat_lon(bits, 164), None, None, None, None),
        kind: kind.map(|kind| kind as u8),
        name: bits.text(43, 20),
        dimensions: dimensions(bits, 219),
        is_virtual: bits.unsigned(269, 1) == Some(1),
    }
}
