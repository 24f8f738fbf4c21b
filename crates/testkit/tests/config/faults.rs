//! Mistakes in a config file, and the messages about them.

use std::path::Path;
use std::process::Command;

use testkit::folder::Folder;

use super::{LEAST, check, config, refused, valid};

/// One mistake per line, in every section; each is reported with its line and column.
#[test]
fn all_errors_at_once() {
    let text = r#"hosts = ["play.example.com", "1.2.3"]
[policy.a]
rules = [
  { domain = "www.example.com/x", ports = [9339] },
  { domain = "*.example.org", ports = "9339,9400-", secure = "yes" },
]
[policy.b]
file = "missing.xml"
[[listen]]
policy = "c"
[[listen]]
address = ["843", "www.test:843", "[::]:843"]
policy = "b"
public-port = 0
[limits]
request = 5
linger = "5"
[process]
drain = "soon"
"#;
    let places = [
        "1:30", "4:30", "4:43", "5:45", "5:62", "8:8", "9:1", "10:10", "12:19", "12:35", "14:15",
        "16:11", "17:10", "19:9",
    ]
    .map(|place| format!("flashgate.toml:{place}\n"));
    refused(text, places.len(), &places.each_ref().map(String::as_str));
}

/// Errors of the TOML, of its keys, and of a policy file that it names, with carets in the file that contains them.
#[test]
fn places_in_every_kind_of_file() {
    let folder = Folder::new().unwrap();
    let rule =
        "<cross-domain-policy>\n  <allow-access-from domain=\"a.test\"/>\n</cross-domain-policy>";
    folder.file("lobby.xml", rule).unwrap();
    let text = "[policy.p]\nfile = \"lobby.xml\"\n[[listen]]\nadress = \"843\"\n";
    let (code, _, stderr) = check(&config(&folder, text));
    assert_eq!(code, Some(2));
    for text in [
        "lobby.xml:2:3",
        "error[missing-to-ports]",
        "flashgate.toml:4:1",
        "did you mean `address`?",
    ] {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
    refused("[policy.p\n", 1, &["malformed-toml", "flashgate.toml:1:1"]);
    refused(
        "a = 1\na = 2\n",
        1,
        &["duplicate key", "flashgate.toml:2:1"],
    );
    let missing = folder.path().join("none.toml");
    assert!(check(&missing).2.contains("no such file"));
    let bytes = folder.file("bytes.toml", b"# \xff\n").unwrap();
    assert!(check(&bytes).2.contains("bytes.toml:1:3"));
    let device = check(Path::new("/dev/zero")).2;
    assert!(device.contains("expected a regular file"), "{device}");
    let large = folder.file("large.toml", vec![b'#'; 1_048_577]).unwrap();
    assert!(check(&large).2.contains("at most 1048576"));
}

#[test]
fn misspelt() {
    for (more, text) in [
        ("[limit]", "did you mean `limits`?"),
        ("[limits]\nconections = 1", "did you mean `connections`?"),
        ("[limits]\nRequest = \"5s\"", "did you mean `request`?"),
        ("[process]\ndrian = \"5s\"", "did you mean `drain`?"),
        ("publicport = 843", "did you mean `public-port`?"),
        ("policy = \"q\"", "did you mean `p`?"),
        ("dialect = \"Flash\"", "write `dialect = \"flash\"`"),
        (
            "dialect = \"silverlght\"",
            "write `dialect = \"silverlight\"`",
        ),
        ("color = 1", "valid keys are `address`, `policy`"),
    ] {
        refused(&format!("{LEAST}{more}"), 1, &[text]);
    }
}

#[test]
fn missing() {
    refused("", 2, &["missing-policy", "missing-listener"]);
    let listen = "[[listen]]\naddress = \"843\"\n";
    refused(
        &format!("[policy.p]\n{listen}"),
        1,
        &["`rules`", "[policy.p]"],
    );
    let rules = |rule| format!("[policy.p]\nrules = [{rule}]\n{listen}");
    refused(&rules("{ ports = \"80\" }"), 1, &["expected `domain`"]);
    let text = rules("{ domain = \"a.test\" }");
    refused(
        &text,
        1,
        &["expected `ports`", "ports of the gates", "9339"],
    );
    let other = "[policy.q]\nrules = [{ domain = \"b.test\", ports = \"9339\" }]\n";
    refused(
        &format!("{other}{LEAST}"),
        1,
        &["needs `policy`", "`p`, `q`"],
    );
    refused(&format!("{LEAST}[policy.p.q]"), 1, &["no key `q`"]);
    let unnamed = format!("[policy]\nrules = []\n{listen}");
    refused(&unnamed, 1, &["`[policy.default]`"]);
    refused(
        &format!("{LEAST}[policy.'a b']\nrules = []"),
        2,
        &["bad-policy-name"],
    );
}

/// The same address cannot be bound twice, by one listener or by two.
#[test]
fn addresses_twice() {
    let listen = |addresses| format!("{LEAST}[[listen]]\naddress = {addresses}\n");
    refused(
        &listen("[\"[::]:843\", \"843\"]"),
        1,
        &["duplicate-listener", "line 6", "6:24"],
    );
    refused(&listen("[\"127.0.0.1:1\", \"127.0.0.1:1\"]"), 1, &["again"]);
    let admin = |address| {
        format!("{LEAST}[[listen]]\naddress = \"[::]:843\"\n[admin]\naddress = \"{address}\"\n")
    };
    refused(&admin("127.0.0.1:843"), 1, &["its own port", "8:11"]);
    valid(&admin("127.0.0.1:844"));
    let several = "[\"127.0.0.1:0\", \"0.0.0.0:9339\", \"[::]:9339\", \"[::1]:843\", \"127.0.0.1:843\", \"843\"]";
    assert_eq!(valid(&listen(several)).lines().count(), 4);
}

/// The advice is written in the syntax of the config file.
#[test]
fn advice() {
    let bad = |more: &str, text: &str| refused(&format!("{LEAST}{more}"), 1, &[text]);
    bad("[process]\nhandover = true", "expected a path or `\"off\"`");
    bad("[process]\nhandover = true", "or `handover = \"off\"`");
    bad(
        "[process]\nsandbox = false",
        "to switch it off, write `sandbox = \"off\"`",
    );
    bad(
        "[limits]\nidle = false",
        "to switch it off, write `idle = \"off\"`",
    );
    bad(
        "[limits]\nper-address = false",
        "to switch it off, write `per-address = \"off\"`",
    );
    let listen = "[[listen]]\naddress = \"843\"\n";
    refused(
        &format!("[policy.p]\nrules = [\"x\"]\n{listen}"),
        1,
        &["write it as `{ domain = \"www.example.com\", ports = \"9339\" }`"],
    );
    let folder = Folder::new().unwrap();
    let path = config(&folder, &format!("[policy.p]\nrules = []\n{listen}"));
    let (code, _, said) = check(&path);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("help: add a rule: `rules = [{ domain") && !said.contains('<'),
        "{said}"
    );
}

