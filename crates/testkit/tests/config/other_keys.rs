//! Keys of other programs, and values without their quotes: the suggested text is accepted.

use super::wrong::{GATE, LISTEN, OF_GATES, POLICY, added, of_policy, says};

#[test]
fn rules() {
    for (rest, first, help) in [
        (
            "secure = \"true\"",
            "found a string",
            "write `secure = true`",
        ),
        ("secure = off", "found `off`", "write `secure = false`"),
    ] {
        let rule = format!("rules = [{{ domain = \"a.test\", ports = \"9339\", {rest} }}]");
        of_policy(&rule, first, help);
    }
    for (rule, first, help) in [
        (
            "ports = 9339,9345",
            "found `9339,9345`",
            "write `ports = \"9339,9345\"`",
        ),
        (
            "ports = 9339, 9400-9410",
            "found `9339, 9400-9410`",
            "write `ports = \"9339, 9400-9410\"`",
        ),
        (
            "ports = 9339-9345",
            "found `9339-9345`",
            "write `ports = \"9339-9345\"`",
        ),
        (
            "to-ports = \"9339\"",
            "no key `to-ports`",
            "did you mean `ports`?",
        ),
        ("to = \"9339\"", "no key `to`", "did you mean `ports`?"),
    ] {
        of_policy(
            &format!("rules = [{{ domain = \"a.test\", {rule} }}]"),
            first,
            help,
        );
    }
    for (key, meant) in [("host", "domain"), ("from", "domain"), ("origin", "domain")] {
        let rule = format!("rules = [{{ {key} = \"a.test\", ports = \"9339\" }}]");
        let (first, help) = (
            format!("no key `{key}`"),
            format!("did you mean `{meant}`?"),
        );
        of_policy(&rule, &first, &help);
    }
}

/// One mistake is one error: the missing key is there under another name.
#[test]
fn keys_of_other_programs() {
    for (from, to, meant) in [
        ("[policy.p]", "[policies.p]", "policy"),
        ("[[listen]]", "[[listeners]]", "listen"),
        ("address", "listen", "address"),
        ("address", "bind", "address"),
        ("address", "port", "address"),
    ] {
        let text = format!("{POLICY}{LISTEN}").replace(from, to);
        let key = to.trim_matches(['[', ']']).split('.').next().unwrap();
        let (first, help) = (
            format!("no key `{key}`"),
            format!("did you mean `{meant}`?"),
        );
        says(&text, &first, &help);
    }
    for key in ["target", "upstream", "to", "server"] {
        let gate = GATE.replace("backend", key);
        says(
            &format!("{OF_GATES}{gate}"),
            &format!("no key `{key}`"),
            "did you mean `backend`?",
        );
    }
    for key in ["listen", "bind", "addr"] {
        let bridge = format!("{OF_GATES}{GATE}[bridge]\n{key} = \"8080\"\n");
        says(
            &bridge,
            &format!("no key `{key}`"),
            "did you mean `address`?",
        );
    }
    for key in ["filename", "path"] {
        let file = format!("{key} = \"policy.xml\"");
        of_policy(&file, &format!("no key `{key}`"), "did you mean `file`?");
    }
    let rules = "[rules]\ndomain = \"www.a.test\"\nports = \"9339\"\n";
    says(
        &format!("{LISTEN}{rules}"),
        "no key `rules`",
        "`[policy.default]`, and below it",
    );
    let list = POLICY.replace("[policy.p]", "[[policy]]");
    says(
        &format!("{list}{LISTEN}"),
        "for `policy`, found a list",
        "`[policy.default]`",
    );
    let host = LISTEN.replace("address = \"843\"", "host = \"127.0.0.1\"");
    says(
        &format!("{POLICY}{host}"),
        "no key `host`",
        "write `address = \"127.0.0.1:843\"`",
    );
    // There is nothing to guess from here.
    let odd = LISTEN.replace("address", "whereabouts");
    says(
        &format!("{POLICY}{odd}"),
        "no key `whereabouts`",
        "valid keys are `address`",
    );
}

