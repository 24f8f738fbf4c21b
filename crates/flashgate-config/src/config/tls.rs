//! Reads the certificates and keys of `[tls]`, compares them, and reports problems where the file names them.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use flash_policy::{Diagnostic, Span};
use tokio_rustls::rustls;

use super::tree::text::TextValue;
use super::tree::{Table, Value};
use super::{keys, meant, weakness, writable};
use crate::confinement;
use crate::reason;
use crate::regular_file;
use crate::snapshot::OwnHost;
use crate::tls::{Certificate, CertificateFault, Pair, Tls, Validness, Weakness};

/// `[tls]`.
#[derive(Debug)]
pub(super) struct RawTls {
    header: Span,
    pairs: Vec<RawPair>,
}

/// An entry of `certificates`.
#[derive(Debug)]
struct RawPair {
    certificate: TextValue,
    key: TextValue,
}

impl RawTls {
    /// Every file that it names, as written.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .flat_map(|raw| [&raw.certificate, &raw.key])
            .map(|text| text.value.as_str())
    }
}

/// More than twice as long as a chain of ten large certificates.
const LARGEST: usize = 256 * 1024;

/// Users other than the owner and the group may read (chmod(2), `S_IROTH`).
const OTHERS_READ: u32 = 0o004;

const PAIR: &str = "{ certificate = \"fullchain.pem\", key = \"privkey.pem\" }";

const EXAMPLE: &str =
    "write `certificates = [{ certificate = \"fullchain.pem\", key = \"privkey.pem\" }]`";

