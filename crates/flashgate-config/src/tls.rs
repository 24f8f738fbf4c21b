//! Loaded certificates, and which of them a client gets.
//!
//! Every reload creates this again, and it never changes: a connection keeps the state from its handshake. Nothing
//! here reads files or sockets.

use std::sync::Arc;
use std::time::SystemTime;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ServerConfig};

mod certificate;
mod chooser;
mod links;
mod provider;
mod weakness;
mod x509;

pub use certificate::Certificate;
pub(crate) use certificate::{CertificateFault, Pair, Validness};
use chooser::Chooser;
pub(crate) use links::{Broken, ChainFault as LinkFault};
use provider::provider;
pub(crate) use weakness::Weakness;

/// TLS, ready for handshakes.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) server: Arc<ServerConfig>,
    /// In the order of the plan. Clients that send no server name, or an unknown one, get the first.
    pub(crate) certificates: Vec<Certificate>,
}

impl Pair {
    /// Why clients would reject it now, as far as the file shows.
    pub(crate) fn weaknesses(&self, now: SystemTime) -> Vec<Weakness> {
        weakness::of(&self.certified.cert, now)
    }
}

impl Tls {
    /// Returns an error if the TLS library rejects the setup.
    pub(crate) fn new(pairs: Vec<Pair>) -> Result<Self, rustls::Error> {
        let certificates: Vec<_> = pairs.iter().map(|pair| pair.certificate.clone()).collect();
        let mut server = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Chooser::new(pairs)));
        // Clients keep the state for resumption themselves, encrypted with a key that changes every six hours.
        server.ticketer = ring::Ticketer::new()?;
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 1;
        Ok(Self {
            server: Arc::new(server),
            certificates,
        })
    }
}
