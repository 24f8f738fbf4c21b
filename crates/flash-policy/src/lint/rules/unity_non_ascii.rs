use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-non-ascii",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "non-ASCII characters, if Unity's web player is one of your clients (`--client unity`).",
        matters = "Unity's web player reads the reply as ASCII.",
        flash = "What Flash Player does with them is not known. No version is known to differ.",
        example = rules(
            "client=unity",
            r#"<!-- das „echte“ Spiel -->
  <allow-access-from domain="*" to-ports="9339"/>"#
        ),
        instead = rules(
            "client=unity",
            r#"<!-- das echte Spiel -->
  <allow-access-from domain="*" to-ports="9339"/>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.options.judges_for(PolicyReader::Unity) || subject.policy.is_none() {
        return;
    }
    let text = str::from_utf8(subject.bytes).unwrap_or_default();
    let Some((at, found)) = text.char_indices().find(|(_, c)| !c.is_ascii()) else {
        return;
    };
    findings.push(
        RULE.finding(
            "Unity's web player reads the policy as ASCII, but it contains another character",
        )
        .at(at..at + found.len_utf8(), "the first one")
        .help("replace it, or remove the comment that contains it"),
    );
}
