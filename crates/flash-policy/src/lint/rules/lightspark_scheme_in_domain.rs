use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-scheme-in-domain",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "A domain with `http://` or `https://` before it, where Lightspark is to be served (`--client lightspark`).",
        matters = "Lightspark does not know schemes here: the rule matches nothing.",
        flash = "In Flash Player it narrows the name to movies loaded that way. Adobe's specification, of 2010, names no version
for it.",
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
            RULE.finding("Lightspark knows no schemes here: for it, this matches nothing")
                .at(places.domain, "")
                .help("leave the scheme out"),
        );
    }
}
