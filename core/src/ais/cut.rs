//! Splits a stream of bytes into lines. It works on bytes and never assumes text.
//!
//! Transports divide a stream anywhere, also in the middle of a line, and hostile clients send lines without an
//! end. So the beginning of a line is held until its end comes, up to a limit, and the rest of an overlong line
//! is dropped unseen.

use memchr::memchr3;

/// Longest line accepted, in bytes. TAG block, sentence and suffix together are far shorter, and so is a CSV row.
pub const MAX_LINE: usize = 1024;
/// Longest line accepted that begins with `{`, a JSON object, in bytes. The largest in known feeds have a few thousand bytes.
pub const MAX_OBJECT: usize = 64 * 1024;

/// Splits incoming bytes into lines. CR, LF, CRLF and NUL end a line, blank lines are skipped, and an overlong line is dropped and counted.
#[derive(Clone, Debug, Default)]
pub struct LineCutter {
    /// Beginning of the line whose end has not come; at most `MAX_OBJECT` bytes.
    held: Vec<u8>,
    /// Whether the rest of an overlong line is being dropped, up to its end.
    skipping: bool,
    /// Lines dropped since the cutter was created.
    overlong: u64,
}

impl LineCutter {
    /// Creates a cutter for the start of a stream.
    pub fn new() -> LineCutter {
        LineCutter::default()
    }

    /// Number of lines dropped because they were longer than [`MAX_LINE`] or, for JSON objects, [`MAX_OBJECT`].
    pub fn overlong(&self) -> u64 {
        self.overlong
    }

    /// Adds the next bytes of the stream and calls `line` for every line they complete.
    /// Calls `line` without the line end, never with an empty line. The bytes may be cut anywhere: the lines are the
    /// same however the transport divides the stream.
    pub fn feed(&mut self, mut bytes: &[u8], mut line: impl FnMut(&[u8])) {
        while let Some(end) = memchr3(b'\n', b'\r', 0, bytes) {
            let (piece, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if self.skipping {
                self.skipping = false;
            } else if self.longest(piece) < self.held.len() + piece.len() {
                self.overlong += 1;
            } else if !self.held.is_empty() {
                self.held.extend_from_slice(piece);
                line(&self.held);
            } else if !piece.is_empty() {
                line(piece);
            }
            self.held.clear();
        }
        if self.skipping {
            return;
        }
        if self.longest(bytes) < self.held.len() + bytes.len() {
            self.overlong += 1;
            self.skipping = true;
            self.held.clear();
            return;
        }
        self.held.extend_from_slice(bytes);
    }

    /// Maximum length of the line that `piece` starts or continues.
    fn longest(&self, piece: &[u8]) -> usize {
        match self.held.first().or(piece.first()) {
            Some(b'{') => MAX_OBJECT,
            _ => MAX_LINE,
        }
    }

    /// Ends the stream or datagram: unfinished bytes become the last line.
    pub fn finish(&mut self, mut line: impl FnMut(&[u8])) {
        if !self.skipping && !self.held.is_empty() {
            line(&self.held);
        }
        self.held.clear();
        self.skipping = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, u64) {
        let mut cutter = LineCutter::new();
        let mut lines = Vec::new();
        for piece in pieces {
            cutter.feed(piece, |line| lines.push(line.to_vec()));
        }
        cutter.finish(|line| lines.push(line.to_vec()));
        (lines, cutter.overlong())
    }

    #[test]
    fn every_kind_of_line_end_cuts() {
        let (lines, overlong) = cut(&[b"a\r\nb\nc\r\r\n\0\0d\xFF\x80", b"e\r", b"\nf"]);
        assert_eq!(lines, [&b"a"[..], b"b", b"c", b"d\xFF\x80e", b"f"]);
        assert_eq!(overlong, 0);
    }

    #[test]
    fn splits_by_the_transport_make_no_difference() {
        let stream = b"!one*00\r\n\\c:1*00\\!two*00\n\n!three*00\r\n!four";
        let (whole, _) = cut(&[stream]);
        for at in 0..stream.len() {
            let (left, right) = stream.split_at(at);
            assert_eq!(cut(&[left, right]).0, whole);
        }
    }

    #[test]
    fn a_line_without_end_is_dropped_once_and_the_next_one_kept() {
        let long = vec![b'x'; 5000];
        let (lines, overlong) = cut(&[b"a\n", &long, &long, b"tail\nb\n"]);
        assert_eq!(lines, [b"a", b"b"]);
        assert_eq!(overlong, 1);
        let (lines, overlong) = cut(&[&[&long[..MAX_LINE + 1], b"\nb"].concat()]);
        assert_eq!((lines.len(), overlong), (1, 1));
        let (lines, _) = cut(&[&[&long[..MAX_LINE], b"\nb"].concat()]);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn an_object_may_be_long_and_one_without_end_is_dropped_too() {
        let object = [&b"{"[..], &vec![b'x'; MAX_OBJECT - 1]].concat();
        let (lines, overlong) = cut(&[&object[..700], &object[700..], b"\nb\n"]);
        assert_eq!((lines.len(), overlong), (2, 0));
        let (lines, overlong) = cut(&[&object, b"x\nb\n"]);
        assert_eq!((lines.len(), overlong), (1, 1));
        let mut cutter = LineCutter::new();
        for _ in 0..160 {
            cutter.feed(&object, |_| panic!("a line of ten megabytes"));
            assert!(cutter.held.capacity() <= 2 * MAX_OBJECT, "it does not pile up");
        }
        assert_eq!(cutter.overlong(), 1);
    }
}
