//! What an input sends to the main loop: lines, and changes of its state.
//!
//! A batch is the unit of everything behind it: one entry of the journal, one acknowledgement, one time of receipt. Batches of one input
//! arrive in the order in which it sent them.

use tokio::sync::oneshot;

use atalaia_core::ais::SourceId;
use atalaia_core::base::time::Time;

/// Lines received together, on their way to the engine.
/// Empty only for a block of a recording that has no line end.
#[derive(Debug)]
pub struct Batch {
    /// The input they came from.
    pub source: SourceId,
    /// Time of receipt; `None` for recordings, where only recorded times count.
    /// Wall clock. All lines of a batch share it, so it is as exact as the time that the lines took to arrive together.
    pub received: Option<Time>,
    /// Complete lines, each ending in one line feed.
    /// Not checked to be UTF-8 or AIS.
    pub lines: Vec<u8>,
    /// Answered once the lines would survive a crash: the journal has stored them durably or, without a journal, the engine has processed
    /// them. Dropped without an answer if they were lost on the way. `None` for inputs without acknowledgements.
    pub acknowledge: Option<oneshot::Sender<()>>,
}

/// What an input sends to the main loop.
#[derive(Debug)]
pub enum Message {
    /// Lines arrived.
    Lines(Batch),
    /// The state of the input changed.
    /// Sent on every attempt, also if the state is the same as before.
    State(SourceId, State),
}

/// State of an input.
/// Shown in metrics and on the status page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Connected, listening or open.
    Up,
    /// Failed; retried after a delay.
    Down,
    /// Read to its end; no more lines will come.
    Ended,
}
