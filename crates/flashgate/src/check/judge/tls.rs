//! What is wrong with TLS, precisely.

use flash_policy::Diagnostic;

use crate::check::secure::TlsFault;

/// `clear` is the finding's name where the port does not speak TLS at all.
pub(in crate::check) fn judge(fault: &TlsFault, name: &str, clear: &'static str) -> Diagnostic {
    match fault {
        TlsFault::NotTls | TlsFault::HungUp | TlsFault::Silence => Diagnostic::error(
            clear,
            format!("{name} does not speak TLS, and it is asked for there"),
        )
        .help("have it answer TLS as well: `flashgate` tells the two apart by the first byte"),
        TlsFault::OtherName(names) => {
            let finding = Diagnostic::error(
                "certificate-for-another-name",
                format!("the certificate of {name} is for another name"),
            );
            let finding = if names.is_empty() {
                finding
            } else {
                finding.note(format!("it is for {}", names.join(", ")))
            };
            finding.help("have a certificate issued that names this host")
        }
        TlsFault::Expired => Diagnostic::error(
            "certificate-expired",
            format!("the certificate of {name} has expired"),
        )
        .help("renew it, and have the server load it: many read it at their start only"),
        TlsFault::NotYetValid => Diagnostic::error(
            "certificate-not-yet-valid",
            format!("the certificate of {name} is not valid yet"),
        )
        .help("look at the clocks: of this machine, and of the one that issued it"),
        TlsFault::UnknownIssuer => Diagnostic::error(
            "certificate-not-trusted",
            format!(
                "no authority that this machine trusts stands behind the certificate of {name}"
            ),
        )
        .note("it is self-signed, or the server does not send the certificates in between")
        .help("serve the full chain (`fullchain.pem`) of a public authority"),
        TlsFault::Authority => Diagnostic::error(
            "certificate-not-trusted",
            format!("the certificate of {name} is an authority's (CA:TRUE), and no server's"),
        )
        .note("`openssl req -x509` makes such certificates; trusting it does not help")
        .help("have one issued for the server, or make it with `-addext basicConstraints=critical,CA:FALSE`"),
        TlsFault::NoRoots => Diagnostic::error(
            "no-trusted-roots",
            "this machine trusts no authority at all, so no certificate can be checked",
        )
        .help("install the package `ca-certificates`, or name a file in SSL_CERT_FILE"),
        TlsFault::Other(why) => Diagnostic::error(
            "tls-failed",
            format!("the TLS handshake with {name} failed: {why}"),
        )
        .help("look at the protocol versions and cipher suites that the server is set up for"),
    }
}
