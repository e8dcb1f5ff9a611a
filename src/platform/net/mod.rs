//! What inputs, sinks and pages have in common towards the network: delays between attempts, limits of a rate, and listeners with limits.
//!
//! A listener takes connections with `accept`. `Lobby` limits those that have not sent a request yet, `Connection` ends one whose time is
//! over, and `PerAddressLimit` is for connections that stay, such as those of receivers.

mod accept;
mod backoff;
mod connection;
mod encrypted;
mod lobby;
mod per_address;
mod rate;

pub use accept::{accept, widen};
pub use backoff::Backoff;
pub use connection::{Connection, Deadline, Lifetime};
pub use encrypted::ServerTls;
pub use lobby::{Kept, Lobby, Place};
pub use per_address::{PerAddressLimit, Permit};
pub use rate::{LogLimit, RateLimit, earlier};
