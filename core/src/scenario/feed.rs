//! What stations relay, in order of arrival, and what can happen to it on the way.

use super::chance::Chance;
use crate::base::time::{Span, Time};

/// One message as relayed by one station. Its sentences share the time and stay together.
#[derive(Clone, PartialEq, Debug)]
pub struct Transmission {
    /// Event time, in whole seconds.
    pub at: Time,
    /// Name of the station, for TAG field `s:`.
    pub station: String,
    /// `!AIVDM` sentences without TAG blocks.
    pub sentences: Vec<String>,
}

/// Messages in order of arrival.
#[derive(Clone, PartialEq, Debug)]
pub struct Feed {
    /// The messages.
    pub sent: Vec<Transmission>,
}

impl Feed {
    /// The lines of the recording, each with its TAG block.
    pub fn nmea(&self) -> String {
        self.sent.iter().map(Transmission::lines).collect()
    }

    /// The messages in another order of arrival: each up to `within_seconds` late, with its time unchanged.
    pub fn shuffled(&self, seed: u64, within_seconds: u32) -> Feed {
        let mut chance = Chance::new(seed);
        let mut arrivals: Vec<(i64, &Transmission)> = self
            .sent
            .iter()
            .map(|sent| (sent.at.seconds() + i64::from(chance.below(within_seconds + 1)), sent))
            .collect();
        // Equal arrivals come in random order, not in that of the feed: the sort is stable.
        chance.shuffle(&mut arrivals);
        arrivals.sort_by_key(|(arrival, _)| *arrival);
        Feed { sent: arrivals.into_iter().map(|(_, sent)| sent.clone()).collect() }
    }

    /// The feed with every message received by a second station too, `later_seconds` after the first.
    pub fn doubled(&self, station: &str, later_seconds: i64) -> Feed {
        let copies = self.sent.iter().map(|sent| Transmission {
            at: sent.at + Span::from_seconds(later_seconds),
            station: station.to_owned(),
            sentences: sent.sentences.clone(),
        });
        let mut sent: Vec<Transmission> = self.sent.iter().cloned().chain(copies).collect();
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
    /// About every fourth message has a line of garbage before it.
    pub fn with_garbage(&self, seed: u64) -> Vec<u8> {
        let mut chance = Chance::new(seed);
        let mut bytes = Vec::new();
        for sent in &self.sent {
            let lines = sent.lines();
            if chance.below(4) == 0 {
                garbage(&mut chance, lines.as_bytes(), &mut bytes);
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(lines.as_bytes());
        }
        bytes
    }
}

impl Transmission {
    /// Its lines, each with its TAG block and line end.
    pub fn lines(&self) -> String {
        let tag = format!("s:{},c:{}", self.station, self.at.seconds());
        let checksum = tag.bytes().fold(0, |sum, byte| sum ^ byte);
        self.sentences.iter().map(|sentence| format!("\\{tag}*{checksum:02X}\\{sentence}\n")).collect()
    }
}

/// Appends one line without a valid message, derived from `sample` where it should look nearly right.
fn garbage(chance: &mut Chance, sample: &[u8], out: &mut Vec<u8>) {
    let first_line = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match chance.below(6) {
        0 => {
            let length = 1 + chance.index(79);
            out.extend((0..length).map(|_| 1 + chance.below(255) as u8).filter(|byte| *byte != b'\n'));
        }
        // Cut off before its checksum.
        1 => out.extend_from_slice(&first_line[..first_line.len() - 4 - chance.index(16)]),
        2 => {
            // One payload character changed: the checksum no longer fits.
            let mut damaged = first_line.to_vec();
            // Somewhere in the payload: identity, position or speed.
            let at = damaged.len() - 8 - chance.index(26);
            damaged[at] = if damaged[at] == b'w' { b'0' } else { b'w' };
            out.extend_from_slice(&damaged);
        }
        3 => out.extend_from_slice(b"# station restarted"),
        4 => out.extend_from_slice("é!AIVDM,1,1,,B,é,0*é".as_bytes()),
        _ => {}
    }
}
