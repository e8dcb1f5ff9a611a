//! Passwords: argon2id with the parameters that OWASP recommends as the least (19 MiB, two passes, one lane).
//!
//! One hash takes about 30 ms and 19 MiB. Callers in the API run it on a thread that may block, a few at a time.

use std::io;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// Memory of one hash. KiB.
const MEMORY: u32 = 19 * 1024;
/// Number of passes over the memory.
const PASSES: u32 = 2;
/// Number of lanes.
const LANES: u32 = 1;
/// Length of a salt. Bytes.
const SALT: usize = 16;

/// The hash of a password in PHC form, with its salt and parameters.
///
/// # Errors
/// If the system gives no random numbers or no memory.
pub fn hash(password: &str) -> io::Result<String> {
    let mut salt = [0; SALT];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut salt).map_err(|_| io::Error::other("the system gives no random numbers"))?;
    let salt = SaltString::encode_b64(&salt).map_err(io::Error::other)?;
    let hashed = argon().hash_password(password.as_bytes(), &salt).map_err(io::Error::other)?;
    Ok(hashed.to_string())
}

/// Whether this is the password of the hash. The parameters are those of the hash, so that they can be raised later. A text that is no hash
/// fits no password.
pub(super) fn verify(password: &str, hash: &str) -> bool {
    let parsed = PasswordHash::new(hash);
    parsed.is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The function with our parameters.
fn argon() -> Argon2<'static> {
    // Only parameters out of range fail.
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("parameters in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let one = hash("correct horse battery").expect("hashed");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(verify("correct horse battery", &one) && !verify("Correct horse battery", &one));
        assert_ne!(hash("correct horse battery").expect("hashed"), one, "each has a salt of its own");
        assert!(!verify("", "") && !verify("x", "$argon2id$nonsense"));
    }
}
