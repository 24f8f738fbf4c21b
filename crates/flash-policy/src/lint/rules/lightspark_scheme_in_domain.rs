use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-scheme-in-domain",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "domains that begin with `http://` or `https://`, if Lightspark is one of your clients
(`--client lightspark`).",
        matters = "Lightspark does not support a scheme here, so the rule matches nothing.",
        flash = "In Flash Player, the scheme limits the rule to movies loaded over it. Adobe's specification
(2010) names no version.",
        example = rules("client=lightspark", r#"<allow-access-from domain="http://*.example.com" to-ports="9339"/>"#),
        instead = rules("client=lightspark", r#"<allow-access-from domain="*.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Lightspark) {
        return;
    }
    for (_, places) in subject
        .rules()
        .filter(|(rule, _)| rule.domain.scheme().is_some())
    {
        findings.push(
            RULE.finding("Lightspark does not support a scheme here: the rule matches nothing")
                .at(places.domain, "")
                .help("remove the scheme"),
        );
    }
}
