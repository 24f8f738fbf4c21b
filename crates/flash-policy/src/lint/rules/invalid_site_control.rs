use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Profile;
use crate::document::Attribute;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};
use crate::spelling::is_like;

pub(crate) static RULE: LintRule = LintRule {
    name: "invalid-site-control",
    severity: Severity::Error,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "meta-policies that do not exist for sockets.",
        matters = "`by-content-type` and `by-ftp-filename` are for HTTP and FTP; other values are usually
misspelled. A client may treat a value that it does not know as `none`, which disables every policy of the host.",
        flash = "For sockets the values are `all`, `master-only` and `none`, since 9.0.115. Lightspark and others
treat an unknown value as `none`.",
        example = rules(r#"<site-control permitted-cross-domain-policies="by-content-type"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// A finding for an invalid value. `message` says what is wrong with it.
pub(crate) fn found(attribute: &Attribute, message: String, profile: Profile) -> Diagnostic {
    let finding = RULE.finding(message).at(attribute.value_span, "");
    let known = match profile {
        Profile::Socket => &SOCKET[..],
        Profile::Url => &URL,
    };
    if URL.contains(&attribute.value.as_str()) {
        return finding.help(choice(known));
    }
    let finding =
        finding.note("a client may treat it as `none`, which disables every policy of the host");
    match known.iter().find(|known| is_like(&attribute.value, known)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help(choice(known)),
    }
}

/// The recommended value comes first: the strictest one under which this file still applies.
const SOCKET: [&str; 3] = ["master-only", "none", "all"];
const URL: [&str; 5] = [
    "master-only",
    "none",
    "by-content-type",
    "by-ftp-filename",
    "all",
];

fn choice(known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|value| format!("`{value}`")).collect();
    match known.as_slice() {
        [most @ .., last] => format!("write {} or {last}", most.join(", ")),
        [] => String::new(),
    }
}
