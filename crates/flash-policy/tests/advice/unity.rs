//! Advice for Unity's web player: it accepts only `*`, and supports neither `<site-control>` nor header rules.

use std::fs;
use std::path::Path;

use flash_policy::Diagnostic;
use flash_policy::lint::{Options, PolicyReader, RuleGroup, rule};

use super::{check, found, from_port, policy, socket};

fn unity(options: Options) -> Options {
    options.clients(&[PolicyReader::Unity])
}

/// Every text that a finding tells to write.
fn advice(finding: &Diagnostic) -> impl Iterator<Item = &str> {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    let edits = edits.chain(finding.repeats.iter().flat_map(|repeat| &repeat.edits));
    let help = finding.help.iter().map(String::as_str);
    help.chain(edits.map(|edit| edit.text.as_str()))
}

#[track_caller]
fn is_for_unity(text: &str, options: &Options) {
    for finding in found(text, options) {
        for advice in advice(&finding).filter(|advice| !advice.starts_with("remove")) {
            for unsupported in [
                "site-control",
                "master-only",
                "permitted-",
                "<!--",
                "-->",
                "-headers-",
            ] {
                assert!(!advice.contains(unsupported), "{finding:?}\n{text}");
            }
            assert!(
                !advice.contains("domain=\"www.example.com\""),
                "{finding:?}\n{text}"
            );
            assert!(
                advice.chars().all(|c| c.is_ascii() || c == '…'),
                "{finding:?}\n{text}"
            );
        }
        let is_about_a_domain =
            rule(finding.rule).is_some_and(|rule| rule.group == RuleGroup::Domains);
        let says_any = finding
            .help
            .iter()
            .any(|help| help.contains("Unity") && help.contains("`*`"));
        assert!(!is_about_a_domain || says_any, "{finding:?}\n{text}");
    }
}

/// The examples of all rules: wrong and right, on port 843 and on another.
#[test]
fn no_advice_asks_for_what_unity_does_not_support() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let page = fs::read_to_string(entry.unwrap().path()).unwrap();
        for block in page.split("```xml").skip(1) {
            let (_, text) = block.split_once('\n').unwrap();
            let text = text.split("```").next().unwrap();
            for options in [socket(), from_port(9339)] {
                is_for_unity(text, &unity(options));
            }
            count += 1;
        }
    }
    assert!(count > 200, "{count} examples");
    let rule = "<allow-access-from domain=\"*\" to-ports=\"9339\"/>";
    for broken in [
        "",
        "<policy-file-request/>",
        "<cross-domain-policy/>",
        &policy("<allow-access-from to-ports=\"9339\"/>"),
        &policy("<site-control/>"),
        &policy("<Site-Control permitted-cross-domain-policies=\"all\"/>"),
        &policy("<site-control permitted=\"none\"/>"),
        &policy("<site-control permitted-cross-domain-policies=\"master\"/>"),
        &policy(&format!(
            "{rule}<site-control permitted-cross-domain-policies=\"all\"/>"
        )),
        &policy(&format!("<!- x -> {rule} // x")),
        &policy("< allow-access-from domain=\"*\" to-ports=\"9339\"/>"),
        &policy("<allow-access-from domain=“bücher.example” to-ports=\"9339\"/>"),
    ] {
        is_for_unity(broken, &unity(socket()));
    }
}

#[test]
fn the_words() {
    check(
        "",
        &unity(socket()),
        &[(
            "empty-file",
            "expected a policy, found an empty file",
            "start from `<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"9339\"/></cross-domain-policy>`",
        )],
    );
}
