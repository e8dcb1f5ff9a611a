//! A receiver of webhooks, a mail server and a collector of syslog, as far as one message needs them.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::servers::{Connection, Desk};

/// A line, without its end.
fn line(talk: &mut (impl Read + ?Sized)) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n") {
        let mut byte = [0];
        talk.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// Accepts posts on one connection.
pub fn webhook(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    loop {
        let (mut length, mut key) = (0, String::new());
        loop {
            let line = line(&mut *connection.talk)?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if let Some(value) = line.strip_prefix("webhook-id: ") {
                key = value.to_owned();
            }
        }
        let body = connection.read(length)?;
        desk.take(&key, &body);
        connection.say(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    }
}

/// The mail server's part before encryption.
pub fn starttls(socket: &mut TcpStream) -> io::Result<()> {
    socket.write_all(b"220 here\r\n")?;
    line(socket)?;
    socket.write_all(b"250-here\r\n250 STARTTLS\r\n")?;
    line(socket)?;
    socket.write_all(b"220 go on\r\n")
}

/// Accepts mail on one connection that is already encrypted.
pub fn mail(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    loop {
        let said = line(&mut *connection.talk)?;
        match said.split(' ').next().unwrap_or_default() {
            "DATA" => {
                connection.say(b"354 go on\r\n")?;
                let mut text = String::new();
                loop {
                    let line = line(&mut *connection.talk)?;
                    if line == "." {
                        break;
                    }
                    text += &line;
                }
                desk.take("", text.as_bytes());
                connection.say(b"250 taken\r\n")?;
            }
            "QUIT" => return connection.say(b"221 bye\r\n"),
            _ => connection.say(b"250 ok\r\n")?,
        }
    }
}

/// Accepts messages prefixed with their length.
pub fn syslog(mut connection: Connection, desk: &Desk) -> io::Result<()> {
    loop {
        let mut length = String::new();
        loop {
            match connection.read(1)?[0] {
                b' ' => break,
                digit => length.push(digit.into()),
            }
        }
        let message = connection.read(length.parse().unwrap())?;
        desk.take("", &message);
    }
}
