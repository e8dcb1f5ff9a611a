//! What a NATS server sends, before the client reads it.

use crate::platform::nats::guard::{Guard, LONGEST_LINE, PassedBytes};

/// Length limits of the guard in bytes: for a message that wants an answer, and for one that does not.
const LONGEST: [u64; 2] = [8 << 20, 128 << 10];
/// Longest input in bytes that is also passed byte by byte. Longer input would take too much time.
const MOST_SINGLE_BYTES: usize = 8192;

/// The guard passes on only what came, however it is cut into reads, and no announcement makes the client wait for more
/// than the limit.
pub(super) fn check(bytes: &[u8]) {
    let (whole, is_broken) = pass(bytes, bytes.len().max(1));
    assert!(bytes.starts_with(&whole.bytes), "bytes that did not come");
    for size in [1, 2, 61, 4096] {
        if size == 1 && MOST_SINGLE_BYTES < bytes.len() {
            continue;
        }
        let (pieces, broken) = pass(bytes, size);
        assert_eq!(broken, is_broken, "refused, in reads of {size} bytes");
        assert!(bytes.starts_with(&pieces.bytes), "bytes that did not come, in reads of {size} bytes");
        announced(&pieces);
        if !is_broken {
            assert_eq!(pieces, whole, "in reads of {size} bytes");
            assert!(bytes.len() - whole.bytes.len() <= LONGEST_LINE, "a line longer than the bound is held");
        }
    }
}

/// Everything passed on from the reads, and whether one of them was refused.
fn pass(bytes: &[u8], size: usize) -> (PassedBytes, bool) {
    let mut guard = Guard::default();
    let mut all = PassedBytes::default();
    for read in bytes.chunks(size) {
        match guard.pass(read) {
            Ok(mut passed) => {
                all.bytes.append(&mut passed.bytes);
                all.deliveries += passed.deliveries;
            }
            Err(_) => return (all, true),
        }
    }
    (all, false)
}

/// Reads the output as a client does: the last number of an announcement is the length of the message.
fn announced(passed: &PassedBytes) {
    let mut rest = passed.bytes.as_slice();
    let mut deliveries = 0;
    while let Some(end) = memchr::memmem::find(rest, b"\r\n") {
        let (line, behind) = (&rest[..end], &rest[end + 2..]);
        rest = behind;
        if !line.starts_with(b"MSG ") && !line.starts_with(b"HMSG ") {
            continue;
        }
        let text = std::str::from_utf8(line).expect("an announcement is text");
        let with_headers = usize::from(line.starts_with(b"HMSG "));
        let words: Vec<&str> = match with_headers {
            1 => text.split_whitespace().collect(),
            _ => text.split(' ').filter(|word| !word.is_empty()).collect(),
        };
        let last = words.last().expect("a word");
        let length: u64 = last.parse().expect("an announcement ends with a length");
        let wants_answer = words.len() == 5 + with_headers;
        assert!(length <= LONGEST[usize::from(!wants_answer)], "{text}");
        if wants_answer {
            let headers = if with_headers == 1 { words[words.len() - 2].parse().expect("a length") } else { 0 };
            deliveries += length.checked_sub(headers).expect("headers are a part of the message");
        }
        let whole = (length as usize).saturating_add(2).min(rest.len());
        rest = &rest[whole..];
    }
    assert_eq!(deliveries, passed.deliveries as u64, "payload that wants an answer");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let talk: &[u8] = b"INFO {\"server_id\":\"x\",\"max_payload\":1048576}\r\nPING\r\n+OK\r\n-ERR 'Authorization Violation'\r\nMSG a.b 1 5\r\nhello\r\nPONG\r\n\
        MSG a 2 $JS.ACK.s.c.1.2.3.4.5 4\r\nabcd\r\nHMSG a 1 $JS.ACK.s 12 15\r\nNATS/1.0\r\n\r\nabc\r\nHMSG a 1 12 12\r\nNATS/1.0\r\n\r\n\r\n";
    let lengths =
        [u64::MAX, u64::MAX - 1, u64::MAX - 2, u64::MAX - 15, 1 << 63, (8 << 20) + 1, 8 << 20, (128 << 10) + 1];
    let announced = lengths.iter().flat_map(|length| {
        [
            format!("MSG a 1 {length}\r\n").into_bytes(),
            format!("MSG a 1 r {length}\r\nx").into_bytes(),
            format!("HMSG a 1 r 12 {length}\r\n").into_bytes(),
            format!("HMSG a 1 {length} {length}\r\n").into_bytes(),
        ]
    });
    let bare: [&[u8]; 3] = [b"PING\r", b"\r\n", b"HTTP/1.1 400 Bad Request\r\n"];
    [talk].iter().chain(&bare).map(|bytes| bytes.to_vec()).chain(announced).collect()
}
