//! Cases reported from the field, as small recordings with their correct outcome.
//!
//! Stories, sources and licences are in `tests/recordings/cases/README.md`.

mod ours;
mod reception;
mod recorded;
mod unlicensed;
mod varied;
