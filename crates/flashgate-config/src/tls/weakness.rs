//! Why clients would reject a certificate that can be loaded, from the chain alone.
//!
//! No store of trusted roots is read, because it is not known which roots a client trusts.

use std::time::SystemTime;

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw, Version};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{DateTime, Decode as _};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, KeyUsage};

use super::certificate::{Validness, validness};
use super::links::{self, Broken};
use super::x509::{is_for_servers, is_self_signed, shown};

/// A reason for clients to reject a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Weakness {
    /// The server's certificate is signed by itself.
    SelfSigned,
    /// It is meant for signing other certificates.
    CertificateAuthority,
    /// It is for something else, such as mail or clients.
    NotForServers,
    /// Its key is not for signatures, which current TLS needs.
    NotForSignatures,
    /// It contains no host name or address. Clients ignore the common name.
    NoNames,
    /// The issuer of the first certificate is in the file, but not after it.
    WrongOrder,
    /// The next certificate in the file is not the issuer of this one.
    Unrelated { subject: String, issuer: String },
    /// The server's certificate is alone in the file, but a root did not issue it.
    MissingIntermediate { issuer: String },
    /// An issuer's certificate is expired or not yet valid.
    OutOfDate {
        subject: String,
        when: Validness,
        date: DateTime,
    },
    /// A signature that clients no longer accept: MD5 or SHA-1.
    WeakSignature { subject: String },
    /// An RSA key of fewer than 2,048 bits.
    WeakKey { subject: String },
    /// A certificate that may not issue others, or did not sign the one before it.
    Broken(Broken),
}

/// Everything that is wrong with a chain, the server's certificate first.
pub(super) fn of(chain: &[CertificateDer<'_>], now: SystemTime) -> Vec<Weakness> {
    let parsed: Vec<_> = chain
        .iter()
        .filter_map(|der| CertificateInner::<Raw>::from_der(der).ok())
        .collect();
    // If a certificate can't be parsed, the chain is not checked.
    let Some((own, others)) = parsed.split_first().filter(|_| parsed.len() == chain.len()) else {
        return Vec::new();
    };
    let mut found = judge_own(own);
    found.extend(judge_order(&parsed));
    if others.is_empty() && !is_self_signed(own) && names_its_issuer(own) {
        let issuer = shown(own.tbs_certificate().issuer());
        found.push(Weakness::MissingIntermediate { issuer });
    }
    found.extend(others.iter().filter_map(|it| out_of_date(it, now)));
    found.extend(parsed.iter().flat_map(weak));
    // A problem of a single certificate is more specific, and may cause a broken link.
    if found.is_empty() {
        found.extend(links::broken(chain, &parsed, now).map(Weakness::Broken));
    }
    found
}

fn judge_own(own: &CertificateInner<Raw>) -> Vec<Weakness> {
    let content = own.tbs_certificate();
    let mut found = Vec::new();
    if is_self_signed(own) {
        found.push(Weakness::SelfSigned);
    }
    let constraints = content.get_extension::<BasicConstraints>().ok().flatten();
    if constraints.is_some_and(|(_, it)| it.ca) {
        found.push(Weakness::CertificateAuthority);
    }
    if !is_for_servers(own) {
        found.push(Weakness::NotForServers);
    }
    let usage = content.get_extension::<KeyUsage>().ok().flatten();
    if usage.is_some_and(|(_, usage)| !usage.digital_signature()) {
        found.push(Weakness::NotForSignatures);
    }
    if content.version() != Version::V3 || !super::certificate::has_names(content) {
        found.push(Weakness::NoNames);
    }
    found
}

/// Whether the next certificate is the issuer of each.
fn judge_order(chain: &[CertificateInner<Raw>]) -> Option<Weakness> {
    let vouches = |pair: &[CertificateInner<Raw>]| match pair {
        [one, next] => one.tbs_certificate().issuer() == next.tbs_certificate().subject(),
        _ => true,
    };
    let broken = chain.windows(2).find(|pair| !vouches(pair))?.first()?;
    let content = broken.tbs_certificate();
    let mut others = chain.iter().map(|it| it.tbs_certificate().subject());
    // A root that is followed by another certificate is not a link of the chain.
    if !is_self_signed(broken) && others.any(|subject| subject == content.issuer()) {
        return Some(Weakness::WrongOrder);
    }
    Some(Weakness::Unrelated {
        subject: shown(content.subject()),
        issuer: shown(content.issuer()),
    })
}

/// Whether it says where to get its issuer's certificate. Certificates from public authorities do, and are never
/// issued by a root.
fn names_its_issuer(certificate: &CertificateInner<Raw>) -> bool {
    let content = certificate.tbs_certificate();
    let access = content.get_extension::<AuthorityInfoAccessSyntax>();
    let access = access.ok().flatten();
    access.is_some_and(|(_, it)| it.0.iter().any(|it| it.access_method == ISSUERS))
}

fn out_of_date(certificate: &CertificateInner<Raw>, now: SystemTime) -> Option<Weakness> {
    let content = certificate.tbs_certificate();
    let validity = content.validity();
    let when = validness(validity.not_before, validity.not_after, now);
    let date = match when {
        Validness::Valid => return None,
        Validness::NotYet => validity.not_before.to_date_time(),
        Validness::Expired => validity.not_after.to_date_time(),
    };
    let subject = shown(content.subject());
    Some(Weakness::OutOfDate {
        subject,
        when,
        date,
    })
}

/// A root's own signature proves nothing, so it is not checked.
fn weak(certificate: &CertificateInner<Raw>) -> Vec<Weakness> {
    let content = certificate.tbs_certificate();
    let subject = || shown(content.subject());
    let mut found = Vec::new();
    let algorithm = &certificate.signature_algorithm().oid;
    if !is_self_signed(certificate) && WEAK_SIGNATURES.contains(algorithm) {
        found.push(Weakness::WeakSignature { subject: subject() });
    }
    let key = content.subject_public_key_info();
    if key.algorithm.oid == RSA && key.subject_public_key.raw_bytes().len() < SHORTEST_RSA {
        found.push(Weakness::WeakKey { subject: subject() });
    }
    found
}

/// The modulus of 2,048 bits takes 256 bytes.
const SHORTEST_RSA: usize = 256;

/// RFC 8017, appendix A.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// MD2, MD5 and SHA-1 with RSA, SHA-1 with DSA and ECDSA (RFC 3279, section 2.2).
const WEAK_SIGNATURES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.2.840.10040.4.3"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
];

/// `id-ad-caIssuers` (RFC 5280, section 4.2.2.1).
const ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
