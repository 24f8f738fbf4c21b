//! What `[http]` and rules for files are warned of.

use testkit::folder::Folder;

use super::configs::checked;
use super::{HTTP, RULES, config, start};

/// A policy may be for `[http]` alone, which the advice says.
#[test]
fn warned_of_an_unused_policy() {
    let other = "[policy.other]\nrules = [{ domain = \"a.test\", ports = \"9339\" }]\n";
    let text = config(RULES, &[HTTP, other].concat());
    let (code, _, stderr) = checked(&Folder::new().unwrap(), &text);
    assert_eq!(code, 0, "{stderr}");
    for part in [
        "warning[unused-policy]",
        "`crossdomain = \"other\"` in `[http]`",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

/// In either file, the finding is at the rule that causes it.
#[test]
fn places_of_wildcards() {
    let folder = Folder::new().unwrap();
    let rules = "{ domain = \"a.test\", ports = \"4502\" },\n\
                 { domain = \"*\", ports = \"4503\", headers = [\"X-A\", \"*\"] }";
    for key in ["crossdomain", "clientaccesspolicy"] {
        let text = format!(
            "[policy.default]\nrules = [\n{rules}\n]\n[http]\naddress = \"127.0.0.1:0\"\n{key} = \"default\"\n"
        );
        let (code, _, stderr) = checked(&folder, &text);
        assert_eq!(code, 0, "{stderr}");
        for (rule, place) in [("wildcard-domain", ":4:12"), ("wildcard-headers", ":4:51")] {
            assert!(stderr.contains(rule), "{key}: {stderr}");
            assert!(stderr.contains(place), "{key}: {stderr}");
        }
        assert!(!stderr.contains("flashgate.toml:1:"), "{key}: {stderr}");
    }
}

/// A rule for every site means more in a file than on a socket.
#[test]
fn warned_of_every_site() {
    let folder = Folder::new().unwrap();
    let rule = "{ domain = \"*\", ports = \"9339\" }";
    let listen = "[[listen]]\naddress = \"127.0.0.1:843\"\n";
    let (code, stdout, stderr) = checked(&folder, &config(rule, &[listen, HTTP].concat()));
    assert_eq!(code, 0);
    for part in [
        "with their cookies",
        "player's IP address",
        "applies-to = \"socket\"",
    ] {
        assert_eq!(stderr.matches(part).count(), 1, "{part}: {stderr}");
    }
    assert!(
        stdout.contains("serves policy default as /crossdomain.xml over HTTP, "),
        "{stdout}"
    );
    let rule = "{ domain = \"*\", applies-to = \"url\" }";
    let (_, _, stderr) = checked(&folder, &config(rule, HTTP));
    assert!(stderr.contains("with their cookies"), "{stderr}");
    assert!(!stderr.contains("add `applies-to"), "{stderr}");
    // Kept out, it is not mentioned.
    let rule = "{ domain = \"*\", ports = \"9339\", applies-to = \"socket\" }, { domain = \"a.test\", ports = \"9339\" }";
    let (_, _, stderr) = checked(&folder, &config(rule, &[listen, HTTP].concat()));
    assert!(!stderr.contains("cookies"), "{stderr}");
}

/// A file that grants nothing, or less than the rules say, is served with a warning.
#[test]
fn warned_of_rules_without_effect() {
    let folder = Folder::new().unwrap();
    let silverlight = HTTP.replace("crossdomain", "clientaccesspolicy");
    let both = format!("{HTTP}clientaccesspolicy = \"default\"\n");
    let low = "{ domain = \"a.test\", ports = \"4502,9339\"";
    let found = |rules: &str, more: &str| {
        let (code, _, stderr) = checked(&folder, &config(rules, more));
        assert_eq!(code, 0, "{stderr}");
        stderr
    };
    for (rules, http, expected) in [
        (
            String::new(),
            HTTP,
            "no rule has an effect in `/crossdomain.xml`: nothing",
        ),
        (
            String::new(),
            &silverlight,
            "no rule has an effect in `/clientaccesspolicy.xml`: nothing",
        ),
        (
            String::new(),
            &both,
            "in `/crossdomain.xml` and `/clientaccesspolicy.xml`: nothing",
        ),
        (
            String::new(),
            HTTP,
            "add a rule: `rules = [{ domain = \"www.example.com\" }]`",
        ),
        (
            format!("{low}, applies-to = \"socket\" }}"),
            HTTP,
            "remove `applies-to = \"socket\"`",
        ),
        (
            format!("{low} }}"),
            &silverlight,
            "[silverlight-port-out-of-range]: expected ports from 4502 to 4534, found `9339`",
        ),
    ] {
        let said = found(&rules, http);
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = found(
        "{ domain = \"a.test\", ports = \"9339\", applies-to = \"socket\" }",
        &silverlight,
    );
    assert_eq!(said.matches("warning[").count(), 2, "{said}");
    assert!(said.contains("warning[no-rules]"), "{said}");
    // Movies use the ports, and the rule counts for the file.
    assert_eq!(found(&format!("{low} }}"), &both), "");
}

/// With `none`, no file grants anything, not even sockets to Silverlight.
#[test]
fn warned_of_none() {
    let both = format!("{HTTP}clientaccesspolicy = \"default\"\n");
    let silverlight = HTTP.replace("crossdomain", "clientaccesspolicy");
    for (rule, http, warning) in [
        ("", &both, "[site-control-none-with-rules]"),
        ("", &silverlight, "[site-control-none-with-rules]"),
        (
            ", applies-to = \"socket\"",
            &silverlight,
            "remove `site-control = \"none\"`",
        ),
    ] {
        let rules = format!(
            "site-control = \"none\"\nrules = [{{ domain = \"a.test\", ports = \"4502\"{rule} }}]"
        );
        let text = format!("[policy.default]\n{rules}\n{http}");
        let (_, _, said) = checked(&Folder::new().unwrap(), &text);
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
        assert!(said.contains(warning), "{said}");
        let file = start(&text).get("/clientaccesspolicy.xml", "").body;
        assert!(!file.contains("a.test"), "{file}");
    }
}

/// Keys for files have no effect without one.
#[test]
fn warned_of_keys_without_a_file() {
    let folder = Folder::new().unwrap();
    let listen = "[[listen]]\naddress = \"127.0.0.1:843\"\n";
    for key in ["ports = \"9339\", headers = \"X\"", "applies-to = \"url\""] {
        let rules = format!(
            "{{ domain = \"a.test\", {key} }}, {{ domain = \"b.test\", ports = \"9339\" }}"
        );
        let (code, _, stderr) = checked(&folder, &config(&rules, listen));
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.contains("warning[not-over-http]"), "{stderr}");
        assert!(stderr.contains("`crossdomain = \"default\"`"), "{stderr}");
        let (_, _, stderr) = checked(&folder, &config(&rules, &[listen, HTTP].concat()));
        assert!(!stderr.contains("not-over-http"), "{stderr}");
    }
}

/// A rule is at most two elements of a file, and one line of the config. A wildcard is reported once, with all that it
/// means.
#[test]
fn one_warning_for_each_mistake() {
    let folder = Folder::new().unwrap();
    let rule = "{ domain = \"a.test\", headers = \"X\", secure = false }";
    let (_, _, said) = checked(&folder, &config(rule, HTTP));
    assert!(said.contains("warning[secure-false-on-https]"), "{said}");
    assert!(!said.contains("the same mistake"), "{said}");
    let twice = format!("{rule},\n{}", rule.replace("a.test", "b.test"));
    let (_, _, said) = checked(&folder, &config(&twice, HTTP));
    assert!(
        said.contains("the same mistake is also in line 3"),
        "{said}"
    );
    let listen = "[[listen]]\naddress = \"127.0.0.1:843\"\n";
    let all = "{ domain = \"*\", ports = \"9339\", headers = \"X\" }";
    for (clients, help) in [
        ("", "name the hosts"),
        ("clients = \"unity\"\n", "Unity's web player needs `*` here"),
    ] {
        let text = format!("[policy.default]\n{clients}rules = [{all}]\n{listen}{HTTP}");
        let (_, _, said) = checked(&folder, &text);
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
        assert_eq!(said.matches("= help").count(), 2, "{said}");
        for part in [
            help,
            "IP address",
            "cookies",
            "send these headers",
            "keep the rule out",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

/// What `flashgate lint --as url` warns of, the config is warned of too.
#[test]
fn warned_of_all() {
    let folder = Folder::new().unwrap();
    let own = "<cross-domain-policy><site-control permitted-cross-domain-policies=\"all\"/>\
               <allow-access-from domain=\"a.test\"/></cross-domain-policy>";
    folder.file("own.xml", own).unwrap();
    for content in [
        format!("site-control = \"all\"\nrules = [{RULES}]"),
        "file = \"own.xml\"".to_owned(),
    ] {
        let (code, _, said) = checked(&folder, &format!("[policy.default]\n{content}\n{HTTP}"));
        assert_eq!(code, 0, "{said}");
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
        assert!(said.contains("warning[site-control-all]"), "{said}");
    }
}

/// Rules that are all for files open no socket, and the advice is about them.
#[test]
fn warned_of_sockets_without_rules() {
    let rule = "{ domain = \"a.test\", applies-to = \"url\" }";
    let listen = "[[listen]]\naddress = \"127.0.0.1:843\"\n";
    let text = config(rule, &[listen, HTTP].concat());
    let (_, _, said) = checked(&Folder::new().unwrap(), &text);
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
    assert!(said.contains("remove `applies-to = \"url\"`"), "{said}");
}
