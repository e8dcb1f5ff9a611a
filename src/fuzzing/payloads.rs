//! Payloads of AIS messages: any bits, in sentences with valid checksums.

use super::decoding::{STRANGER, decode, possible, receipt, sum};
use atalaia_core::ais::encode::{Envelope, Identity, Message, Motion};
use atalaia_core::ais::{Body, Class, Position, Report, Static};

/// Characters of payload in one part.
const PART: usize = 56;
/// Maximum number of parts of a message.
const MOST_PARTS: usize = 9;

/// Reads a payload: the first byte is the number of padding bits in the last character, the others are the bits. The
/// report is possible, the same in one sentence or in parts in any order with others in between, and the same when it
/// is encoded and read again.
pub(super) fn check(bytes: &[u8]) {
    let Some((fill, bits)) = bytes.split_first() else { return };
    let (payload, fill) = (armoured(bits), fill % 6);
    let read = |lines: &[Vec<u8>]| {
        let mut reports = decode(lines, Some(receipt())).reports;
        reports.retain(|report| report.mmsi.0 != 366_730_000);
        reports
    };
    let whole = read(&[sentence(1, 1, &payload, fill)]);
    whole.iter().for_each(possible);
    let parts: Vec<&[u8]> = payload.chunks(PART).collect();
    if (2..=MOST_PARTS).contains(&parts.len()) {
        let fill_of = |number: usize| if number == parts.len() { fill } else { 0 };
        let numbered =
            || (1..=parts.len()).map(|number| sentence(parts.len(), number, parts[number - 1], fill_of(number)));
        assert_eq!(read(&numbered().collect::<Vec<_>>()), whole, "in parts");
        assert_eq!(read(&numbered().rev().collect::<Vec<_>>()), whole, "in parts from the last to the first");
        let between: Vec<_> = numbered().flat_map(|part| [part, STRANGER.to_vec()]).collect();
        assert_eq!(read(&between), whole, "in parts with another message in between");
    }
    if let Some(message) = again(&whole) {
        let sent: Vec<Vec<u8>> = message.sentences(&Envelope::default()).into_iter().map(String::into_bytes).collect();
        let bodies =
            |reports: &[Report]| reports.iter().map(|report| (report.mmsi, report.body.clone())).collect::<Vec<_>>();
        assert_eq!(bodies(&read(&sent)), bodies(&whole), "sent again");
    }
}

fn armoured(bits: &[u8]) -> Vec<u8> {
    let bit = |at: usize| bits.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let sextet = |character: usize| (0..6).fold(0, |value, at| value << 1 | bit(character * 6 + at));
    let letter = |value: u8| if value < 40 { value + 48 } else { value + 56 };
    (0..(bits.len() * 8).div_ceil(6)).map(|character| letter(sextet(character))).collect()
}

fn sentence(total: usize, number: usize, payload: &[u8], fill: u8) -> Vec<u8> {
    let sequence = if total == 1 { "" } else { "3" };
    let mut content = format!("AIVDM,{total},{number},{sequence},A,").into_bytes();
    content.extend_from_slice(payload);
    content.extend_from_slice(format!(",{fill}").as_bytes());
    let sum = sum(&content);
    [b"!", content.as_slice(), format!("*{sum:02X}").as_bytes()].concat()
}

/// A message with the same content, for types that the encoder supports.
fn again(reports: &[Report]) -> Option<Message> {
    let first = reports.first()?;
    let mmsi = first.mmsi;
    match (&first.body, reports.get(1).map(|report| &report.body)) {
        (Body::Position(at), Some(Body::Static(said))) => {
            Some(Message::class_b_extended(mmsi, &motion(at), &identity(said)))
        }
        (Body::Position(at), None) => match at.message_type {
            kind @ 1..=3 => Some(Message::class_a(kind, mmsi, &motion(at))),
            18 => Some(Message::class_b(mmsi, &motion(at))),
            27 => Some(Message::long_range(mmsi, &motion(at))),
            _ => None,
        },
        (Body::Static(said), None) if said.class == Some(Class::A) => Some(Message::voyage(mmsi, &identity(said))),
        (Body::Static(said), None) => match &said.name {
            Some(name) => Some(Message::static_a(mmsi, name)),
            None => Some(Message::static_b(mmsi, &identity(said))),
        },
        (Body::SafetyText(text), None) if text.len() <= 156 => Some(Message::safety_text(mmsi, text)),
        _ => None,
    }
}

fn motion(at: &Position) -> Motion {
    Motion {
        lat_lon: at.lat_lon().map(|at| (at.lat, at.lon)),
        sog_knots: at.sog_knots(),
        cog_degrees: at.cog_degrees(),
        heading_degrees: at.heading_degrees(),
        status: at.status(),
        second: None,
    }
}

fn identity(said: &Static) -> Identity<'_> {
    Identity {
        imo: said.imo.unwrap_or(0),
        call_sign: said.call_sign.as_deref().unwrap_or_default(),
        name: said.name.as_deref().unwrap_or_default(),
        ship_type: said.ship_type.unwrap_or(0),
        dimensions: said.dimensions.unwrap_or_default(),
        eta: said.eta,
        draught_dm: said.draught_dm.unwrap_or(0),
        destination: said.destination.as_deref().unwrap_or_default(),
    }
}
