//! What is wrong with TLS, precisely.

use flash_policy::Diagnostic;

use super::case::{Case, Rank};
use crate::findings::FindingId;
use crate::tls::TlsFault;

/// `clear` is the finding where the port does not speak TLS at all.
pub(crate) fn judge(fault: &TlsFault, name: &str, clear: FindingId) -> Diagnostic {
    match fault {
        TlsFault::NotTls | TlsFault::Silence => clear.error(
            format!("{name} does not speak TLS, and the client asks for it there"),
        )
        .help("have it answer TLS as well: `flashgate` tells the two apart by the first byte"),
        TlsFault::HungUp => clear.error(
            format!("{name} closes the connection in the TLS handshake"),
        )
        .note("a server that speaks no TLS does this, and so does a forwarder whose server is down")
        .help("have it answer TLS as well: `flashgate` tells the two apart by the first byte"),
        TlsFault::Expired(_)
        | TlsFault::NotYetValid(_)
        | TlsFault::OtherName(_)
        | TlsFault::SelfSigned
        | TlsFault::UnknownIssuer
        | TlsFault::Authority
        | TlsFault::Revoked
        | TlsFault::OtherUse
        | TlsFault::UnsupportedKey(_)
        | TlsFault::Unreadable
        | TlsFault::NoRoots => certificate(fault, name),
        TlsFault::NothingInCommon => FindingId::TlsFailed.error(
            format!("{name} and current clients have no TLS version, cipher suite, key exchange or kind of certificate in common"),
        )
        .help("have it offer TLS 1.2 or 1.3, with the defaults of its TLS library and a certificate with an RSA or a P-256 key"),
        TlsFault::Alert(alert) => FindingId::TlsFailed.error(
            format!("{name} refuses the TLS handshake with the alert {alert}"),
        )
        .help("look at the server's log, and at the names that it has certificates for"),
        TlsFault::Other(why) => FindingId::TlsFailed.error(
            format!("the TLS handshake with {name} fails: {why}"),
        )
        .help("look at the server's log, and at its TLS settings"),
    }
}

fn certificate(fault: &TlsFault, name: &str) -> Diagnostic {
    let (id, message) = in_words(fault, name);
    let finding = id.error(message);
    match fault {
        TlsFault::OtherName(names) if names.is_empty() => finding
            .note("it has no `subjectAltName`, and clients no longer look at its common name")
            .help("have a certificate issued that names this host"),
        TlsFault::OtherName(names) => finding
            .note(format!("it is for {}", names.join(", ")))
            .help("have a certificate issued that names this host"),
        TlsFault::Expired(_) => {
            finding.help("renew it, and have the server load it: many read it at their start only")
        }
        TlsFault::NotYetValid(_) => {
            finding.help("check the clocks of this machine and of the one that issued it")
        }
        TlsFault::SelfSigned | TlsFault::UnknownIssuer => finding.help(TRUST),
        TlsFault::Authority => finding
            .note("`openssl req -x509` makes such certificates; many clients refuse them even if they are trusted")
            .help("have one issued for the server, or make it with `-addext basicConstraints=critical,CA:FALSE`; in a test set-up name this very certificate with --cacert (if its key is RSA, P-256, P-384 or Ed25519), or leave certificates unchecked with --insecure"),
        TlsFault::UnsupportedKey(_) => finding
            .note("whether clients take such a key is not known here")
            .help("use an RSA key of 2,048 bits or a P-256 key, which every client takes; in a test set-up leave certificates unchecked with --insecure"),
        TlsFault::NoRoots => finding
            .help("install the package `ca-certificates`, or name a file with --cacert or SSL_CERT_FILE"),
        TlsFault::NotTls
        | TlsFault::HungUp
        | TlsFault::Silence
        | TlsFault::Revoked
        | TlsFault::OtherUse
        | TlsFault::Unreadable
        | TlsFault::NothingInCommon
        | TlsFault::Alert(_)
        | TlsFault::Other(_) => finding.help("have another certificate issued for this host"),
    }
}

