//! The decoded lines of recordings, block by block, read and decoded on a thread of their own where that pays.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use crate::inputs::{MergedRecordings, RecordingError};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::{AheadDecoder, DecodedLines};

/// Maximum number of blocks that wait for the engine.
const BLOCKS_AHEAD: usize = 2;

/// Reads the lines of recordings and decodes them.
pub(super) struct Reader {
    pub(super) recordings: MergedRecordings,
    pub(super) decoder: AheadDecoder,
    /// The source of each recording.
    pub(super) sources: Vec<SourceId>,
    /// Time of the first line, and lines per second; `None` if the lines have times.
    pub(super) pace: Option<(Time, f64)>,
    /// Number of lines read so far.
    pub(super) count: u64,
}

/// One block of lines.
pub(super) struct Block {
    pub(super) lines: DecodedLines,
    /// Whether more follow; false at the end.
    pub(super) more: Result<bool, RecordingError>,
}

impl Block {
    fn is_last(&self) -> bool {
        !matches!(self.more, Ok(true))
    }
}

impl Reader {
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

    /// Passes each block to `take` until the last one, or until `take` returns false. If `is_ahead`, blocks are read and decoded ahead, on
    /// a thread of their own.
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
    drop(blocks);
    reading.join().or_else(|panic| std::panic::resume_unwind(panic))
}
