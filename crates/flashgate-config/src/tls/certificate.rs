//! A certificate and its key, from two PEM files.
//!
//! Errors say what is wrong with them, and never show any part of a key.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flash_policy::Host;
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error as TlsError, InconsistentKeys};
use x509_cert::certificate::{CertificateInner, Raw, TbsCertificateInner};
use x509_cert::der::{DateTime, Decode as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::{Time, Validity};

use super::provider::provider;

/// What flashgate needs to know about a certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The file, as the operator wrote it.
    pub file: String,
    /// The host names that it covers, in lower case, including `*.example.com`.
    pub names: Vec<String>,
    /// The addresses that it covers.
    pub(crate) addresses: Vec<IpAddr>,
    not_before: Time,
    not_after: Time,
}

/// A certificate with its private key.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) certificate: Certificate,
    pub(crate) certified: Arc<CertifiedKey>,
}

/// What is wrong with a pair of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateFault {
    /// The file contains no certificate.
    NoCertificate,
    /// The file contains an invalid certificate.
    BadCertificate(String),
    /// The file contains no key.
    NoKey,
    /// The file contains a key that can't be used.
    BadKey(String),
    /// The key belongs to another certificate.
    Mismatch,
}

/// Whether a certificate is valid at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validness {
    Valid,
    NotYet,
    Expired,
}

impl Certificate {
    /// Whether it is valid at this time.
    pub(crate) fn at(&self, now: SystemTime) -> Validness {
        validness(self.not_before, self.not_after, now)
    }

    /// Whether clients accept it for a host.
    pub(crate) fn is_for(&self, host: &Host) -> bool {
        match host {
            Host::Address(address) => self.addresses.contains(address),
            Host::Name(name) => {
                let name = name.to_string();
                let name = name.trim_end_matches('.');
                // A `*` matches one label (RFC 6125, 6.4.3).
                let wild = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
                let is_it = |it: &String| *it == name || Some(it) == wild.as_ref();
                self.names.iter().any(is_it)
            }
        }
    }

    /// The time from which it is valid, as `2026-11-24T00:00:00Z`.
    pub(crate) fn begins(&self) -> DateTime {
        self.not_before.to_date_time()
    }

    /// The time until which it is valid.
    pub fn ends(&self) -> DateTime {
        self.not_after.to_date_time()
    }

    /// The time until which it is valid, as the time since 1970.
    pub fn not_after(&self) -> Duration {
        self.not_after.to_unix_duration()
    }
}

/// Whether a period includes this time.
pub(super) fn validness(not_before: Time, not_after: Time, now: SystemTime) -> Validness {
    // Before 1970, the clock was not set.
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    if now < not_before.to_unix_duration() {
        Validness::NotYet
    } else if now > not_after.to_unix_duration() {
        Validness::Expired
    } else {
        Validness::Valid
    }
}

impl Pair {
    /// Takes the bytes of both files. `file` is the name of the certificate.
    pub(crate) fn new(
        file: String,
        certificate: &[u8],
        key: &[u8],
    ) -> Result<Self, CertificateFault> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.map_err(|error| CertificateFault::BadCertificate(said(&error)))?;
        let first = chain.first().ok_or(CertificateFault::NoCertificate)?;
        let certificate = understand(file, first)?;
        let key = PrivateKeyDer::pem_slice_iter(key)
            .next()
            .ok_or(CertificateFault::NoKey)?;
        let key = key.map_err(|error| CertificateFault::BadKey(said(&error)))?;
        let certified = CertifiedKey::from_der(chain, key, &provider());
        let certified = certified.map_err(|error| unusable(&error))?;
        Ok(Self {
            certificate,
            certified: Arc::new(certified),
        })
    }
}

fn unusable(error: &TlsError) -> CertificateFault {
    if *error == TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) {
        CertificateFault::Mismatch
    } else if let TlsError::InvalidCertificate(error) = error {
        CertificateFault::BadCertificate(error.to_string())
    } else {
        CertificateFault::BadKey(error.to_string())
    }
}

/// Bytes of the file are not shown, because they may be part of a key.
fn said(error: &PemError) -> String {
    let said = match error {
        PemError::MissingSectionEnd { .. } => "its end line is missing",
        PemError::IllegalSectionStart { .. } => "a begin line is malformed",
        PemError::Base64Decode(_) => "the text between its begin and end lines is not base64",
        PemError::Io(_) | PemError::NoItemsFound | PemError::SectionTooLarge | _ => {
            "it can't be read"
        }
    };
    said.to_owned()
}

fn understand(file: String, der: &CertificateDer<'_>) -> Result<Certificate, CertificateFault> {
    // Some certificates violate RFC 5280, for example in serial numbers from private authorities. They are accepted.
    let parsed: CertificateInner<Raw> = CertificateInner::from_der(der)
        .map_err(|error| CertificateFault::BadCertificate(error.to_string()))?;
    let content = parsed.tbs_certificate();
    let names = alternative_names(content);
    let Validity {
        not_before,
        not_after,
        ..
    } = *content.validity();
    Ok(Certificate {
        file,
        addresses: names.iter().filter_map(address).collect(),
        names: names.into_iter().filter_map(host_name).collect(),
        not_before,
        not_after,
    })
}

/// Whether it contains any host name or address.
pub(super) fn has_names(content: &TbsCertificateInner<Raw>) -> bool {
    let names = alternative_names(content);
    let is_host =
        |name: &GeneralName| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_));
    names.iter().any(is_host)
}

fn alternative_names(content: &TbsCertificateInner<Raw>) -> Vec<GeneralName> {
    let names = content.get_extension::<SubjectAltName>().ok().flatten();
    names.map_or_else(Vec::new, |(_, names)| names.0)
}

fn address(name: &GeneralName) -> Option<IpAddr> {
    let GeneralName::IpAddress(bytes) = name else {
        return None;
    };
    let bytes = bytes.as_bytes();
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn host_name(name: GeneralName) -> Option<String> {
    let GeneralName::DnsName(name) = name else {
        return None;
    };
    // No client asks for other names, and they would be shown.
    let name = name.as_str();
    let graphic = name.bytes().all(|byte| byte.is_ascii_graphic());
    graphic.then(|| name.to_ascii_lowercase())
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("expected a certificate in PEM form, found none"),
            Self::BadCertificate(reason) => {
                write!(
                    f,
                    "expected a certificate in PEM form, found an invalid one: {reason}"
                )
            }
            Self::NoKey => f.write_str("expected a private key in PEM form, found none"),
            Self::BadKey(reason) => {
                write!(f, "expected a usable private key, found another: {reason}")
            }
            Self::Mismatch => {
                f.write_str("expected the key of the certificate, found a different key")
            }
        }
    }
}
