//! Access to the API: who asks, what they may do, and up to which marking they may see.
//!
//! A request is made by a person in a session or by a machine with a token. Either has a set of [`Right`]s and a [`Clearance`], the same
//! type that limits a sink. Every route of the API states exactly one right, so a route without one cannot be written.
//!
//! [`Clearance`]: crate::storage::store::Clearance

mod gate;
mod reader;
mod right;
mod role;

pub(super) use gate::{Access, admit};
pub(super) use reader::{Reader, Way};
pub use right::{Right, Rights};
pub use role::Role;
