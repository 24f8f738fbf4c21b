//! Why a TLS handshake failed. The texts of the TLS library are for developers, and are never shown.

use std::io;
use std::time::UNIX_EPOCH;

use httpdate::HttpDate;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};
use x509_cert::certificate::{CertificateInner, Raw, TbsCertificateInner};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

/// Why a TLS handshake failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TlsFault {
    /// The answer is not TLS.
    NotTls,
    /// The server closed or reset the connection.
    HungUp,
    /// There was no answer in time.
    Silence,
    /// The certificate is for other names, which are listed.
    OtherName(Vec<String>),
    /// The certificate has expired, at this time if it is known.
    Expired(Option<String>),
    /// The certificate is not valid yet, but from this time on if it is known.
    NotYetValid(Option<String>),
    /// The certificate is signed with its own key, and not trusted.
    SelfSigned,
    /// No trusted authority has signed the certificate.
    UnknownIssuer,
    /// It is a CA certificate, not a server certificate.
    Authority(Signer),
    /// Its issuer has revoked it.
    Revoked,
    /// It is not for servers.
    OtherUse,
    /// Its key is of a type that can't be checked.
    UnsupportedKey(&'static str),
    /// It can't be parsed, or contains something that this program does not support.
    Unreadable,
    /// This machine has no trusted authorities.
    NoRoots,
    /// The two sides have no TLS version, cipher suite or other part of a handshake in common.
    NothingInCommon,
    /// The server rejects the handshake with this alert.
    Alert(String),
    /// Another reason.
    Other(&'static str),
}

impl TlsFault {
    /// Whether the server speaks TLS, and its certificate does not count.
    pub(crate) const fn is_about_certificate(&self) -> bool {
        match self {
            Self::OtherName(_)
            | Self::Expired(_)
            | Self::NotYetValid(_)
            | Self::SelfSigned
            | Self::UnknownIssuer
            | Self::Authority(_)
            | Self::Revoked
            | Self::OtherUse
            | Self::UnsupportedKey(_)
            | Self::Unreadable
            | Self::NoRoots => true,
            Self::NotTls
            | Self::HungUp
            | Self::Silence
            | Self::NothingInCommon
            | Self::Alert(_)
            | Self::Other(_) => false,
        }
    }
}

/// Who signed a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    /// Its own key.
    Itself,
    Other,
}

/// From the error of a handshake.
pub(super) fn of(error: &io::Error) -> TlsFault {
    let inner = error.get_ref();
    let inner = inner.and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(error) => of_library(error),
        None if has_hung_up(error) => TlsFault::HungUp,
        None => TlsFault::Other("the connection failed"),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only these of the many errors have their own text"
)]
fn of_library(error: &Error) -> TlsFault {
    use AlertDescription as Alert;
    match error {
        Error::InvalidMessage(_) => TlsFault::NotTls,
        Error::PeerIncompatible(_)
        | Error::AlertReceived(
            Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity,
        ) => TlsFault::NothingInCommon,
        Error::AlertReceived(alert) => TlsFault::Alert(told(*alert)),
        Error::InvalidCertificate(_) => TlsFault::Unreadable,
        Error::NoCertificatesPresented => TlsFault::Other("the server sends no certificate"),
        Error::DecryptError => TlsFault::Other("the data from the server can't be decrypted"),
        _ => TlsFault::Other("the server violates the TLS protocol"),
    }
}

/// An alert in words: its name in RFC 8446 if servers send it here, otherwise its number.
fn told(alert: AlertDescription) -> String {
    let number = u8::from(alert);
    let name = match number {
        40 => "handshake failure",
        49 => "access denied",
        50 => "decode error",
        80 => "internal error",
        112 => "unrecognized name",
        116 => "certificate required",
        120 => "no application protocol",
        _ => return format!("number {number}"),
    };
    format!("`{name}` ({number})")
}

fn has_hung_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// From the verification of a certificate.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only these of the many errors have their own fix"
)]
pub(super) fn in_certificate(error: &Error, certificate: &CertificateDer<'_>) -> TlsFault {
    let Error::InvalidCertificate(error) = error else {
        return TlsFault::Unreadable;
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            TlsFault::Expired(parsed(certificate).and_then(|of| date(of.validity().not_after)))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid(parsed(certificate).and_then(|of| date(of.validity().not_before)))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFault::OtherName(names(certificate))
        }
        // A trusted authority with the same name but another key or key type is a different authority.
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            if unknown_issuer(certificate) == TlsFault::UnknownIssuer =>
        {
            TlsFault::Unreadable
        }
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            unknown_issuer(certificate)
        }
        CertificateError::Revoked => TlsFault::Revoked,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            TlsFault::OtherUse
        }
        // `openssl req -x509` creates a CA certificate that is used for a server. The library has no variant for this.
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsFault::Authority(signer(certificate))
        }
        _ => TlsFault::Unreadable,
    }
}

fn unknown_issuer(certificate: &CertificateDer<'_>) -> TlsFault {
    match signer(certificate) {
        Signer::Itself => TlsFault::SelfSigned,
        Signer::Other => TlsFault::UnknownIssuer,
    }
}

fn signer(certificate: &CertificateDer<'_>) -> Signer {
    let parsed = parsed(certificate);
    if parsed.is_some_and(|content| content.issuer() == content.subject()) {
        Signer::Itself
    } else {
        Signer::Other
    }
}

fn date(time: Time) -> Option<String> {
    let time = UNIX_EPOCH.checked_add(time.to_unix_duration())?;
    Some(HttpDate::from(time).to_string())
}

/// More names than this add nothing.
const MOST_NAMES: usize = 8;

/// The names that a certificate is for, as people write them.
fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Some(parsed) = parsed(certificate) else {
        return Vec::new();
    };
    let names = parsed.get_extension::<SubjectAltName>();
    let names = names
        .ok()
        .flatten()
        .map_or_else(Vec::new, |(_, names)| names.0);
    let names = names.into_iter().filter_map(|name| {
        if let GeneralName::DnsName(name) = name {
            Some(name.as_str().to_owned())
        } else if let GeneralName::IpAddress(bytes) = name {
            address(bytes.as_bytes())
        } else {
            None
        }
    });
    names.take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}

pub(super) fn parsed(certificate: &CertificateDer<'_>) -> Option<TbsCertificateInner<Raw>> {
    let parsed: CertificateInner<Raw> = CertificateInner::from_der(certificate).ok()?;
    Some(parsed.tbs_certificate().clone())
}
