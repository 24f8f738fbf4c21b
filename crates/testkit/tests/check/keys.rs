//! Self-signed certificates with keys of every kind, as `openssl req -x509` makes them: refused, ignored with
//! `--insecure`, and named in messages.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;
use testkit::binary;
use testkit::folder::Folder;
use testkit::needs;

use super::ids;
use super::secure::{missing, openssl, serve};

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

/// The argument of `-newkey`, and what the message names if the key is not supported.
const KEYS: [(&str, Option<&str>); 7] = [
    (P256, None),
    ("ec -pkeyopt ec_paramgen_curve:P-384", None),
    ("rsa:2048", None),
    ("ed25519", None),
    ("ec -pkeyopt ec_paramgen_curve:P-521", Some("a P-521 key")),
    ("ed448", Some("an Ed448 key")),
    ("rsa:1024", Some("an RSA key of fewer than 2,048 bits")),
];

fn self_signed(folder: &Folder, key: &str, name: &str, ca: &str) {
    openssl(
        folder,
        &format!(
            "req -x509 -newkey {key} -nodes -subj /CN={name} -addext subjectAltName=DNS:{name} -addext basicConstraints=critical,CA:{ca} -days 2 -keyout key.pem -out cert.pem"
        ),
    );
}

/// The JSON report for this server.
fn judged(address: SocketAddr, arguments: &[&str]) -> (Value, String) {
    let mut command = Command::new(binary::flashgate().unwrap());
    command
        .args(["check", &format!("localhost:{}", address.port())])
        .args(["--master-port", "1", "--secure-socket", "--format", "json"])
        .args(arguments)
        .env("SSL_CERT_DIR", "/nonexistent");
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = format!("{:#}", report["findings"]);
    (report, text)
}

/// A page whose certificate is not trusted can't be read. The same alternatives are named.
#[test]
fn of_a_page() {
    let folder = Folder::new().unwrap();
    self_signed(&folder, "rsa:2048", "localhost", "FALSE");
    let (_server, address) = serve(&folder);
    let output = Command::new(binary::flashgate().unwrap())
        .args(["check", &format!("https://localhost:{}/", address.port())])
        .args(["--client", "ruffle"])
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    for text in ["is self-signed", "--cacert", "--insecure"] {
        assert!(said.contains(text), "{said}");
    }
}

/// Refused as not trusted, with both alternatives. `--insecure` connects. As its own CA, it is accepted if the key is
/// supported.
fn check(key: &str, unsupported: Option<&str>, ca: &str) {
    let folder = Folder::new().unwrap();
    self_signed(&folder, key, "localhost", ca);
    let (_server, address) = serve(&folder);
    let (report, text) = judged(address, &[]);
    let first = &report["findings"][0];
    assert_eq!(first["id"], "certificate-untrusted", "{key} {ca}: {text}");
    for flag in ["--cacert", "RSA, P-256, P-384 or Ed25519", "--insecure"] {
        assert!(first.to_string().contains(flag), "{key} {ca}: {first:#}");
    }
    let (report, text) = judged(address, &["--insecure"]);
    assert_eq!(report["verdict"], "allowed", "{key} {ca}: {text}");
    let first = ids(&report).first().copied();
    assert_eq!(first, Some("certificate-unverified"), "{key} {ca}: {text}");
    let own = folder.path().join("cert.pem");
    let (report, text) = judged(address, &["--cacert", own.to_str().unwrap()]);
    let verdict = if unsupported.is_some() {
        "denied"
    } else {
        "allowed"
    };
    assert_eq!(report["verdict"], verdict, "{key} {ca}: {text}");
    let said = unsupported.unwrap_or_default();
    assert!(text.contains(said), "{key} {ca}: {text}");
    assert!(!text.contains("cipher suite"), "{key} {ca}: {text}");
}

#[test]
fn whatever_the_key() {
    if !needs::met(missing()) {
        return;
    }
    std::thread::scope(|scope| {
        for (key, unsupported) in KEYS {
            // The certificate that plain `openssl req -x509` makes.
            scope.spawn(move || check(key, unsupported, "TRUE"));
        }
        for (key, unsupported) in [KEYS[0], KEYS[4], KEYS[6]] {
            scope.spawn(move || check(key, unsupported, "FALSE"));
        }
    });
}

/// As its own CA, a certificate must still be valid for this host and for today.
#[test]
fn named_and_for_another_name_or_day() {
    if !needs::met(missing()) {
        return;
    }
    let (other, old) = (Folder::new().unwrap(), Folder::new().unwrap());
    self_signed(&other, P256, "elsewhere.test", "TRUE");
    openssl(
        &old,
        &format!("req -newkey {P256} -nodes -subj /CN=localhost -keyout key.pem -out request.pem"),
    );
    let extensions = "subjectAltName=DNS:localhost\nbasicConstraints=CA:TRUE\n";
    old.file("extensions", extensions).unwrap();
    openssl(
        &old,
        "x509 -req -in request.pem -signkey key.pem -days -1 -extfile extensions -out cert.pem",
    );
    for (folder, id) in [
        (&other, "certificate-name-mismatch"),
        (&old, "certificate-expired"),
    ] {
        let (_server, address) = serve(folder);
        let own = folder.path().join("cert.pem");
        let (report, text) = judged(address, &["--cacert", own.to_str().unwrap()]);
        assert_eq!(report["verdict"], "denied", "{text}");
        assert_eq!(ids(&report).first().copied(), Some(id), "{text}");
    }
}

/// A server that has no cipher suite in common is not reported as having no TLS version.
#[test]
fn a_key_that_no_handshake_takes() {
    if !needs::met(missing()) {
        return;
    }
    let folder = Folder::new().unwrap();
    self_signed(
        &folder,
        "ec -pkeyopt ec_paramgen_curve:secp256k1",
        "localhost",
        "FALSE",
    );
    let (_server, address) = serve(&folder);
    let (report, text) = judged(address, &[]);
    assert_eq!(ids(&report).first(), Some(&"tls-failed"), "{text}");
    assert!(text.contains("certificate type"), "{text}");
}
