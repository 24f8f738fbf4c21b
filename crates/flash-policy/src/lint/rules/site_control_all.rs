use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::{Port, SiteControl};

pub(crate) static RULE: LintRule = LintRule {
    name: "site-control-all",
    severity: Severity::Hint,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "the meta-policy `all`.",
        matters = "In a socket policy, `all` lets every port of the host serve its own policy. A user who can run a
program on the host can then open the port that it listens on. `all` is also the default.

In a URL policy, `all` makes every file on the site a valid policy, including files that users upload. OWASP's
WSTG-CONF-08 lists it as a vulnerability.",
        flash = "For sockets `all` is the default in all versions. For URL policies it is the default up to
Player 9; from 10 on, the default is `master-only`.",
        example = rules(r#"<site-control permitted-cross-domain-policies="all"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let all = subject
        .policy
        .is_some_and(|policy| policy.site_control == Some(SiteControl::All));
    let Some(span) = subject.places.site_control.filter(|_| all) else {
        return;
    };
    if subject.is(PolicyKind::Url) {
        let mut finding = RULE
            .finding("`all` makes every file on this site a valid policy, including files that users upload")
            .at(span, "")
            .help("write `master-only`");
        finding.severity = Severity::Warning;
        findings.push(finding);
    } else if subject
        .options
        .serving
        .port()
        .is_none_or(|port| port == Port::MASTER)
    {
        // `site-control-outside-master` reports it on other ports, where it has no effect.
        findings.push(
            RULE.finding("`all` lets every port of this host serve its own policy")
                .at(span, "")
                .note("this is also the default")
                .help("write `master-only` if only the rules in this file should apply"),
        );
    }
}
