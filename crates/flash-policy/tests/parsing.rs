//! What a policy file means, and which mistakes are reported.

#![cfg(test)]

use flash_policy::{Policy, Port, Serving, Severity, SiteControl, lint};

/// `<allow-access-from>` for a domain and ports.
fn rule(domain: &str, ports: &str) -> String {
    format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
}

fn site_control(value: &str) -> String {
    format!("<site-control permitted-cross-domain-policies=\"{value}\"/>")
}

fn file(body: &str) -> String {
    format!("<cross-domain-policy>{body}</cross-domain-policy>")
}

/// Checks a file's rule count (`None`: no policy at all) and the names of its findings, errors marked by `!`.
#[track_caller]
fn check(text: impl AsRef<[u8]>, rules: Option<usize>, expected: &str) -> Option<Policy> {
    check_on(843, text, rules, expected)
}

#[track_caller]
fn check_on(
    port: u16,
    text: impl AsRef<[u8]>,
    rules: Option<usize>,
    expected: &str,
) -> Option<Policy> {
    let text = text.as_ref();
    let report = lint(text, Serving::from_port(Port::new(port).unwrap()));
    let shown = String::from_utf8_lossy(text);
    // Nearly every example grants access to all domains. That finding is not what these tests check.
    let mut found: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| !matches!(finding.rule, "wildcard-domain" | "wildcard-ports"))
        .map(|finding| {
            format!(
                "{}{}",
                if finding.severity == Severity::Error {
                    "!"
                } else {
                    ""
                },
                finding.rule
            )
        })
        .collect();
    found.sort();
    assert_eq!(found.join(" "), expected, "{shown}");
    assert_eq!(
        report.policy.as_ref().map(|policy| policy.rules.len()),
        rules,
        "{shown}"
    );
    for finding in &report.findings {
        assert!(
            !finding.help.is_empty() || !finding.notes.is_empty(),
            "{finding:?} says what is wrong and no more"
        );
        if let Some(label) = &finding.label {
            assert!(
                label.span.start <= label.span.end && label.span.end <= text.len(),
                "{finding:?}"
            );
        }
    }
    report.policy
}

/// The text at the location of the first finding.
#[track_caller]
fn points_at(text: &str, rule: &str, expected: &str) {
    let report = lint(text.as_bytes(), Serving::from_port(Port::MASTER));
    let finding = report.findings.iter().find(|finding| finding.rule == rule);
    let finding = finding.unwrap_or_else(|| panic!("no {rule} in {:?}", report.findings));
    let span = finding.label.as_ref().expect("a location").span;
    assert_eq!(&text[span.start..span.end], expected, "{text}");
}

#[test]
fn valid_files() {
    check("<cross-domain-policy/>", Some(0), "no-rules"); // P1
    let doctype = "<!DOCTYPE cross-domain-policy SYSTEM \"http://www.adobe.com/xml/dtds/cross-domain-policy.dtd\">";
    let p2 = format!(
        "<?xml version=\"1.0\"?>\n{doctype}\n<!-- all -->\n{}",
        file(&rule("*", "*"))
    );
    check(p2, Some(1), "");
    let p3 = format!(
        "<!DOCTYPE cross-domain-policy SYSTEM \"/xml/dtds/cross-domain-policy.dtd\">{}",
        file(&rule("*", "*"))
    );
    check(p3, Some(1), "");
    let p4 = "<cross-domain-policy xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
              xsi:noNamespaceSchemaLocation=\"http://www.adobe.com/xml/schemas/PolicyFileSocket.xsd\"/>";
    check(p4, Some(0), "no-rules");
    let p5 = check(file(&(rule("*", "*") + &site_control("all"))), Some(1), "").unwrap();
    assert_eq!(p5.site_control, Some(SiteControl::All));
}

