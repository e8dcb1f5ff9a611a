//! Request bodies: read within limits on time and memory, and unpacked.
//!
//! The sender decides how large a body is and how fast it arrives, so both are limited while it is read: in total memory, in size, and in
//! time by a minimum speed.

use std::io::Read;
use std::time::Duration;

use axum::body::{Body, Bytes};
use flate2::read::MultiGzDecoder;
use futures_util::{Stream, StreamExt};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;

/// Maximum size of a body in bytes, both compressed and unpacked. A busy station posts some hundred kilobytes a minute.
pub(super) const MAX_BODY: usize = 16 * 1024 * 1024;
/// Maximum compressed size of all bodies being read or processed, in bytes. A slow body counts only what has arrived so far.
const MAX_BODIES: usize = 4 * MAX_BODY;

/// Minimum speed of a body.
#[derive(Clone, Copy)]
struct Pace {
    /// Time allowed in any case.
    start: Duration,
    /// Bytes that earn one more second.
    bytes_per_second: usize,
    /// Maximum time allowed.
    longest: Duration,
}

/// Five seconds to start on a poor link, then at least 4 KiB/s, and never more than half a minute.
const PACE: Pace = Pace { start: Duration::from_secs(5), bytes_per_second: 4096, longest: Duration::from_secs(30) };

impl Pace {
    /// How long after the start the next piece may arrive, given the number of bytes so far.
    fn time_for(self, bytes: usize) -> Duration {
        let more = Duration::from_millis((bytes * 1000 / self.bytes_per_second) as u64);
        (self.start + more).min(self.longest)
    }
}

/// The memory limit shared by all bodies.
pub(super) struct Bodies {
    /// A permit for each byte that may still be held.
    room: Semaphore,
    /// Minimum speed; tests use a faster one.
    pace: Pace,
}

/// A complete body with its share of the memory.
pub(super) struct ReceivedBody<'a> {
    /// As sent; still packed if the encoding says so.
    pub(super) bytes: Vec<u8>,
    /// Held as long as the bytes are; `None` for an empty body.
    pub(super) room: Option<SemaphorePermit<'a>>,
}

impl Bodies {
    /// Room for four bodies of maximum size.
    pub(super) fn new() -> Bodies {
        Bodies { room: Semaphore::new(MAX_BODIES), pace: PACE }
    }

    /// Reads a body to its end.
    pub(super) async fn read(&self, body: Body) -> Result<ReceivedBody<'_>, Refusal> {
        self.collect(body.into_data_stream()).await
    }

    /// As `read`, for any stream of pieces. Returns the memory of an incomplete body.
    async fn collect<E>(
        &self,
        mut pieces: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<ReceivedBody<'_>, Refusal> {
        let began = Instant::now();
        let mut whole = ReceivedBody { bytes: Vec::new(), room: None };
        loop {
            let due = began + self.pace.time_for(whole.bytes.len());
            let Some(piece) = timeout_at(due, pieces.next()).await.map_err(|_| Refusal::Slow)? else {
                return Ok(whole);
            };
            let piece = piece.map_err(|_| Refusal::Body("the body is incomplete".to_owned()))?;
            let length = whole.bytes.len() + piece.len();
            if MAX_BODY < length {
                return Err(Refusal::TooLong { most: MAX_BODY });
            }
            // At most `MAX_BODY`, so it fits into 32 bits.
            let room = self.room.try_acquire_many(piece.len() as u32).map_err(|_| Refusal::Busy)?;
            match &mut whole.room {
                Some(all) => all.merge(room),
                none => *none = Some(room),
            }
            whole.bytes.extend_from_slice(&piece);
        }
    }
}

/// Unpacks a gzip body, up to [`MAX_BODY`] bytes, however much the input would expand to.
/// Several members are joined. An error if the data are not gzip or end too early.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(MAX_BODY as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(count) if MAX_BODY < count => Err(Refusal::TooLong { most: MAX_BODY }),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Refusal::Body(format!("the body is not gzip: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use tokio::time::sleep;

    use super::*;

    /// Shortened times, so that the tests are fast.
    const HURRIED: Pace =
        Pace { start: Duration::from_millis(50), bytes_per_second: 1000, longest: Duration::from_millis(400) };

    /// An endless stream of pieces of `bytes` bytes at this interval.
    fn dribble(bytes: usize, apart: Duration) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
        Box::pin(stream::unfold((), move |()| async move {
            sleep(apart).await;
            Some((Ok(Bytes::from(vec![b' '; bytes])), ()))
        }))
    }

    #[tokio::test]
    async fn a_slow_body_is_cut_off_early_and_a_steady_one_has_longer() {
        let bodies = Bodies { room: Semaphore::new(MAX_BODIES), pace: HURRIED };
        let apart = Duration::from_millis(10);
        for (bytes, least, most) in [(0, 50, 390), (1, 50, 390), (30, 400, 10_000)] {
            let began = Instant::now();
            let refused = bodies.collect(dribble(bytes, apart)).await.map(|whole| whole.bytes.len());
            assert!(matches!(refused, Err(Refusal::Slow)), "{bytes}: {refused:?}");
            let took = began.elapsed().as_millis();
            assert!((least..most).contains(&took), "{bytes}: {took} ms");
        }
        assert_eq!(bodies.room.available_permits(), MAX_BODIES, "all of the memory is given back");
    }

    #[tokio::test]
    async fn a_body_takes_only_the_memory_of_what_has_arrived() {
        let bodies = Bodies { room: Semaphore::new(100), pace: HURRIED };
        let piece = |bytes: usize| stream::iter([Ok::<_, Infallible>(Bytes::from(vec![b' '; bytes]))]);
        let first = bodies.collect(piece(60)).await.expect("there is room");
        let slow = bodies.collect(stream::pending::<Result<Bytes, Infallible>>());
        let second = bodies.collect(piece(40));
        let (slow, second) = tokio::join!(slow, second);
        assert!(matches!(slow.err(), Some(Refusal::Slow)));
        let second = second.expect("what has not come takes no room");
        assert!(matches!(bodies.collect(piece(1)).await.err(), Some(Refusal::Busy)));
        drop(first);
        assert_eq!((second.bytes.len(), bodies.collect(piece(60)).await.expect("room again").bytes.len()), (40, 60));
    }
}
