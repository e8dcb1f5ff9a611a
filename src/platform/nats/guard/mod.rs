//! Bounds what a server can make the client hold: every announced message is checked before the client sees it.
//!
//! The client reads the announced length of a message, waits until all of it has arrived, and panics on a length near 2^64. So a protocol
//! line is forwarded only when it is complete and its length is within bounds.

/// Maximum size of a message, headers included. Servers accept 1 MiB by default, and NATS advises against more than this bound. Bytes.
const LONGEST_MESSAGE: u64 = 8 << 20;
/// Maximum size of a message without a reply subject, such as an answer or a heartbeat. Bytes.
const LONGEST_ANSWER: u64 = 128 << 10;
/// Maximum length of a protocol line. Bytes.
pub(crate) const LONGEST_LINE: usize = 64 << 10;

/// A fault in what a server sent. The client never sees the data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Violation {
    /// A message above the size limit.
    #[error("the server announces a message of {bytes} bytes; at most {most} are taken")]
    Message {
        /// Announced size.
        bytes: u64,
        /// Size limit.
        most: u64,
    },
    /// A line above the length limit.
    #[error("the server sends a line longer than {LONGEST_LINE} bytes")]
    Line,
    /// Anything else that is not the NATS protocol.
    #[error("the server sends what is not the NATS protocol")]
    Protocol,
}

/// State of the byte stream from a server.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// Start of a line that is not complete yet.
    line: Vec<u8>,
    /// Bytes still to come of the current message, including its line end.
    left: u64,
    /// Secret to remove from the server's errors.
    secret: Option<String>,
}

/// Data that may be forwarded to the client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PassedBytes {
    /// The bytes. A line is among them only once it is complete.
    pub(crate) bytes: Vec<u8>,
    /// Payload bytes of the messages announced here that need an acknowledgement.
    pub(crate) deliveries: usize,
}

/// Content of one protocol line.
#[derive(Default)]
struct Announcement {
    /// Size of the message that follows, without its line end; `None` for other lines.
    message: Option<u64>,
    /// Payload bytes of a message that needs an acknowledgement, else 0.
    delivery: u64,
}

impl Guard {
    /// A guard that removes `secret` from the server's errors, because the client would repeat it.
    pub(super) fn hiding(secret: Option<&str>) -> Guard {
        Guard { secret: secret.map(str::to_owned), ..Guard::default() }
    }

    /// Checks the next bytes from the server. They may begin and end anywhere in a line or message. After an error the connection must end:
    /// the client would misread what follows.
    pub(crate) fn pass(&mut self, mut bytes: &[u8]) -> Result<PassedBytes, Violation> {
        let mut passed = PassedBytes { bytes: Vec::with_capacity(self.line.len() + bytes.len()), deliveries: 0 };
        while !bytes.is_empty() {
            if 0 < self.left {
                let count = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
                passed.bytes.extend_from_slice(&bytes[..count]);
                bytes = &bytes[count..];
                self.left -= count as u64;
                continue;
            }
            // The two bytes of a line end may arrive apart.
            let end = match (self.line.last(), bytes.first()) {
                (Some(b'\r'), Some(b'\n')) => Some(1),
                _ => memchr::memmem::find(bytes, b"\r\n").map(|at| at + 2),
            };
            let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.line.extend_from_slice(piece);
            bytes = rest;
            if LONGEST_LINE < self.line.len() {
                return Err(Violation::Line);
            }
            if end.is_some() {
                let announced = announced(&self.line[..self.line.len() - 2])?;
                self.left = announced.message.map_or(0, |length| length + 2);
                passed.deliveries += announced.delivery as usize;
                if let Some((secret, said)) = self.secret.as_ref().zip(self.line.strip_prefix(b"-ERR")) {
                    let said = String::from_utf8_lossy(said).replace(secret, "***");
                    self.line = [b"-ERR", said.as_bytes()].concat();
                }
                passed.bytes.append(&mut self.line);
            }
        }
        Ok(passed)
    }
}

/// Parses a line in the same way as the client.
fn announced(line: &[u8]) -> Result<Announcement, Violation> {
    // Lines without a length.
    let known = ["+OK", "PING", "PONG", "INFO "];
    if known.iter().any(|word| line.starts_with(word.as_bytes())) {
        return Ok(Announcement::default());
    }
    // The client expects text after the word.
    if line.starts_with(b"-ERR") && b"-ERR".len() < line.len() {
        return Ok(Announcement::default());
    }
    let text = std::str::from_utf8(line).map_err(|_| Violation::Protocol)?;
    let (words, lengths): (Vec<&str>, usize) = if let Some(rest) = text.strip_prefix("MSG ") {
        (rest.split(' ').filter(|word| !word.is_empty()).collect(), 1)
    } else if let Some(rest) = text.strip_prefix("HMSG ") {
        (rest.split_whitespace().collect(), 2)
    } else {
        return Err(Violation::Protocol);
    };
    // Subject, subscription number and an optional reply subject, followed by the lengths.
    let wants_answer = words.len() == 3 + lengths;
    if !wants_answer && words.len() != 2 + lengths {
        return Err(Violation::Protocol);
    }
    let length = |word: &str| word.parse::<u64>().map_err(|_| Violation::Protocol);
    let all = length(words[words.len() - 1])?;
    let headers = if lengths == 2 { length(words[words.len() - 2])? } else { 0 };
    let most = if wants_answer { LONGEST_MESSAGE } else { LONGEST_ANSWER };
    if most < all {
        return Err(Violation::Message { bytes: all, most });
    }
    let payload = all.checked_sub(headers).ok_or(Violation::Protocol)?;
    Ok(Announcement { message: Some(all), delivery: if wants_answer { payload } else { 0 } })
}

#[cfg(test)]
mod tests;
