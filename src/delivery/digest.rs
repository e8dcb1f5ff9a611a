//! The part of a digest that other alerts do not have: the ids of the alerts it lists.
//!
//! When a behaviour exceeds `digest_after_per_hour` at a sink, the store gathers the rest into an alert of its own, the digest, and writes
//! the ids of the alerts into its measured values.

use serde::Deserialize;

use super::text::clean;
use atalaia_core::alerts::Alert;

/// The alerts a digest lists, each once, by their status when the digest was made.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
pub(super) struct Digest {
    /// Number of alerts listed by this revision.
    pub(super) alerts: u64,
    /// Ids of alerts that were open.
    open: Vec<String>,
    /// Ids of alerts that had ended.
    ended: Vec<String>,
    /// Ids of alerts that had been retracted.
    retracted: Vec<String>,
}

impl Digest {
    /// Reads the lists from the measured values of an alert. `None` if the alert is not a digest.
    pub(super) fn of(alert: &Alert) -> Option<Digest> {
        Digest::deserialize(alert.evidence.measured.get("digest")?).ok()
    }

    /// The lists `open`, `ended` and `retracted` with their ids, without empty ones.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let lists = [("open", &self.open), ("ended", &self.ended), ("retracted", &self.retracted)];
        lists.into_iter().map(|(name, ids)| (name, ids.as_slice())).filter(|(_, ids)| !ids.is_empty())
    }

    /// The same lists, the ids joined by spaces.
    /// For formats that have one field for each list.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.lists().map(|(name, ids)| (name, clean(&ids.join(" "))))
    }

    /// Title of the digest: `digest of 940 alerts`.
    /// Takes the place of the names of vessels, which a digest does not have.
    pub(super) fn name(&self) -> String {
        match self.alerts {
            0 => "digest".to_owned(),
            1 => "digest of 1 alert".to_owned(),
            count => format!("digest of {count} alerts"),
        }
    }
}
