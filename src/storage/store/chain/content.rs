//! The content of an audit row, and its digest.
//!
//! The encoding is fixed for ever, because stored hashes rest on it; `docs/operations.md` describes it for other programs. A text is its
//! length in bytes as 8 bytes, big-endian, and then the text in UTF-8; an absent one is 8 bytes of 0xFF. Numbers are 8 bytes, big-endian.

use sha2::{Digest, Sha256};

/// First bytes of each encoding, so that a digest of anything else cannot pass for one of a row.
const DOMAIN: &[u8] = b"atalaia audit 1\n";
/// In place of the length of an absent text. No text is that long.
const ABSENT: [u8; 8] = [0xFF; 8];

/// Length of digests and hashes in bytes.
pub(super) const LENGTH: usize = 32;
/// A digest or hash.
pub(super) type Hash = [u8; LENGTH];

/// What an audit row states. Absent values are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::storage::store) struct Content<'a> {
    /// Number of the row.
    pub(in crate::storage::store) seq: i64,
    /// Wall clock in milliseconds since 1970.
    pub(in crate::storage::store) at: i64,
    /// The author.
    pub(in crate::storage::store) who: &'a str,
    /// The actual caller, if it has another name.
    pub(in crate::storage::store) caller: Option<&'a str>,
    /// How the author was identified.
    pub(in crate::storage::store) way: Option<&'a str>,
    /// Public id of the session.
    pub(in crate::storage::store) session: Option<&'a str>,
    /// Address of the client.
    pub(in crate::storage::store) address: Option<&'a str>,
    /// The verb of Directive (EU) 2016/680, article 25.
    pub(in crate::storage::store) verb: &'a str,
    /// The action.
    pub(in crate::storage::store) what: &'a str,
    /// What it is about.
    pub(in crate::storage::store) subject: &'a str,
    /// The purpose of the author.
    pub(in crate::storage::store) purpose: Option<&'a str>,
    /// The reason.
    pub(in crate::storage::store) why: Option<&'a str>,
    /// The result or the recipient.
    pub(in crate::storage::store) result: Option<&'a str>,
}

impl Content<'_> {
    /// Digest of the reason and the result, with the salt of the row. It stays when the two are emptied.
    pub(super) fn seal(&self, salt: &[u8]) -> Hash {
        let mut digest = Sha256::new();
        digest.update(DOMAIN);
        digest.update(salt);
        [self.why, self.result].into_iter().for_each(|text| add(&mut digest, text));
        digest.finalize().into()
    }

    /// Digest of the whole row. `seal` is what [`Content::seal`] gives.
    pub(super) fn digest(&self, seal: &[u8]) -> Hash {
        let mut digest = Sha256::new();
        digest.update(DOMAIN);
        digest.update(self.seq.to_be_bytes());
        digest.update(self.at.to_be_bytes());
        let texts = [
            Some(self.who),
            self.caller,
            self.way,
            self.session,
            self.address,
            Some(self.verb),
            Some(self.what),
            Some(self.subject),
            self.purpose,
        ];
        texts.into_iter().for_each(|text| add(&mut digest, text));
        digest.update(seal);
        digest.finalize().into()
    }
}

/// Adds one text.
fn add(digest: &mut Sha256, text: Option<&str>) {
    match text {
        Some(text) => {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        None => digest.update(ABSENT),
    }
}

/// The hash of a row with this digest after a row with the hash `before`.
pub(super) fn link(before: &[u8], digest: &[u8]) -> Hash {
    Sha256::new().chain_update(before).chain_update(digest).finalize().into()
}
