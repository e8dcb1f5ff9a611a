//! Opens a bundle: checks every byte against the manifest before anything in the bundle is used.
//!
//! In this order: the tar file is one that this program would write; the manifest is of a known format; the signature fits the
//! manifest; the members are exactly those listed; the index of the sentences fits their bytes. The first fault ends it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::archive::{self, Members};
use super::error::EvidenceError;
use super::key::PublicKey;
use super::manifest::{FORMAT, chained};
use super::manifest::{MANIFEST, Manifest, SIGNATURE};
use super::sentences;
use super::sentences::Row;
use atalaia_core::alerts::Alert;
use atalaia_core::base::time::{Span, Time};

/// The replay goes on for this long after the last alert.
const AFTER: Span = Span::from_minutes(15);

/// A verified bundle: every byte is as it was packed.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The manifest.
    pub manifest: Manifest,
    /// Whose signature the bundle has.
    pub signed: Signed,
    /// The alerts as they were stored, in order of their ids. They stay JSON: a bundle is intact whether or not this version can read
    /// every alert in it.
    pub alerts: Vec<Value>,
    /// Every other member, as packed.
    members: Members,
}

/// The signer of a bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signed {
    /// There is no signature. Anyone with the file could have changed it and rebuilt the manifest.
    Not,
    /// Signed with the key that the caller expected.
    By(PublicKey),
    /// Signed with a key that came with the bundle: unchanged since it was signed, but the signer is unknown.
    ByItsOwn(PublicKey),
}

/// Verifies a bundle against its manifest, and the manifest against `key` if one is given.
///
/// # Errors
/// `NotABundle` for a file of another kind. `Damaged`, with the place, for any byte that is not as it was packed. `Unsigned` if the bundle is intact but has no
/// signature although a key is given.
pub fn open(bytes: &[u8], key: Option<&PublicKey>) -> Result<Opened, EvidenceError> {
    let damaged = |why: &str| EvidenceError::Damaged(why.to_owned());
    let mut members = archive::read(bytes)?;
    let text = members.remove(MANIFEST).ok_or_else(|| damaged("it has no manifest.json"))?;
    let signature = members.remove(SIGNATURE);
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| EvidenceError::Damaged(format!("{MANIFEST}: {error}")))?;
    if manifest.format != FORMAT {
        return Err(EvidenceError::Damaged(format!("{MANIFEST}: its format {:?} is not known", manifest.format)));
    }
    let signed = signed(&manifest, &text, signature, key)?;
    hold_against(&manifest, &members)?;
    let mut alerts = Vec::new();
    for (name, content) in members.iter().filter(|(name, _)| name.starts_with("alerts/")) {
        let file: Value =
            serde_json::from_slice(content).map_err(|error| EvidenceError::Damaged(format!("{name}: {error}")))?;
        alerts.push(file["alert"].clone());
    }
    // Parsed here so that no later reader has to handle a fault in it.
    sentences::rows(&members)?;
    if key.is_some() && signed == Signed::Not {
        return Err(EvidenceError::Unsigned);
    }
    Ok(Opened { manifest, signed, alerts, members })
}

/// Checks the signature over the bytes of the manifest, `text`. With `key`, only that key counts; otherwise the one in the manifest.
fn signed(
    manifest: &Manifest,
    text: &[u8],
    signature: Option<Vec<u8>>,
    key: Option<&PublicKey>,
) -> Result<Signed, EvidenceError> {
    let damaged = |why: &str| Err(EvidenceError::Damaged(why.to_owned()));
    let own = match &manifest.public_key {
        Some(hex) => match PublicKey::from_hex(hex) {
            Some(own) => Some(own),
            None => return damaged("the public key in its manifest is not valid"),
        },
        None => None,
    };
    let signature = match (manifest.signed, signature) {
        (true, Some(signature)) => signature,
        (false, None) if own.is_none() => return Ok(Signed::Not),
        (true, None) => return damaged("its signature is missing"),
        (false, _) => return damaged("it says that it is not signed, but has a key or a signature"),
    };
    let Ok(signature) = <[u8; 64]>::try_from(signature) else {
        return damaged("its signature is not valid: it is not 64 bytes long");
    };
    match (key, own) {
        (Some(key), _) if key.fits(text, &signature) => Ok(Signed::By(key.clone())),
        (Some(key), Some(own)) if *key != own => {
            damaged("it was signed with another key than the one asked for, or its manifest was changed")
        }
        (None, Some(own)) if own.fits(text, &signature) => Ok(Signed::ByItsOwn(own)),
        (None, None) => damaged("its manifest names no key"),
        _ => damaged("the signature does not fit the manifest: one of them was changed"),
    }
}

/// Checks that the members are exactly those listed, each with the length, hash and chain link in the manifest.
fn hold_against(manifest: &Manifest, members: &Members) -> Result<(), EvidenceError> {
    let damaged = |why: String| Err(EvidenceError::Damaged(why));
    let mut listed = manifest.members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>();
    // For the search below; the order in the manifest itself is checked with the chain.
    listed.sort_unstable();
    // Each fault has its own text: a reader has to learn which member to distrust.
    if let Some(twice) = listed.windows(2).find(|pair| pair[0] == pair[1]) {
        return damaged(format!("{MANIFEST}: lists {} twice", twice[0]));
    }
    if let Some(missing) = listed.iter().find(|name| !members.contains_key(**name)) {
        return damaged(format!("{missing} is missing"));
    }
    if let Some(extra) = members.keys().find(|name| listed.binary_search(&name.as_str()).is_err()) {
        return damaged(format!("{extra} is not listed in the manifest"));
    }
    let (found, head) = chained(members.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    for (found, said) in found.iter().zip(&manifest.members) {
        if found.name != said.name {
            return damaged(format!("{MANIFEST}: its members are not in order at {}", said.name));
        }
        if (found.bytes, &found.sha256) != (said.bytes, &said.sha256) {
            return damaged(format!("{} is not what the manifest says: it was changed, or swapped", found.name));
        }
        if found.link != said.link {
            return damaged(format!("{MANIFEST}: the chain breaks at {}", found.name));
        }
    }
    if head != manifest.head {
        return damaged(format!("{MANIFEST}: the head is not the end of the chain"));
    }
    Ok(())
}

impl Opened {
    /// The input of the engine, in order. Each line is with its line feed; other rows have no bytes.
    pub fn rows(&self) -> Vec<(Row, &[u8])> {
        // Parsed before, when the bundle was opened, so it cannot fail.
        sentences::rows(&self.members).unwrap_or_default()
    }

    /// The settings that were in force, by key: path and content of each file.
    pub fn in_force(&self) -> BTreeMap<String, BTreeMap<PathBuf, Vec<u8>>> {
        let mut folders: BTreeMap<String, BTreeMap<PathBuf, Vec<u8>>> = BTreeMap::new();
        for (name, content) in &self.members {
            let path = name.strip_prefix("in-force/").and_then(|rest| rest.split_once('/'));
            if let Some((key, path)) = path {
                folders.entry(key.to_owned()).or_default().insert(PathBuf::from(path), content.clone());
            }
        }
        folders
    }

    /// End of a replay in event time: a little after the last alert is known to hold. `None` without an alert that this
    /// version can read.
    pub fn until(&self) -> Option<Time> {
        let alerts = self.alerts.iter().filter_map(|alert| Alert::deserialize(alert).ok());
        alerts.map(|alert| alert.last_at.max(alert.opened_at)).max().map(|last| last + AFTER)
    }
}
