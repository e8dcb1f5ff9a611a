//! A TAK server, which reads events and sends nothing back.

use std::io::{self, Read};
use std::time::Duration;

use atalaia::platform::clock::Clock;

use super::servers::{Connection, Desk, Misdeed};

const END: &[u8] = b"</event>";

/// Serves one client. Events are recorded as they arrive, whether it behaves or not: only unread ones are missing.
pub fn session(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    let wrong = desk.wrong();
    match wrong {
        Some(Misdeed::ClosesAtOnce) => return Ok(()),
        Some(Misdeed::Resets) => return connection.reset(),
        Some(Misdeed::StopsReading) => return connection.ignore(),
        Some(Misdeed::Silent) => return connection.hang(),
        Some(Misdeed::Garbage) => connection.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")?,
        Some(Misdeed::Talks) => {
            connection.say(&b"<?xml version='1.0'?><event uid='x' type='t-x-c-t'/>".repeat(2000))?
        }
        _ => {}
    }
    let began = Clock.moment();
    let (mut bytes, mut more) = (Vec::new(), [0; 4096]);
    loop {
        let count = connection.talk.read(&mut more)?;
        let flapped = wrong == Some(Misdeed::Flaps) && Duration::from_secs(1) <= Clock.moment().since(began);
        if count == 0 || flapped {
            return Ok(());
        }
        bytes.extend(&more[..count]);
        while let Some(end) = bytes.windows(END.len()).position(|window| window == END) {
            let event: Vec<u8> = bytes.drain(..end + END.len()).collect();
            match wrong {
                Some(Misdeed::ClosesAfterMessage) => return Ok(()),
                Some(Misdeed::ResetsAfterMessage) => return connection.reset(),
                _ => desk.take("", &event),
            }
        }
        if desk.wrong() != wrong {
            return Ok(());
        }
    }
}
