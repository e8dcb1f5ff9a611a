//! The manifest: what a bundle is, and the length, hash and chain link of every member. It is JSON, and the hashes are those
//! of `sha256sum`, so that a bundle can be checked without this program.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the manifest's member.
pub const MANIFEST: &str = "manifest.json";
/// Name of the signature's member: 64 bytes of Ed25519 over the bytes of the manifest.
pub const SIGNATURE: &str = "manifest.sig";
/// Value of `format`. A bundle with another value is refused: its layout may mean something else.
pub(super) const FORMAT: &str = "atalaia-evidence-1";

/// Describes a bundle as a whole. Times are texts, as they are printed: they are shown and never computed with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout of the bundle.
    pub format: String,
    /// Id of the case.
    pub case: String,
    /// How the bundle is to be handled: like the most restricted thing in it.
    pub marking: Marking,
    /// When the bundle was made, by the wall clock.
    pub made_at: String,
    /// Who made the bundle.
    pub made_by: String,
    /// Name and version of the program that made it.
    pub program: String,
    /// Start of the period from which raw sentences were taken, by time of receipt.
    pub from: String,
    /// End of that period.
    pub until: String,
    /// MMSIs whose sentences are included.
    pub vessels: Vec<u32>,
    /// Number of raw lines.
    pub lines: u64,
    /// What a reader has to know: what is missing, and why.
    pub remarks: Vec<String>,
    /// Whether the bundle has a signature.
    pub signed: bool,
    /// The key that verifies the signature, 64 hex digits. `None` without a signature.
    pub public_key: Option<String>,
    /// Every member but the manifest and its signature, by name.
    pub members: Vec<Member>,
    /// The last link of the chain, hex; 64 zeros without members.
    pub head: String,
}

/// The marking of a bundle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Traffic light protocol: the highest of the case's alerts, such as `AMBER`.
    pub tlp: String,
    /// Every Europol code of the case's alerts.
    pub europol: Vec<String>,
}

/// One member as the manifest lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Path in the bundle.
    pub name: String,
    /// Length of its content in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// SHA-256, hex, of the line `PREVIOUS BYTES SHA256 NAME`, where `PREVIOUS` is the link of the member before, or 64
    /// zeros for the first.
    pub link: String,
}

impl Marking {
    /// The marking as one line: `TLP:AMBER H1`.
    pub fn line(&self) -> String {
        self.europol.iter().fold(format!("TLP:{}", self.tlp), |line, code| line + " " + code)
    }
}

/// Lists the members of these contents with their chain links. Returns the list and the last link. The last link depends on every byte of
/// every member and on their order, so that one line of hex, recorded elsewhere, proves the whole bundle.
pub(super) fn chained<'a>(contents: impl Iterator<Item = (&'a str, &'a [u8])>) -> (Vec<Member>, String) {
    let mut head = "0".repeat(64);
    let members = contents.map(|(name, content)| {
        let (bytes, sha256) = (content.len() as u64, hash(content));
        head = hash(format!("{head} {bytes} {sha256} {name}\n").as_bytes());
        Member { name: name.to_owned(), bytes, sha256, link: head.clone() }
    });
    let members = members.collect();
    (members, head)
}

/// SHA-256 as lower-case hex.
fn hash(content: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(content))
}
