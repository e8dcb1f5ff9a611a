//! Access to the API: who asks, what they may do, and up to which marking they may see.
//!
//! A request is made by a person in a session or by a machine with a token. Either has a set of [`Right`]s and a [`Clearance`], the same
//! type that limits a sink. Every route of the API states exactly one right, so a route without one cannot be written.
//!
//! `gate` is in front of every route. `identity` finds out who asks, from the store and at most a second old, so that a role that is
//! taken away is gone within a second. `origin` refuses requests by cookie that another site has caused. `password`,
//! `secret` and `rules` are what credentials are made of; the command line uses them too.
//!
//! [`Clearance`]: crate::storage::store::Clearance

mod cookie;
mod gate;
mod identity;
mod origin;
mod pace;
mod password;
mod reader;
mod rules;
mod secret;
mod settings;
mod standing;

pub use crate::storage::store::{Right, Rights, Role};
pub(super) use cookie::{cleared, cookie};
pub(super) use gate::{Access, admit};
pub(super) use identity::{Cause, Credential, Identity};
pub(super) use origin::is_foreign;
pub use password::hash;
pub(super) use reader::Reader;
pub use rules::{LONGEST_TOKEN_LIFE, ceilings_fault, name_fault, password_fault, token_fault};
pub use secret::Secret;
pub(super) use secret::digest;
pub use settings::{AskPurpose, Settings};
pub(super) use standing::Standing;
