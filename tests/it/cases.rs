//! What the field reported, as small recordings: each gives what is right, and what is right is written down here.
//!
//! Stories, sources and licences stand in `tests/recordings/cases/README.md`.

mod ours;
pub mod outcome;
mod reception;
mod recorded;
mod unlicensed;
mod varied;