#[test]
fn structure() {
    check("<foo/>", None, "!wrong-root-element"); // P6
    check("<access-policy/>", None, "!wrong-root-element"); // P7
    check(
        file("<allow-access-from domain=\"*\" to-ports=\"*\">"),
        None,
        "!unclosed-element",
    ); // P8
    check(
        "<cross-domain-policy/><cross-domain-policy/>",
        None,
        "!multiple-root-elements",
    ); // P9
    for empty in ["", " \r\n", "\0", "\u{feff}"] {
        let expected = match empty {
            "\0" => "!empty-file trailing-nul",
            "\u{feff}" => "!empty-file byte-order-mark",
            _ => "!empty-file",
        };
        check(empty, None, expected); // P10
    }
    let p33 = "<allow-http-request-headers-from domain=\"*\" headers=\"*\"/>";
    check(
        file(&(rule("*", "80") + p33)),
        Some(1),
        "header-rule-in-socket-policy",
    );
    let p34 = "<allow-access-from-identity><signatory/></allow-access-from-identity>";
    check(
        file(&(rule("*", "80") + p34)),
        Some(1),
        "identity-rule-in-socket-policy",
    );
    check(
        file("<Allow-Access-From domain=\"*\" to-ports=\"80\"/>"),
        Some(0),
        "!wrong-case",
    ); // P35
    check(
        file(&format!("<x>{}</x>", rule("*", "80"))),
        Some(0),
        "!nested-rule unknown-element",
    ); // P36
    let p39 = "<allow-access-from domain=\"a.test\" domain=\"b.test\" to-ports=\"80\"/>";
    check(file(p39), None, "!duplicate-attribute");
    check(
        file("<allow-access-from domain=\"a.test\" to-port=\"80\"/>"),
        Some(0),
        "!missing-to-ports",
    );
    check(
        "<x:cross-domain-policy xmlns:x=\"y\"/>",
        None,
        "!wrong-root-element",
    );
}

#[test]
fn ports() {
    check(
        file("<allow-access-from domain=\"*\"/>"),
        Some(0),
        "!missing-to-ports",
    ); // P11
    for (ports, expected) in [
        ("", "!empty-to-ports"), // P12
        ("0", "!invalid-port-range"),
        ("70000", "!invalid-port-range"),
        ("99999999999999999999", "!invalid-port-range"),
        ("80-", "!invalid-port-range"),
        ("-80", "!invalid-port-range"),
        ("80,,81", "!invalid-to-ports"),
        ("80,", "!invalid-to-ports"),
        ("x", "!invalid-to-ports"),
        ("+80", "!invalid-to-ports"),
        ("200-100", "!invalid-port-range"), // P13
        ("*,80", "!wildcard-in-port-list"), // P16
        ("%PORT%", "!template-placeholder"),
    ] {
        check(file(&rule("a.test", ports)), Some(0), expected);
    }
    let ports = |text| {
        check(file(&rule("a.test", text)), Some(1), "")
            .unwrap()
            .rules[0]
            .ports
            .clone()
    };
    let p14 = ports("507,516-523");
    let inside: Vec<u16> = (1..=65_535)
        .filter(|&port| p14.contains(Port::new(port).unwrap()))
        .collect();
    assert_eq!(inside, [507, 516, 517, 518, 519, 520, 521, 522, 523]);
    assert_eq!(p14.to_string(), "507,516-523");
    assert!((1..=65_535).all(|port| ports("*").contains(Port::new(port).unwrap())));
    let p15 = check(
        file(&rule("a.test", " 80 , 90 ")),
        Some(1),
        "whitespace-in-to-ports",
    )
    .unwrap();
    assert_eq!(p15.rules[0].ports.to_string(), "80,90");
    points_at(
        &file(&rule("a.test", "80, 9x ,90")),
        "invalid-to-ports",
        "9x",
    );
    // No-break spaces, which come with text copied from web pages, are not whitespace in this format.
    points_at(
        &file(&rule("a.test", "80,\u{a0}\u{a0}90")),
        "invalid-to-ports",
        "\u{a0}",
    );
    points_at(
        &file(&rule("a.test", "80,5-70000")),
        "invalid-port-range",
        "70000",
    );
}

#[test]
fn domains() {
    check(
        file("<allow-access-from to-ports=\"80\"/>"),
        Some(0),
        "!missing-domain",
    ); // P17
    for (domain, expected) in [
        ("", "!empty-domain"),                 // P18
        ("*example.com", "!partial-wildcard"), // P20
        ("www.*.com", "!partial-wildcard"),
        ("www.example.*", "!partial-wildcard"),
        ("*.*.example.com", "!partial-wildcard"),
        ("10.0.0.*", "!wildcard-in-address"), // P21
        ("*.0.0.1", "!wildcard-in-address"),
        ("*.com", "!wildcard-top-level-domain"),   // P22
        ("example.com:8080", "!domain-with-port"), // P24
        ("[::1]:80", "!domain-with-port"),
        ("example.com/x", "!domain-with-path"),
        ("http://example.com/", "!domain-with-path"),
        ("user@example.com", "!invalid-domain"),
        ("a.com,b.com", "!multiple-domains"), // P25
        ("a.com b.com", "!multiple-domains"),
        (" a.com", "!whitespace-in-domain"),
        ("ftp://a.com", "!domain-with-scheme"),
        ("http://*", "!domain-with-scheme"),
        ("%DOMAIN%", "!template-placeholder"),
        ("1.2.3.256", "!invalid-domain"),
        ("a..b", "!invalid-domain"),
        ("münchen.test", "internationalized-domain"),
    ] {
        let rules = Some(0);
        check(file(&rule(domain, "80")), rules, expected);
    }
    check(file(&rule("*.example.com", "80")), Some(1), ""); // P19
    // P23
    check(
        file(&rule("http://*.example.com", "80")),
        Some(1),
        "http-scheme-in-domain",
    );
    check(file(&rule("example.com.", "80")), Some(1), "trailing-dot");
    check(file(&rule("a&amp;b", "80")), Some(0), "!invalid-domain"); // P38
    let p38 = check(file(&rule("a&#46;test", "80")), Some(1), "").unwrap();
    assert_eq!(p38.rules[0].domain.to_string(), "a.test");
    points_at(&file(&rule("www.*.com", "80")), "partial-wildcard", "*");
    points_at(
        &file(&rule("http://example.com/x?y", "80")),
        "domain-with-path",
        "/x?y",
    );
    points_at(&file(&rule("a&amp;b", "80")), "invalid-domain", "a&amp;b");
}

