//! What holds for every file that is linted and fixed: places, grants, findings, cost.

#![cfg(test)]

use std::collections::BTreeMap;

use flash_policy::lint::{
    Hints, LintReport, Options, PolicyKind, PolicyReader, fix, lint_with, rule,
};
use flash_policy::{Grant, Movie, Policy, Port, Secure, Serving, Severity, grants, lint};
use proptest::prelude::*;

const PORTS: [u16; 10] = [1, 80, 81, 82, 90, 843, 1023, 1024, 9339, 65_535];

const HOSTS: [&str; 8] = [
    "a.test",
    "www.a.test",
    "x.www.a.test",
    "b.test",
    "ba.test",
    "192.0.2.1",
    "localhost",
    "[2001:db8::1]",
];

fn all_options(port: u16) -> impl Iterator<Item = Options> {
    let serving = Serving::from_port(Port::new(port).unwrap());
    [PolicyKind::Socket, PolicyKind::Url, PolicyKind::Silverlight]
        .into_iter()
        .map(move |kind| {
            Options::new(serving)
                .kind(kind)
                .clients(&[
                    PolicyReader::Unity,
                    PolicyReader::Silverlight,
                    PolicyReader::Lightspark,
                ])
                .used_ports("9339,80-90".parse().unwrap())
        })
}

/// Pieces of policies, sound and unsound, put together in any order.
fn file() -> impl Strategy<Value = String> {
    let domain = prop::sample::select(vec![
        "*",
        "a.test",
        "A.TEST",
        "www.a.test",
        "*.a.test",
        "http://a.test",
        "https://*.a.test",
        "a.test.",
        "b.test",
        "192.0.2.1",
        "2001:db8::1",
        "localhost",
        "münchen.test",
        "*.test",
        " a.test",
        "%HOST%",
        "a.test&#46;",
    ]);
    let ports = prop::sample::select(vec![
        "*",
        "80",
        "80,81",
        "81,80",
        "80-90",
        "80,90",
        "81,9339",
        "80,82,9339",
        "80, 81",
        " 80 - 90 ,82",
        "1-65535",
        "9339",
        "80,",
        "x",
        "1024-65535",
        "80&#44;81",
    ]);
    let secure = prop::sample::select(vec![
        "",
        " secure=\"false\"",
        " secure=\"true\"",
        "\n  secure='false'",
        " Secure=\"no\"",
    ]);
    let rule = (domain, ports, secure).prop_map(|(domain, ports, secure)| {
        format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"{secure}/>")
    });
    let other = prop::sample::select(vec![
        "<site-control permitted-cross-domain-policies=\"all\"/>",
        "<site-control permitted-cross-domain-policies=\"none\"/>",
        "<allow-http-request-headers-from domain=\"*\" headers=\"*\"/>",
        "<allow-access-from domain=\"*\"/>",
        "<allow-access-from domain=\"*.a.test\"/>",
        "<allow-access-from domain=\"a.test\" secure=\"false\"/>",
        "<allow-access-from domain=\"www.a.test\" secure=\"true\"/>",
        "<allow-acces-from domain=\"*\" to-ports=\"80\"/>",
        "<!-- „comment“ -->",
        "text",
        "{{ rules }}",
        "<x><allow-access-from domain=\"a.test\" to-ports=\"80\"/></x>",
        "<![CDATA[ x ]]>",
        "<?pi x?>",
        "&",
    ]);
    let part = prop_oneof![6 => rule, 1 => other.prop_map(String::from)];
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "", "\n\t "]);
    let prolog = prop::sample::select(vec![
        "",
        "",
        "<?xml version=\"1.0\"?>\n",
        "\u{feff}",
        "\n <?xml version=\"1.0\" encoding=\"latin1\"?>",
        "<!DOCTYPE cross-domain-policy SYSTEM \"x\">\n",
        "\u{feff}\r\n<?xml version='1.0'?><!DOCTYPE a>\r\n",
    ]);
    let tail = prop::sample::select(vec!["", "\n", "\0", "\r\n\0", "</x>"]);
    (prolog, prop::collection::vec((part, end), 0..8), tail).prop_map(|(prolog, parts, tail)| {
        let body: String = parts.into_iter().map(|(part, end)| part + end).collect();
        format!("{prolog}<cross-domain-policy>{body}</cross-domain-policy>{tail}")
    })
}

