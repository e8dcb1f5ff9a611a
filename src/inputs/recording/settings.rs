//! The settings of recordings (`[recordings]`).
//!
//! Recordings come from partners and archives, so a compressed one may be broken or hostile. The limits bound the time and disk space that
//! one may cost.

use serde::{Deserialize, Serialize};

use super::unpack::Limits;

/// `[recordings]`: files that are replayed, or read by an input of kind `file` or `stdin`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingSettings {
    /// Maximum ratio of unpacked to compressed size; a file beyond it is refused (once more than 64 MiB are unpacked).
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_expansion_ratio: u32,
    /// Maximum unpacked size of a compressed file, in GiB; a larger one is refused.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_expanded_gib: u32,
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings { max_expansion_ratio: 100, max_expanded_gib: 256 }
    }
}

impl RecordingSettings {
    /// The limits for the unpacker.
    pub fn limits(&self) -> Limits {
        Limits { ratio: u64::from(self.max_expansion_ratio), bytes: u64::from(self.max_expanded_gib) << 30 }
    }
}