/// The ASCII form that a message suggests is the one that browsers send (RFC 3492).
#[test]
fn international_domains() {
    for (domain, expected) in [
        ("münchen.test", "xn--mnchen-3ya.test"),
        ("www.BÜCHER.example", "www.xn--bcher-kva.example"),
        ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ] {
        let report = lint(
            file(&rule(domain, "80")).as_bytes(),
            Serving::from_unknown_port(),
        );
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.rule == "internationalized-domain");
        let help = &finding.unwrap().help[0];
        assert!(help.contains(&format!("`{expected}`")), "{domain}: {help}");
    }
}

#[test]
fn secure() {
    let with = |value| {
        file(&format!(
            "<allow-access-from domain=\"a.test\" to-ports=\"80\" secure=\"{value}\"/>"
        ))
    };
    check(with("yes"), Some(0), "!invalid-secure"); // P26
    check(with("True"), Some(0), "!invalid-secure");
    check(with("true"), Some(1), "secure-true-in-socket-policy"); // P27
    let p44 = check(file(&rule("*", "80")), Some(1), "").unwrap();
    assert_eq!(p44.rules[0].secure, flash_policy::Secure::Any);
}

#[test]
fn meta_policies() {
    for (value, effect, expected) in [
        ("all", SiteControl::All, ""),
        ("master-only", SiteControl::MasterOnly, ""),
        ("none", SiteControl::None, "site-control-none-with-rules"),
        (
            "by-content-type",
            SiteControl::MasterOnly,
            "!invalid-site-control",
        ), // P28
        (
            "by-ftp-filename",
            SiteControl::MasterOnly,
            "!invalid-site-control",
        ),
        ("everything", SiteControl::None, "!invalid-site-control"), // P29
        (
            "none-this-response",
            SiteControl::None,
            "!invalid-site-control",
        ), // P30
    ] {
        let policy = check(
            file(&(site_control(value) + &rule("*", "80"))),
            Some(1),
            expected,
        )
        .unwrap();
        assert_eq!(policy.site_control, Some(effect), "{value}");
    }
    let p31 = check(
        file(&(site_control("master-only") + &site_control("all"))),
        Some(0),
        "!duplicate-site-control",
    )
    .unwrap();
    assert_eq!(p31.site_control, Some(SiteControl::MasterOnly));
    let p31 = check(
        file(&(site_control("all") + &site_control("none"))),
        Some(0),
        "!duplicate-site-control",
    )
    .unwrap();
    assert_eq!(p31.site_control, Some(SiteControl::None));
    check(
        file("<site-control/>"),
        Some(0),
        "!missing-site-control-value",
    );
    check_on(
        5000,
        file(&(site_control("all") + &rule("*", "5000"))),
        Some(1),
        "site-control-outside-master",
    ); // P32
}

#[test]
fn low_ports_from_a_high_port() {
    check_on(
        5000,
        file(&rule("a.test", "80-9999")),
        Some(1),
        "low-ports-from-high-port",
    );
    check_on(5000, file(&rule("a.test", "1024-9999")), Some(1), "");
    check_on(1023, file(&rule("a.test", "80")), Some(1), "");
    check_on(1024, file(&rule("a.test", "*")), Some(1), "");
}

