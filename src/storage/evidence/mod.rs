//! Evidence: a case and everything it rests on, as one signed file that anyone can verify, years later and without the
//! daemon.
//!
//! # The file
//! One uncompressed tar file, identical byte for byte for the same content. `manifest.json` lists every other member
//! with its length, SHA-256 and chain link; `manifest.sig` is its Ed25519 signature. The others are the case, its
//! alerts with every change and action, their tracks, the raw sentences of its vessels as received, and the settings,
//! zones and lists in force.
//!
//! | member | content |
//! |---|---|
//! | `manifest.json`, `manifest.sig` | what the bundle is, and its signature, if it has one |
//! | `README.txt`, `report.html` | for a reader without the program: what this is, and the case as a page |
//! | `case.json` | the case and its audit trail |
//! | `alerts/ID.json` | an alert, every change of it, its audit trail and deliveries |
//! | `tracks.geojson` | the tracks of all alerts, for a map |
//! | `sentences/NNNN.nmea`, `.index.jsonl` | lines as received; the origin and place of each, and other input of the engine |
//! | `in-force/KEY/...` | settings, zones and lists, by the key of the moment |
//!
//! # What is trusted
//! Nothing in a bundle is trusted until [`open()`] has checked every byte against the manifest. It works in memory,
//! writes nothing, and refuses anything that this program would not have packed in the same way. A hash shows that
//! nothing was changed; only a key known from elsewhere shows who made the bundle.

mod archive;
mod compare;
mod error;
mod file;
#[cfg(any(test, fuzzing))]
pub(crate) mod forge;
mod key;
mod manifest;
mod open;
mod pack;
mod passage;
mod quoted;
mod reach;
pub mod report;
mod rests_on;
mod sentences;
mod settings;
mod sieve;
mod witnesses;

pub use archive::{LARGEST_BUNDLE_BYTES, MOST_MEMBERS};
pub use compare::{Found, Replayed, Verdict, compare};
pub use error::EvidenceError;
pub use file::write;
pub use key::{PublicKey, SigningKey, key_fault, keygen};
pub use manifest::{MANIFEST, Manifest, Marking, Member, SIGNATURE};
pub use open::{Opened, Signed, open};
pub use pack::{Made, Sources, pack};
pub use passage::{Passage, PastFix, passage};
pub use quoted::{Quoted, QuotedLine, quoted};
pub use sentences::Row;
pub use settings::Settings;

#[cfg(test)]
mod tests;
