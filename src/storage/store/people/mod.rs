//! People, machines with tokens, sessions and one-time links: who may use the API.
//!
//! Secrets are never stored: of a password the argon2 hash in PHC form, of a token, session or link the SHA-256. Every change leaves an
//! audit row in its transaction. What a name, password or lifetime may be is decided by the caller (`http::access`); this module keeps
//! what must hold across rows: a name is unique among people and tokens, and no change takes away the last administrator who can sign in.

mod ceilings;
mod links;
mod person;
mod right;
mod role;
mod session;
mod token;

pub use ceilings::{CeilingChange, Ceilings};
pub use links::{Bootstrap, bootstrap, first, make_link, redeem};
pub use person::{
    Alteration, Link, Person, add_person, add_person_once, alter_person, has_people, people, person, remove_person,
    set_preferences, set_seen,
};
pub use right::{Right, Rights};
pub use role::Role;
pub use session::{NewSession, Session, begin_session, end_sessions, session, sessions, set_purpose, use_session};
pub use token::{Token, add_token, add_token_once, end_token, tokens, use_token};

#[cfg(test)]
mod tests;
