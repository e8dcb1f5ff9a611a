//! The feed of the demonstration: the recording with the exercise in it, sent over a loopback connection as fast as it is read, or at a pace.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::exercise;
use crate::platform::clock::Clock;
use atalaia_core::base::time::Time;

/// caribewave/vessels-monitoring, `data/log_ais/log_ais_cw17.csv.log`, MIT licence; unchanged but for its compression.
const RECORDING: &[u8] = include_bytes!("guadeloupe-2017-03-21.csv.zst");
/// Interval between two looks at whether the next lines are due.
const STEP: Duration = Duration::from_millis(100);

/// How fast the feed is sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pace {
    /// Everything before this moment is sent at once.
    pub(super) from: Time,
    /// Seconds of the recording in a second.
    pub(super) speed: f64,
}

/// The recording with the lines of the exercise merged into it by time. Lines without a time, if any, stay
/// where they are.
pub fn feed() -> io::Result<Vec<u8>> {
    let recording = zstd::decode_all(RECORDING)?;
    let exercise = exercise::lines();
    let mut feed = Vec::with_capacity(recording.len() + exercise.len() * 80);
    let mut exercise = exercise.into_iter().peekable();
    for line in recording.split_inclusive(|byte| *byte == b'\n') {
        while let (Some((next, _)), Some(at)) = (exercise.peek(), stamp(line)) {
            if at < *next {
                break;
            }
            if let Some((_, line)) = exercise.next() {
                feed.extend_from_slice(line.as_bytes());
            }
        }
        feed.extend_from_slice(line);
    }
    Ok(feed)
}

/// Sends the feed once, as fast as it is read. Returns when the daemon has read all of it and closed the connection.
pub(super) fn play(listener: &TcpListener, feed: &[u8]) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.write_all(feed)?;
    stream.shutdown(Shutdown::Write)?;
    await_end(&mut stream)
}

/// Sends the feed once at a pace, calls `at_end` after the last line, and then keeps the connection open. Returns once `stop` is cancelled or
/// the daemon has closed the connection.
pub(super) fn play_at(
    listener: &TcpListener,
    feed: &[u8],
    pace: Pace,
    stop: &CancellationToken,
    at_end: impl FnOnce(),
) -> io::Result<()> {
    let mut at_end = Some(at_end);
    let (mut stream, _) = listener.accept()?;
    let begun = Clock.moment();
    let mut lines = feed.split_inclusive(|byte| *byte == b'\n').peekable();
    while !stop.is_cancelled() {
        let passed = Clock.moment().since(begun).as_secs_f64() * pace.speed;
        let now = pace.from.seconds() + passed as i64;
        let mut due = Vec::new();
        while let Some(line) = lines.next_if(|line| stamp(line).is_none_or(|at| at <= now)) {
            due.extend_from_slice(line);
        }
        if let Err(error) = stream.write_all(&due) {
            // The daemon has stopped.
            return if stop.is_cancelled() { Ok(()) } else { Err(error) };
        }
        if lines.peek().is_none()
            && let Some(at_end) = at_end.take()
        {
            at_end();
        }
        thread::sleep(STEP);
    }
    Ok(())
}

/// Waits until the other end closes, which is after the last line is in the engine's queue. It sends nothing.
fn await_end(stream: &mut TcpStream) -> io::Result<()> {
    match stream.read(&mut [0]) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
        _ => Ok(()),
    }
}

/// The time of a line, in seconds since 1970; `None` for a line without one.
fn stamp(line: &[u8]) -> Option<i64> {
    let field = line.split(|byte| *byte == b',').next().unwrap_or_default();
    std::str::from_utf8(field).ok().and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_recording_is_reported_once_and_the_connection_stays() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut reader = TcpStream::connect(listener.local_addr().expect("an address")).expect("connected");
        let stop = CancellationToken::new();
        let (ends, at_end) = std::sync::mpsc::channel();
        let pace = Pace { from: Time::from_seconds(1_000), speed: 1.0 };
        thread::scope(|scope| {
            let player = scope
                .spawn(|| play_at(&listener, b"1000,a\n1001,b\n", pace, &stop, || ends.send(()).expect("received")));
            at_end.recv_timeout(Duration::from_secs(20)).expect("the end is reported");
            let mut sent = [0; 14];
            reader.read_exact(&mut sent).expect("sent before");
            assert_eq!(&sent, b"1000,a\n1001,b\n");
            thread::sleep(STEP * 3);
            stop.cancel();
            player.join().expect("ended").expect("without an error");
        });
        assert!(at_end.try_recv().is_err(), "once");
    }

    #[test]
    fn the_feed_is_the_recording_and_the_exercise_in_order_of_time() {
        let feed = feed().expect("the bundled recording unpacks");
        let text = String::from_utf8(feed).expect("a recording of text");
        let recorded = zstd::decode_all(RECORDING).expect("the bundled recording unpacks");
        let recorded = recorded.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(text.lines().count(), recorded + exercise::lines().len());
        let stamps = text.lines().filter_map(|line| line.split_once(',')?.0.parse::<i64>().ok());
        assert!(stamps.is_sorted());
    }
}