/// A path that is too long for a socket is reported before it is tried.
#[test]
fn a_long_path() {
    let long = |length: usize| format!("{LEAST}[process]\nhandover = \"/{}\"", "x".repeat(length));
    valid(&long(106));
    refused(
        &long(107),
        1,
        &["bad-path", "at most 107 bytes", "flashgate.toml:6:12"],
    );
}

/// A listener without `policy` may serve a policy that no other listener names.
#[test]
fn unused() {
    let folder = Folder::new().unwrap();
    let other = "[policy.q]\nrules = [{ domain = \"b.test\", ports = \"9339\" }]\n";
    let unused = |text: &str| {
        let (_, _, said) = check(&config(&folder, text));
        said.matches("unused-policy").count()
    };
    let named = format!("{LEAST}policy = \"p\"\n{other}");
    assert_eq!(unused(&named), 1);
    assert_eq!(unused(&format!("{LEAST}{other}")), 0);
    assert_eq!(unused(&named.replace("[[listen]]", "[listen]")), 0);
}

/// A rule that has no effect wherever its policy is served is refused, but only if that is certain.
#[test]
fn rules_that_open_nothing() {
    let text = |listeners: &str| {
        format!("[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"80\" }}]\n{listeners}")
    };
    let listen =
        |port: u16, more: &str| format!("[[listen]]\naddress = \"127.0.0.1:{port}\"\n{more}\n");
    let warned = |listeners: &str, count: usize| {
        let folder = Folder::new().unwrap();
        let (code, _, said) = check(&config(&folder, &text(listeners)));
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said.matches("warning[").count(), count, "{said}");
    };
    let sure = listen(8430, "public-port = 8430");
    refused(
        &text(&sure),
        1,
        &[
            "low-ports-from-high-port",
            "flashgate.toml:2:39",
            "has no effect",
        ],
    );
    let gate =
        "[[gate]]\naddress = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9\"\npublic-port = 9339\n";
    // Once for all ports, and not once more for each gate.
    refused(&text(&format!("{sure}{gate}")), 1, &["port 8430"]);
    // Also, no client asks that port by itself.
    warned(&listen(8430, ""), 2);
    warned(&format!("{sure}{}", listen(8431, "")), 2);
    warned(&format!("{sure}{}", listen(843, "public-port = 843")), 1);
    valid(&text(&listen(8430, "public-port = 843")));
}

