//! The settings of evidence bundles. The public key is not among them: those who verify a bundle must have it from elsewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[evidence]`
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// File of the private key that signs bundles. Without it they are not signed.
    pub key: Option<PathBuf>,
}
