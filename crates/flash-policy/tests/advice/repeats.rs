//! One mistake is one finding, however often it is made.

use flash_policy::lint::{Options, PolicyKind, PolicyReader, lint_with};

use super::{check, check_rules, found, from_port, policy, socket, url};

/// Many rules, each with a different host and port.
fn many(rule: impl Fn(usize) -> String) -> String {
    policy(&(0..30).map(rule).collect::<Vec<_>>().join("\n"))
}

#[test]
fn one_mistake_with_many_values_is_one_finding() {
    let lightspark = socket().clients(&[PolicyReader::Lightspark]);
    let unity = socket().clients(&[PolicyReader::Unity]);
    let rule = |domain: &str, ports: &str| {
        format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
    };
    let ports = ["21", "22", "23"];
    for (name, text, options) in [
        (
            "trusted-domain",
            many(|n| rule(&format!("s{n}.test"), "80")),
            url(),
        ),
        (
            "wide-port-range",
            many(|n| rule("a.test", &format!("2000-{}", 5000 + n))),
            socket(),
        ),
        (
            "lightspark-port-range",
            many(|n| rule("a.test", &format!("2000-{}", 2002 + n))),
            lightspark,
        ),
        (
            "unity-named-domain",
            many(|n| rule(&format!("s{n}.test"), "9339")),
            unity,
        ),
        (
            "blocked-ports",
            many(|n| rule("a.test", ports[n % 3])),
            socket(),
        ),
        (
            "ports-without-listener",
            many(|n| rule("a.test", &format!("{}", 2000 + n))),
            socket().used_ports("9339".parse().unwrap()),
        ),
        (
            "privileged-ports",
            many(|n| rule("a.test", ports[n % 3])),
            socket(),
        ),
        (
            "www-without-apex",
            many(|n| rule(&format!("www.s{n}.test"), "9339")),
            socket(),
        ),
        (
            "example-domain",
            many(|n| rule(["a.example.com", "your.net", "domain.tld"][n % 3], "9339")),
            socket(),
        ),
    ] {
        let report = lint_with(text.as_bytes(), &options);
        assert!(
            !report.omitted.contains_key(name),
            "{name}: {:?}",
            report.omitted
        );
        let of_rule = report
            .findings
            .iter()
            .filter(|finding| finding.rule == name);
        let [finding] = of_rule.collect::<Vec<_>>()[..] else {
            panic!("{name}: {:#?}", report.findings);
        };
        assert_eq!(finding.places(), 30, "{name}");
    }
}

#[test]
fn a_repeated_mistake_names_its_values() {
    let text = many(|n| format!("<allow-access-from domain=\"s{n}.test\"/>"));
    let message =
        "this policy trusts `s0.test`, `s1.test`, `s2.test`, `s3.test`, `s4.test` and 25 more";
    let help = "check that you still control or trust these sites, and that they still need access";
    check(&text, &url(), &[("trusted-domain", message, help)]);
}

#[test]
fn a_misspelt_attribute_of_site_control_is_one_mistake() {
    for name in [
        "permitted-cross-domain-policy",
        "permitted-crossdomain-policies",
        "Permitted-Cross-Domain-Policies",
        "policy",
    ] {
        let text = policy(&format!(
            "<site-control {name}=\"all\"/><allow-access-from domain=\"a.test\" to-ports=\"9339\"/>"
        ));
        let message = format!("expected `permitted-cross-domain-policies`, found `{name}`");
        let help = "write `permitted-cross-domain-policies`";
        check(
            &text,
            &socket(),
            &[("missing-site-control-value", &message, help)],
        );
    }
}

#[test]
fn lightspark_is_named_where_it_stops_reading_only() {
    let notes = |text: &str, options: &Options| {
        let findings = found(text, options).into_iter();
        let unknown = findings.filter(|finding| finding.rule == "unknown-attribute");
        unknown
            .flat_map(|finding| finding.notes)
            .collect::<String>()
    };
    let silverlight = socket().kind(PolicyKind::Silverlight);
    let text = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\" x=\"\"/></allow-from>\
                <grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy>\
                </cross-domain-access></access-policy>";
    assert_eq!(notes(text, &silverlight), "players ignore it");
    let three = policy("<allow-access-from domain=\"a.test\" to-ports=\"80\" id=\"x\"/>");
    assert_eq!(notes(&three, &socket()), "players ignore it");
    let four = "<allow-access-from domain=\"a.test\" to-ports=\"80\" secure=\"true\" id=\"x\"/>";
    assert!(notes(&policy(four), &socket()).contains("Lightspark"));
}

#[test]
fn a_header_rule_is_one_finding_for_lightspark() {
    let text = policy(
        "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>\n\
         <allow-http-request-headers-from domain=\"a.test\" headers=\"X\"/>",
    );
    check_rules(&text, &socket(), &["header-rule-in-socket-policy"]);
    let lightspark = from_port(5000).clients(&[PolicyReader::Lightspark]);
    check_rules(&text, &lightspark, &["lightspark-unsupported-element"]);
}