#[test]
fn encodings() {
    let valid = file(&rule("a.test", "80"));
    let utf_16: Vec<u8> = valid.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&utf_16, None, "!utf-16"); // P40
    check([&b"\xFF\xFE"[..], &utf_16].concat(), None, "!utf-16");
    check(format!("\u{feff}{valid}"), Some(1), "byte-order-mark"); // P41
    check(
        format!(" \n<?xml version=\"1.0\"?>{valid}"),
        Some(1),
        "!whitespace-before-declaration",
    ); // P42
    check(format!("\n{valid}"), Some(1), "");
    check(format!("{valid}\0"), Some(1), "trailing-nul"); // P45
    check(format!("{valid}\0\0"), Some(1), "trailing-nul");
    check(format!("{valid}\0\n"), Some(1), "trailing-nul"); // W14
    check(format!("{valid}\0<!-- x -->"), Some(1), "trailing-nul");
    check(
        "<cross-domain-policy>\0\n",
        None,
        "!unclosed-element trailing-nul",
    );
    check(valid.replace("/>", "/>\0"), None, "!embedded-nul");
    check(
        [valid.as_bytes(), b"<!-- \xE9 -->"].concat(),
        None,
        "!invalid-utf-8",
    );
    // Locations count the bytes of the file, including the mark.
    points_at(
        &format!("\u{feff}{}", file(&rule("a.test", "80-"))),
        "invalid-port-range",
        "80-",
    );
}

#[test]
fn sizes() {
    let padded = |length: usize| {
        let valid = file(&rule("a.test", "80"));
        format!("{valid}<!--{}-->", "x".repeat(length - valid.len() - 7))
    };
    check(padded(4_096), Some(1), "");
    check(padded(5_000), Some(1), "large-policy"); // P43
    check(padded(12_000), Some(1), "large-policy");
    check(padded(65_536), Some(1), "large-policy");
    check(padded(65_537), None, "!file-too-large");
}

/// P37 and similar: no input that a parser could choke on gets that far or takes long.
#[test]
fn hostile_files() {
    let entity = "<!DOCTYPE cross-domain-policy [<!ENTITY e \"a.test\">]>";
    check(
        format!("{entity}{}", file(&rule("&e;", "80"))),
        None,
        "!doctype-internal-subset",
    );
    check(file(&rule("&e;", "80")), None, "!undefined-entity");
    check("<a>".repeat(20_000), None, "!too-deep");
    check(
        file(&format!(
            "<allow-access-from {}/>",
            "a=\"\" ".repeat(10_000)
        )),
        None,
        "!too-many-attributes",
    );
    check(
        file(&"<a/>".repeat(9_000)),
        Some(0),
        "large-policy no-rules unknown-element",
    );
    check(file(&"<a/>".repeat(15_000)), None, "!too-many-elements");
    check("<!--".repeat(16_000), None, "!invalid-comment");
    check("<!DOCTYPE \"", None, "!invalid-doctype");
}

#[test]
fn long_values_are_cut_in_messages() {
    let long = "x".repeat(60_000);
    for body in [
        format!("<{long}/>"),
        format!("<allow-access-from {long}=\"\"/>"),
        format!("<allow-access-from domain=\"a.test\" to-ports=\"80\" secure=\"{long}\"/>"),
        site_control(&long),
        rule(&"é".repeat(20_000), "80"),
        format!("&{long};"),
    ] {
        let report = lint(file(&body).as_bytes(), Serving::from_unknown_port());
        let written: usize = report
            .findings
            .iter()
            .map(|finding| finding.message.len() + finding.help.concat().len())
            .sum();
        assert!(written < 2_000, "{} bytes for {}", written, &body[..30]);
    }
}

/// The location of a fault after a non-ASCII name is correct.
#[test]
fn a_duplicate_behind_a_foreign_prefix() {
    let text = "<cross-domain-policy xmlns:éé=\"u\" éé:a=\"1\" éé:a=\"2\"/>";
    points_at(text, "duplicate-attribute", "éé:a");
}

/// However a file is cut or changed, all locations of its findings are in the file.
#[test]
fn every_prefix_and_every_flipped_byte() {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a SYSTEM \"x\">{}",
        file(&(site_control("all") + &rule("*.é.test", "80-9,*")))
    );
    for length in 0..text.len() {
        let mut flipped = text.as_bytes().to_vec();
        flipped[length] ^= 0x10;
        for bytes in [&text.as_bytes()[..length], &flipped] {
            let report = lint(bytes, Serving::from_unknown_port());
            assert!(report.policy.is_some() || report.has_errors());
            for label in report
                .findings
                .iter()
                .filter_map(|finding| finding.label.as_ref())
            {
                assert!(
                    label.span.start <= label.span.end && label.span.end <= bytes.len(),
                    "{report:?}"
                );
            }
        }
    }
}
