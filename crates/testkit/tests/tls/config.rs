//! Mistakes in `[tls]`, reported with their places.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use testkit::folder::Folder;

use super::certificates::{Authority, Issued, replace};
use super::{LISTEN, with_certificates};

/// The result of `serve --check` for a config with these certificates: exit code and standard error.
pub(super) fn check(folder: &Folder, tls: &str) -> (Option<i32>, String) {
    let text = with_certificates(LISTEN, "").replace("certificates = []", tls);
    checked(&folder.file("flashgate.toml", text).unwrap())
}

fn checked(config: &Path) -> (Option<i32>, String) {
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["serve", "--check", "--config"])
        .arg(config)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

pub(super) fn pair(certificate: &str, key: &str) -> String {
    format!("certificates = [{{ certificate = \"{certificate}\", key = \"{key}\" }}]")
}

#[track_caller]
pub(super) fn says(folder: &Folder, tls: &str, code: i32, texts: &[&str]) {
    let (exit, said) = check(folder, tls);
    assert_eq!(exit, Some(code), "{said}");
    for text in texts {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
}

#[test]
fn faults() {
    let folder = Folder::new().unwrap();
    let (one, two) = (Issued::to(&["one.test"]), Issued::to(&["two.test"]));
    one.write(&folder, "one");
    two.write(&folder, "two");
    replace(&folder, "empty", "");
    replace(&folder, "large", &"x".repeat(300_000));
    let broken = one.pem.replacen('M', "*", 3);
    replace(&folder, "broken", &broken);
    replace(&folder, "cut", &one.pem[..300]);
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    replace(&folder, "other", no_certificate);
    let locked = one.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    replace(&folder, "locked", &locked);
    let bad_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    replace(&folder, "bad", bad_key);
    for (certificate, key, rule, help) in [
        ("none.pem", "one.key", "unreadable-file", "no such file"),
        ("one.pem", "none.key", "unreadable-file", "no such file"),
        ("empty", "one.key", "no-certificate", "BEGIN CERTIFICATE"),
        ("one.key", "one.pem", "no-certificate", "swapped"),
        ("one.pem", "one.pem", "no-key", "swapped"),
        ("broken", "one.key", "bad-certificate", "not base64"),
        ("cut", "one.key", "bad-certificate", "is missing"),
        (
            "other",
            "one.key",
            "bad-certificate",
            "found an invalid one",
        ),
        ("one.pem", "empty", "no-key", "BEGIN PRIVATE KEY"),
        ("one.pem", "locked", "no-key", "has a password"),
        ("one.pem", "bad", "bad-key", "RSA with at least 2,048 bits"),
        (
            "one.pem",
            "two.key",
            "key-mismatch",
            "from the same renewal",
        ),
        ("/dev/zero", "one.key", "unreadable-file", "a device"),
        ("large", "one.key", "file-too-large", "at most"),
    ] {
        let rule = format!("error[{rule}]");
        // The line of `certificates`.
        let texts = [rule.as_str(), help, "flashgate.toml:7:"];
        says(&folder, &pair(certificate, key), 2, &texts);
    }
    // A key is never shown.
    let (_, said) = check(&folder, &pair("one.pem", "bad"));
    assert!(!said.contains("AAAA"), "{said}");
}

#[test]
fn shapes() {
    let folder = Folder::new().unwrap();
    Issued::to(&["one.test"]).write(&folder, "one");
    for (tls, texts) in [
        ("", ["missing-key", "expected `certificates` in `[tls]`"]),
        ("certificates = []", ["missing-key", "found an empty list"]),
        (
            "certificates = \"one.pem\"",
            ["wrong-type", "found a string"],
        ),
        (
            "certificates = [\"one.pem\"]",
            ["wrong-type", "expected a table"],
        ),
        (
            "certificates = [{ certificate = \"one.pem\" }]",
            ["missing-key", "expected `key`"],
        ),
        (
            "certificates = [{ key = \"one.key\" }]",
            ["missing-key", "expected `certificate`"],
        ),
        (
            "certificate = \"one.pem\"",
            [
                "unknown-key",
                "write `certificates = [{ certificate = \"one.pem\"",
            ],
        ),
    ] {
        says(&folder, tls, 2, &texts);
    }
    says(&folder, &pair("one.pem", "one.key"), 0, &["\0"; 0]);
}

/// `--check` shows the names of each certificate, and until when it is valid.
#[test]
fn shown() {
    let folder = Folder::new().unwrap();
    Issued::to(&["one.test", "*.Wild.test"]).write(&folder, "one");
    let path = folder
        .file("flashgate.toml", super::config(LISTEN))
        .unwrap();
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["serve", "--check", "--config"])
        .arg(path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = "ok: one.pem is for one.test, *.wild.test, until 4096-01-01T00:00:00Z\n";
    assert!(said.ends_with(line), "{said}");
}

/// What a client may not accept, or what other users can read, gets a warning and is served.
#[test]
fn warnings() {
    let folder = Folder::new().unwrap();
    Issued::between(2001, 2002).write(&folder, "past");
    let texts = [
        "warning[expired-certificate]",
        "valid until 2002-03-04T00:00:00Z",
        "flashgate.toml:7:",
    ];
    says(&folder, &pair("past.pem", "past.key"), 0, &texts);
    Issued::between(2101, 2102).write(&folder, "future");
    let texts = [
        "warning[certificate-not-yet-valid]",
        "not valid before 2101-01-02T00:00:00Z",
    ];
    says(&folder, &pair("future.pem", "future.key"), 0, &texts);
    Issued::to(&["one.test"]).write(&folder, "one");
    let (pem, key) = (folder.path().join("one.pem"), folder.path().join("one.key"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&pem, fs::Permissions::from_mode(0o666)).unwrap();
    let texts = [
        "warning[world-readable-key]",
        "`chmod 640`",
        "warning[world-writable]",
    ];
    says(&folder, &pair("one.pem", "one.key"), 0, &texts);
}

/// A certificate that no client accepts is reported at the start with a fix, but it is still served.
#[test]
fn refused_by_clients() {
    let folder = Folder::new().unwrap();
    let issuer = Authority::new("Root One");
    let inner = issuer.authority("Inner");
    let leaf = inner.issue(|_| {});
    let cases = [
        (
            "alone",
            leaf.clone(),
            leaf.pem.clone(),
            "missing-intermediate",
        ),
        (
            "order",
            leaf.clone(),
            leaf.pem.clone() + &issuer.pem + &inner.pem,
            "certificate-order",
        ),
        (
            "other",
            leaf.clone(),
            leaf.pem.clone() + &Authority::new("Other").pem,
            "unrelated-certificate",
        ),
        (
            "mail",
            inner.issue(|it| {
                it.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            }),
            String::new(),
            "certificate-not-for-servers",
        ),
        (
            "authority",
            inner.issue(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            String::new(),
            "ca-certificate",
        ),
        (
            "nameless",
            inner.issue(|it| it.subject_alt_names = Vec::new()),
            String::new(),
            "certificate-without-names",
        ),
    ];
    for (name, leaf, chain, rule) in cases {
        let chain = if chain.is_empty() {
            leaf.pem.clone() + &inner.pem
        } else {
            chain
        };
        replace(&folder, &format!("{name}.pem"), &chain);
        replace(&folder, &format!("{name}.key"), &leaf.key);
        let rule = format!("warning[{rule}]");
        let pair = pair(&format!("{name}.pem"), &format!("{name}.key"));
        says(&folder, &pair, 0, &[&rule, "flashgate.toml:7:", "help: "]);
        let (_, said) = check(&folder, &pair);
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
    }
    // A complete chain, with or without its root, has no findings.
    for (name, chain) in [
        ("short", leaf.pem.clone() + &inner.pem),
        ("long", leaf.pem.clone() + &inner.pem + &issuer.pem),
    ] {
        replace(&folder, &format!("{name}.pem"), &chain);
        replace(&folder, &format!("{name}.key"), &leaf.key);
        let (code, said) = check(
            &folder,
            &pair(&format!("{name}.pem"), &format!("{name}.key")),
        );
        assert_eq!((code, said.as_str()), (Some(0), ""));
    }
}

/// An issuer that has expired, and names that are not covered.
#[test]
fn refused_for_its_issuer_or_its_names() {
    let folder = Folder::new().unwrap();
    let issuer = Authority::new("Root One");
    let inner = issuer.authority_with("Inner", |it| it.not_after = date_time_ymd(2002, 3, 4));
    let leaf = inner.issue(|_| {});
    replace(&folder, "past.pem", &(leaf.pem.clone() + &inner.pem));
    replace(&folder, "past.key", &leaf.key);
    let tls = pair("past.pem", "past.key");
    says(
        &folder,
        &tls,
        0,
        &["warning[expired-certificate]", "`CN=Inner`", "2002-03-04"],
    );

    Issued::to(&["one.test"]).write(&folder, "one");
    let own = pair("one.pem", "one.key");
    says(&folder, &own, 0, &["warning[self-signed-certificate]"]);
    for (hosts, warns) in [
        ("\"two.test\", \"localhost\"", true),
        ("\"localhost\", \"127.0.0.1\"", false),
        ("\"two.test\", \"One.test\"", false),
    ] {
        let text = with_certificates(LISTEN, "").replace("certificates = []", &own);
        let text = format!("hosts = [{hosts}]\n{text}");
        let path = folder.file("hosts.toml", text).unwrap();
        let said = checked(&path).1;
        let rule = "warning[certificate-for-other-hosts]";
        assert_eq!(said.contains(rule), warns, "{hosts}: {said}");
    }
}
