use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::{Scheme, Secure};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-with-http-scheme",
    severity: Severity::Warning,
    group: RuleGroup::Secure,
    page: page!(
        finds = r#"rules for an `http://` domain that require HTTPS with `secure="true"`."#,
        matters = "No movie is loaded over both, so the rule matches nothing.",
        flash = r#"A scheme before a domain limits the rule to movies loaded over it, and `secure="true"` limits it
to HTTPS. Adobe's specification (2010) names no version."#,
        example = rules(
            r#"<allow-access-from domain="http://www.example.com" to-ports="9339" secure="true"/>"#
        ),
        instead = rules(r#"<allow-access-from domain="https://www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        let (Secure::HttpsOnly, Some(Scheme::Http), Some(span)) =
            (rule.secure, rule.domain.scheme(), places.secure)
        else {
            continue;
        };
        let finding = RULE
            .finding("no movie is loaded over both `http://` and HTTPS: the rule grants nothing")
            .at(places.domain, "")
            .also_at(span, "this requires HTTPS")
            .help(
                "if your movies are loaded over HTTPS, remove `http://`; otherwise remove `secure`",
            );
        findings.push(if subject.is(PolicyKind::Url) {
            finding.note("if the policy is served over plain HTTP, `secure` has no effect")
        } else {
            finding
        });
    }
}