pub(super) fn read(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawTls {
    match without_list(table) {
        Some(finding) => found.push(finding),
        None => table.only_known(found),
    }
    let pairs = if let Some(value) = table.get("certificates") {
        pairs(&value, found)
    } else {
        found.extend(table.missing("certificates", EXAMPLE));
        Vec::new()
    };
    RawTls {
        header: table.span,
        pairs,
    }
}

/// Reports a certificate and key in `[tls]` itself, as in other programs. They belong in a list.
fn without_list(table: &Table<'_>) -> Option<Diagnostic> {
    let file = |key: &str| {
        let names = keys::CERTIFICATE.names();
        let mut values = table.unknown();
        values.find(|value| value.as_str().is_some() && meant::key(&value.key, &names) == Some(key))
    };
    let (certificate, key) = (file("certificate"), file("key"));
    let first = certificate.as_ref().or(key.as_ref())?;
    let pair = meant::pair(
        certificate.as_ref().and_then(Value::as_str),
        key.as_ref().and_then(Value::as_str),
    );
    let help = format!("write `certificates = [{pair}]`");
    Some(table.no_such_key(first).help(help))
}

fn pairs(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<RawPair> {
    if !value.is_list() {
        let finding = value.wrong_type("a list of certificates");
        let written = value.written().filter(|text| text.starts_with('{'));
        let pair = written.map_or_else(|| meant::pair(value.as_str(), None), str::to_owned);
        found.push(finding.help(format!("write `certificates = [{pair}]`")));
        return Vec::new();
    }
    let items = value.items("a list of certificates", found);
    if items.is_empty() {
        let message = "expected a certificate, found an empty list";
        found.push(
            Diagnostic::error("missing-key", message)
                .at(value.span, "")
                .help(EXAMPLE),
        );
    }
    let tables: Vec<_> = items
        .iter()
        .filter_map(|item| item.table_like(&keys::CERTIFICATE, PAIR, found))
        .collect();
    tables
        .iter()
        .filter_map(|table| pair(table, found))
        .collect()
}

fn pair(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Option<RawPair> {
    table.only_known(found);
    let mut file = |key: &str, help: &str| {
        let Some(value) = table.get(key) else {
            found.extend(table.missing(key, help));
            return None;
        };
        value.text(found)
    };
    let certificate = file(
        "certificate",
        "write `certificate = \"fullchain.pem\"`: the server's certificate first, then the intermediate certificates",
    );
    let key = file("key", "write `key = \"privkey.pem\"`");
    Some(RawPair {
        certificate: certificate?,
        key: key?,
    })
}

/// Reads every file and reports every problem. Returns nothing if there is one.
pub(super) fn resolve(
    raw: &RawTls,
    hosts: &[OwnHost],
    folder: &Path,
    found: &mut Vec<Diagnostic>,
) -> Option<Tls> {
    let pairs: Vec<_> = raw
        .pairs
        .iter()
        .map(|raw| load(raw, folder, found))
        .collect();
    let pairs: Option<Vec<_>> = pairs.into_iter().collect();
    // An empty list is already reported.
    let tls = pairs.filter(|pairs| !pairs.is_empty()).map(Tls::new)?;
    let tls = tls
        .map_err(|reason| found.push(refused(raw, &reason)))
        .ok()?;
    found.extend(weakness::of_hosts(hosts, &tls.certificates, raw.header));
    Some(tls)
}

fn refused(raw: &RawTls, reason: &rustls::Error) -> Diagnostic {
    let message = format!("can't set up TLS: {reason}");
    Diagnostic::error("tls-unavailable", message).at(raw.header, "")
}

/// Reads a certificate and its key.
fn load(raw: &RawPair, folder: &Path, found: &mut Vec<Diagnostic>) -> Option<Pair> {
    let certificate = contents(&raw.certificate, folder, "certificate", found);
    let key = contents(&raw.key, folder, "key", found);
    let (certificate, key) = (certificate?, key?);
    if key.others_read {
        let message = "every user on this machine can read this key and impersonate this server";
        found.push(
            Diagnostic::warning("world-readable-key", message)
                .at(raw.key.span, "")
                .help(
                    "let only the group that flashgate runs as read it: `chgrp` to that \
                     group, then `chmod 640`",
                ),
        );
    }
    match Pair::new(
        raw.certificate.value.clone(),
        &certificate.bytes,
        &key.bytes,
    ) {
        Ok(pair) => {
            found.extend(out_of_date(&pair.certificate, raw.certificate.span));
            let weaknesses = pair.weaknesses(SystemTime::now());
            let warning = |it: &Weakness| weakness::warning(it, raw.certificate.span);
            found.extend(weaknesses.iter().map(warning));
            Some(pair)
        }
        Err(fault) => {
            found.push(faulty(&fault, raw, &certificate.bytes, &key.bytes));
            None
        }
    }
}

struct PemContents {
    bytes: Vec<u8>,
    others_read: bool,
}

fn contents(
    name: &TextValue,
    folder: &Path,
    what: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<PemContents> {
    let path = folder.join(&name.value);
    let read = || -> io::Result<_> {
        let contents = regular_file::read(&path, LARGEST)?;
        let writable = writable::judge(&contents.metadata);
        let others_read = contents.metadata.permissions().mode() & OTHERS_READ != 0;
        let bytes = contents.bytes;
        Ok((PemContents { bytes, others_read }, writable))
    };
    match read() {
        Ok((contents, _)) if contents.bytes.len() > LARGEST => {
            let message = format!(
                "expected at most {LARGEST} bytes in {}, found more",
                path.display()
            );
            found.push(Diagnostic::error("file-too-large", message).at(name.span, ""));
            None
        }
        Ok((contents, writable)) => {
            found.extend(writable.map(|finding| finding.at(name.span, "")));
            Some(contents)
        }
        Err(error) => {
            let reason = reason(&error);
            let message = format!("can't read the {what} file {}: {reason}", path.display());
            let finding = Diagnostic::error("unreadable-file", message).at(name.span, "");
            found.push(match confinement::explain_read(&path, &error) {
                Some(help) => finding.help(help),
                None => finding,
            });
            None
        }
    }
}

fn out_of_date(certificate: &Certificate, place: Span) -> Option<Diagnostic> {
    let (rule, message) = match certificate.at(SystemTime::now()) {
        Validness::Valid => return None,
        Validness::NotYet => (
            "certificate-not-yet-valid",
            format!(
                "this certificate is not valid before {}",
                certificate.begins()
            ),
        ),
        Validness::Expired => (
            "expired-certificate",
            format!(
                "this certificate has expired: it was valid until {}",
                certificate.ends()
            ),
        ),
    };
    Some(
        Diagnostic::warning(rule, message)
            .at(place, "")
            .note("flashgate serves it, but clients reject it")
            .help("replace it, or correct this machine's clock"),
    )
}

fn faulty(fault: &CertificateFault, raw: &RawPair, certificate: &[u8], key: &[u8]) -> Diagnostic {
    let (rule, place) = match fault {
        CertificateFault::NoCertificate => ("no-certificate", &raw.certificate),
        CertificateFault::BadCertificate(_) => ("bad-certificate", &raw.certificate),
        CertificateFault::NoKey => ("no-key", &raw.key),
        CertificateFault::BadKey(_) => ("bad-key", &raw.key),
        CertificateFault::Mismatch => ("key-mismatch", &raw.key),
    };
    let finding = Diagnostic::error(rule, fault.to_string()).at(place.span, "");
    let help = match fault {
        CertificateFault::NoCertificate if holds(certificate, "PRIVATE KEY-----") => {
            "this file contains a key: are `certificate` and `key` swapped?"
        }
        CertificateFault::NoCertificate => "PEM files begin with `-----BEGIN CERTIFICATE-----`",
        CertificateFault::BadCertificate(_) => {
            "get the file again from the authority that issued the certificate"
        }
        CertificateFault::NoKey if holds(key, "ENCRYPTED PRIVATE KEY-----") => {
            "this key has a password, which flashgate can't ask for; remove it with `openssl pkey`"
        }
        CertificateFault::NoKey if holds(key, "BEGIN CERTIFICATE-----") => {
            "this file contains a certificate: are `certificate` and `key` swapped?"
        }
        CertificateFault::NoKey => "PEM files begin with `-----BEGIN PRIVATE KEY-----`",
        CertificateFault::BadKey(_) => {
            "use RSA with at least 2,048 bits, ECDSA on P-256 or P-384, or Ed25519"
        }
        CertificateFault::Mismatch => {
            "each renewal creates a new pair: use two files from the same renewal; the server's certificate comes first in its file"
        }
    };
    finding.help(help)
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    let wanted = wanted.as_bytes();
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
