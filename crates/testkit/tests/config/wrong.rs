//! Configs with typical mistakes: the first message, and what to write instead.
//!
//! Each has one mistake, so there is one error. What only follows from it is not reported.

use testkit::folder::Folder;

use super::{certificate, check, config, follow, valid};

pub(super) const POLICY: &str =
    "[policy.p]\nrules = [{ domain = \"www.a.test\", ports = \"9339\" }]\n";
pub(super) const OF_GATES: &str = "[policy.p]\nrules = [{ domain = \"www.a.test\" }]\n";
pub(super) const LISTEN: &str = "[[listen]]\naddress = \"843\"\n";
pub(super) const GATE: &str = "[[gate]]\naddress = \"9339\"\nbackend = \"127.0.0.1:9340\"\n";

/// Warnings about the test's own config, not about the suggestion.
const NO_MATTER: [&str; 3] = [
    "warning[unasked-policy-port]",
    "warning[secure-true-in-socket-policy]",
    "warning[no-rules]",
];

/// Checks the first line of the message, that its help or message shows what to write, that there are no other
/// findings, and that the suggestion is accepted.
#[track_caller]
pub(super) fn says(text: &str, first: &str, help: &str) {
    let folder = Folder::new().unwrap();
    let (code, stdout, stderr) = check(&config(&folder, text));
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{text}");
    let line = stderr.lines().next().unwrap();
    assert!(
        line.contains(first),
        "expected {first:?} in the first line of:\n{stderr}"
    );
    assert!(stderr.contains(help), "expected {help:?} in:\n{stderr}");
    let findings = stderr.matches("error[").count() + stderr.matches("warning[").count();
    assert_eq!(findings, 1, "{stderr}");
    certificate(&folder);
    let file = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"9339\"/></cross-domain-policy>";
    for name in ["policy.xml", "C:\\policy.xml"] {
        folder.file(name, file).unwrap();
    }
    for corrected in follow::each(text, &stderr) {
        // This machine may lack the folder of an installed system.
        let here = folder.path().display().to_string();
        let corrected = corrected.replace("/run/flashgate", &here);
        let (code, _, after) = check(&config(&folder, &corrected));
        let accepted = after
            .lines()
            .all(|line| !line.contains("]: ") || NO_MATTER.iter().any(|rule| line.contains(rule)));
        assert!(
            code == Some(0) && accepted,
            "{stderr}\n{corrected}\n{after}"
        );
    }
}

/// With text added to a policy and a listener.
#[track_caller]
pub(super) fn added(more: &str, first: &str, help: &str) {
    says(&format!("{POLICY}{LISTEN}{more}"), first, help);
}

/// With the given rest of a policy.
#[track_caller]
pub(super) fn of_policy(rest: &str, first: &str, help: &str) {
    says(&format!("[policy.p]\n{rest}\n{LISTEN}"), first, help);
}

#[test]
fn misspelt_keys() {
    let gate = GATE.replace("backend", "backnd");
    says(
        &format!("{OF_GATES}{gate}"),
        "no key `backnd`",
        "did you mean `backend`?",
    );
    let gates = GATE.replace("gate", "gates");
    says(
        &format!("{gates}{OF_GATES}"),
        "no key `gates`",
        "did you mean `gate`?",
    );
    let policy = POLICY.replace("policy", "polices");
    says(
        &format!("{policy}{LISTEN}policy = \"p\"\n"),
        "no key `polices`",
        "did you mean `policy`?",
    );
    let listen = LISTEN.replace("address", "adress");
    says(
        &format!("{POLICY}{listen}"),
        "no key `adress`",
        "did you mean `address`?",
    );
    let port = "rules = [{ domain = \"www.a.test\", port = \"9339\" }]";
    of_policy(port, "no key `port`", "did you mean `ports`?");
    of_policy(
        "fil = \"policy.xml\"",
        "no key `fil`",
        "did you mean `file`?",
    );
    of_policy("rule = []", "no key `rule`", "did you mean `rules`?");
    let tls = "[tls]\ncertificate = [{ certificate = \"fullchain.pem\", key = \"privkey.pem\" }]";
    added(tls, "no key `certificate`", "did you mean `certificates`?");
    // A key that is refused is never suggested.
    let list = "valid keys are `hosts`, `policy`, `listen`, `gate`, `bridge`, `http`, `tls`, `admin`, `limits`, `process`\n";
    added("[cache]", "no key `cache`", list);
}

