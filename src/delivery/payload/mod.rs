//! Message formats of the sinks, as pure functions of a change.
//!
//! Each file is one format: `alertmanager`, `cap`, `cise` and `events`. A format has no clock, no file and no state, so the same change
//! always gives the same bytes, and a golden file in `tests/payloads` shows them. `fields` and `evidence` hold what several formats need,
//! `xml` the writer of documents.
//!
//! Formats for the text of a sink (mail, syslog, journal, TAK) are beside the sink.

pub(super) mod alertmanager;
pub(super) mod cap;
pub(super) mod cise;
pub(super) mod events;
mod evidence;
mod fields;
#[cfg(test)]
mod testing;
mod xml;
