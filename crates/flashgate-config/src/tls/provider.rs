//! What does the arithmetic of TLS.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};

/// The algorithms and the randomness; the one place that chooses them.
///
/// Signatures of clients are never checked, for they show no certificates: what is not named here takes no memory.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        signature_verification_algorithms: WebPkiSupportedAlgorithms {
            all: &[],
            mapping: &[],
        },
        ..ring::default_provider()
    })
}
