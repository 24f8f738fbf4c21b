use crate::Secure;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-true-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Secure,
    page: page!(
        finds = r#"`secure="true"` in a socket policy."#,
        matters = "It shuts out every movie that was loaded over plain HTTP, and protects nothing: the socket itself is not
encrypted by it.",
        flash = "It is honored. Adobe advises against it but for local sockets, and the Debug Player writes a warning into its
policy log, since 9.0.115.",
        example = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="true"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is(PolicyKind::Socket) {
        return;
    }
    for (rule, places) in subject.rules() {
        if let (Secure::HttpsOnly, Some(span)) = (rule.secure, places.secure) {
            findings.push(
                RULE.finding("only movies loaded over HTTPS may connect")
                    .at(span, "")
                    .note("the socket itself is not encrypted by this; Adobe advises against it but for local sockets")
                    .help("keep it if that is meant; without it, movies loaded over plain HTTP may connect too"),
            );
        }
    }
}