#[test]
fn brackets() {
    let single = |section: &str| section.replace("[[", "[").replace("]]", "]");
    says(
        &format!("{OF_GATES}{}", single(GATE)),
        "for `gate`, found a table",
        "write `[[gate]]`",
    );
    says(
        &format!("{POLICY}{}", single(LISTEN)),
        "for `listen`, found a table",
        "write `[[listen]]`",
    );
    let bridge = format!("{OF_GATES}{GATE}[[bridge]]\naddress = \"8080\"\n");
    says(
        &bridge,
        "for `bridge`, found a list",
        "write it as `[bridge]`",
    );
    let policy = OF_GATES.replace("[policy.p]", "[[policy.p]]");
    says(
        &format!("{policy}{GATE}policy = \"p\"\n"),
        "for `p`, found a list",
        "write it as `[policy.p]`",
    );
    let twice = single(GATE) + &single(GATE).replace("9339", "9349");
    says(
        &format!("{OF_GATES}{twice}"),
        "duplicate key `gate`",
        "write each as `[[gate]]`",
    );
    let half = LISTEN.replace("]]", "]");
    says(
        &format!("{POLICY}{half}"),
        "brackets of `[[listen]` don't match",
        "write `[[listen]]`",
    );
}

#[test]
fn rules() {
    let text = "rules = \"www.example.com:9339,9400-9410\"";
    let table = "{ domain = \"www.example.com\", ports = \"9339,9400-9410\" }";
    of_policy(
        text,
        "for `rules`, found a string",
        &format!("write `rules = [{table}]`"),
    );
    let list = "rules = [\"www.example.com:9339,9400-9410\"]";
    of_policy(list, "expected a table for `rules`, found a string", table);
    of_policy(
        &format!("rules = {table}"),
        "for `rules`, found a table",
        &format!("`rules = [{table}]`"),
    );
    let ports = "rules = [{ domain = \"www.a.test\", ports = [9339, \"9400-9410\"] }]";
    of_policy(
        ports,
        "for `ports`, found a list",
        "write `ports = \"9339,9400-9410\"`",
    );
    let domains = "rules = [{ domain = [\"a.test\", \"b.test\"], ports = 9339 }]";
    of_policy(
        domains,
        "for `domain`, found a list",
        "a rule for each domain",
    );
}

/// A number with only one possible meaning needs no quotes; others are shown as they must be written, in one step.
#[test]
fn numbers() {
    let text = format!(
        "{}[[listen]]\naddress = 843\n",
        POLICY.replace("\"9339\"", "9339")
    );
    assert!(valid(&text).starts_with("ok: [::]:843 serves policy p"));
    assert!(
        valid(&text.replace("= 843", "= [843, 8_430]\npublic-port = 843")).contains("[::]:8430")
    );
    let gate = GATE.replace("\"127.0.0.1:9340\"", "19340");
    let meant = "did you mean `127.0.0.1:19340`?";
    says(&format!("{OF_GATES}{gate}"), "found `19340`", meant);
    let corrected = format!("{OF_GATES}{}", gate.replace("19340", "\"127.0.0.1:19340\""));
    valid(&corrected);
    let listen = LISTEN.replace("\"843\"", "84300");
    says(&format!("{POLICY}{listen}"), "found `84300`", "up to 65535");
    added(
        "[limits]\nexempt = 10.0",
        "found `10.0`",
        "a network like `10.0.0.0/8`",
    );
}

