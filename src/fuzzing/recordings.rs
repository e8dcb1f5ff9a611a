//! Recordings: plain, gzip or zstd, recognised by their content, unpacked and cut into lines.

use std::io::{self, Cursor, Read};

use crate::inputs::{Limits, Recording};

/// Enough for every seed, and low enough that an input which expands reaches it soon.
const LIMITS: Limits = Limits { ratio: 100, bytes: 4 << 20 };

/// The lines of a recording, and whether it could be read to its end.
#[derive(PartialEq, Debug)]
struct Content {
    lines: Vec<Vec<u8>>,
    overlong: u64,
    is_whole: bool,
}

/// Checks a recording: the lines do not depend on the size of reads, and no more comes out than the limit.
pub(super) fn check(bytes: &[u8]) {
    let whole = read(Cursor::new(bytes.to_vec()));
    let pieces = read(Pieces { rest: Cursor::new(bytes.to_vec()), size: 61 });
    assert_eq!(pieces.is_whole, whole.is_whole, "in reads of some bytes");
    if whole.is_whole {
        assert_eq!(pieces, whole, "in reads of some bytes");
    }
}

/// The lines that come out of a recording.
fn read(source: impl Read + Send + 'static) -> Content {
    let mut content = Content { lines: Vec::new(), overlong: 0, is_whole: false };
    let Ok(mut recording) = Recording::read_from(source, "recording", LIMITS) else { return content };
    let mut bytes = 0;
    loop {
        let block = recording.read_block(&mut |line| {
            bytes += line.len() as u64;
            content.lines.push(line.to_vec());
        });
        // Line ends are not counted, so this is less than what was unpacked.
        assert!(bytes <= LIMITS.bytes, "{bytes} bytes came out");
        match block {
            Ok(true) => {}
            Ok(false) => {
                content.is_whole = true;
                break;
            }
            Err(_) => break,
        }
    }
    content.overlong = recording.overlong();
    content
}

/// A source that returns few bytes per read.
struct Pieces {
    rest: Cursor<Vec<u8>>,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(buffer.len());
        self.rest.read(&mut buffer[..size])
    }
}
