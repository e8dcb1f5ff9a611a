//! What a kind of sink is: the trait that its file implements, and an open sink without its type for the worker.
//!
//! A sink only sends, once, and reports what the receiver answered. When to send, how often, what to do after a failure and when to give up
//! is decided for all kinds in `worker` and `stages`.

use std::path::Path;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::send::{Delivery, Pace, SendError, SenderIdentity};
use crate::platform::clock::Moment;
use crate::platform::table::Table;

/// One kind of sink, opened.
/// Owned by one worker, which calls it from one task at a time. A call may be dropped after a time limit, so a half-sent message must not
/// spoil the next call.
pub(super) trait Sink: Send + Sized + 'static {
    /// Its own settings, beside those that all sinks have; [`NoTable`](crate::platform::table::NoTable) if it has none.
    type Settings: Table + Clone;

    /// What distinguishes it from other kinds.
    /// The only place where a kind names itself; settings, schema, checks and messages read it from here.
    const CHARACTER: Character;

    /// Opens the sink: reads secrets and certificates but does not connect yet. `path` is the file of the settings, for kinds whose
    /// character takes one. The error says what is missing, without any secret.
    fn open(path: Option<&Path>, own: &Self::Settings, sender: &SenderIdentity) -> Result<Self, String>;

    /// Sends deliveries once: all or none are taken, except for [`SendError::Partly`]. Says whether another attempt can help.
    /// At most as many as the last [`Sink::pace`] allowed, in the order of the queue. Never loops over attempts and never sleeps.
    fn send(&mut self, deliveries: &[Delivery]) -> impl Future<Output = Result<(), SendError>> + Send;

    /// How many deliveries the sink takes now, and when.
    fn pace(&self, now: Moment) -> Pace {
        let _ = now;
        Pace::ONE
    }

    /// How far back earlier sends count towards the sink's own pace; `None` if it has none.
    fn counts_back(&self) -> Option<Duration> {
        None
    }

    /// Restores the pace after a restart. `ago` lists how long ago each earlier send was, earliest first.
    /// Called after `open`, before the first `send`.
    fn recall(&mut self, ago: &[Duration]) {
        let _ = ago;
    }

    /// Interval at which the sink needs its open alerts sent again; `None` if it does not.
    fn refresh_every(&self) -> Option<Duration> {
        None
    }

    /// Sends the open alerts again.
    /// `open` holds the latest delivered change of each. A failure is logged and does not count against the sink.
    fn refresh(&mut self, open: &[Delivery]) -> impl Future<Output = Result<(), SendError>> + Send {
        let _ = open;
        async { Ok(()) }
    }

    /// Checks idle connections whose peer acknowledges nothing. Returns whether data that could have been lost was sent again.
    /// Called whenever there is nothing to send. An error counts as a failure of the sink.
    fn tend(&mut self) -> impl Future<Output = Result<bool, SendError>> + Send {
        async { Ok(false) }
    }

    /// Reads secrets and certificates again and reopens files, which may have been rotated. `None` if the sink must be opened
    /// from the start.
    fn reopened(self) -> Option<Self> {
        None
    }
}

/// What distinguishes a kind of sink from the others.
#[derive(Clone, Copy, Debug)]
pub struct Character {
    /// Its name in the settings.
    /// Kebab case; also the value of `kind`, and with underscores the key of the table.
    pub name: &'static str,
    /// What it is, in one sentence.
    /// Description of the kind in the JSON Schema.
    pub about: &'static str,
    /// What its table is, in one sentence; empty without a table.
    /// Description of the table in the JSON Schema.
    pub table: &'static str,
    /// Whether it takes a `path`, a file that it creates.
    pub has_path: bool,
    /// Whether the alerts stay on the daemon's machine.
    /// Then the marking may be TLP:RED and the rate higher, unless the settings say otherwise.
    pub is_local: bool,
    /// Whether people read the messages as they arrive. They get digests unless the settings say otherwise.
    pub is_read_by_people: bool,
    /// Whether its messages have room for the ids that a digest lists.
    /// Without it the settings may not ask for digests, whose alerts would be lost.
    pub lists_ids: bool,
    /// Whether the receiver keeps an open alert until its end is reported.
    /// A test alert is ended at such a receiver, or it would stay there.
    pub keeps_open_alerts: bool,
}

impl Character {
    /// Key of the kind's table in the settings.
    pub(super) fn table_key(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// An open sink without its type. The methods are those of [`Sink`].
pub(super) trait AnySink: Send {
    fn pace(&self, now: Moment) -> Pace;
    fn counts_back(&self) -> Option<Duration>;
    fn recall(&mut self, ago: &[Duration]);
    fn send<'a>(&'a mut self, deliveries: &'a [Delivery]) -> BoxFuture<'a, Result<(), SendError>>;
    fn refresh_every(&self) -> Option<Duration>;
    fn refresh<'a>(&'a mut self, open: &'a [Delivery]) -> BoxFuture<'a, Result<(), SendError>>;
    fn tend(&mut self) -> BoxFuture<'_, Result<bool, SendError>>;
    fn reopened(self: Box<Self>) -> Option<Box<dyn AnySink>>;
}

impl<S: Sink> AnySink for S {
    fn pace(&self, now: Moment) -> Pace {
        Sink::pace(self, now)
    }

    fn counts_back(&self) -> Option<Duration> {
        Sink::counts_back(self)
    }

    fn recall(&mut self, ago: &[Duration]) {
        Sink::recall(self, ago);
    }

    fn send<'a>(&'a mut self, deliveries: &'a [Delivery]) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(Sink::send(self, deliveries))
    }

    fn refresh_every(&self) -> Option<Duration> {
        Sink::refresh_every(self)
    }

    fn refresh<'a>(&'a mut self, open: &'a [Delivery]) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(Sink::refresh(self, open))
    }

    fn tend(&mut self) -> BoxFuture<'_, Result<bool, SendError>> {
        Box::pin(Sink::tend(self))
    }

    fn reopened(self: Box<Self>) -> Option<Box<dyn AnySink>> {
        Sink::reopened(*self).map(|sink| Box::new(sink) as Box<dyn AnySink>)
    }
}