#[test]
fn certificates() {
    let tls = |line: &str| format!("[tls]\n{line}\n");
    let whole =
        "write `certificates = [{ certificate = \"fullchain.pem\", key = \"privkey.pem\" }]`";
    added(&tls("cert = \"fullchain.pem\""), "no key `cert`", whole);
    added(
        &tls("certificate = \"fullchain.pem\""),
        "no key `certificate`",
        whole,
    );
    added(
        &tls("certificates = \"fullchain.pem\""),
        "found a string",
        whole,
    );
    let pair = "certificates = { certificate = \"fullchain.pem\", key = \"privkey.pem\" }";
    added(&tls(pair), "found a table", whole);
}

#[test]
fn hosts() {
    let of = |hosts: &str| format!("hosts = {hosts}\n{POLICY}{LISTEN}");
    for (host, meant) in [
        ("play.a.test:843", "play.a.test"),
        ("https://play.a.test", "play.a.test"),
        ("wss://play.a.test:8080/x", "play.a.test"),
    ] {
        let (first, help) = (
            format!("found `{host}`"),
            format!("did you mean `{meant}`?"),
        );
        says(&of(&format!("\"{host}\"")), &first, &help);
    }
    let list = "write `hosts = [\"play.a.test\", \"b.test\"]`";
    says(
        &of("[play.a.test, b.test]"),
        "in `hosts`, found `play.a.test`",
        list,
    );
    says(
        &of("play.a.test, b.test"),
        "found `play.a.test, b.test`",
        list,
    );
    let lines = of("[\n  \"play.a.test\",\n  b.test,\n]");
    says(&lines, "in `hosts`, found `b.test`", "write `\"b.test\",`");
}

/// A section with another name, in other brackets.
#[test]
fn sections() {
    let gates = GATE.replace("[[gate]]", "[gates]");
    says(
        &format!("{OF_GATES}{gates}"),
        "no key `gates`",
        "write `[[gate]]`",
    );
    let server = LISTEN.replace("[[listen]]", "[server]");
    says(
        &format!("{POLICY}{server}"),
        "no key `server`",
        "write `[[listen]]`",
    );
    let list = POLICY.replace("[policy.p]", "[[policies]]");
    says(
        &format!("{list}{LISTEN}"),
        "no key `policies`",
        "write `[policy.default]`",
    );
    added(
        "[[limit]]\nconnections = 5\n",
        "no key `limit`",
        "write `[limits]`",
    );
    let admin = "write `address = \"127.0.0.1:9843\"`";
    added("[admin]\nport = 9843\n", "no key `port`", admin);
    let file = "write `[policy.default]`, and below it `file = \"policy.xml\"`";
    says(
        &format!("policy = \"policy.xml\"\n{LISTEN}"),
        "found a string",
        file,
    );
}

/// Rules without quotes.
#[test]
fn bare_rules() {
    let table = "{ domain = \"www.a.test\", ports = \"9339\" }";
    let whole = format!("write `rules = [{table}]`");
    of_policy(
        "rules = [www.a.test:9339]",
        "found `www.a.test:9339`",
        &whole,
    );
    of_policy("rules = www.a.test:9339", "found `www.a.test:9339`", &whole);
    let lines = "rules = [\n  www.a.test:9339,\n]";
    of_policy(
        lines,
        "found `www.a.test:9339`",
        &format!("write `{table},`"),
    );
    let lines = "rules = [\n  { domain = www.a.test, ports = \"9339\" },\n]";
    of_policy(
        lines,
        "found `www.a.test`",
        "write `domain = \"www.a.test\"`",
    );
    let lines = "rules = [\n  { domain = \"www.a.test\", ports = 9339,9345 },\n]";
    of_policy(lines, "found `9339,9345`", "write `ports = \"9339,9345\"`");
}

/// A value that is not text needs no quotes in the suggestion.
#[test]
fn bare_values() {
    added(
        "[process]\nthreads = 4,\n",
        "expected a whole number",
        "write `threads = 4`",
    );
    let websocket = format!("{OF_GATES}{GATE}websocket = yes\n");
    says(
        &websocket,
        "expected `true` or `false`",
        "write `websocket = true`",
    );
}