fn counts(report: &LintReport) -> BTreeMap<&'static str, usize> {
    let mut counts = report.omitted.clone();
    for finding in &report.findings {
        *counts.entry(finding.rule).or_default() += finding.places();
    }
    counts
}

/// All that a policy allows, for some movies and some ports, served over HTTP or HTTPS where that matters.
fn table(policy: &Policy) -> Vec<bool> {
    let served = |secure| {
        let mut policy = policy.clone();
        let rules = policy.rules.iter_mut();
        let open = rules.filter(|rule| rule.secure == Secure::AsServed);
        open.for_each(|rule| rule.secure = secure);
        granted(&policy)
    };
    [served(Secure::Any), served(Secure::HttpsOnly)].concat()
}

fn granted(policy: &Policy) -> Vec<bool> {
    let movies = HOSTS
        .iter()
        .flat_map(|host| {
            ["http", "https"].map(|scheme| format!("{scheme}://{host}/a.swf").parse().unwrap())
        })
        .map(Movie::Remote)
        .chain([Movie::Hostless]);
    let ports = PORTS.map(|port| Port::new(port).unwrap());
    movies
        .flat_map(|movie| {
            ports.map(|port| {
                matches!(
                    grants(policy, Port::MASTER, &movie, port),
                    Grant::Allowed { .. }
                )
            })
        })
        .collect()
}

/// Places lie in the file and between characters; rules are known; hints come only where they are wanted.
fn sound(bytes: &[u8], options: &Options) -> LintReport {
    let report = lint_with(bytes, options);
    let text = str::from_utf8(bytes);
    for finding in &report.findings {
        assert!(rule(finding.rule).is_some(), "{finding:?}");
        assert!(
            !finding.help.is_empty() || !finding.notes.is_empty(),
            "{finding:?}"
        );
        let edits = finding
            .fix
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.span);
        let labels = finding
            .label
            .iter()
            .chain(&finding.secondary)
            .map(|label| label.span);
        for span in labels.chain(edits) {
            assert!(
                span.start <= span.end && span.end <= bytes.len(),
                "{finding:?}"
            );
            if let Ok(text) = text {
                let inside = text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
                assert!(inside, "{finding:?}");
            }
        }
    }
    report
}

/// A fixed file is no worse, grants the same, and needs no second fixing.
fn is_fixed_soundly(bytes: &[u8], options: &Options) {
    let before = sound(bytes, options);
    let fixed = fix(bytes, options);
    let after = sound(&fixed.bytes, options);
    let had = counts(&before);
    for (rule, count) in counts(&after) {
        assert!(
            had.get(rule).is_some_and(|had| count <= *had),
            "{rule} is new in {:?}",
            fixed.bytes
        );
    }
    if fixed.applied.is_empty() {
        assert_eq!(fixed.bytes, bytes);
    } else {
        let sum = |report: &LintReport| counts(report).values().sum::<usize>();
        assert!(sum(&after) < sum(&before));
    }
    assert_eq!(fix(&fixed.bytes, options).bytes, fixed.bytes);
    if let Some(policy) = &before.policy {
        let after = after.policy.expect("a policy stays one");
        assert_eq!(table(policy), table(&after));
        assert_eq!(policy.site_control, after.site_control);
    }
    assert!(before.access.is_none() || before.access == after.access);
}

proptest! {
    #[test]
    fn mending_is_safe(text in file()) {
        for options in all_options(843) {
            is_fixed_soundly(text.as_bytes(), &options);
        }
    }

    #[test]
    fn a_broken_file_has_sound_findings(text in file(), cut in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = text.into_bytes();
        let at = cut.index(bytes.len());
        for options in all_options(5000) {
            sound(&bytes[..at], &options);
        }
        bytes[at] = byte;
        for options in all_options(843) {
            is_fixed_soundly(&bytes, &options);
        }
    }

    #[test]
    fn any_bytes_have_sound_findings(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for options in all_options(843) {
            is_fixed_soundly(&bytes, &options);
        }
    }

    /// Who serves a file gets the warnings and errors that the linter gives, and no hints.
    #[test]
    fn hints_are_for_those_who_ask(text in file()) {
        let serving = Serving::from_port(Port::MASTER);
        let mut expected = lint_with(text.as_bytes(), &Options::new(serving)).findings;
        expected.retain(|finding| finding.severity > Severity::Hint);
        prop_assert_eq!(lint(text.as_bytes(), serving).findings, expected);
    }
}

