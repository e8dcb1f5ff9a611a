//! Ed25519 keys: created, stored so that only their owner can read them, and used. Their files have the formats of
//! OpenSSL.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};

use super::error::EvidenceError;
use super::file::write_new;
use atalaia_core::base::fault::Fault;

/// Bytes of a key file that are read. A key is much shorter; a mistaken path may lead to anything.
const LONGEST_FILE_BYTES: u64 = 4096;

/// The private key that signs bundles. It has no `Debug`, so that it cannot be printed.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The public key that verifies the signature of a bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl SigningKey {
    /// Reads a private key in PEM or as 64 hex digits. Refuses a file that others than its owner may read.
    ///
    /// # Errors
    /// `Key` if others may read the file or it is not a private key, `File` if it cannot be read.
    pub fn read(path: &Path) -> Result<SigningKey, EvidenceError> {
        let (text, mode) = text_of(path)?;
        if mode & 0o077 != 0 {
            let why = format!("others may read this key (mode {:04o}): chmod 600 {}", mode & 0o7777, path.display());
            return Err(EvidenceError::Key { path: path.to_owned(), why });
        }
        let key = match hex_key(&text) {
            Some(seed) => Some(SigningKey::from_seed(&seed)),
            None => ed25519_dalek::SigningKey::from_pkcs8_pem(text.trim()).ok().map(SigningKey),
        };
        key.ok_or_else(|| no_key(path, "Ed25519 private key"))
    }

    /// The private key of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> SigningKey {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public key that belongs to this key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of these bytes, 64 bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl PublicKey {
    /// Reads a public key in PEM or as 64 hex digits.
    ///
    /// # Errors
    /// `Key` if it is not a public key, `File` if it cannot be read.
    pub fn read(path: &Path) -> Result<PublicKey, EvidenceError> {
        let (text, _) = text_of(path)?;
        let key = match hex_key(&text) {
            Some(bytes) => ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok(),
            None => ed25519_dalek::VerifyingKey::from_public_key_pem(text.trim()).ok(),
        };
        key.map(PublicKey).ok_or_else(|| no_key(path, "Ed25519 public key"))
    }

    /// The key of 64 lower-case hex digits, as in a manifest; `None` for anything else.
    pub(super) fn from_hex(text: &str) -> Option<PublicKey> {
        let bytes = <[u8; 32]>::try_from(HEXLOWER.decode(text.as_bytes()).ok()?).ok()?;
        ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok().map(PublicKey)
    }

    /// The key as 64 hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(self.0.as_bytes())
    }

    /// A short form to compare by telephone: the first 16 bytes of the key's SHA-256, in groups of four hex digits.
    pub fn fingerprint(&self) -> String {
        let digest = HEXLOWER.encode(&Sha256::digest(self.0.as_bytes())[..16]);
        let groups: Vec<&str> = (0..digest.len()).step_by(4).map(|at| &digest[at..at + 4]).collect();
        groups.join(" ")
    }

    /// The key in PEM, as OpenSSL reads it.
    pub fn pem(&self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("32 bytes have a PEM form")
    }

    /// Whether this is a signature of these bytes by this key. Weak keys and signatures, which fit several messages,
    /// are always refused.
    pub(super) fn fits(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Why the private key in this file cannot sign bundles, with what to do; `None` if it can, or if only other users may read it.
pub fn key_fault(path: &Path) -> Option<Fault> {
    let shown = path.display();
    let make = || format!("make one: atalaia bundle keygen --out {shown}, or write the path of another");
    match SigningKey::read(path).err()? {
        EvidenceError::File { cause, .. } if cause.kind() == io::ErrorKind::PermissionDenied => None,
        EvidenceError::File { cause, .. } if cause.kind() == io::ErrorKind::NotFound => {
            Some(Fault::new("", format!("{shown}: no such file, so bundles cannot be signed")).advise(make()))
        }
        EvidenceError::Key { why, .. } => Some(Fault::new("", format!("{shown}: {why}"))),
        error => Some(Fault::new("", error.to_string()).advise(make())),
    }
}

/// Creates a key: the private one in `path`, readable by its owner only, and the public one beside it with `.pub` added
/// to the name. Returns the path of the public key and the key. Never overwrites a file.
///
/// # Errors
/// `Key` or `File` if one of the files is there already, or cannot be written. If only the public one fails, the private one stays: the
/// public key can be made from it.
pub fn keygen(path: &Path) -> Result<(PathBuf, PublicKey), EvidenceError> {
    let mut seed = [0; 32];
    // Unlike the urandom device, it waits until the kernel has gathered enough entropy: keys are made early on new machines.
    let random = Path::new("/dev/random");
    File::open(random).and_then(|mut file| file.read_exact(&mut seed)).map_err(EvidenceError::file(random))?;
    let key = SigningKey::from_seed(&seed);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    if beside.exists() {
        let why = "already exists; choose another name".to_owned();
        return Err(EvidenceError::Key { path: beside, why });
    }
    // Without the public key, which OpenSSL does not read beside the private one.
    let private = KeypairBytes { secret_key: seed, public_key: None }.to_pkcs8_pem(LineEnding::LF);
    write_new(path, 0o600, private.expect("32 bytes have a PEM form").as_bytes())?;
    write_new(&beside, 0o644, key.public().pem().as_bytes())?;
    Ok((beside, key.public()))
}

/// The text of a key file, and its mode.
fn text_of(path: &Path) -> Result<(String, u32), EvidenceError> {
    let failed = EvidenceError::file(path);
    let file = File::open(path).map_err(&failed)?;
    let mode = file.metadata().map_err(&failed)?.mode();
    let mut text = String::new();
    file.take(LONGEST_FILE_BYTES).read_to_string(&mut text).map_err(&failed)?;
    Ok((text, mode))
}

/// The error for a file that is not a key of this kind. It quotes nothing of the file.
fn no_key(path: &Path, what: &str) -> EvidenceError {
    EvidenceError::Key { path: path.to_owned(), why: format!("is not an {what} (PEM, or 64 hex digits)") }
}

/// The bytes of 64 hex digits; `None` for anything else.
fn hex_key(text: &str) -> Option<[u8; 32]> {
    HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_new_key_is_its_owners_alone_and_comes_back_from_its_files() {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("evidence.key");
        let (beside, public) = keygen(&path).expect("room for it");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::metadata(&path).expect("it is there").len(),
            119,
            "as OpenSSL writes it, without the public key"
        );
        assert_eq!(beside, folder.path().join("evidence.key.pub"));
        let key = SigningKey::read(&path).expect("a key");
        assert_eq!(key.public(), public);
        assert_eq!(PublicKey::read(&beside).expect("a key"), public);
        assert!(public.fits(b"x", &key.sign(b"x")) && !public.fits(b"y", &key.sign(b"x")));
        assert!(keygen(&path).is_err(), "never over a key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("ours");
        let refused = SigningKey::read(&path).err().expect("others may read it").to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    // RFC 8032, 7.1, test 2. The PEM texts were made by OpenSSL 3 from the same seed.
    #[test]
    fn keys_and_signatures_are_those_other_tools_make() {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("k");
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n-----END PRIVATE KEY-----\n";
        let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n";
        let windows = private.replace('\n', "\r\n");
        for text in [seed, private, &windows] {
            let _ = fs::remove_file(&path);
            write_new(&path, 0o600, text.as_bytes()).expect("a file");
            let key = SigningKey::read(&path).expect("a key");
            assert_eq!(key.public().hex(), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
            let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
            assert_eq!(HEXLOWER.encode(&key.sign(&[0x72])), signature);
            assert_eq!(key.public().pem(), public);
        }
        let _ = fs::remove_file(&path);
        write_new(&path, 0o600, &seed.as_bytes()[1..]).expect("a file");
        assert!(SigningKey::read(&path).is_err(), "63 digits");
    }
}
