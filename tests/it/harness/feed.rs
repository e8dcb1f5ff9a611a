//! A simulated feed: messages in order of arrival, and transformations that must not change any alert.

use atalaia::time::{Span, Time};

/// One message as relayed by one station. Its sentences share the TAG time and stay together.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Event time, in whole seconds.
    pub at: Time,
    /// Name of the station, for TAG field `s:`.
    pub station: String,
    /// `!AIVDM` sentences without TAG blocks.
    pub sentences: Vec<String>,
}

/// Messages in order of arrival.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    pub sent: Vec<Sent>,
}

impl Feed {
    /// The lines of the recording, each with its TAG block.
    pub fn nmea(&self) -> String {
        let mut text = String::new();
        for sent in &self.sent {
            text.push_str(&sent.lines());
        }
        text
    }

    /// The messages in another order of arrival: each up to `within_seconds` late, with its time unchanged.
    pub fn shuffled(&self, seed: u64, within_seconds: u32) -> Feed {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut arrivals: Vec<(i64, &Sent)> =
            self.sent.iter().map(|sent| (sent.at.seconds() + i64::from(rng.u32(0..=within_seconds)), sent)).collect();
        rng.shuffle(&mut arrivals);
        arrivals.sort_by_key(|(arrival, _)| *arrival);
        Feed { sent: arrivals.into_iter().map(|(_, sent)| sent.clone()).collect() }
    }

    /// The feed with every message received by a second station too, `later_seconds` after the first.
    pub fn doubled(&self, station: &str, later_seconds: i64) -> Feed {
        let copies = self.sent.iter().map(|sent| Sent {
            at: sent.at + Span::from_seconds(later_seconds),
            station: station.to_string(),
            sentences: sent.sentences.clone(),
        });
        let mut sent: Vec<Sent> = self.sent.iter().cloned().chain(copies).collect();
        sent.sort_by_key(|sent| sent.at);
        Feed { sent }
    }

    /// The recording cut into `parts` files with about equal numbers of messages.
    pub fn cut(&self, parts: usize) -> Vec<String> {
        let size = self.sent.len().div_ceil(parts).max(1);
        self.sent.chunks(size).map(|sent| Feed { sent: sent.to_vec() }.nmea()).collect()
    }

    /// The same messages at another time.
    pub fn shifted(&self, by: Span) -> Feed {
        let mut feed = self.clone();
        for sent in &mut feed.sent {
            sent.at = sent.at + by;
        }
        feed
    }

    /// The recording with garbage between its lines: noise bytes, cut and damaged sentences, other sentence types, empty lines.
    pub fn with_garbage(&self, seed: u64) -> Vec<u8> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut bytes = Vec::new();
        for sent in &self.sent {
            let lines = sent.lines();
            if rng.u8(0..4) == 0 {
                garbage(&mut rng, lines.as_bytes(), &mut bytes);
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(lines.as_bytes());
        }
        bytes
    }
}

impl Sent {
    /// Its lines, each with its TAG block and line end.
    pub fn lines(&self) -> String {
        let tag = format!("s:{},c:{}", self.station, self.at.seconds());
        let checksum = tag.bytes().fold(0, |sum, byte| sum ^ byte);
        let line = |sentence: &String| format!("\\{tag}*{checksum:02X}\\{sentence}\n");
        self.sentences.iter().map(line).collect()
    }
}

/// Appends one line without a valid message, derived from `sample` where it should look nearly right.
fn garbage(rng: &mut fastrand::Rng, sample: &[u8], out: &mut Vec<u8>) {
    let first_line = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match rng.u8(0..6) {
        0 => out.extend((0..rng.usize(1..80)).map(|_| rng.u8(1..=255)).filter(|byte| *byte != b'\n')),
        // Cut off before its checksum.
        1 => out.extend_from_slice(&first_line[..first_line.len() - rng.usize(4..20)]),
        2 => {
            // One payload character changed: the checksum no longer fits.
            let mut damaged = first_line.to_vec();
            // Somewhere in the payload: identity, position or speed.
            let at = damaged.len() - rng.usize(8..34);
            damaged[at] = if damaged[at] == b'w' { b'0' } else { b'w' };
            out.extend_from_slice(&damaged);
        }
        3 => out.extend_from_slice(b"# station restarted"),
        4 => out.extend_from_slice("é!AIVDM,1,1,,B,é,0*é".as_bytes()),
        _ => {}
    }
}

mod tests {
    use super::*;

    fn feed() -> Feed {
        let start = Time::parse("2026-03-01T00:00:00Z").expect("a valid time");
        let sent = |n: i64| Sent {
            at: start + Span::from_seconds(n * 10),
            station: "one".to_string(),
            sentences: vec![format!("!AIVDM,1,1,,A,1{n:027},0*00")],
        };
        Feed { sent: (0..100).map(sent).collect() }
    }

    #[test]
    fn a_tag_block_has_station_time_and_checksum() {
        let text = feed().nmea();
        let line = text.lines().next().unwrap();
        assert!(line.starts_with("\\s:one,c:1772323200*5B\\!AIVDM,1,1,"), "{line}");
    }

    #[test]
    fn shuffling_delays_messages_no_further_than_asked_and_loses_none() {
        let shuffled = feed().shuffled(7, 60);
        assert_ne!(shuffled, feed());
        let mut newest = shuffled.sent[0].at;
        for sent in &shuffled.sent {
            newest = newest.max(sent.at);
            assert!(newest - sent.at <= Span::from_seconds(60));
        }
        let mut sorted = shuffled;
        sorted.sent.sort_by_key(|sent| sent.at);
        assert_eq!(sorted, feed());
    }

    #[test]
    fn cutting_and_doubling_keep_every_line() {
        assert_eq!(feed().cut(7).concat(), feed().nmea());
        let doubled = feed().doubled("two", 1);
        assert_eq!(doubled.sent.len(), 200);
        assert!(doubled.sent.is_sorted_by_key(|sent| sent.at));
        let with_garbage = feed().with_garbage(3);
        let text = String::from_utf8_lossy(&with_garbage);
        assert!(feed().nmea().lines().all(|line| text.contains(line)));
        assert!(feed().nmea().len() < with_garbage.len());
    }
}
