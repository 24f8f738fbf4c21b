use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Span, Subject, page};
use crate::{Port, SiteControl};

pub(crate) static RULE: LintRule = LintRule {
    name: "site-control-none-with-rules",
    severity: Severity::Warning,
    group: RuleGroup::MetaPolicy,
    page: page!(
        finds = "the meta-policy `none` in files that have rules.",
        matters = "`none` disables every policy of the host, including this one. The rules grant nothing.",
        flash = "Since 9.0.115, for the policy on port 843 and for `/crossdomain.xml`. On
other ports the element is ignored.",
        example = rules(
            r#"<site-control permitted-cross-domain-policies="none"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
        instead = rules(
            r#"<site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
    ),
    check,
};

/// The place of a `none` in a policy with rules that is, or may be, the master policy.
fn find(subject: &Subject<'_>) -> Option<Span> {
    let port = subject.options.serving.port();
    if subject.is(PolicyKind::Socket) && port.is_some_and(|port| port != Port::MASTER) {
        return None;
    }
    let policy = subject.policy?;
    let has_rules = !(policy.rules.is_empty() && policy.header_rules.is_empty());
    let none = policy.site_control == Some(SiteControl::None) && has_rules;
    // An invalid value may count as `none`, but another rule reports it.
    let span = subject.places.site_control.filter(|_| none)?;
    let is_written = subject.bytes.get(span.start..span.end) == Some(b"none".as_slice());
    is_written.then_some(span)
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    findings.extend(find(subject).map(|span| {
        RULE.finding("`none` disables every policy of this host, including these rules")
            .at(span, "")
            .help("write `master-only` if the rules in this file should apply")
    }));
}
