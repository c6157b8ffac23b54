//! What encrypts connections.

use rustls::crypto::{CryptoProvider, ring};

/// Sees to it that there is a provider of cryptography where an address asks for TLS. The program's own is taken; where it
/// has none, rustls would take that which is compiled in, and panic where several are or none.
pub(super) fn prepare(addresses: &[&str]) {
    let is_encrypted = |address: &&str| address.starts_with("rediss:") || address.starts_with("valkeys:");
    if addresses.iter().any(is_encrypted) && CryptoProvider::get_default().is_none() {
        // Fails where another thread was faster: there is one.
        let _ = ring::default_provider().install_default();
    }
}
