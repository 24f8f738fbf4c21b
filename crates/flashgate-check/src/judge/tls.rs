//! Findings about TLS, each with its exact cause.

use flash_policy::Diagnostic;

use super::case::{Case, Rank};
use crate::findings::FindingId;
use crate::tls::{Signer, TlsFault};

/// `clear` is the finding for a port that does not speak TLS.
pub(crate) fn judge(fault: &TlsFault, name: &str, clear: FindingId) -> Diagnostic {
    match fault {
        TlsFault::NotTls | TlsFault::Silence => clear.error(
            format!("{name} does not speak TLS, but the client needs it there"),
        )
        .help(ACCEPT_TLS),
        TlsFault::HungUp => clear.error(
            format!("{name} closes the connection during the TLS handshake"),
        )
        .note("a server without TLS does this, and so does a forwarder whose server is down")
        .help(ACCEPT_TLS),
        TlsFault::Expired(_)
        | TlsFault::NotYetValid(_)
        | TlsFault::OtherName(_)
        | TlsFault::SelfSigned
        | TlsFault::UnknownIssuer
        | TlsFault::Authority(_)
        | TlsFault::Revoked
        | TlsFault::OtherUse
        | TlsFault::UnsupportedKey(_)
        | TlsFault::Unreadable
        | TlsFault::NoRoots => certificate(fault, name),
        TlsFault::NothingInCommon => FindingId::TlsFailed.error(
            format!("{name} and current clients have no TLS version, cipher suite, key exchange or certificate type in common"),
        )
        .help("let it offer TLS 1.2 or 1.3 with the defaults of its TLS library, and a certificate with an RSA or P-256 key"),
        TlsFault::Alert(alert) => FindingId::TlsFailed.error(
            format!("{name} rejects the TLS handshake with the alert {alert}"),
        )
        .help("check the server's log, and the names that it has certificates for"),
        TlsFault::Other(why) => FindingId::TlsFailed.error(
            format!("the TLS handshake with {name} fails: {why}"),
        )
        .help("check the server's log and its TLS settings"),
    }
}

fn certificate(fault: &TlsFault, name: &str) -> Diagnostic {
    let (id, message) = in_words(fault, name);
    let finding = id.error(message);
    match fault {
        TlsFault::OtherName(names) if names.is_empty() => finding
            .note("it has no `subjectAltName`, and current clients ignore the common name")
            .help("get a certificate for this host name"),
        TlsFault::OtherName(names) => finding
            .note(format!("it is for {}", names.join(", ")))
            .help("get a certificate for this host name"),
        TlsFault::Expired(_) => {
            finding.help("renew it, and make sure that the server loads it: many servers read it only at their start")
        }
        TlsFault::NotYetValid(_) => {
            finding.help("check the clocks of this machine and of the issuer")
        }
        TlsFault::SelfSigned | TlsFault::UnknownIssuer => finding.help(TRUST),
        TlsFault::Authority(_) => finding
            .note("`openssl req -x509` creates such certificates; many clients reject them even if they are trusted")
            .help("get a server certificate from a public authority: another self-signed one is not trusted either, even with `-addext basicConstraints=critical,CA:FALSE`; for tests, pass this certificate with --cacert (if its key is RSA, P-256, P-384 or Ed25519), or skip the check with --insecure"),
        TlsFault::UnsupportedKey(_) => finding
            .note("it is not known whether clients accept such a key")
            .help("use an RSA key with 2,048 bits or a P-256 key, which every client accepts; for tests, skip the check with --insecure"),
        TlsFault::NoRoots => finding
            .help("install the package `ca-certificates`, or set a file with --cacert or SSL_CERT_FILE"),
        TlsFault::NotTls
        | TlsFault::HungUp
        | TlsFault::Silence
        | TlsFault::Revoked
        | TlsFault::OtherUse
        | TlsFault::Unreadable
        | TlsFault::NothingInCommon
        | TlsFault::Alert(_)
        | TlsFault::Other(_) => finding.help("get another certificate for this host"),
    }
}

const ACCEPT_TLS: &str = "let it accept TLS too: for flashgate, add `[tls]` with a certificate to its config file; it recognizes TLS by the first byte";

const TRUST: &str = "serve the full chain (`fullchain.pem`) of a public authority; for tests, pass the authority's file or this certificate (if its key is RSA, P-256, P-384 or Ed25519) with --cacert, or skip the check with --insecure";

/// The finding's id, and a sentence that says what is wrong.
fn in_words(fault: &TlsFault, name: &str) -> (FindingId, String) {
    const NOT_TRUSTED: FindingId = FindingId::CertificateNotTrusted;
    const FAILED: FindingId = FindingId::TlsFailed;
    let certificate = |id, what: &str| (id, format!("the certificate of {name} {what}"));
    match fault {
        TlsFault::OtherName(_) => {
            certificate(FindingId::CertificateForAnotherName, "is for another name")
        }
        TlsFault::Expired(date) => {
            let expired = format!("expired{}", dated("on", date.as_deref()));
            certificate(FindingId::CertificateExpired, &expired)
        }
        TlsFault::NotYetValid(date) => {
            let early = format!("is not valid{}", dated("before", date.as_deref()));
            certificate(FindingId::CertificateNotYetValid, &early)
        }
        TlsFault::SelfSigned => certificate(
            NOT_TRUSTED,
            "is self-signed and not trusted by this machine",
        ),
        TlsFault::UnknownIssuer => (
            NOT_TRUSTED,
            format!(
                "the certificate of {name} is not signed by a trusted authority, or the server does not send an intermediate certificate"
            ),
        ),
        TlsFault::Authority(signer) => {
            let own = match signer {
                Signer::Itself => "self-signed and ",
                Signer::Other => "",
            };
            let what = format!("is {own}a CA certificate (CA:TRUE), not a server certificate");
            certificate(NOT_TRUSTED, &what)
        }
        TlsFault::NoRoots => (
            FindingId::NoTrustedRoots,
            "this machine has no trusted authorities, so it can't check certificates".to_owned(),
        ),
        TlsFault::Revoked => certificate(FAILED, "has been revoked"),
        TlsFault::OtherUse => certificate(FAILED, "is not for servers (`extendedKeyUsage`)"),
        TlsFault::UnsupportedKey(key) => (
            FAILED,
            format!(
                "the certificate of {name} has {key}, whose signatures this program can't check"
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

/// What `--insecure` accepted, so that the verdict is not mistaken for a player's.
pub(crate) fn unchecked(fault: &TlsFault, name: &str) -> Diagnostic {
    let (id, message) = in_words(fault, name);
    let id = id.id();
    let note = if matches!(fault, TlsFault::UnsupportedKey(_)) {
        "it is not known whether clients accept such a key"
    } else {
        "players and browsers reject this certificate"
    };
    FindingId::CertificateNotChecked
        .warning(format!(
            "certificates are not checked (--insecure): {message} [{id}]"
        ))
        .note(note)
        .help("check again without --insecure to see the result for clients")
}

/// Reports each port whose certificate is accepted only because of `--insecure`.
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
