//! Chooses the certificate for a client by the server name it sends and the signature algorithms it supports.
//!
//! If none matches, the first is used. Some clients send no server name, and for operators a wrong certificate is
//! easier to diagnose than none.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::Pair;

/// The certificates to choose from.
#[derive(Debug)]
pub(super) struct Chooser {
    all: Vec<Arc<CertifiedKey>>,
    /// By name, including names with `*.`. An RSA and an ECDSA certificate may have the same name.
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Chooser {
    pub(super) fn new(pairs: Vec<Pair>) -> Self {
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for (index, pair) in pairs.iter().enumerate() {
            for name in &pair.certificate.names {
                by_name.entry(name.clone()).or_default().push(index);
            }
        }
        Self {
            all: pairs.into_iter().map(|pair| pair.certified).collect(),
            by_name,
        }
    }

    /// The certificates for a name, exact matches first.
    fn named(&self, name: &str) -> impl Iterator<Item = &Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        // A `*` matches one label (RFC 6125, 6.4.3).
        let wild = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        let exact = self.by_name.get(&name);
        let wild = wild.and_then(|wild| self.by_name.get(&wild));
        let indices = exact.into_iter().chain(wild).flatten();
        indices.filter_map(|index| self.all.get(*index))
    }

    fn choose(
        &self,
        name: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Option<&Arc<CertifiedKey>> {
        let named: Vec<_> = name.map_or_else(Vec::new, |name| self.named(name).collect());
        let usable = |it: &&&Arc<CertifiedKey>| it.key.choose_scheme(schemes).is_some();
        let fitting = named.iter().find(usable).or_else(|| named.first());
        fitting.copied().or_else(|| self.all.first())
    }
}

impl ResolvesServerCert for Chooser {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.choose(hello.server_name(), hello.signature_schemes())
            .map(Arc::clone)
    }
}
