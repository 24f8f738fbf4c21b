//! `clients` of a policy: what one of them can't read, or ignores, is reported at start.

use testkit::folder::Folder;

use super::{check, config, refused, valid};

fn text(clients: &str, rules: &str) -> String {
    format!("[policy.p]\n{clients}rules = [{rules}]\n[[listen]]\naddress = \"127.0.0.1:843\"\n")
}

const NAMED: &str = "{ domain = \"www.a.test\", ports = \"9339\" }";
const UNITY: &str = "clients = [\"flash\", \"unity\"]\n";

#[track_caller]
fn warned(text: &str, expected: &[&str]) {
    let folder = Folder::new().unwrap();
    let (code, _, said) = check(&config(&folder, text));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("warning[").count(), expected.len(), "{said}");
    for text in expected {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
}

#[test]
fn unity_accepts_only_everyone() {
    valid(&text("", NAMED));
    valid(&text("clients = \"flash\"\n", NAMED));
    let ignored = "warning[unity-named-domain]: Unity's web player accepts only `*`";
    warned(&text(UNITY, NAMED), &[ignored]);
    warned(&text("clients = \"unity\"\n", NAMED), &[ignored]);
    let both = format!("{NAMED}, {{ domain = \"*\", ports = \"9339\" }}");
    warned(&text(UNITY, &both), &["Unity's web player needs `*` here"]);
}

/// A large policy, and one that Unity can't read whole.
#[test]
fn unity_reads_once() {
    let folder = Folder::new().unwrap();
    let rule = "<allow-access-from domain=\"*\" to-ports=\"9339\"/>\n";
    for (size, expected, finding) in [
        (1_300, Some(0), None),
        (1_500, Some(0), Some("warning[unity-large-policy]")),
        (5_001, Some(2), Some("error[unity-large-policy]")),
    ] {
        let (start, end) = ("<cross-domain-policy>\n", "</cross-domain-policy>\n");
        let blanks = size - start.len() - rule.len() - end.len();
        let file = [start, rule, &" ".repeat(blanks), end].concat();
        folder.file("large.xml", file).unwrap();
        let text = "[policy.p]\nclients = \"unity\"\nfile = \"large.xml\"\n[[listen]]\naddress = \"127.0.0.1:843\"\n";
        let (code, _, said) = check(&config(&folder, text));
        assert_eq!(code, expected, "{said}");
        assert_eq!(
            said.contains("unity-large-policy"),
            finding.is_some(),
            "{said}"
        );
        assert!(
            finding.is_none_or(|finding| said.contains(finding)),
            "{said}"
        );
    }
}

#[test]
fn unknown_clients() {
    refused(
        &text("clients = [\"unty\"]\n", NAMED),
        1,
        &[
            "expected one of `flash`, `unity`, `lightspark`, found `unty`",
            "flashgate.toml:2:12",
        ],
    );
    refused(
        &text("clients = true\n", NAMED),
        1,
        &["flashgate.toml:2:11"],
    );
    refused(&text("clients = 7\n", NAMED), 1, &["flashgate.toml:2:11"]);
}
