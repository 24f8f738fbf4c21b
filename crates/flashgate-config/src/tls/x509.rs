//! Properties of a certificate that the library has no function for.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::name::Name;

/// Whether its extended key usage, if it has one, includes servers.
pub(super) fn is_for_servers(certificate: &CertificateInner<Raw>) -> bool {
    let content = certificate.tbs_certificate();
    let usage = content.get_extension::<ExtendedKeyUsage>().ok().flatten();
    let includes =
        |usage: &ExtendedKeyUsage| usage.0.iter().any(|it| [SERVERS, ANYTHING].contains(it));
    usage.is_none_or(|(_, usage)| includes(&usage))
}

pub(super) fn is_self_signed(certificate: &CertificateInner<Raw>) -> bool {
    let content = certificate.tbs_certificate();
    content.issuer() == content.subject()
}

/// A name in the form of RFC 4514, most specific part first: `CN=www.example.com,O=Example`. Parts without text are
/// left out.
///
/// `Name` can format itself, but includes a table of 1,500 identifiers, which every idle daemon would keep in memory.
pub(super) fn shown(name: &Name) -> String {
    let mut parts: Vec<_> = name.iter().filter_map(part).collect();
    parts.reverse();
    parts.join(",")
}

fn part(attribute: &AttributeTypeAndValue) -> Option<String> {
    let label = LABELS.iter().find(|(oid, _)| *oid == attribute.oid);
    let label = label.map_or_else(|| attribute.oid.to_string(), |(_, it)| (*it).to_owned());
    let text = attribute.value.decode_as::<DirectoryString>().ok()?;
    let text = text.value().replace(char::is_control, "\u{fffd}");
    Some(format!("{label}={text}"))
}

/// RFC 4514, section 3.
const LABELS: [(ObjectIdentifier, &str); 4] = [
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
];

/// `id-kp-serverAuth` and `anyExtendedKeyUsage` (RFC 5280, section 4.2.1.12).
const SERVERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const ANYTHING: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
