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

/// Unity asks 843, or the port that the application names, and never the port that it connects to.
#[test]
fn ports_that_unity_never_asks() {
    let everyone = "rules = [{ domain = \"*\", ports = \"9339\" }]\n";
    let policy = |clients: &str| format!("[policy.p]\nclients = [{clients}]\n{everyone}");
    let gate = "[[gate]]\naddress = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9\"\n";
    let listen = |port: &str| format!("[[listen]]\naddress = \"127.0.0.1:{port}\"\n");
    let count = |text: &str| {
        let (_, _, said) = check(&config(&Folder::new().unwrap(), text));
        (said.matches("warning[unasked-policy-port]").count(), said)
    };
    let prefetch = |port: &str| format!("call `Security.PrefetchSocketPolicy(\"HOST\", {port})`");
    for clients in ["\"unity\"", "\"flash\", \"unity\""] {
        for at in [gate, &listen("9339")] {
            let (found, said) = count(&(policy(clients) + at));
            assert_eq!(found, 1, "{said}");
            assert!(
                said.contains("Unity's web player doesn't ask port 9339"),
                "{said}"
            );
            assert!(said.contains(&prefetch("9339")), "{said}");
            let (found, said) = count(&(policy(clients) + at + &listen("843")));
            assert_eq!(found, 0, "{said}");
        }
        let (found, said) = count(&(policy(clients) + &listen("9000") + gate));
        assert_eq!(found, 1, "{said}");
        assert!(said.contains(&prefetch("9000")), "{said}");
        assert_eq!(
            said.contains("loadPolicyFile"),
            clients.contains("flash"),
            "{said}"
        );
        // Unity alone never asks the port that it connects to.
        let asks = "and then the port that the movie connects to";
        assert_eq!(said.contains(asks), clients.contains("flash"), "{said}");
        let known = listen("9000") + "public-port = 9000\n";
        assert_eq!(count(&(policy(clients) + &known)).0, 0);
    }
    assert_eq!(count(&(policy("\"flash\"") + gate)).0, 0);
}

/// The finding is at the value that causes it.
#[test]
fn unity_supports_no_meta_policy() {
    let everyone = "{ domain = \"*\", ports = \"9339\" }";
    let text = text(
        "clients = \"unity\"\nsite-control = \"master-only\"\n",
        everyone,
    );
    let folder = Folder::new().unwrap();
    let (_, _, said) = check(&config(&folder, &text));
    assert!(
        said.contains("warning[unity-unsupported-element]"),
        "{said}"
    );
    assert!(said.contains("flashgate.toml:3:16"), "{said}");
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
        let spaces = size - start.len() - rule.len() - end.len();
        let file = [start, rule, &" ".repeat(spaces), end].concat();
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
        &text("clients = []\n", NAMED),
        1,
        &["found an empty list", "flashgate.toml:2:11"],
    );
    refused(
        &text("clients = true\n", NAMED),
        1,
        &["flashgate.toml:2:11"],
    );
    refused(&text("clients = 7\n", NAMED), 1, &["flashgate.toml:2:11"]);
}