/// One run fixes everything that can be fixed.
#[test]
fn what_is_mended() {
    let text = "\u{feff}<?xml version=\"1.0\"?>\n\
        <!DOCTYPE cross-domain-policy>\n\
        <cross-domain-policy>\n\
        \x20 <allow-access-from domain=\"*.a.test\" to-ports=\"9339, 9340\" secure=\"false\"/>\n\
        \x20 <allow-access-from domain=\"www.a.test.\" to-ports=\"9339\"/>\n\
        \x20 <allow-access-from domain=\"b.test\" to-ports=\"9339\"/>\n\
        \x20 <allow-access-from domain=\"B.test\" to-ports=\"9339\"></allow-access-from>\n\
        </cross-domain-policy>\0";
    let options = Options::new(Serving::from_port(Port::MASTER));
    let fixed = fix(text.as_bytes(), &options);
    let expected = "<?xml version=\"1.0\"?>\n\
        <cross-domain-policy>\n\
        \x20 <allow-access-from domain=\"*.a.test\" to-ports=\"9339,9340\"/>\n\
        \x20 <allow-access-from domain=\"b.test\" to-ports=\"9339\"/>\n\
        </cross-domain-policy>";
    assert_eq!(String::from_utf8(fixed.bytes).unwrap(), expected);
    assert_eq!(fixed.applied.len(), 7, "{:?}", fixed.applied);
    assert!(lint_with(expected.as_bytes(), &options).findings.is_empty());
}

/// Over HTTPS, what a URL policy leaves open is `true`: a rule that says `false` repeats no other.
#[test]
fn a_url_policy_keeps_what_https_needs() {
    let options = Options::new(Serving::from_unknown_port()).kind(PolicyKind::Url);
    for (rules, kept) in [
        (["*.a.test\"", "www.a.test\" secure=\"false\""], 2),
        (["*\"", "*\" secure=\"false\""], 1),
        (["*\" secure=\"false\"", "*\""], 1),
        (["*.a.test\"", "www.a.test\" secure=\"true\""], 1),
        (["*\"", "*\""], 1),
    ] {
        let rules = rules.map(|rule| format!("<allow-access-from domain=\"{rule}/>\n"));
        let text = format!(
            "<cross-domain-policy>\n{}</cross-domain-policy>",
            rules.concat()
        );
        let fixed = fix(text.as_bytes(), &options).bytes;
        let fixed = String::from_utf8(fixed).unwrap();
        assert_eq!(fixed.matches("<allow").count(), kept, "{text}");
        let open = "secure=\"false\"";
        assert_eq!(fixed.contains(open), text.contains(open), "{fixed}");
    }
}

/// A fix keeps what showed the kind of a file.
#[test]
fn mending_keeps_the_kind() {
    let text = b"<!DOCTYPE cross-domain-policy SYSTEM \"http://www.adobe.com/xml/schemas/PolicyFileSocket.xsd\">\n\
        <cross-domain-policy>\n\
        <allow-access-from domain=\"a.test\"/>\n\
        <allow-http-request-headers-from domain=\"*\" headers=\"*\"/>\n\
        </cross-domain-policy>";
    let options = Options::new(Serving::from_port(Port::MASTER));
    let detected = options.clone().detected_kind(text, None);
    assert_eq!(fix(text, &detected).bytes, text);
    // Where the kind is named, nothing hangs on it.
    assert_ne!(fix(text, &options.kind(PolicyKind::Socket)).bytes, text);
}

