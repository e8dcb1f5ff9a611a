//! JSON: objects of AIS-catcher, gpsd, aisstream.io, Digitraffic and BarentsWatch, and batches of AIS-catcher.

use serde::de::IgnoredAny;

use super::decoding::{self, decode, receipt};
use super::lines::cut;
use crate::inputs::split_batch;
use atalaia_core::ais::{MAX_OBJECT, is_object};

/// Checks objects, one per line: reports are possible, and an object that is cut short or has trailing bytes gives no
/// report.
pub(super) fn check(bytes: &[u8]) {
    let (lines, _) = cut([bytes].into_iter());
    let decoded = decoding::check(&lines);
    let objects = lines.iter().filter(|line| is_object(line)).count() as u64;
    assert!(decoded.tally.total().objects <= objects, "an object of no feed is used");
    for line in lines.iter().filter(|line| line.first() == Some(&b'{')) {
        let line = line.trim_ascii();
        let says = |line: &[u8]| decode(&[line], Some(receipt())).tally.total().objects;
        if says(line) == 1 {
            assert_eq!(says(&line[..line.len() - 1]), 0, "cut short");
            assert_eq!(says(&[line, b"}"].concat()), 0, "with something behind it");
        }
    }
}

/// Cuts the body of a post by AIS-catcher: every line is an object of bounded length, and their number matches the
/// count.
pub(super) fn batch(bytes: &[u8]) {
    let Some((text, messages, overlong)) = split_batch(bytes) else { return };
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len() as u64 + overlong, messages as u64, "lines and messages");
    for line in &lines {
        assert!(line.len() <= MAX_OBJECT + 1, "a line of {} bytes", line.len());
        let line = line.strip_suffix(b"\n").expect("a line feed");
        assert!(line.first() == Some(&b'{') && !line.contains(&b'\n') && !line.contains(&b'\r'));
        serde_json::from_slice::<IgnoredAny>(line).expect("an object");
    }
    let (again, _) = cut([text.as_slice()].into_iter());
    assert!(again.iter().eq(lines.iter().map(|line| &line[..line.len() - 1])), "lines that are cut otherwise");
    decoding::check(&again);
}
