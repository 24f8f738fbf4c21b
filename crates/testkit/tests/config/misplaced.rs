//! Keys and sections in the wrong place, and what `[http]` and the keys of its rules can't be: where to write it
//! instead.

use super::wrong::{GATE, LISTEN, OF_GATES, POLICY, added, of_policy, says};

/// A key of another section is not only unknown.
#[test]
fn keys_of_other_sections() {
    for (key, help) in [
        ("crossdomain = \"p\"", "`crossdomain` is a key of `[http]`"),
        (
            "policy-files = true",
            "`policy-files` is a key of `[[gate]]`",
        ),
        ("headers = \"X\"", "`headers` is a key of a rule"),
        (
            "clients = \"unity\"",
            "`clients` is a key of `[policy.NAME]`",
        ),
        ("hosts = \"a.test\"", "`hosts` is a key of the top level"),
    ] {
        added(key, "has no key", help);
    }
    for (key, help) in [
        (
            "dialect = \"silverlight\"",
            "`dialect` is a key of `[[listen]]`",
        ),
        ("applies-to = \"url\"", "`applies-to` is a key of a rule"),
    ] {
        let rules = "rules = [{ domain = \"a.test\", ports = \"9339\" }]\n";
        of_policy(&format!("{rules}{key}"), "has no key", help);
    }
    let http = format!("{OF_GATES}{GATE}[http]\npolicy = \"p\"\n");
    says(&http, "no key `policy`", "did you mean `crossdomain`?");
}

/// The keys of an unknown section say which one it is. Nothing that follows from its name is reported.
#[test]
fn sections_by_their_keys() {
    for (section, keys, meant) in [
        ("https", "address = \"80\"\ncrossdomain = \"p\"", "http"),
        (
            "crossdomain",
            "address = \"80\"\ncrossdomain = \"p\"",
            "http",
        ),
        ("crossdomain", "address = \"80\"\npolicy = \"p\"", "http"),
        ("https", "certificates = []", "tls"),
        ("server", "public-url = \"wss://a.test\"", "bridge"),
    ] {
        let text = format!("{OF_GATES}{GATE}[{section}]\n{keys}\n");
        let (first, help) = (
            format!("no key `{section}`"),
            format!("did you mean `{meant}`?"),
        );
        super::refused(&text, 1, &[&first, &help]);
    }
    let only_files = format!("{OF_GATES}[https]\naddress = \"80\"\ncrossdomain = \"p\"\n");
    says(&only_files, "no key `https`", "did you mean `http`?");
}

#[test]
fn values_that_belong_elsewhere() {
    added(
        "dialect = \"url\"",
        "found `url`",
        "a section of their own: `[http]`",
    );
    let rule = "{ domain = \"a.test\", ports = \"9339\"";
    for (rest, first, help) in [
        (
            "]\nclients = \"silverlight\"",
            "found `silverlight`",
            "`dialect = \"silverlight\"`",
        ),
        (
            ", applies-to = \"http\" }]",
            "found `http`",
            "write `applies-to = \"url\"`",
        ),
        (
            ", applies-to = [\"url\", \"socket\"] }]",
            "found a list",
            "applies to both",
        ),
        (
            ", applies-to = \"url\" }]",
            "`ports` has no meaning",
            "a rule for each",
        ),
    ] {
        let close = if rest.starts_with(']') { " }" } else { "" };
        let text = format!("[policy.p]\nrules = [{rule}{close}{rest}\n{LISTEN}");
        super::refused(&text, 1, &[first, help]);
    }
    let http = format!("{POLICY}[http]\naddress = \"127.0.0.1:80\"\ncrossdomain = true\n");
    super::refused(
        &http,
        1,
        &["found a boolean", "as in `crossdomain = \"default\"`"],
    );
}

/// The reason why no gate answers for the files is the one that is named.
#[test]
fn http_without_an_address() {
    for (key, help) in [
        ("", ""),
        ("policy-files = false", "or remove `policy-files = false`"),
        ("websocket = false", "or remove `websocket = false`"),
        (
            "http-backend = \"127.0.0.1:80\"",
            "or write `policy-files = true`",
        ),
    ] {
        let text = format!("{OF_GATES}{GATE}{key}\n[http]\ncrossdomain = \"p\"\n");
        if key.is_empty() {
            super::valid(&text);
        } else {
            super::refused(&text, 1, &["`[http]` needs `address`", help]);
        }
    }
}

/// A rule without ports may be meant for files alone.
#[test]
fn rules_for_files_and_sockets() {
    let http = "[http]\naddress = \"127.0.0.1:80\"\ncrossdomain = \"p\"\n";
    let text = format!("{OF_GATES}{LISTEN}{http}");
    super::refused(&text, 1, &["expected `ports`", "or `applies-to = \"url\"`"]);
    let taken = format!("{POLICY}{LISTEN}{}", http.replace("127.0.0.1:80", "843"));
    super::refused(
        &taken,
        1,
        &["again", "give `[http]` its own address or port"],
    );
}
