use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::{Port, SiteControl};

pub(crate) static RULE: LintRule = LintRule {
    name: "site-control-all",
    severity: Severity::Hint,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "The meta-policy `all`.",
        matters = "In a socket policy it is what holds anyway: every port of the host may serve a policy of its own. Whoever can
listen on any port can then open it. In a URL policy it lets every file on the site be a policy, uploads of
users included; OWASP's WSTG-CONF-08 names it as a fault.",
        flash = "For sockets `all` is the default, in all versions. For URL policies it was up to Player 9; from 10 on the
default there is `master-only`.",
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
            .finding("`all` lets every file of this site be a policy, also what users upload")
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
        // On other ports it does not count, and `site-control-outside-master` says so.
        findings.push(
            RULE.finding("every port of this host may serve a policy of its own")
                .at(span, "")
                .note("this is so without the element, too")
                .help("write `master-only` if the rules of this file are all there shall be"),
        );
    }
}
