//! Warnings about certificates that clients reject: what is wrong, and what to do.
//!
//! The certificate is served anyway, because a test may want it, and some clients are configured to accept it.

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
            "this certificate is self-signed: clients reject it unless they are configured to trust it".to_owned()
        }
        Weakness::CertificateAuthority => {
            "this is a CA certificate (`CA:TRUE`): many clients reject it for a server".to_owned()
        }
        Weakness::NotForServers => {
            "this certificate is not for servers: its extended key usage lacks `serverAuth`".to_owned()
        }
        Weakness::NotForSignatures => {
            "this certificate is not for servers: its key usage lacks `digitalSignature`".to_owned()
        }
        Weakness::NoNames => {
            "this certificate contains no host name: it has no subject alternative name, and clients ignore the common name"
                .to_owned()
        }
        Weakness::WrongOrder => "the certificates in this file are in the wrong order".to_owned(),
        Weakness::Unrelated { subject, issuer } => format!(
            "the certificate after `{subject}` in this file is not the certificate of its issuer, `{issuer}`"
        ),
        Weakness::MissingIntermediate { issuer } => format!(
            "the certificate of the issuer, `{issuer}`, is not in this file: clients that don't have it reject the connection"
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
            format!("the certificate of `{subject}` is signed with MD5 or SHA-1: clients reject it")
        }
        Weakness::WeakKey { subject } => {
            format!("the RSA key of `{subject}` has fewer than 2,048 bits: clients reject it")
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

/// What is wrong with a link of the chain, as the end of a sentence about a certificate.
const fn wrong(fault: LinkFault) -> &'static str {
    match fault {
        LinkFault::NoAuthority => {
            "can't be the issuer of the one before it: it is not a CA certificate (`CA:TRUE`, `keyCertSign`)"
        }
        LinkFault::NotForServers => {
            "can't issue certificates for servers: its extended key usage lacks `serverAuth`"
        }
        LinkFault::TooFar => "allows fewer certificates below it (`pathlen`)",
        LinkFault::OtherNames => {
            "does not allow the names of the server's certificate (`nameConstraints`)"
        }
        LinkFault::OtherKey => {
            "is not signed by the one after it, which has its issuer's name but a different key"
        }
    }
}

fn help(weakness: &Weakness) -> &'static str {
    match weakness {
        Weakness::SelfSigned => {
            "for players, use a certificate from a public authority, such as Let's Encrypt; for a test, this is fine"
        }
        Weakness::CertificateAuthority => {
            "issue a server certificate; with `openssl req -x509`: `-addext basicConstraints=critical,CA:FALSE`"
        }
        Weakness::NotForServers | Weakness::NotForSignatures => {
            "get a certificate for a web server"
        }
        Weakness::NoNames => {
            "get a certificate with the names that clients connect to; with `openssl req`: \
             `-addext subjectAltName=DNS:play.example.com`"
        }
        Weakness::WrongOrder => {
            "put the server's certificate first, then its issuer's, and so on, as in certbot's `fullchain.pem`"
        }
        Weakness::Unrelated { .. } => {
            "put each issuer's certificate after the one it issued, and remove certificates of other chains"
        }
        Weakness::MissingIntermediate { .. } => {
            "use the file with the whole chain, such as certbot's `fullchain.pem`, not `cert.pem`"
        }
        Weakness::OutOfDate { .. } => {
            "get the chain again from the authority that issued the certificate, or correct this machine's clock"
        }
        Weakness::WeakSignature { .. } => "get a new certificate, signed with SHA-256",
        Weakness::WeakKey { .. } => "get a new certificate with a longer key",
        Weakness::Broken(_) => {
            "clients reject this chain: get all of it again from the authority that issued the certificate"
        }
    }
}

/// A warning if no certificate covers any of the `hosts`, except names that only this machine uses.
pub(super) fn of_hosts(
    hosts: &[OwnHost],
    certificates: &[Certificate],
    place: Span,
) -> Option<Diagnostic> {
    let is_public = |host: &Host| match host {
        Host::Address(address) => !address.is_loopback(),
        Host::Name(name) => !["localhost", "null"].contains(&name.as_str()),
    };
    let mut public = hosts.iter().filter(|own| is_public(&own.host));
    let first = public.clone().next()?;
    let is_named = |own: &OwnHost| certificates.iter().any(|it| it.is_for(&own.host));
    if certificates.is_empty() || public.any(is_named) {
        return None;
    }
    let message = format!(
        "no certificate covers any of the `hosts`, such as `{}`",
        first.written
    );
    Some(
        Diagnostic::warning("certificate-for-other-hosts", message)
            .at(place, "")
            .note("clients reject a certificate that does not contain the host they connect to")
            .help("add a certificate for the name that players and pages connect to"),
    )
}
