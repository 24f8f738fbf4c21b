use alloc::format;
use alloc::string::String;

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::spelling::nearest;

pub(crate) static RULE: LintRule = LintRule {
    name: "unknown-element",
    severity: Severity::Warning,
    group: RuleGroup::Structure,
    page: page!(
        finds = "elements that do not exist in the format.",
        matters = "The element is probably misspelled, and the rule it was meant to be is missing. A misspelled
`<allow-access-from>` is an error, and so is any unknown element with the attributes of a rule. In a Silverlight
policy, Moonlight ignores the element around an unknown one, so that is an error too.",
        flash = "What Flash Player does with it is not documented. The clients whose source is public skip it,
with everything inside. No version is known to differ.",
        example = rules(r#"<allow-acces-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A misspelled rule grants nothing, so it is an error.
pub(crate) fn severity(meant: &str) -> Severity {
    if meant == "allow-access-from" {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// Whether the name means the opposite of a rule. Such an element must never be treated as a misspelled rule.
fn is_denial(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "deny", "denied", "disallow", "block", "forbid", "reject", "exclude", "except",
    ];
    words.iter().any(|word| name.contains(word))
}

/// The rule that an unknown element was probably meant to be, by its attributes and the words in its name.
fn rule_meant<'a>(element: &Element, known: &[&'a str]) -> Option<&'a str> {
    let rule = known.iter().find(|name| **name == "allow-access-from")?;
    let has = |wanted: &str| {
        let mut names = element.attributes.iter().map(|attribute| &attribute.name);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    if has("headers") {
        let header_rule = "allow-http-request-headers-from";
        return known.iter().find(|name| **name == header_rule).copied();
    }
    let letters = |c: char| c.is_ascii_alphabetic().then(|| c.to_ascii_lowercase());
    let words: String = element.name.chars().filter_map(letters).collect();
    let has_words = words.contains("allowaccess") || words.contains("accessfrom");
    (has_words || has("domain") || has("to-ports")).then_some(*rule)
}

/// A finding for an element whose name is not known in any case.
pub(crate) fn found(element: &Element, known: &[&str]) -> Diagnostic {
    if is_denial(&element.name) {
        return RULE
            .finding(format!("unknown element {}", element.quoted_tag()))
            .at(element.name_span(), "")
            .note("players ignore it: rules can only allow access")
            .help("remove it, and narrow the rules that allow too much");
    }
    let meant = nearest(&element.name, known).or_else(|| rule_meant(element, known));
    let severity = match meant {
        Some(name) => severity(name),
        None => RULE.severity,
    };
    let message = format!("unknown element {}", element.quoted_tag());
    let finding = Diagnostic::new(RULE.name, severity, message)
        .at(element.name_span(), "")
        .note("players ignore it and everything inside it; names are case-sensitive");
    match meant {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help("remove it"),
    }
}