/// A policy for gates that allows no connection through any of them.
#[test]
fn rules_for_ports_of_nobody() {
    let gate = "[[gate]]\naddress = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9\"\n";
    let text = |ports: &str, more: &str| {
        format!(
            "[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"{ports}\" }}]\n{gate}{more}"
        )
    };
    let folder = Folder::new().unwrap();
    let (_, _, said) = check(&config(&folder, &text("9", "")));
    let server = "9 is the port of the server itself, but players connect to 9339";
    assert!(
        said.contains(server) && said.contains("flashgate.toml:2:39"),
        "{said}"
    );
    let (code, _, said) = check(&config(&folder, &text("9338", "")));
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("warning[ports-without-listener]: nothing listens on 9338")
            && said.contains("flashgate.toml:2:39"),
        "{said}"
    );
    // Other ports may belong to servers that the config does not list, whose clients ask on 843 or load this policy.
    valid(&text("9339,9400-9410", ""));
    valid(&text("9338", "public-port = 9338\n"));
}

/// No player can connect to a gate whose port no rule opens, whatever else its policy is for.
#[test]
fn gates_that_no_rule_opens() {
    let listen = "[[listen]]\naddress = \"127.0.0.1:843\"\n";
    let gate = |port: &str, more: &str| {
        let server = port.replace('9', "8");
        format!(
            "[[gate]]\naddress = \"127.0.0.1:{port}\"\nbackend = \"127.0.0.1:{server}\"\n{more}"
        )
    };
    let rule = |ports: &str| {
        format!("[policy.p]\nrules = [{{ domain = \"a.test\", ports = \"{ports}\" }}]\n")
    };
    let folder = Folder::new().unwrap();
    for (text, ports, place) in [
        (
            [rule("9338"), gate("9339", ""), listen.to_owned()],
            "9339",
            4,
        ),
        (
            [rule("9339"), gate("9339", ""), gate("9341-9342", "")],
            "9341 and 9342",
            7,
        ),
        (
            [
                rule("9339"),
                listen.to_owned(),
                gate("9339", "public-port = 9341\n"),
            ],
            "9341",
            6,
        ),
    ] {
        let (code, _, said) = check(&config(&folder, &text.concat()));
        assert_eq!(code, Some(0), "{said}");
        let message = format!("warning[unopened-gate-port]: no rule opens {ports}, so");
        assert!(said.contains(&message), "{said}");
        let place = format!("flashgate.toml:{place}:");
        assert!(said.contains(&place), "{place} in {said}");
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
    }
    valid(
        &[
            &rule("9339,9341-9350"),
            listen,
            &gate("9339", ""),
            &gate("9341-9342", ""),
        ]
        .concat(),
    );
}

/// Only movies that load the policy ask for it on another port than 843: a warning, unless the operator states what
/// players do.
#[test]
fn policy_ports_that_nobody_asks() {
    let text = |listener: &str| {
        format!(
            "[policy.default]\nrules = [{{ domain = \"www.a.test\", ports = \"9339\" }}]\n{listener}\n"
        )
    };
    let listen = |more: &str| {
        text(&format!(
            "[[listen]]\naddress = [\"127.0.0.1:10843\", \"127.0.0.2:843\"]\n{more}"
        ))
    };
    let folder = Folder::new().unwrap();
    let (code, _, said) = check(&config(&folder, &listen("")));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
    for text in [
        "warning[unasked-policy-port]: players don't ask port 10843",
        "flashgate.toml:4:12",
        "`Security.loadPolicyFile(\"xmlsocket://HOST:10843\")`",
        "write `public-port = 843`",
    ] {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
    valid(&listen("public-port = 843"));
    valid(&listen("public-port = 10843"));
    // Players ask the port that a movie connects to.
    valid(&text(
        "[[gate]]\naddress = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9\"",
    ));
    valid(&text("[[listen]]\naddress = \"127.0.0.1:9339\""));
    valid(&text("[[listen]]\naddress = \"127.0.0.1:0\""));
    let flags = |listen: &str| {
        let output = Command::new(testkit::binary::flashgate().unwrap())
            .args(["serve", "--check", "--allow", "www.a.test:9339"])
            .args(["--listen", listen])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = flags("127.0.0.1:10843");
    for text in [
        "warning[unasked-policy-port]",
        "`-p 843:10843`",
        "`--public-port 843`",
    ] {
        assert!(said.contains(text), "expected {text:?} in:\n{said}");
    }
    assert_eq!(flags("843") + &flags("9339") + &flags("127.0.0.1:0"), "");
}
