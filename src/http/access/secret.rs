//! Secrets that the program makes: of tokens, sessions, links and the header against forged requests.

use std::fmt;
use std::io;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// Number of random bytes in a secret: 256 bits, so that it needs no slow hash.
const BYTES: usize = 32;
/// What every token begins with, so that scanners for leaked secrets can know it.
const PREFIX: &str = "atl_";

/// A secret that was just made; prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret, 43 characters that need no encoding in a URL.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn fresh() -> io::Result<Secret> {
        let mut bytes = [0; BYTES];
        let random = rustls::crypto::ring::default_provider().secure_random;
        random.fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random numbers"))?;
        Ok(Secret(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// A new secret of a token: `atl_` and 43 characters.
    ///
    /// # Errors
    /// As [`Secret::fresh`].
    pub fn token() -> io::Result<Secret> {
        Secret::fresh().map(|Secret(text)| Secret(format!("{PREFIX}{text}")))
    }

    /// The secret itself, for the one who is to have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The SHA-256 of a secret, by which the store finds it. The search in the index is not in equal time, but it compares digests, which a
/// sender cannot choose byte by byte.
pub(in crate::http) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
pub(super) fn is_equal(one: &str, other: &str) -> bool {
    let differing = digest(one).iter().zip(digest(other)).fold(0, |all, (a, b)| all | (a ^ b));
    differing == 0
}
