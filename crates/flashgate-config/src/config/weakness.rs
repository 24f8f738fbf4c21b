//! What clients refuse about a certificate, in words: what is wrong, and what to do.
//!
//! The certificate is served anyway: a test may want it, and some clients are set up to accept it.

use flash_policy::{Diagnostic, Host, Span};

use crate::snapshot::OwnHost;
use crate::tls::{Broken, Certificate, LinkFault, Validness, Weakness};

/// The warning, at the place that names the certificate.
pub(super) fn warning(weakness: &Weakness, place: Span) -> Diagnostic {
    Diagnostic::warning(rule(weakness), message(weakness))
        .at(place, "")
        .help(help(weakness))
}

fn rule(weakness: &Weakness) -> &'static str {
    match weakness {
        Weakness::SelfSigned => "self-signed-certificate",
        Weakness::CertificateAuthority => "ca-certificate",
        Weakness::NotForServers | Weakness::NotForSignatures => "certificate-not-for-servers",
        Weakness::NoNames => "certificate-without-names",
        Weakness::WrongOrder => "certificate-order",
        Weakness::Unrelated { .. } => "unrelated-certificate",
        Weakness::MissingIntermediate { .. } => "missing-intermediate",
        Weakness::OutOfDate {
            when: Validness::NotYet,
            ..
        } => "certificate-not-yet-valid",
        Weakness::OutOfDate { .. } => "expired-certificate",
        Weakness::WeakSignature { .. } => "weak-signature",
        Weakness::WeakKey { .. } => "weak-key",
        Weakness::Broken(_) => "broken-chain",
    }
}

fn message(weakness: &Weakness) -> String {
    match weakness {
        Weakness::SelfSigned => {
            "this certificate is self-signed: clients refuse it unless they are set up to trust it".to_owned()
        }
        Weakness::CertificateAuthority => {
            "this is the certificate of an authority (`CA:TRUE`): many clients refuse it for a server".to_owned()
        }
        Weakness::NotForServers => {
            "this certificate is not for servers: its extended key usage lacks `serverAuth`".to_owned()
        }
        Weakness::NotForSignatures => {
            "this certificate is not for servers: its key usage lacks `digitalSignature`".to_owned()
        }
        Weakness::NoNames => {
            "this certificate names no host: it has no subject alternative name, and clients ignore the common name"
                .to_owned()
        }
        Weakness::WrongOrder => "the certificates in this file are in the wrong order".to_owned(),
        Weakness::Unrelated { subject, issuer } => format!(
            "the certificate after `{subject}` in this file is not that of its issuer, `{issuer}`"
        ),
        Weakness::MissingIntermediate { issuer } => format!(
            "the certificate of the issuer, `{issuer}`, is not in this file: clients that don't know it refuse"
        ),
        Weakness::OutOfDate {
            subject,
            when: Validness::NotYet,
            date,
        } => format!("the certificate of `{subject}` in this file is not valid before {date}"),
        Weakness::OutOfDate { subject, date, .. } => format!(
            "the certificate of `{subject}` in this file has expired: it was valid until {date}"
        ),
        Weakness::WeakSignature { subject } => {
            format!("the certificate of `{subject}` is signed with MD5 or SHA-1: clients refuse it")
        }
        Weakness::WeakKey { subject } => {
            format!("the RSA key of `{subject}` has fewer than 2,048 bits: clients refuse it")
        }
        Weakness::Broken(Broken { subject, fault }) => {
            let whose = subject.as_ref().map_or_else(
                || "the server's certificate".to_owned(),
                |subject| format!("the certificate of `{subject}`"),
            );
            format!("{whose} in this file {}", wrong(*fault))
        }
    }
}

/// What is wrong with a link, of the certificate at fault.
const fn wrong(fault: LinkFault) -> &'static str {
    match fault {
        LinkFault::NoAuthority => {
            "can't vouch for the one before it: it is not that of an authority (`CA:TRUE`, `keyCertSign`)"
        }
        LinkFault::NotForServers => {
            "can't vouch for a server's: its extended key usage lacks `serverAuth`"
        }
        LinkFault::TooFar => "allows fewer certificates below it (`pathlen`)",
        LinkFault::OtherNames => {
            "can't vouch for the names of the server's certificate (`nameConstraints`)"
        }
        LinkFault::OtherKey => {
            "is not signed by the one that follows it, which has the name of its issuer and another key"
        }
    }
}

fn help(weakness: &Weakness) -> &'static str {
    match weakness {
        Weakness::SelfSigned => {
            "for players, use a certificate from a public authority, such as Let's Encrypt; for a test this is fine"
        }
        Weakness::CertificateAuthority => {
            "issue one for the server; with `openssl req -x509`: `-addext basicConstraints=critical,CA:FALSE`"
        }
        Weakness::NotForServers | Weakness::NotForSignatures => {
            "get one that is issued for a web server"
        }
        Weakness::NoNames => {
            "get one with the names that clients connect to; with `openssl req`: \
             `-addext subjectAltName=DNS:play.example.com`"
        }
        Weakness::WrongOrder => {
            "write the server's own first, then the one that issued it, and so on, as in certbot's `fullchain.pem`"
        }
        Weakness::Unrelated { .. } => {
            "let each certificate be followed by that of its issuer, and remove what belongs to another chain"
        }
        Weakness::MissingIntermediate { .. } => {
            "use the file with the whole chain, such as certbot's `fullchain.pem` rather than `cert.pem`"
        }
        Weakness::OutOfDate { .. } => {
            "get the chain again from the authority that issued the certificate, or correct this machine's clock"
        }
        Weakness::WeakSignature { .. } => "get a new certificate, signed with SHA-256",
        Weakness::WeakKey { .. } => "get a new certificate with a longer key",
        Weakness::Broken(_) => {
            "clients refuse this chain: get all of it again from the authority that issued the certificate"
        }
    }
}

/// A warning if no certificate is for any of the `hosts`; names that only this machine uses aside.
pub(super) fn of_hosts(
    hosts: &[OwnHost],
    certificates: &[Certificate],
    place: Span,
) -> Option<Diagnostic> {
    let is_public = |host: &Host| match host {
        Host::Address(address) => !address.is_loopback(),
        Host::Name(name) => !["localhost", "null"].contains(&name.to_string().as_str()),
    };
    let mut public = hosts.iter().filter(|own| is_public(&own.host));
    let first = public.clone().next()?;
    let is_named = |own: &OwnHost| certificates.iter().any(|it| it.is_for(&own.host));
    if certificates.is_empty() || public.any(is_named) {
        return None;
    }
    let message = format!(
        "no certificate names any of the `hosts`, such as `{}`",
        first.written
    );
    Some(
        Diagnostic::warning("certificate-for-other-hosts", message)
            .at(place, "")
            .note("clients refuse a certificate that does not name the host they connect to")
            .help("add a certificate for the name that players and pages connect to"),
    )
}
