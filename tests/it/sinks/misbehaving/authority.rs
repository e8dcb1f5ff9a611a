//! A certificate authority that issues certificates of any validity for the tests, and servers that use them.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::{Span, Time};
use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::servers::{Connection, Secure};

/// Issues certificates for localhost.
pub struct Authority {
    key: SigningKey,
    certificate: Vec<u8>,
}

/// A period of validity.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Valid {
    pub from: Time,
    pub until: Time,
}

impl Valid {
    /// From an hour ago until `span` from now, in whole seconds.
    pub fn for_another(span: Span) -> Valid {
        let now = Time::from_seconds(Clock.now().seconds());
        Valid { from: now - Span::from_hours(1), until: now + span }
    }
}

/// Ed25519 (RFC 8410), the common name and the extensions of certificates (RFC 5280, 4.2.1), as object identifiers.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SEQUENCE: u8 = 0x30;

/// An element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = contents.len();
    let head = match length {
        0..128 => vec![tag, length as u8],
        128..256 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, contents].concat()
}

/// A version 3 certificate for `key`, signed by `issuer`.
fn certificate(issuer: &SigningKey, key: &SigningKey, valid: Valid, is_authority: bool) -> Vec<u8> {
    let time = |time: Time| {
        let digits: String = time.to_string().chars().filter(char::is_ascii_digit).collect();
        element(0x18, &[format!("{digits}Z").as_bytes()])
    };
    let name = |name: &str| {
        let pair = element(SEQUENCE, &[&element(6, &[COMMON_NAME]), &element(0x0c, &[name.as_bytes()])]);
        element(SEQUENCE, &[&element(0x31, &[&pair])])
    };
    let algorithm = element(SEQUENCE, &[&element(6, &[ED25519])]);
    let public = element(SEQUENCE, &[&algorithm, &element(3, &[&[0], key.verifying_key().as_bytes()])]);
    let extension = match is_authority {
        true => {
            let is_one = element(SEQUENCE, &[&[1, 1, 0xff]]);
            element(SEQUENCE, &[&element(6, &[BASIC_CONSTRAINTS]), &[1, 1, 0xff], &element(4, &[&is_one])])
        }
        false => {
            let names = element(SEQUENCE, &[&element(0x82, &[b"localhost"])]);
            element(SEQUENCE, &[&element(6, &[ALTERNATIVE_NAME]), &element(4, &[&names])])
        }
    };
    let body = element(
        SEQUENCE,
        &[
            &element(0xa0, &[&[2, 1, 2]]),
            &[2, 1, 1],
            &algorithm,
            &name("authority of the tests"),
            &element(SEQUENCE, &[&time(valid.from), &time(valid.until)]),
            &name(if is_authority { "authority of the tests" } else { "localhost" }),
            &public,
            &element(0xa3, &[&element(SEQUENCE, &[&extension])]),
        ],
    );
    let signature = issuer.sign(&body).to_bytes();
    element(SEQUENCE, &[&body, &algorithm, &element(3, &[&[0], &signature])])
}

fn new_key() -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|_| fastrand::u8(..)))
}

/// A private key in PKCS #8.
fn private(key: &SigningKey) -> Vec<u8> {
    let algorithm = element(SEQUENCE, &[&element(6, &[ED25519])]);
    element(SEQUENCE, &[&[2, 1, 0], &algorithm, &element(4, &[&element(4, &[key.as_bytes()])])])
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|from| &text[from..text.len().min(from + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

impl Authority {
    pub fn new() -> Authority {
        let key = new_key();
        let certificate = certificate(&key, &key, Valid::for_another(Span::from_hours(24 * 365)), true);
        Authority { key, certificate }
    }

    /// Writes the authority's certificate to a file.
    pub fn write(&self, file: &Path) {
        fs::write(file, pem("CERTIFICATE", &self.certificate)).unwrap();
    }

    /// Replaces a client's certificate and key, each file atomically.
    pub fn renew(&self, folder: &Path, valid: Valid) {
        let key = new_key();
        let certificate = pem("CERTIFICATE", &certificate(&self.key, &key, valid, false));
        for (name, text) in [("own.pem", certificate), ("own.key", pem("PRIVATE KEY", &private(&key)))] {
            let new = folder.join("new");
            fs::write(&new, text).unwrap();
            fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
            fs::rename(new, folder.join(name)).unwrap();
        }
    }

    /// The configuration of a server; with `asks` it requires a client certificate of this authority.
    fn server(&self, valid: Valid, asks: bool) -> ServerConfig {
        let key = new_key();
        let certificate = CertificateDer::from(certificate(&self.key, &key, valid, false));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = match asks {
            true => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from(self.certificate.clone())).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.unwrap().with_client_cert_verifier(verifier.build().unwrap())
            }
            false => builder.unwrap().with_no_client_auth(),
        };
        let key = PrivateKeyDer::try_from(private(&key)).unwrap();
        let mut config = builder.with_single_cert(vec![certificate], key).unwrap();
        // Every connection checks certificates again.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config
    }
}

/// The certificates that servers currently use.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shown {
    /// A certificate that expires this long after the connection began.
    Ending(Span),
    /// A certificate with this validity.
    Fixed(Valid),
}

/// Exchanges plain text before a connection is encrypted; fails if it should not be.
pub type Prelude = fn(&mut TcpStream) -> std::io::Result<()>;

/// No exchange before encryption.
pub fn no_prelude(_: &mut TcpStream) -> std::io::Result<()> {
    Ok(())
}

/// Makes servers encrypt with the current certificates; with `asks` they require a client certificate too.
pub fn secure(authority: &Arc<Authority>, shown: &Arc<Mutex<Shown>>, asks: bool, prelude: Prelude) -> Secure {
    let (authority, shown) = (Arc::clone(authority), Arc::clone(shown));
    Arc::new(move |mut socket: TcpStream| {
        let valid = match *shown.lock().unwrap() {
            Shown::Ending(span) => Valid::for_another(span),
            Shown::Fixed(valid) => valid,
        };
        prelude(&mut socket).ok()?;
        let connection = ServerConnection::new(Arc::new(authority.server(valid, asks))).unwrap();
        let talk = Box::new(StreamOwned::new(connection, socket.try_clone().unwrap()));
        Some(Connection { talk, socket })
    })
}
