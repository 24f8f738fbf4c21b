//! Checks that each certificate of a chain may issue the one before it, and has signed it.
//!
//! The last certificate of the chain is assumed to be trusted, because only a client knows that.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};
use x509_cert::certificate::{CertificateInner, Raw, Version};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage as Usage};

use super::x509::{is_for_servers, is_self_signed, shown};

/// A problem between a certificate and those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The certificate with the problem: the issuer, or the one it did not sign. None is the server's certificate,
    /// whose subject is often empty.
    pub(crate) subject: Option<String>,
    pub(crate) fault: ChainFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainFault {
    /// It may not sign certificates.
    NoAuthority,
    /// It may not sign certificates for servers.
    NotForServers,
    /// It allows fewer certificates between itself and the server's.
    TooFar,
    /// It does not allow the server's names.
    OtherNames,
    /// It is not signed with the key of the next one, although the name is right.
    OtherKey,
}

/// More certificates than any chain has. Checking signatures takes time.
const MOST: usize = 10;

/// The first broken link of a chain in which each certificate's issuer is the next one's subject.
pub(super) fn broken(
    chain: &[CertificateDer<'_>],
    parsed: &[CertificateInner<Raw>],
    now: SystemTime,
) -> Option<Broken> {
    let (_, issuers) = parsed.split_first()?;
    let mut between = 0;
    for issuer in issuers {
        if let Some(fault) = unfit(issuer, between) {
            let subject = Some(shown(issuer.tbs_certificate().subject()));
            return Some(Broken { subject, fault });
        }
        // RFC 5280, 4.2.1.9: self-issued certificates don't count.
        between += usize::from(!is_self_signed(issuer));
    }
    let (at, fault) = (1..chain.len().min(MOST)).find_map(|last| {
        let fault = unproven(chain, last, now)?;
        Some((
            if fault == ChainFault::OtherKey {
                last - 1
            } else {
                last
            },
            fault,
        ))
    })?;
    let named = parsed.get(at).filter(|_| at > 0);
    let subject = named.map(|it| shown(it.tbs_certificate().subject()));
    Some(Broken { subject, fault })
}

/// Why a certificate may not issue others, with this many certificates between it and the server's.
fn unfit(issuer: &CertificateInner<Raw>, between: usize) -> Option<ChainFault> {
    let content = issuer.tbs_certificate();
    // Old roots have no extensions, and clients have their own copies of them.
    if content.version() != Version::V3 && is_self_signed(issuer) {
        return None;
    }
    // Extensions that can't be parsed are not checked.
    let constraints = content.get_extension::<BasicConstraints>().ok()?;
    let usage = content.get_extension::<Usage>().ok()?;
    let constraints = constraints.map(|(_, it)| it).filter(|it| it.ca);
    let Some(constraints) = constraints else {
        return Some(ChainFault::NoAuthority);
    };
    if usage.is_some_and(|(_, it)| !it.key_cert_sign()) {
        return Some(ChainFault::NoAuthority);
    }
    if !is_for_servers(issuer) {
        return Some(ChainFault::NotForServers);
    }
    let most = constraints.path_len_constraint.map(usize::from);
    most.is_some_and(|most| between > most)
        .then_some(ChainFault::TooFar)
}

/// What the certificate at this index does not prove for those before it, if it is trusted itself.
fn unproven(chain: &[CertificateDer<'_>], last: usize, now: SystemTime) -> Option<ChainFault> {
    let own = EndEntityCert::try_from(chain.first()?).ok()?;
    let anchors = [anchor_from_trusted_cert(chain.get(last)?).ok()?];
    let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let verified = own.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        chain.get(1..last)?,
        UnixTime::since_unix_epoch(now),
        KeyUsage::server_auth(),
        None,
        None,
    );
    // Other errors are reported elsewhere, or concern only webpki, such as an algorithm that it does not support.
    let error = verified.err()?;
    if error == Error::InvalidSignatureForPublicKey {
        Some(ChainFault::OtherKey)
    } else {
        (error == Error::NameConstraintViolation).then_some(ChainFault::OtherNames)
    }
}