#[test]
fn kinds_are_told_apart() {
    for (text, name, expected) in [
        ("<access-policy/>", None, PolicyKind::Silverlight),
        (
            "<cross-domain-policy/>",
            Some("site/ClientAccessPolicy.xml"),
            PolicyKind::Silverlight,
        ),
        (
            "<cross-domain-policy/>",
            Some("www/crossdomain.xml"),
            PolicyKind::Url,
        ),
        (
            "<cross-domain-policy/>",
            Some("policy.xml"),
            PolicyKind::Socket,
        ),
        (
            "<allow-access-from domain=\"*\" to-ports=\"80\"/>",
            Some("crossdomain.xml"),
            PolicyKind::Socket,
        ),
        ("<allow-http-request-headers-from/>", None, PolicyKind::Url),
        (
            "<allow-access-from domain=\"*\"/>",
            None,
            PolicyKind::Socket,
        ),
        ("", None, PolicyKind::Socket),
    ] {
        assert_eq!(
            PolicyKind::detect(text.as_bytes(), name),
            expected,
            "{text} {name:?}"
        );
    }
}

/// Everything that scanners of web servers flag is flagged: nmap's `http-cross-domain-policy`, ZAP's rule 20016, Nikto,
/// and the bad examples of OWASP's WSTG-CONF-08.
#[test]
fn what_scanners_flag() {
    let flash = |body: &str| format!("<cross-domain-policy>{body}</cross-domain-policy>");
    let silverlight = |headers: &str, uri: &str| {
        format!(
            "<access-policy><cross-domain-access><policy><allow-from {headers}><domain uri=\"{uri}\"/></allow-from>\
             <grant-to><resource path=\"/\"/></grant-to></policy></cross-domain-access></access-policy>"
        )
    };
    let rule = |attributes: &str| flash(&format!("<allow-access-from {attributes}/>"));
    let header =
        |attributes: &str| flash(&format!("<allow-http-request-headers-from {attributes}/>"));
    for (text, expected) in [
        (rule("domain=\"*\""), "wildcard-domain"),
        (rule("domain=\"http://\""), "domain-with-scheme"),
        (rule("domain=\"https://\""), "domain-with-scheme"),
        (rule("domain=\"www.a.test\""), "trusted-domain"),
        (rule("domain=\"*.a.test\""), "trusted-domain"),
        (
            rule("domain=\"a.test\" secure=\"false\""),
            "secure-false-on-https",
        ),
        (header("domain=\"*\" headers=\"X\""), "wildcard-domain"),
        (
            header("domain=\"a.test\" headers=\"*\""),
            "wildcard-headers",
        ),
        (
            flash("<site-control permitted-cross-domain-policies=\"all\"/>"),
            "site-control-all",
        ),
        (silverlight("", "*"), "wildcard-domain"),
        (silverlight("", "http://"), "wildcard-domain"),
        (silverlight("", "https://"), "wildcard-domain"),
        (silverlight("", "http://a.test"), "trusted-domain"),
        (
            silverlight("http-request-headers=\"*\"", "http://a.test"),
            "wildcard-headers",
        ),
    ] {
        let kind = if text.starts_with("<access") {
            PolicyKind::Silverlight
        } else {
            PolicyKind::Url
        };
        let options = Options::new(Serving::from_unknown_port()).kind(kind);
        let report = lint_with(text.as_bytes(), &options);
        let found = report
            .findings
            .iter()
            .any(|finding| finding.rule == expected);
        assert!(found, "{expected} in {text}: {:?}", report.findings);
    }
}

/// A rule that is dead on this port may be there for another port that serves the same policy.
#[test]
fn a_dead_rule_stops_no_service() {
    let text = br#"<cross-domain-policy><allow-access-from domain="a.test" to-ports="80"/></cross-domain-policy>"#;
    let serving = Serving::from_port(Port::new(9339).unwrap());
    let told = |report: &LintReport| {
        let mut findings = report.findings.iter();
        let found = findings.find(|finding| finding.rule == "low-ports-from-high-port");
        found.map(|finding| finding.severity)
    };
    assert_eq!(told(&lint(text, serving)), Some(Severity::Warning));
    let judged = lint_with(text, &Options::new(serving).hints(Hints::LeftOut));
    assert_eq!(told(&judged), Some(Severity::Error));
}
