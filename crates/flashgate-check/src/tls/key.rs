//! Keys that the TLS library can't check: signatures of such keys are neither valid nor invalid.

use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_cert::der::oid::ObjectIdentifier;

use super::fault;

/// Signature schemes that are offered anyway, so that the server sends its certificate and the certificate can be
/// checked.
pub(super) const ONLY_ASKED_FOR: [SignatureScheme; 2] = [
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED448,
];

/// The type of a certificate's key, if it is one that can't be checked.
pub(super) fn unsupported(certificate: &CertificateDer<'_>) -> Option<&'static str> {
    let Some(content) = fault::parsed(certificate) else {
        return Some(UNKNOWN);
    };
    let key = content.subject_public_key_info();
    let length = key.subject_public_key.raw_bytes().len();
    match key.algorithm.oid {
        RSA if length < SHORTEST_RSA => Some("an RSA key of fewer than 2,048 bits"),
        RSA if length > LONGEST_RSA => Some("an RSA key of more than 8,192 bits"),
        RSA | ED25519 => None,
        ED448 => Some("an Ed448 key"),
        EC => {
            let curve = key.algorithm.parameters.as_ref();
            match curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok()) {
                Some(P256 | P384) => None,
                Some(P521) => Some("a P-521 key"),
                _ => Some("a key on a rare curve"),
            }
        }
        _ => Some(UNKNOWN),
    }
}

const UNKNOWN: &str = "a key of a rare type";

/// The modulus of 2,048 bits takes 256 bytes. The data around it takes fewer than 40.
const SHORTEST_RSA: usize = 256;
const LONGEST_RSA: usize = 1024 + 40;

/// RFC 8017, appendix A.1; RFC 5480, section 2.1.1; RFC 8410, section 3.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
