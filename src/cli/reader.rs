//! The decoded lines of recordings, block by block, read and decoded on a thread of their own where that pays.
//!
//! With a thread of their own, the next lines are read while the lanes of the engine work on the last ones.
//! Blocks are handed over whole, in order: what the engine sees does not depend on the thread.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use crate::inputs::{MergedRecordings, RecordingError};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{AheadDecoder, DecodedLines};

/// Maximum number of blocks that wait for the engine. Two keep both threads busy; more would
/// only hold memory.
const BLOCKS_AHEAD: usize = 2;

/// Reads the lines of recordings and decodes them. It is given back at the end, because the engine wants its
/// decoder back and the caller the counts.
pub(super) struct Reader {
    /// The recordings, merged by time. Owns the open files.
    pub(super) recordings: MergedRecordings,
    /// The decoder of the engine, detached from it for as long as the reader has it.
    pub(super) decoder: AheadDecoder,
    /// The source of each recording, by the index of the recording.
    pub(super) sources: Vec<SourceId>,
    /// Time of the first line, and lines per second, for recordings without times; `None` if the lines
    /// have their own.
    pub(super) pace: Option<(Time, f64)>,
    /// Number of lines read so far.
    pub(super) count: u64,
}

/// One block of lines, as they leave the recordings, decoded.
pub(super) struct Block {
    /// The lines, in order of time.
    pub(super) lines: DecodedLines,
    /// Whether more follow; false at the end. An error ends the reading too, after the lines of this block.
    pub(super) more: Result<bool, RecordingError>,
}

impl Block {
    /// Whether no block follows: at the end, and after an error.
    fn is_last(&self) -> bool {
        !matches!(self.more, Ok(true))
    }
}

impl Reader {
    /// Reads and decodes the next block.
    fn block(&mut self) -> Block {
        let Reader { recordings, decoder, sources, pace, count } = self;
        let mut lines = DecodedLines::default();
        let more = recordings.read_block(&mut |recording, bytes| {
            let received = pace.map(|(from, rate)| from + Span::from_millis((*count as f64 * 1000.0 / rate) as i64));
            *count += 1;
            decoder.line(Line { source: sources[recording], received, bytes }, &mut lines);
        });
        Block { lines, more }
    }

    /// Passes each block to `take` until the last one, or until `take` returns false. If `is_ahead`, blocks
    /// are read and decoded ahead, on a thread of their own.
    ///
    /// # Errors
    /// Those of `take`. The reader is then dropped with the decoder. Errors of the recordings are
    /// in the blocks.
    pub(super) fn each<E>(
        mut self,
        is_ahead: bool,
        mut take: impl FnMut(Block) -> Result<bool, E>,
    ) -> Result<Reader, E> {
        if !is_ahead {
            loop {
                let block = self.block();
                let is_last = block.is_last();
                if !take(block)? || is_last {
                    return Ok(self);
                }
            }
        }
        thread::scope(|scope| {
            let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
            let reading = scope.spawn(move || self.send(&sender));
            receive(blocks, reading, take)
        })
    }

    /// Reads block by block until the last one, or until the receiver is gone.
    fn send(mut self, to: &SyncSender<Block>) -> Reader {
        loop {
            let block = self.block();
            let is_last = block.is_last();
            // The receiver is gone once it wants no more.
            if to.send(block).is_err() || is_last {
                return self;
            }
        }
    }
}

/// The receiving side of [`Reader::send`]. A panic of the reading thread goes on in this one.
fn receive<E>(
    blocks: Receiver<Block>,
    reading: ScopedJoinHandle<'_, Reader>,
    mut take: impl FnMut(Block) -> Result<bool, E>,
) -> Result<Reader, E> {
    for block in &blocks {
        if !take(block)? {
            break;
        }
    }
    // The sender may wait for room. Without a receiver it stops.
    drop(blocks);
    reading.join().or_else(|panic| std::panic::resume_unwind(panic))
}
