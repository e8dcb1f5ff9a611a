//! When a line of each input was last received, by the clock of receipt. Live only: a replay has no times of receipt.

use serde::{Deserialize, Serialize};

use crate::ais::SourceId;
use crate::base::time::{Span, Time};

/// Length of a pause after which an input counts as having come back.
const BACK_AFTER: Span = Span::from_seconds(10);

/// One input and its times of receipt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// Name of the input, as in the settings.
    pub name: String,
    /// Whether the input is live, so that its silence matters.
    pub live: bool,
    /// When its last line was received. Before the first line, when the input began to be watched; `None` before that.
    pub last_at: Option<Time>,
    /// The end of its last pause; `None` if there was none.
    pub back_at: Option<Time>,
}

/// All inputs, in order of their `SourceId`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Receipts {
    inputs: Vec<Receipt>,
}

impl Receipts {
    /// Receipts of inputs given by name and whether they are live.
    pub fn new(inputs: impl Iterator<Item = (String, bool)>) -> Receipts {
        let receipt = |(name, live)| Receipt { name, live, last_at: None, back_at: None };
        Receipts { inputs: inputs.map(receipt).collect() }
    }

    /// Records that a line was received; a line without a time of receipt is ignored.
    pub fn line(&mut self, source: SourceId, received: Option<Time>) {
        let (Some(received), Some(input)) = (received, self.inputs.get_mut(usize::from(source.0))) else {
            return;
        };
        let last = *input.last_at.get_or_insert(received);
        if last < received {
            if BACK_AFTER <= received - last {
                input.back_at = Some(received);
            }
            input.last_at = Some(received);
        }
    }

    /// Starts to watch inputs that have not sent a line yet.
    pub fn tick(&mut self, received: Time) {
        for input in &mut self.inputs {
            input.last_at.get_or_insert(received);
        }
    }

    /// Replaces the list of inputs; inputs that were in it keep their times.
    pub fn inputs(&mut self, inputs: impl Iterator<Item = (String, bool)>) {
        for (place, (name, live)) in inputs.enumerate() {
            match self.inputs.get_mut(place) {
                Some(input) => input.live = live,
                None => self.inputs.push(Receipt { name, live, last_at: None, back_at: None }),
            }
        }
    }

    /// Records that the daemon was down until now. Silences before that do not count.
    pub fn resume(&mut self, received: Time) {
        for input in &mut self.inputs {
            input.last_at = input.last_at.max(Some(received));
        }
    }

    /// Every input, in order of its `SourceId`.
    pub fn iter(&self) -> impl Iterator<Item = &Receipt> {
        self.inputs.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_input_was_silent_while_the_daemon_was_down() {
        let at = Time::from_seconds;
        let mut receipts = Receipts::new([("a".to_owned(), true), ("b".to_owned(), true)].into_iter());
        receipts.line(SourceId(0), Some(at(100)));
        receipts.tick(at(100));
        receipts.resume(at(8000));
        assert!(receipts.iter().all(|receipt| receipt.last_at == Some(at(8000))));
        // A step of the clock backwards has no effect.
        receipts.resume(at(50));
        assert!(receipts.iter().all(|receipt| receipt.last_at == Some(at(8000))));
    }
}
