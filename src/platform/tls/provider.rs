//! The cryptography that rustls uses: ring, for every connection of the process. One provider for all keeps a second one out of the binary.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// A configuration that trusts no authority, for clients that need one although they connect without TLS to this machine.
pub fn without_authorities() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Ring supports all safe protocol versions.
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

/// Installs ring as the process's default, for libraries that use the default provider.
pub fn set_up() {
    // Fails only if a provider is already installed.
    drop(rustls::crypto::ring::default_provider().install_default());
}
