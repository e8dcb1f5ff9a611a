//! Digests: changes of a behaviour beyond the hourly cap of a sink are sent to it as a list of ids instead of one by one.
//!
//! The outbox keeps one row per change. A row beyond the cap is *gathered*: it waits for a digest and takes over the outcome of that
//! digest. A digest is an alert of its own, stored as a fact. It opens when the cap is first exceeded, each later revision lists what has
//! been gathered since, and it ends when nothing was gathered for an hour. It is delivered to one sink and retried and listed like any
//! alert.
//!
//! Critical alerts are always sent singly. So is the end of an alert that the sink received singly, because the alert would otherwise stay
//! open there for ever. The end of an alert that the sink knows only from a digest is sent in a digest, too.

mod due;
mod forming;
mod gathered;
mod offer;

pub(super) use due::{is_due, next};
pub(super) use forming::form;
pub use gathered::{IN_DIGEST, WITHDRAWN};
pub(super) use gathered::{WAITS, dissolve, marked, retry_digest, retry_gathered, retry_singly, settle};
pub(super) use offer::{Offer, SinkHistory, Way, note_single};
