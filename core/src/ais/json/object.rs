//! What a JSON object contains, whichever feed sent it.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::ais::bits::mixed;
use crate::ais::report::{Body, Static, TimeBasis};
use crate::ais::station::StationText;
use crate::base::time::Time;
use crate::base::units::Mmsi;

/// Content of a JSON object.
#[derive(Debug)]
pub(in crate::ais) enum Object<'a> {
    /// One message, as the sentences that the receiver heard.
    Sentences(Sentences<'a>),
    /// One message or two, already decoded by the sender of the object.
    Message(Box<DecodedMessage>),
    /// Not AIS: a server's greeting, a receiver's own position or status.
    Other,
}

/// Sentences and how they were received.
#[derive(Debug)]
pub(in crate::ais) struct Sentences<'a> {
    /// Time of reception in the object; `None` without one, and the sentences' own times count.
    pub(in crate::ais) time: Option<(TimeBasis, Time)>,
    /// Station in the object; empty if it names none.
    pub(in crate::ais) station: StationText,
    /// The sentences as text: one message, in one part or several.
    pub(in crate::ais) sentences: Vec<Cow<'a, str>>,
}

/// The content of a decoded message.
#[derive(Debug)]
pub(in crate::ais) struct DecodedMessage {
    /// Message type 1-27; 0 if the feed does not give it.
    pub(in crate::ais) kind: u8,
    /// Sender of the message.
    pub(in crate::ais) mmsi: Mmsi,
    /// Time in the object, and whether it is that of reception or of a database; `None` without one.
    pub(in crate::ais) time: Option<(TimeBasis, Time)>,
    /// Station in the object; empty if it names none.
    pub(in crate::ais) station: StationText,
    /// Hash of everything sent over the air: equal for copies of one transmission.
    pub(in crate::ais) payload: u64,
    /// Content of the message.
    pub(in crate::ais) body: Body,
    /// Static data in the same object.
    pub(in crate::ais) more: Option<Box<Static>>,
    /// Whether the feed repeats these static data with every position.
    pub(in crate::ais) repeated: bool,
}

impl Object<'_> {
    /// Time that the object claims; `None` without one.
    pub(in crate::ais) fn time(&self) -> Option<Time> {
        let time = match self {
            Object::Sentences(heard) => heard.time,
            Object::Message(said) => said.time,
            Object::Other => None,
        };
        time.map(|(_, time)| time)
    }
}

/// Hash of everything sent over the air.
pub(super) fn payload(sent: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    sent.hash(&mut hasher);
    mixed(hasher.finish())
}
