//! The cryptography library for TLS.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};

/// The algorithms and the source of randomness. Nothing else chooses them.
///
/// Clients send no certificates, so their signatures are never checked. Leaving out those algorithms saves memory.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        signature_verification_algorithms: WebPkiSupportedAlgorithms {
            all: &[],
            mapping: &[],
        },
        ..ring::default_provider()
    })
}