#[test]
fn addresses() {
    for (address, meant) in [
        ("::1:9339", "`[::1]:9339`?"),
        ("[::1]", "`[::1]:843`?"),
        ("127.0.0.1", "`127.0.0.1:843`?"),
        ("localhost:843", "`127.0.0.1:843`?"),
        ("*:843", "`843`?"),
        ("http://127.0.0.1:843", "`127.0.0.1:843`?"),
        ("tcp://127.0.0.1", "`127.0.0.1:843`?"),
        ("http://[::1]:843/", "`[::1]:843`?"),
        ("a.test:843", "write the IP address instead of a name"),
        (
            "http://a.test:843",
            "write the IP address instead of a name",
        ),
    ] {
        let listen = LISTEN.replace("\"843\"", &format!("\"{address}\""));
        says(
            &format!("{POLICY}{listen}"),
            &format!("found `{address}`"),
            meant,
        );
    }
    let gate = GATE.replace("\"9339\"", "\"::1\"");
    says(
        &format!("{OF_GATES}{gate}"),
        "found `::1`",
        "did you mean `[::1]:9339`?",
    );
    let gate = GATE.replace("127.0.0.1:9340", "::1:9340");
    says(
        &format!("{OF_GATES}{gate}"),
        "found `::1:9340`",
        "did you mean `[::1]:9340`?",
    );
    let both = format!("{POLICY}{}{GATE}", LISTEN.replace("843", "9339"));
    says(
        &both,
        "found `[::]:9339` again",
        "a gate answers policy requests itself: remove the `[[listen]]`",
    );
}

#[test]
fn durations() {
    for (written, meant) in [
        ("\"5 min\"", "write `idle = \"5m\"`"),
        ("\"300\"", "write `idle = \"300s\"`"),
        ("\"1h30m\"", "write `idle = \"90m\"`"),
        ("300", "write `idle = \"300s\"`"),
        ("1.5", "write `idle = \"1500ms\"`"),
        ("\"never\"", "to switch it off, write `idle = \"off\"`"),
        ("false", "to switch it off, write `idle = \"off\"`"),
    ] {
        added(
            &format!("[limits]\nidle = {written}"),
            "expected a duration like",
            meant,
        );
    }
}

#[test]
fn public_urls() {
    let text = |url: &str, path: &str| {
        format!(
            "{OF_GATES}{GATE}[bridge]\naddress = \"8080\"\npublic-url = \"{url}\"\npath = \"{path}\"\n"
        )
    };
    let https = text("https://play.example.com", "/{port}");
    says(
        &https,
        "found `https://play.example.com`",
        "did you mean `wss://play.example.com`?",
    );
    let path = text("wss://play.example.com/{port}", "/{port}");
    says(
        &path,
        "found `wss://play.example.com/{port}`",
        "did you mean `wss://play.example.com`?",
    );
    for (url, path, meant) in [
        (
            "wss://h.test/sockets/{port}",
            "/sockets/{port}",
            "wss://h.test",
        ),
        ("https://h.test/x/y/{name}", "/y/{name}", "wss://h.test/x"),
        ("wss://h.test/game-{port}", "/game-{port}", "wss://h.test"),
        (
            "wss://h.test/sockets/{port}",
            "/{port}",
            "wss://h.test/sockets",
        ),
    ] {
        let (first, help) = (format!("found `{url}`"), format!("did you mean `{meant}`?"));
        says(&text(url, path), &first, &help);
    }
    for (url, path, told) in [
        (
            "wss://play.example.com/sockets",
            "/sockets/{port}",
            "write `public-url = \"wss://play.example.com\"`",
        ),
        (
            "wss://a.test/x/y",
            "/y/{name}",
            "write `public-url = \"wss://a.test/x\"`",
        ),
    ] {
        let folder = Folder::new().unwrap();
        let (code, _, stderr) = check(&config(&folder, &text(url, path)));
        assert_eq!(code, Some(0), "{stderr}");
        let doubled = format!("pages open `{url}{path}`");
        for text in ["warning[doubled-path]", &doubled, told] {
            assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
        }
    }
    valid(&text("wss://play.example.com/sockets", "/{port}"));
    valid(&text("wss://play.example.com/sockets", "/sockets-{port}"));
}
