use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::{Scheme, Secure};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-with-http-scheme",
    severity: Severity::Warning,
    group: RuleGroup::Secure,
    page: page!(
        finds = r#"A rule for `http://` and a name that asks for HTTPS with `secure="true"`."#,
        matters = "No movie is loaded both ways: the rule is for nobody.",
        flash = r#"A scheme before a domain narrows it to movies loaded that way; `secure="true"` does so with HTTPS. Adobe's
specification, of 2010, names no version for it."#,
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
        findings.push(
            RULE.finding(
                "no movie is loaded over `http://` and over HTTPS: the rule grants nothing",
            )
            .at(places.domain, "")
            .also_at(span, "this asks for HTTPS")
            .help("remove `http://` if your movies are loaded over HTTPS; only otherwise remove `secure`"),
        );
    }
}
