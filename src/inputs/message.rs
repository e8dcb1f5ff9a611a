//! What an input sends to the main loop: lines, and changes of its state.

use tokio::sync::oneshot;

use atalaia_core::ais::SourceId;
use atalaia_core::base::time::Time;

/// Lines received together, on their way to the engine.
#[derive(Debug)]
pub struct Batch {
    /// The input they came from.
    pub source: SourceId,
    /// Time of receipt; `None` for recordings, where only recorded times count.
    pub received: Option<Time>,
    /// Complete lines, each ending in one line feed.
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
    State(SourceId, State),
}

/// State of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Connected, listening or open.
    Up,
    /// Failed; retried after a delay.
    Down,
    /// Read to its end; no more lines will come.
    Ended,
}
