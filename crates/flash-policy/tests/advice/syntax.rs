//! Advice for broken XML: the content of the file is kept.

use super::{found, help, policy, socket};

#[test]
fn quotes_too_many_or_too_few_show_the_value_that_was_found() {
    for (attribute, value) in [
        ("domain", "www.a.test"),
        ("domain", "*.a.test"),
        ("to-ports", "9339,9400-9410"),
        ("secure", "true"),
    ] {
        for written in [
            format!("\"\"{value}\"\""),
            format!("''{value}''"),
            format!("\"\"{value}\""),
            format!("\"{value}\"\""),
            format!("''{value}'"),
            format!("'{value}''"),
            value.to_owned(),
            format!("{value}\""),
        ] {
            for equals in ["=", " = "] {
                let rule = format!("<allow-access-from id=\"x\" {attribute}{equals}{written} />");
                let help = help(&policy(&rule), &socket());
                let double = format!("write `{attribute}=\"{value}\"`");
                let single = format!("write `{attribute}='{value}'`");
                assert!(help == double || help == single, "{rule}: {help}");
            }
        }
    }
    let declared = "<?xml version=\"\"1.0\"\"?><cross-domain-policy/>";
    assert_eq!(help(declared, &socket()), "write `version=\"1.0\"`");
}

#[test]
fn doubled_quotes_in_a_comment_are_nobodys_fault() {
    let text =
        policy("<!-- domain=\"\"*\"\" --><allow-access-from domain=\"a.test\" to-ports=80/>");
    assert_eq!(help(&text, &socket()), "write `to-ports=\"80\"`");
}

#[test]
fn end_tags_that_are_misspelt_or_missing_are_named() {
    let said = |text: &str| {
        let findings = found(text, &socket());
        let [finding] = &findings[..] else {
            panic!("{findings:#?}");
        };
        format!("{}: {}", finding.message, finding.help.join("; "))
    };
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    let root = "<cross-domain-policy>";
    for end in [
        "</Cross-Domain-Policy>",
        "</cross-domain-policies>",
        "</crossdomain-policy>",
    ] {
        let expected = format!(
            "expected `</cross-domain-policy>`, found `{end}`: did you mean `</cross-domain-policy>`?"
        );
        assert_eq!(said(&format!("{root}{rule}{end}")), expected);
    }
    let open = rule.replace("/>", ">");
    for end in ["</allow-access-form>", "</Allow-Access-From>"] {
        let expected = format!(
            "expected `</allow-access-from>`, found `{end}`: did you mean `</allow-access-from>`?"
        );
        assert_eq!(
            said(&format!("{root}{open}{end}</cross-domain-policy>")),
            expected
        );
    }
    for (end, expected) in [
        (
            "",
            "expected `</cross-domain-policy>`, found the end of the file: add `</cross-domain-policy>` as the last line",
        ),
        (
            "<cross-domain-policy/>",
            "expected `</cross-domain-policy>`, found a second `<cross-domain-policy/>`: write `</cross-domain-policy>`, with a slash before the name",
        ),
        (
            "<cross-domain-policy />\n",
            "expected `</cross-domain-policy>`, found a second `<cross-domain-policy />`: write `</cross-domain-policy>`, with a slash before the name",
        ),
        (
            "<\\cross-domain-policy>",
            "expected `/` in an end tag, found a backslash: write `</cross-domain-policy>`",
        ),
    ] {
        assert_eq!(said(&format!("{root}{rule}{end}")), expected);
    }
    let early = said(&format!(
        "<cross-domain-policy/>{rule}</cross-domain-policy>"
    ));
    assert!(
        early.contains("remove the `/` from the start tag"),
        "{early}"
    );
}

#[test]
fn characters_in_the_wrong_place_are_named() {
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    for (text, expected) in [
        (
            format!("<?xml version=“1.0” encoding=“UTF-8”?>{}", policy(rule)),
            "expected a straight quote, found `“` (U+201C)",
        ),
        (
            policy("<allow-access-from domain=\"a.test\", to-ports=\"9339\"/>"),
            "expected a space after the value, found `,`",
        ),
        (
            format!("+ {}", policy(rule)),
            "found a `-` or `+` from a browser's tree view",
        ),
    ] {
        let findings = found(&text, &socket());
        assert_eq!(findings[0].message, expected, "{text}");
        assert_eq!(findings.len(), 1, "{text}");
    }
}
