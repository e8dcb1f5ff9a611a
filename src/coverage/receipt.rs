//! When inputs were last received from, by the clock of receipt: live only, nothing of it is known in a replay.

use serde::{Deserialize, Serialize};

use crate::ais::SourceId;
use crate::time::{Span, Time};

/// After a pause of this length an input is said to have come back.
const BACK_AFTER: Span = Span::from_seconds(10);

/// One input and its moments of receipt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// Its name.
    pub name: String,
    /// Whether it is expected to speak all the time.
    pub live: bool,
    /// When its last line was received; when watching began, before the first. `None` before either.
    pub last_at: Option<Time>,
    /// The end of its last pause; `None` without any.
    pub back_at: Option<Time>,
}

/// All inputs, in their order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Receipts {
    inputs: Vec<Receipt>,
}

impl Receipts {
    /// Inputs by name and whether they are live.
    pub fn new(inputs: impl Iterator<Item = (String, bool)>) -> Receipts {
        let receipt = |(name, live)| Receipt { name, live, last_at: None, back_at: None };
        Receipts { inputs: inputs.map(receipt).collect() }
    }

    /// A line was received; without a time of receipt it says nothing.
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

    /// Watching has begun, if it had not.
    pub fn tick(&mut self, received: Time) {
        for input in &mut self.inputs {
            input.last_at.get_or_insert(received);
        }
    }

    /// Inputs are these now; those that were there keep what is known of them.
    pub fn inputs(&mut self, inputs: impl Iterator<Item = (String, bool)>) {
        for (place, (name, live)) in inputs.enumerate() {
            match self.inputs.get_mut(place) {
                Some(input) => input.live = live,
                None => self.inputs.push(Receipt { name, live, last_at: None, back_at: None }),
            }
        }
    }

    /// We ourselves were away until now: nobody's silence before it was theirs.
    pub fn resume(&mut self, received: Time) {
        for input in &mut self.inputs {
            input.last_at = input.last_at.max(Some(received));
        }
    }

    /// Every input.
    pub fn iter(&self) -> impl Iterator<Item = &Receipt> {
        self.inputs.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_was_silent_while_we_were_away() {
        let at = Time::from_seconds;
        let mut receipts = Receipts::new([("a".to_owned(), true), ("b".to_owned(), true)].into_iter());
        receipts.line(SourceId(0), Some(at(100)));
        receipts.tick(at(100));
        receipts.resume(at(8000));
        assert!(receipts.iter().all(|receipt| receipt.last_at == Some(at(8000))));
        // A step of the clock backward takes nothing away.
        receipts.resume(at(50));
        assert!(receipts.iter().all(|receipt| receipt.last_at == Some(at(8000))));
    }
}
