use alloc::format;

use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::parse::FLASH_ELEMENTS;

pub(crate) static RULE: LintRule = LintRule {
    name: "element-order",
    severity: Severity::Hint,
    group: RuleGroup::Structure,
    page: page!(
        finds = "elements that are not in the order of Adobe's definitions: `site-control`, `allow-access-from`,
`allow-http-request-headers-from`, `allow-access-from-identity`.",
        matters = "A validator that uses Adobe's definitions refuses the file. Players do not.",
        flash = "Players don't enforce the order. The sample that is copied most often has `site-control` last.
No version is known to differ.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>
  <site-control permitted-cross-domain-policies="master-only"/>"#),
        instead = rules(r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.policy.is_none() {
        return;
    }
    let mut latest = 0;
    for element in subject
        .elements()
        .iter()
        .filter(|element| element.depth == 1)
    {
        let Some(place) = FLASH_ELEMENTS.iter().position(|name| *name == element.name) else {
            continue;
        };
        if place < latest {
            findings.push(
                RULE.finding(format!(
                    "expected {} earlier in the file",
                    element.quoted_tag()
                ))
                .at(element.name_span(), "")
                .note("players accept any order; Adobe's definitions require this one")
                .help("put `<site-control>` first, and header and identity rules last"),
            );
            return;
        }
        latest = place;
    }
}
