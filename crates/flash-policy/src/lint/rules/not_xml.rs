use crate::lint::PolicyKind;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page, start_from};
use crate::xml::outside::{is_escaped, is_placeholder};

pub(crate) static RULE: LintRule = LintRule {
    name: "not-xml",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "files without a single tag, such as JSON, TOML, YAML or plain text.",
        matters = "A policy is an XML document. Usually the wrong file was named, such as a server's config
file. `flashgate serve` reads its own with `--config`.",
        flash = "The player refuses any document whose root element is not `<cross-domain-policy>`. No version is
known to differ.",
        example = file(r#"{"domain": "www.example.com", "ports": "9339"}"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check: BY_PARSER,
};

/// Words that show that the file is a damaged policy.
const OF_A_POLICY: [&str; 3] = ["cross-domain-policy", "access-policy", "allow-access-from"];

pub(crate) fn find(text: &str, kind: PolicyKind) -> Option<Diagnostic> {
    let start = text.trim_start();
    let is_policy = OF_A_POLICY.iter().any(|word| text.contains(word));
    if start.is_empty()
        || start.contains('<')
        || is_policy
        || is_escaped(text)
        || is_placeholder(start)
    {
        return None;
    }
    let lead = text.len() - start.len();
    let line = start.lines().next().unwrap_or_default().trim_end();
    let found = if is_json(start) {
        "JSON"
    } else {
        "text without tags"
    };
    Some(
        RULE.finding(alloc::format!("expected an XML policy, found {found}"))
            .at(lead..lead + line.len(), "")
            .help("check that this is the right file")
            .help(start_from(kind)),
    )
}

/// Whether a text looks like JSON. A section of a TOML file also starts with `[`.
fn is_json(text: &str) -> bool {
    let inside = |mark| text.strip_prefix(mark).map(str::trim_start);
    inside('{').is_some_and(|inside| inside.starts_with(['"', '}']))
        || inside('[').is_some_and(|inside| inside.starts_with(['"', '{']))
}
