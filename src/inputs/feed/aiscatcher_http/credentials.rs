//! Checks the credentials of posts: user name and password, or a bearer token.
//!
//! The secrets are kept only as codes. A request is compared with all of them, so neither the time nor the number of comparisons shows
//! which one it came close to.

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::platform::secret::Revealed;

/// Accepted credentials; without any, every post is accepted.
#[derive(Default)]
pub(super) struct Credentials {
    /// One for each pair or token; empty if no authentication is required.
    keys: Vec<Hmac<Sha256>>,
}

impl Credentials {
    /// Accepts this user name and password.
    pub(super) fn add_pair(&mut self, user: &str, password: &Revealed) {
        self.keys.push(keyed(b"basic", &[user.as_bytes(), b":", password.expose().as_bytes()]));
    }

    /// Accepts this bearer token.
    pub(super) fn add_token(&mut self, token: &Revealed) {
        self.keys.push(keyed(b"bearer", &[token.expose().as_bytes()]));
    }

    /// Whether the `Authorization` header matches. The time taken does not depend on how much of it is right.
    /// The scheme is compared without regard to case, as RFC 9110 demands.
    pub(super) fn admits(&self, header: Option<&[u8]>) -> bool {
        if self.keys.is_empty() {
            return true;
        }
        // A scheme and its credentials are separated by a space.
        let Some(space) = header.and_then(|header| memchr::memchr(b' ', header)) else {
            return false;
        };
        let (scheme, shown) = header.unwrap_or_default().split_at(space);
        let shown = shown.trim_ascii();
        let shown = if scheme.eq_ignore_ascii_case(b"basic") {
            BASE64.decode(shown).ok().map(|pair| keyed(b"basic", &[&pair]))
        } else if scheme.eq_ignore_ascii_case(b"bearer") {
            Some(keyed(b"bearer", &[shown]))
        } else {
            None
        };
        let Some(tag) = shown.map(|shown| shown.finalize().into_bytes()) else {
            return false;
        };
        // Not `any`, which would stop at the first match.
        self.keys.iter().fold(false, |admitted, key| admitted | key.clone().verify_slice(&tag).is_ok())
    }
}

/// HMAC of the credentials. Codes of equal length are compared, so timing reveals nothing about the secret.
fn keyed(kind: &[u8], words: &[&[u8]]) -> Hmac<Sha256> {
    // HMAC takes a key of any length. It is not secret: it only separates the kinds of credentials.
    let mut code = <Hmac<Sha256> as Mac>::new_from_slice(kind).expect("any length");
    words.iter().for_each(|word| code.update(word));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed(text: &str) -> Revealed {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
        crate::platform::secret::Secret::File(path).read().expect("a secret")
    }

    #[test]
    fn only_known_credentials_are_admitted() {
        assert!(Credentials::default().admits(None), "without keys it is open");
        let mut credentials = Credentials::default();
        credentials.add_pair("station", &revealed("open:sesame"));
        credentials.add_token(&revealed("t0ken"));
        let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
        for good in
            [basic("station:open:sesame"), "basic c3RhdGlvbjpvcGVuOnNlc2FtZQ==".to_owned(), "Bearer t0ken".to_owned()]
        {
            assert!(credentials.admits(Some(good.as_bytes())), "{good}");
        }
        for bad in [
            basic("station:sesame"),
            basic("t0ken"),
            basic("station:open:sesame\0\0"),
            basic(""),
            "Bearer station:open:sesame".to_owned(),
            "Bearer ".to_owned(),
            "Bearer t0ken2".to_owned(),
            "Basic ???".to_owned(),
            "t0ken".to_owned(),
            "Digest t0ken".to_owned(),
            String::new(),
        ] {
            assert!(!credentials.admits(Some(bad.as_bytes())), "{bad}");
        }
        assert!(!credentials.admits(None));
    }
}
