//! An MQTT 3.1.1 broker, as far as a publisher and a subscriber need one.

use std::io;
use std::time::Duration;

use atalaia::platform::clock::Clock;

use super::servers::{Connection, Desk, Misdeed};

const CONNECT: u8 = 1;
const PUBLISH: u8 = 3;
const SUBSCRIBE: u8 = 8;
const PINGREQ: u8 = 12;
const DISCONNECT: u8 = 14;
/// The longest length that the protocol can announce: 256 MiB.
const LONGEST: &[u8] = &[0xff, 0xff, 0xff, 0x7f];

/// A packet from the client.
struct Packet {
    kind: u8,
    flags: u8,
    body: Vec<u8>,
}

fn packet(connection: &mut Connection) -> io::Result<Packet> {
    let first = connection.read(1)?[0];
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = usize::from(connection.read(1)?[0]);
        length |= (byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(Packet { kind: first >> 4, flags: first & 0xf, body: connection.read(length)? })
}

/// A message to a client, as encoded on the wire.
pub fn publish(topic: &str, number: Option<u16>, payload: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(number.iter().flat_map(|number| number.to_be_bytes()));
    body.extend(payload);
    let mut bytes = vec![if number.is_some() { 0x32 } else { 0x30 }];
    let mut left = body.len();
    loop {
        let more = if left < 128 { 0 } else { 0x80 };
        bytes.push((left & 0x7f) as u8 | more);
        left >>= 7;
        if left == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

/// Serves one client.
pub fn session(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    let wrong = desk.wrong();
    match wrong {
        Some(Misdeed::ClosesAtOnce) => return Ok(()),
        Some(Misdeed::Resets) => return connection.reset(),
        Some(Misdeed::StopsReading) => return connection.ignore(),
        Some(Misdeed::Silent) => return connection.hang(),
        _ => {}
    }
    if packet(&mut connection)?.kind != CONNECT {
        return Ok(());
    }
    match wrong {
        Some(Misdeed::Drips) => return connection.drip(&[0x20, 2, 0, 0], Duration::from_millis(400)),
        Some(Misdeed::Garbage) => return connection.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Some(Misdeed::Huge) => return connection.pour(&[&[0x20], LONGEST].concat()),
        Some(Misdeed::Endless) => return connection.pour(&[0x20, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Some(Misdeed::ClosesAfterLogin) => return Ok(()),
        Some(Misdeed::Refuses(code)) => connection.say(&[0x20, 2, 0, code])?,
        Some(Misdeed::RemembersUs) => connection.say(&[0x20, 2, 1, 0])?,
        _ => connection.say(&[0x20, 2, 0, 0])?,
    }
    let began = Clock.moment();
    if wrong == Some(Misdeed::Talks) {
        for number in 1..=300 {
            connection.say(&publish("not/asked/for", Some(number), &[b'x'; 2000]))?;
        }
    }
    loop {
        let packet = packet(&mut connection)?;
        // A server that changes its behaviour starts with a new connection.
        if desk.wrong() != wrong || packet.kind == DISCONNECT {
            return Ok(());
        }
        if wrong == Some(Misdeed::Flaps) && Duration::from_secs(1) <= Clock.moment().since(began) {
            return Ok(());
        }
        match packet.kind {
            PINGREQ => connection.say(&[0xd0, 0])?,
            SUBSCRIBE => match subscribed(&mut connection, wrong, [packet.body[0], packet.body[1]])? {
                true => {}
                false if wrong == Some(Misdeed::ResetsAfterMessage) => return connection.reset(),
                false => return Ok(()),
            },
            PUBLISH => match published(&mut connection, desk, wrong, &packet)? {
                true => {}
                false if wrong == Some(Misdeed::ResetsAfterMessage) => return connection.reset(),
                false => return Ok(()),
            },
            // Acknowledgements of messages we sent.
            _ => {}
        }
    }
}

/// Answers a subscription; returns whether the connection continues.
fn subscribed(connection: &mut Connection, wrong: Option<Misdeed>, [high, low]: [u8; 2]) -> io::Result<bool> {
    let agreed = [0x90, 3, high, low, 0];
    match wrong {
        Some(Misdeed::NeverAcknowledges) => Ok(true),
        Some(Misdeed::AcknowledgesAnother) => connection.say(&[0x90, 3, high ^ 0x12, low, 0]).map(|()| true),
        Some(Misdeed::AnswersError) => connection.say(&[0x90, 3, high, low, 0x80]).map(|()| true),
        Some(Misdeed::AnswersNothing) => connection.say(&[0x90, 0]).map(|()| true),
        Some(Misdeed::ClosesAfterMessage | Misdeed::ResetsAfterMessage) => Ok(false),
        Some(Misdeed::ClosesInAnswer) => connection.say(&agreed[..3]).map(|()| false),
        Some(Misdeed::HugeAfterwards) => connection.pour(&[&[0x30], LONGEST].concat()).map(|()| false),
        Some(Misdeed::Talks) => {
            connection.say(&agreed)?;
            let garbage: [&[u8]; 4] = [
                b"\xff\xfe\x00\x01",
                b"{\"class\":",
                &[b'x'; 100_000],
                b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24",
            ];
            for payload in garbage {
                connection.say(&publish("ais/data", None, payload))?;
            }
            Ok(true)
        }
        _ => connection.say(&agreed).map(|()| true),
    }
}

/// Answers a message; returns whether the connection continues.
fn published(connection: &mut Connection, desk: &Desk, wrong: Option<Misdeed>, packet: &Packet) -> io::Result<bool> {
    assert_eq!(packet.flags >> 1 & 3, 1, "only what is acknowledged is safe");
    let length = usize::from(u16::from_be_bytes([packet.body[0], packet.body[1]]));
    let (topic, rest) = packet.body[2..].split_at(length);
    let (number, payload) = rest.split_at(2);
    let acknowledgement = [0x40, 2, number[0], number[1]];
    let answer: &[u8] = match wrong {
        Some(Misdeed::NeverAcknowledges) => &[],
        Some(Misdeed::AcknowledgesAnother) => &[0x40, 2, number[0] ^ 0x12, number[1]],
        // With a reason, as in version 5: quota exceeded.
        Some(Misdeed::AcknowledgesStrangely) => &[0x40, 3, number[0], number[1], 0x97],
        Some(Misdeed::AnswersNothing) => &[0x40, 0],
        // As for a subscription.
        Some(Misdeed::AnswersError) => &[0x90, 3, number[0], number[1], 0x80],
        Some(Misdeed::ClosesAfterMessage | Misdeed::ResetsAfterMessage) => return Ok(false),
        Some(Misdeed::ClosesInAnswer) => {
            connection.say(&acknowledgement[..3])?;
            return Ok(false);
        }
        Some(Misdeed::HugeAfterwards) => return connection.pour(&[&[0x30], LONGEST].concat()).map(|()| false),
        None | Some(_) => {
            desk.take(&String::from_utf8_lossy(topic), payload);
            &acknowledgement
        }
    };
    connection.say(answer)?;
    if wrong == Some(Misdeed::AcknowledgesTwice) {
        connection.say(answer)?;
    }
    Ok(true)
}
