use alloc::format;
use alloc::string::ToString as _;

use crate::diagnostic::quoted;
use crate::lint::gathered::Gathered;
use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-named-domain",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "rules for a named domain if no rule is for `*` (`--client unity`).",
        matters = "For sockets, Unity's web player accepts only `*` and ignores other rules.",
        flash = "Flash Player accepts names, in all versions. To serve both, the policy needs both rules.",
        example = rules(
            "client=unity",
            r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#
        ),
        instead = rules(
            "client=unity",
            r#"<allow-access-from domain="*" to-ports="9339"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Unity) || !subject.is(PolicyKind::Socket) {
        return;
    }
    // With a rule for `*`, the named ones are for other clients.
    if subject.rules().any(|(rule, _)| rule.domain.is_any()) {
        return;
    }
    let shown = subject.rules().map(|(rule, places)| {
        let domain = rule.domain.to_string();
        (quoted(&domain).to_string(), places.domain)
    });
    let Some(gathered) = Gathered::from(shown) else {
        return;
    };
    let rules = match gathered.only() {
        Some(_) => "this rule",
        None => "the rules",
    };
    let finding = RULE
        .finding(format!(
            "Unity's web player accepts only `*`, and ignores {rules} for {}",
            gathered.values()
        ))
        .note("a rule with `domain=\"*\"` opens its ports to content from every site")
        .help("add a rule with `domain=\"*\"` for the ports of your Unity games only");
    findings.push(gathered.place(finding));
}
