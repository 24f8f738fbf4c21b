//! The config file: all mistakes are reported at once, and a valid config is served.

#![cfg(test)]

mod clients;
mod documented;
mod faults;
mod flags;
mod follow;
mod gates;
mod half_written;
mod malformed;
mod many;
mod meant;
mod misplaced;
mod not_regular;
mod other_keys;
mod port_ranges;
mod printed;
mod refusals;
mod reload;
mod schema;
mod silverlight;
mod surroundings;
mod transcripts;
mod variables;
mod walkthroughs;
mod wrong;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use testkit::book::{documents, root};
use testkit::client::{StreamEnd, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;

/// A policy and a listener. With them, only the additions can be wrong.
const LEAST: &str = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"9339\" }]\n\
                     [[listen]]\naddress = \"127.0.0.1:0\"\n";

/// The result of `serve --check` for a file: exit code, standard output, standard error. The schema must agree.
#[track_caller]
fn check(path: &Path) -> (Option<i32>, String, String) {
    let output = Command::new(testkit::binary::flashgate().expect("the program"))
        .args(["serve", "--check", "--config"])
        .arg(path)
        .output()
        .expect("a run");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (code, stderr) = (output.status.code(), text(output.stderr));
    // A device or a pipe might never end.
    if path.is_file()
        && let Ok(config) = fs::read(path)
    {
        schema::agrees(&config, code, &stderr);
    }
    (code, text(output.stdout), stderr)
}

fn config(folder: &Folder, text: &str) -> PathBuf {
    folder.file("flashgate.toml", text).expect("a file")
}

/// Checks that a config is valid and causes no messages; returns what is served.
#[track_caller]
fn valid(text: &str) -> String {
    let folder = Folder::new().unwrap();
    let (code, stdout, stderr) = check(&config(&folder, text));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{text}");
    stdout
}

/// Checks that a config is refused with exactly this many errors, and a message that contains these texts.
#[track_caller]
fn refused(text: &str, errors: usize, texts: &[&str]) {
    let folder = Folder::new().unwrap();
    let (code, stdout, stderr) = check(&config(&folder, text));
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{text}");
    assert_eq!(stderr.matches("error[").count(), errors, "{stderr}");
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

#[test]
fn the_shipped_example() {
    let text = fs::read_to_string(root().join("packaging/flashgate.toml")).unwrap();
    let served = valid(&text);
    assert!(
        served.starts_with("ok: [::]:843 serves policy default, "),
        "{served}"
    );
    // Every default that it shows is right: setting all of them changes nothing.
    let settings: Vec<_> = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with([' ', ':']) => setting,
            _ => line,
        })
        .collect();
    let set = valid(&settings.join("\n"));
    let without_length = |text: &str| text.rsplit_once(", ").unwrap().0.to_owned();
    assert_eq!(without_length(&served), without_length(&set));
}

/// The config files in a document. A snippet with a single section, such as limits, is completed to a minimal config.
fn snippets(document: &str) -> Vec<String> {
    let snippets = document.split("```toml\n").skip(1);
    let snippets = snippets.map(|snippet| snippet.split("```").next().unwrap());
    let whole = snippets.map(|snippet| {
        let is_part = snippet.starts_with('[') && !snippet.contains("[policy");
        let least = if is_part { LEAST } else { "" };
        format!("{least}{snippet}")
    });
    whole.collect()
}

