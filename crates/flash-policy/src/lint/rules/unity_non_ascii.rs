use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-non-ascii",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds =
            "Characters beyond ASCII, where Unity's web player is to be served (`--client unity`).",
        matters = "It takes the reply for ASCII.",
        flash = "What Flash Player does with them is not known. No version is known to differ; socket policies exist since 7.0.19.",
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
        RULE.finding("Unity's web player takes a policy for ASCII, and this is not")
            .at(at..at + found.len_utf8(), "the first one")
            .help("replace it, or remove the comment that it stands in"),
    );
}
