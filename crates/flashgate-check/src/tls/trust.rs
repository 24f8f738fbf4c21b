//! Which certificates a check trusts: those of this system's authorities, those of a file, or all.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

/// Which certificates a check trusts.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The authorities that this system trusts. `SSL_CERT_FILE` and `SSL_CERT_DIR` change them.
    #[default]
    System,
    /// Only these authorities, and servers with exactly one of these certificates.
    Only(Box<NamedRoots>),
    /// All certificates: a problem is reported, but the connection continues.
    Everybody,
}

/// The certificates of a file.
#[derive(Clone, Debug)]
pub struct NamedRoots {
    roots: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

/// Why a file of authorities can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaFault {
    /// It contains no certificate.
    NoCertificate,
    /// It contains an invalid certificate.
    Broken,
}

impl Trust {
    /// Trusts the authorities in the bytes of a PEM file.
    pub fn only(pem: &[u8]) -> Result<Self, CaFault> {
        let mut roots = RootCertStore::empty();
        let mut certificates = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| CaFault::Broken)?;
            roots
                .add(certificate.clone())
                .map_err(|_| CaFault::Broken)?;
            certificates.push(certificate);
        }
        if roots.is_empty() {
            return Err(CaFault::NoCertificate);
        }
        Ok(Self::Only(Box::new(NamedRoots {
            roots,
            certificates,
        })))
    }
}

impl fmt::Display for CaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCertificate => "expected certificates in PEM form, found none",
            Self::Broken => "expected certificates in PEM form, found an invalid one",
        })
    }
}

/// The roots for verifying certificates, read once.
#[derive(Debug)]
pub(super) struct Roots {
    trust: Trust,
    pub(super) provider: Arc<CryptoProvider>,
    verifier: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl Roots {
    pub(super) fn new(trust: Trust) -> Self {
        Self {
            trust,
            provider: Arc::new(ring::default_provider()),
            verifier: OnceLock::new(),
        }
    }

    pub(super) const fn trusts_everybody(&self) -> bool {
        matches!(self.trust, Trust::Everybody)
    }

    /// Whether exactly this certificate was named as trusted, not just its issuer's.
    pub(super) fn names(&self, certificate: &CertificateDer<'_>) -> bool {
        match &self.trust {
            Trust::Only(named) => named.certificates.contains(certificate),
            Trust::System | Trust::Everybody => false,
        }
    }

    /// The verifier for these roots. None if there are no roots.
    pub(super) fn verifier(&self) -> Option<Arc<WebPkiServerVerifier>> {
        let verifier = self.verifier.get_or_init(|| {
            let roots = match &self.trust {
                Trust::System | Trust::Everybody => of_the_system(),
                Trust::Only(named) => named.roots.clone(),
            };
            let provider = Arc::clone(&self.provider);
            let builder = WebPkiServerVerifier::builder_with_provider(roots.into(), provider);
            builder.build().ok()
        });
        verifier.clone()
    }
}

fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