const TRUST: &str = "serve the full chain (`fullchain.pem`) of a public authority; in a test set-up name the authority's file, or this very certificate (if its key is RSA, P-256, P-384 or Ed25519), with --cacert, or leave certificates unchecked with --insecure";

/// The finding's id, and what is wrong in a sentence.
fn in_words(fault: &TlsFault, name: &str) -> (FindingId, String) {
    const NOT_TRUSTED: FindingId = FindingId::CertificateNotTrusted;
    const FAILED: FindingId = FindingId::TlsFailed;
    let certificate = |id, what: &str| (id, format!("the certificate of {name} {what}"));
    match fault {
        TlsFault::OtherName(_) => {
            certificate(FindingId::CertificateForAnotherName, "is for another name")
        }
        TlsFault::Expired(date) => {
            let on = dated("on", date.as_deref());
            (
                FindingId::CertificateExpired,
                format!("the certificate of {name} expired{on}"),
            )
        }
        TlsFault::NotYetValid(date) => {
            let before = dated("before", date.as_deref());
            (
                FindingId::CertificateNotYetValid,
                format!("the certificate of {name} is not valid{before}"),
            )
        }
        TlsFault::SelfSigned => certificate(NOT_TRUSTED, "is self-signed, and not trusted here"),
        TlsFault::UnknownIssuer => (
            NOT_TRUSTED,
            format!(
                "no trusted authority has signed the certificate of {name}, or the server leaves out an intermediate certificate"
            ),
        ),
        TlsFault::Authority => (
            NOT_TRUSTED,
            format!("the certificate of {name} is for an authority (CA:TRUE), not for a server"),
        ),
        TlsFault::NoRoots => (
            FindingId::NoTrustedRoots,
            "this machine trusts no authority, so no certificate can be checked".to_owned(),
        ),
        TlsFault::Revoked => certificate(FAILED, "has been revoked"),
        TlsFault::OtherUse => certificate(FAILED, "is not for servers (`extendedKeyUsage`)"),
        TlsFault::UnsupportedKey(key) => (
            FAILED,
            format!(
                "the certificate of {name} has {key}, and this program can't check what it signs"
            ),
        ),
        TlsFault::NotTls
        | TlsFault::HungUp
        | TlsFault::Silence
        | TlsFault::Unreadable
        | TlsFault::NothingInCommon
        | TlsFault::Alert(_)
        | TlsFault::Other(_) => (
            FAILED,
            format!("the certificate of {name} can't be read, or uses an unknown algorithm"),
        ),
    }
}

/// The date after a word, if it is known.
fn dated(word: &str, date: Option<&str>) -> String {
    date.map_or(String::new(), |date| format!(" {word} {date}"))
}

/// What `--insecure` lets pass, so that nobody takes the verdict for a player's.
pub(crate) fn unchecked(fault: &TlsFault, name: &str) -> Diagnostic {
    let (id, message) = in_words(fault, name);
    let id = id.id();
    let note = if matches!(fault, TlsFault::UnsupportedKey(_)) {
        "whether clients take such a key is not known here"
    } else {
        "a player or a browser refuses this certificate"
    };
    FindingId::CertificateNotChecked
        .warning(format!(
            "certificates are not checked (--insecure): {message} [{id}]"
        ))
        .note(note)
        .help("leave --insecure out to see what clients see")
}

/// Each port whose certificate is accepted only because of `--insecure`.
pub(super) fn overlooked(case: &mut Case<'_>) {
    for seen in case.seen {
        let Some(fault) = &seen.trace.overlooked else {
            continue;
        };
        let finding = unchecked(fault, &format!("port {}", seen.step.fetch.port));
        let mut found = case.found.iter();
        if !found.any(|(_, known)| known.diagnostic == finding) {
            case.add(Rank::Wrong, finding);
        }
    }
}
