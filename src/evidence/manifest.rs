//! The manifest: what a bundle is, and the length, hash and place in the chain of every member.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's member.
pub const MANIFEST: &str = "manifest.json";
/// Its signature's: 64 bytes of Ed25519 over the manifest's bytes.
pub const SIGNATURE: &str = "manifest.sig";
/// What `format` says.
pub(super) const FORMAT: &str = "atalaia-evidence-1";

/// All that is said of a bundle as a whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout of the bundle.
    pub format: String,
    /// The id of the case.
    pub case: String,
    /// How the bundle is to be handled: as the most restricted thing in it.
    pub marking: Marking,
    /// When it was made, by the wall clock.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
    /// The program that made it.
    pub program: String,
    /// From when on raw sentences were looked for, by the moment of receipt.
    pub from: String,
    /// Until when.
    pub until: String,
    /// The vessels whose sentences are in it.
    pub vessels: Vec<u32>,
    /// How many raw lines are in it.
    pub lines: u64,
    /// What a reader has to know: what is missing, and why.
    pub remarks: Vec<String>,
    /// Whether there is a signature.
    pub signed: bool,
    /// The key that checks it, 64 hex digits.
    pub public_key: Option<String>,
    /// Every other member, by name.
    pub members: Vec<Member>,
    /// The last link of the chain; 64 zeros without members.
    pub head: String,
}

/// The marking of a bundle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// The highest of its alerts, as `AMBER`.
    pub tlp: String,
    /// Every Europol code of its alerts.
    pub europol: Vec<String>,
}

/// One member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its path in the bundle.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Of its content, hex.
    pub sha256: String,
    /// SHA-256, hex, of the line `PREVIOUS BYTES SHA256 NAME`, where `PREVIOUS` is the link of the member before, 64 zeros for the first.
    pub link: String,
}

impl Marking {
    /// `TLP:AMBER H1`.
    pub fn line(&self) -> String {
        self.europol.iter().fold(format!("TLP:{}", self.tlp), |line, code| line + " " + code)
    }
}

/// The members of these contents, chained, and the head of the chain.
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

fn hash(content: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(content))
}
