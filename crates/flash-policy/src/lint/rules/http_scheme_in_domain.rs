use alloc::format;

use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};
use crate::{Scheme, Secure};

pub(crate) static RULE: LintRule = LintRule {
    name: "http-scheme-in-domain",
    severity: Severity::Warning,
    group: RuleGroup::Domains,
    page: page!(
        finds = "domains that begin with `http://`.",
        matters = "The rule is only for movies loaded over `http`, usually because a URL was pasted. As soon as the
site uses HTTPS, the connection is refused. A rule without a scheme is for both.",
        flash = "Adobe's specification (2010) allows `http://*.example.com`, which limits the rule to movies loaded
over that scheme. It names no version.",
        example = rules(r#"<allow-access-from domain="http://www.example.com" to-ports="9339"/>"#),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // With `secure="true"`, the rule matches nothing, which another rule reports.
    let rules = subject.rules().filter(|(rule, _)| {
        rule.domain.scheme() == Some(Scheme::Http) && rule.secure != Secure::HttpsOnly
    });
    for (rule, places) in rules {
        let hosts = rule.domain.hosts();
        findings.push(
            RULE.finding("this rule does not allow movies loaded over `https`, only over `http`")
                .at(places.domain, "")
                .help(format!("write `{hosts}`, which allows both")),
        );
    }
}
