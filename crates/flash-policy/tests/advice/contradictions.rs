//! No finding mentions something that another one asks to fix, or advises the opposite.

use super::{check, check_rules, from_port, help, policy, socket, url};

#[test]
fn what_is_to_be_corrected_first_is_not_spoken_of_as_if_it_counted() {
    let rule = |domain: &str| policy(&format!("<allow-access-from domain=\"{domain}\"/>"));
    check_rules(&rule("http://a.test/"), &url(), &["domain-with-path"]);
    check_rules(&rule("www.example.com"), &url(), &["example-domain"]);
    let header = "<allow-http-request-headers-from domain=\"http://a.test/\" headers=\"X\"/>";
    check_rules(&policy(header), &url(), &["invalid-header-rule-domain"]);
    let secure = "<allow-access-from domain=\"a.test\" secure=\"yes\"/>";
    check_rules(&policy(secure), &url(), &["invalid-secure"]);
    let example = "<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>";
    check_rules(&policy(example), &socket(), &["example-domain"]);
}

#[test]
fn a_meta_policy_gets_one_advice() {
    let control = |value: &str| {
        policy(&format!(
            "<site-control permitted-cross-domain-policies=\"{value}\"/>\n\
             <allow-access-from domain=\"a.test\" to-ports=\"9339\"/>"
        ))
    };
    check_rules(
        &control("all"),
        &from_port(5000),
        &["site-control-outside-master"],
    );
    for (element, rule) in [
        (
            "permitted-cross-domain-policies=\"master_only\"",
            "invalid-site-control",
        ),
        (
            "permitted-cross-domain-policy=\"none\"",
            "missing-site-control-value",
        ),
        ("", "missing-site-control-value"),
    ] {
        let text = policy(&format!(
            "<site-control {element}/>\n<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>"
        ));
        check_rules(&text, &from_port(5000), &[rule]);
        let help = help(&text, &from_port(5000));
        assert!(help.starts_with("remove the element: "), "{help}");
    }
    check_rules(&control("all"), &socket(), &["site-control-all"]);
    check_rules(
        &control("none"),
        &socket(),
        &["site-control-none-with-rules"],
    );
    for written in ["master_only", "masteronly", "Master-Only"] {
        let message = format!("`{written}` is not a meta-policy");
        let help = "did you mean `master-only`?";
        check(
            &control(written),
            &socket(),
            &[("invalid-site-control", &message, help)],
        );
    }
}
