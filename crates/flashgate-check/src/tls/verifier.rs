//! Verifies a server's certificate, and records what is wrong with it as a `TlsFault`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::fault::{self, TlsFault};
use super::key;
use super::trust::Roots;

/// The verifier of one connection.
#[derive(Debug)]
pub(super) struct Verifier {
    /// None only if there are no roots and everything is trusted.
    inner: Option<Arc<WebPkiServerVerifier>>,
    roots: Arc<Roots>,
    found: Mutex<Option<TlsFault>>,
}

impl Verifier {
    pub(super) fn new(roots: &Arc<Roots>) -> Result<Self, TlsFault> {
        let inner = roots.verifier();
        if inner.is_none() && !roots.trusts_everybody() {
            return Err(TlsFault::NoRoots);
        }
        Ok(Self {
            inner,
            roots: Arc::clone(roots),
            found: Mutex::new(None),
        })
    }

    pub(super) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.roots.provider)
    }

    /// What is wrong with the server's certificate, if anything.
    pub(super) fn found(&self) -> Option<TlsFault> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }

    /// Why the certificate was rejected. An ignored problem is not a reason.
    pub(super) fn refused(&self) -> Option<TlsFault> {
        self.found().filter(|_| !self.roots.trusts_everybody())
    }

    /// Records what is wrong, keeping the first problem. Returns an error unless everything is trusted.
    fn find(&self, fault: TlsFault, error: Error) -> Result<(), Error> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get_or_insert(fault);
        if self.roots.trusts_everybody() {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// Verifies a signature in the handshake, if keys of this type can be checked.
    fn signature(
        &self,
        certificate: &CertificateDer<'_>,
        verify: impl FnOnce() -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let Some(key) = key::unsupported(certificate) else {
            return verify();
        };
        let error = Error::InvalidCertificate(CertificateError::BadSignature);
        self.find(TlsFault::UnsupportedKey(key), error)?;
        Ok(HandshakeSignatureValid::assertion())
    }
}

/// Verifies a server's certificate that the user named. Only its name and dates must match; its issuer does not
/// matter.
fn verify_named(
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
    let Some(content) = fault::parsed(certificate) else {
        return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
    };
    let now = Duration::from_secs(now.as_secs());
    if now < content.validity().not_before.to_unix_duration() {
        return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
    }
    if now > content.validity().not_after.to_unix_duration() {
        return Err(Error::InvalidCertificate(CertificateError::Expired));
    }
    Ok(())
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
            _ if self.roots.names(end_entity) => verify_named(end_entity, server_name, now),
            Some(inner) => inner
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map(|_| ()),
            None => {
                self.find(TlsFault::NoRoots, Error::General(String::new()))?;
                return Ok(ServerCertVerified::assertion());
            }
        };
        if let Err(error) = judged {
            self.find(fault::in_certificate(&error, end_entity), error)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider.signature_verification_algorithms;
        self.signature(certificate, || {
            verify_tls12_signature(message, certificate, signed, algorithms)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider.signature_verification_algorithms;
        self.signature(certificate, || {
            verify_tls13_signature(message, certificate, signed, algorithms)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.roots.provider.signature_verification_algorithms;
        let mut schemes = algorithms.supported_schemes();
        schemes.extend(key::ONLY_ASKED_FOR);
        schemes
    }
}
