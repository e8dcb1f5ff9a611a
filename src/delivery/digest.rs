//! What a digest says beyond any other alert: the ids of the alerts that it stands for.

use serde::Deserialize;
use serde_json::Value;

use super::telling::clean;

/// The list of a digest, each alert once, by how it stood when the digest was made.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
pub(super) struct Digest {
    /// How many alerts this revision lists.
    pub(super) alerts: u64,
    open: Vec<String>,
    ended: Vec<String>,
    retracted: Vec<String>,
}

impl Digest {
    /// Of an alert as JSON; `None` if it is none of a digest.
    pub(super) fn of(alert: &Value) -> Option<Digest> {
        Digest::deserialize(&alert["evidence"]["measured"]["digest"]).ok()
    }

    /// `open`, `ended` and `retracted` with the ids of each; without those that are empty.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let lists = [("open", &self.open), ("ended", &self.ended), ("retracted", &self.retracted)];
        lists.into_iter().map(|(name, ids)| (name, ids.as_slice())).filter(|(_, ids)| !ids.is_empty())
    }

    /// The same, the ids in one text with spaces between.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.lists().map(|(name, ids)| (name, clean(&ids.join(" "))))
    }

    /// `digest of 940 alerts`.
    pub(super) fn name(&self) -> String {
        match self.alerts {
            0 => "digest".to_owned(),
            1 => "digest of 1 alert".to_owned(),
            count => format!("digest of {count} alerts"),
        }
    }
}