/// The certificate that snippets name.
fn certificate(folder: &Folder) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(authority, KeyPair::generate().unwrap());
    let key = KeyPair::generate().unwrap();
    let mut names = CertificateParams::new(["play.example.com".to_owned()]).unwrap();
    names
        .distinguished_name
        .push(DnType::CommonName, "play.example.com");
    names.use_authority_key_identifier_extension = true;
    let certificate = names.signed_by(&key, &issuer).unwrap();
    folder.file("fullchain.pem", certificate.pem()).unwrap();
    let key = folder.file("privkey.pem", key.serialize_pem()).unwrap();
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Every TOML snippet in the documents, as a reader would copy it.
#[test]
fn every_snippet() {
    let mut count = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for snippet in snippets(&text) {
            let folder = Folder::new().unwrap();
            // This machine may lack the folder of an installed system.
            let here = folder.path().display().to_string();
            let snippet = &snippet.replace("/run/flashgate", &here);
            let file = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>";
            folder.file("lobby.xml", file).unwrap();
            certificate(&folder);
            let (code, _, stderr) = check(&config(&folder, snippet));
            assert_eq!(
                (code, stderr.as_str()),
                (Some(0), ""),
                "{}:\n{snippet}",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count > 0, "expected snippets in the documents, found none");
}

/// A meta-policy is sent if players connect to 843, and otherwise not.
#[test]
fn site_control_on_843_only() {
    let folder = Folder::new().unwrap();
    let text = "[policy.p]\nsite-control = \"master-only\"\n\
                rules = [{ domain = \"a.test\", ports = \"9339\" }]\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\npublic-port = 843\n\
                [[listen]]\naddress = [\"127.0.0.1:0\"]\npublic-port = 8430\n";
    let path = config(&folder, text);
    assert_eq!(check(&path).2, "");
    let daemon = start(&path);
    let heard = |index: usize| fetch(daemon.addresses()[index]).unwrap().bytes;
    let element = "<site-control permitted-cross-domain-policies=\"master-only\"/>";
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    assert_eq!(heard(0), policy(&format!("{element}{rule}")));
    assert_eq!(heard(1), policy(rule));
    // If no listener has it, it was probably forgotten.
    let text = text.replace("public-port = 843\n", "public-port = 8431\n");
    let (code, _, stderr) = check(&config(&folder, &text));
    assert_eq!(code, Some(0));
    assert!(
        stderr.contains("site-control-outside-master") && stderr.contains("2:16"),
        "{stderr}"
    );
}

/// Two sites, two policies: by rules and by file, each on its own address.
#[test]
fn two_listeners_two_policies() {
    let folder = Folder::new().unwrap();
    let file = "<cross-domain-policy>\n<allow-access-from domain=\"b.test\" to-ports=\"1234\"/>\n</cross-domain-policy>\n";
    folder.file("lobby.xml", file).unwrap();
    let text = "[policy.default]\nrules = [{ domain = \"a.test\", ports = \"9339\", secure = false }]\n\
                [policy.lobby]\nfile = \"lobby.xml\"\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\npolicy = \"default\"\n\
                [[listen]]\naddress = \"127.0.0.2:0\"\npolicy = \"lobby\"\n";
    let path = config(&folder, text);
    let mut daemon = start(&path);
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    let replies = [policy(rule), [file.as_bytes(), b"\0"].concat()];
    for (address, reply) in daemon.addresses().iter().zip(&replies) {
        let heard = fetch(*address).unwrap();
        assert_eq!(
            (&heard.bytes, &heard.end),
            (reply, &StreamEnd::Fin),
            "{address}"
        );
    }
    let lines: Vec<_> = daemon
        .log()
        .iter()
        .filter(|line| line.contains("listening"))
        .collect();
    assert!(
        lines[0].contains("address=127.0.0.1:") && lines[0].ends_with("policy=default"),
        "{lines:?}"
    );
    assert!(
        lines[1].contains("address=127.0.0.2:") && lines[1].ends_with("policy=lobby"),
        "{lines:?}"
    );
}

/// Limits apply to the connections that they are for.
#[test]
fn limits_and_drain() {
    let folder = Folder::new().unwrap();
    let text = format!(
        "{LEAST}[limits]\nconnections = 20\nrequest = \"100ms\"\n[process]\ndrain = \"0s\"\n"
    );
    let mut daemon = start(&config(&folder, &text));
    let second = std::time::Duration::from_secs(1);
    daemon.wait_for_line("connections=20", second).unwrap();
    let start = std::time::Instant::now();
    let mut silent = testkit::client::TestClient::connect(daemon.address()).unwrap();
    assert_eq!(silent.hear().bytes, b"");
    assert!(start.elapsed() < second * 5, "{:?}", start.elapsed());
    let mut half = testkit::client::TestClient::connect(daemon.address()).unwrap();
    half.send(b"<pol");
    let start = std::time::Instant::now();
    daemon.terminate().unwrap();
    assert!(daemon.wait(second * 5).unwrap().success());
    assert!(start.elapsed() < second * 2, "{:?}", start.elapsed());
}

fn start(config: &Path) -> Daemon {
    Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
        .expect("a daemon")
}

/// The reply for these rules.
fn policy(rules: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><cross-domain-policy>{rules}</cross-domain-policy>\0")
        .into_bytes()
}

/// Files that every user may change are served, with a warning for each.
#[test]
fn files_that_everybody_can_write() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new().unwrap();
    let policy = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>";
    let policy = folder.file("lobby.xml", policy).unwrap();
    let text = LEAST.replace(
        "rules = [{ domain = \"a.test\", ports = \"9339\" }]",
        "file = \"lobby.xml\"",
    );
    let path = config(&folder, &text);
    let warnings = |modes: [u32; 2]| {
        for (file, mode) in [&path, &policy].into_iter().zip(modes) {
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        let (code, _, stderr) = check(&path);
        assert_eq!(code, Some(0), "{stderr}");
        let of = |file: &Path| stderr.matches(&format!("--> {}", file.display())).count();
        let all = stderr.matches("warning[world-writable]").count();
        (all, of(&path), of(&policy))
    };
    assert_eq!(warnings([0o664, 0o644]), (0, 0, 0));
    assert_eq!(warnings([0o666, 0o644]), (1, 1, 0));
    assert_eq!(warnings([0o600, 0o646]), (1, 0, 1));
    assert_eq!(warnings([0o777, 0o666]), (2, 1, 1));
    let binary = testkit::binary::flashgate().unwrap();
    let output = Command::new(binary)
        .args(["serve", "--check", "--policy"])
        .arg(&policy)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("warning[world-writable]"), "{stderr}");
}
