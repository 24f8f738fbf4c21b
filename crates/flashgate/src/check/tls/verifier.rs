//! Judges a server's certificate, and keeps what is wrong with it in words of our own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::fault::{self, TlsFault};
use super::trust::Roots;

/// The verifier of one connection.
#[derive(Debug)]
pub(super) struct Verifier {
    /// None only where nothing is known to trust, and everybody is trusted.
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
    trusts_everybody: bool,
    found: Mutex<Option<TlsFault>>,
}

impl Verifier {
    pub(super) fn new(roots: &Roots) -> Result<Self, TlsFault> {
        let inner = roots.verifier();
        let trusts_everybody = roots.trusts_everybody();
        if inner.is_none() && !trusts_everybody {
            return Err(TlsFault::NoRoots);
        }
        Ok(Self {
            inner,
            provider: Arc::clone(&roots.provider),
            trusts_everybody,
            found: Mutex::new(None),
        })
    }

    pub(super) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }

    /// What is wrong with the certificate that came, if anything is.
    pub(super) fn found(&self) -> Option<TlsFault> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = match &self.inner {
            Some(inner) => {
                let judged = inner.verify_server_cert(
                    end_entity,
                    intermediates,
                    server_name,
                    ocsp_response,
                    now,
                );
                judged.map_err(|error| (fault::in_certificate(&error, end_entity), error))
            }
            None => Err((TlsFault::NoRoots, Error::General(String::new()))),
        };
        let Err((fault, error)) = judged else {
            return Ok(ServerCertVerified::assertion());
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        *found = Some(fault);
        if self.trusts_everybody {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(error)
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
