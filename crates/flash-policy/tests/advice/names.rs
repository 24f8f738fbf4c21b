//! Names and values outside the format: no advice opens more than the file says.

use flash_policy::lint::lint_with;

use super::{check, check_rules, help, policy, socket, url};

#[test]
fn no_advice_on_a_faulty_value_opens_more_than_it_says() {
    for domain in [
        "",
        "http://",
        "https://",
        "10.0.0.0/8",
        "10.0.0.*",
        "*.com",
        "*.*",
        "www.*.test",
        "a.test/",
        "all",
        "Any",
    ] {
        let text = policy(&format!(
            "<allow-access-from domain=\"{domain}\" to-ports=\"9339\"/>"
        ));
        for options in [socket(), url()] {
            let help = help(&text, &options);
            assert!(!help.is_empty(), "{domain}");
            assert!(
                !help.contains("`*`") && !help.contains("\"*\""),
                "{domain}: {help}"
            );
        }
    }
    for ports in ["", "0", "65536", "9400-", "-9400", "9339;9340"] {
        let text = policy(&format!(
            "<allow-access-from domain=\"a.test\" to-ports=\"{ports}\"/>"
        ));
        let help = help(&text, &socket());
        assert!(
            !help.contains('*') && !help.contains("65535\""),
            "{ports}: {help}"
        );
    }
    for value in ["off", "nil", "any", "master_only", "by-content-type"] {
        let text = policy(&format!(
            "<site-control permitted-cross-domain-policies=\"{value}\"/>"
        ));
        let help = help(&text, &socket());
        assert!(
            !help.contains("write `all`") && !help.contains("mean `all`"),
            "{value}: {help}"
        );
    }
}

#[test]
fn a_rule_that_denies_is_not_taken_for_one_that_allows() {
    for name in ["deny-access-from", "disallow-access-from", "block"] {
        let text = policy(&format!("<{name} domain=\"a.test\" to-ports=\"*\"/>"));
        let help = help(&text, &socket());
        assert!(!help.contains("did you mean"), "{name}: {help}");
    }
}

#[test]
fn a_file_whose_rules_have_another_name_opens_nothing_which_is_an_error() {
    for name in [
        "allow-access",
        "access-from",
        "allow-access-from-domain",
        "allow",
        "AllowAccessFrom",
        "cross-domain",
    ] {
        for attributes in [
            "domain=\"a.test\" to-ports=\"80\"",
            "Domain=\"a.test\"",
            "to-ports=\"*\"",
        ] {
            let text = policy(&format!("<{name} {attributes}/>"));
            let message = format!("unknown element `<{name}>`");
            let help = "did you mean `allow-access-from`?";
            check(&text, &socket(), &[("unknown-element", &message, help)]);
            assert!(lint_with(text.as_bytes(), &socket()).has_errors(), "{name}");
        }
    }
    let headers = policy("<allow-headers domain=\"a.test\" headers=\"X\"/>");
    let help = help(&headers, &url());
    assert!(
        help.contains("did you mean `allow-http-request-headers-from`?"),
        "{help}"
    );
}

#[test]
fn words_for_everything_are_no_wildcards() {
    let rule = |domain: &str, ports: &str| {
        policy(&format!(
            "<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>"
        ))
    };
    for word in ["all", "Any", "every"] {
        let text = rule("a.test", word);
        let help = help(&text, &socket());
        assert!(help.starts_with("write `*` for all ports"), "{help}");
        check_rules(&rule(word, "9339"), &socket(), &["word-as-domain"]);
    }
}

#[test]
fn https_is_not_given_up_by_default() {
    for domain in ["a.test", "http://a.test"] {
        let text = policy(&format!(
            "<allow-access-from domain=\"{domain}\" to-ports=\"9339\" secure=\"true\"/>"
        ));
        let help = help(&text, &socket());
        assert!(!help.contains("leave"), "{help}");
        assert!(
            help.contains("keep it") && (domain == "a.test" || help.contains("remove `http://`")),
            "{help}"
        );
    }
}
