use crate::Secure;
use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "secure-true-in-socket-policy",
    severity: Severity::Warning,
    group: RuleGroup::Secure,
    page: page!(
        finds = r#"`secure="true"` in socket policies."#,
        matters = "It refuses every movie that was loaded over plain HTTP. It does not encrypt the socket.",
        flash = "Players honor it. Adobe recommends it only for local sockets. The Debug Player logs a warning in
its policy log, since 9.0.115.",
        example =
            rules(r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="true"/>"#),
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
                    .note("this does not encrypt the socket; Adobe recommends it only for local sockets")
                    .help("keep it to require HTTPS; remove it to allow movies loaded over plain HTTP too"),
            );
        }
    }
}
