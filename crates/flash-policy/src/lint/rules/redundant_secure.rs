use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "redundant-secure",
    severity: Severity::Hint,
    group: RuleGroup::Secure,
    page: page!(
        finds = r#"`secure="false"` in socket policies."#,
        matters = "It is the default there, whatever Adobe's DTD says. It takes 15 bytes per rule.",
        flash = "In socket policies the default is `false`, in all versions. In a URL policy served over HTTPS it
is `true`.",
        example = rules(
            r#"<allow-access-from domain="www.example.com" to-ports="9339" secure="false"/>"#
        ),
        instead = rules(r#"<allow-access-from domain="www.example.com" to-ports="9339"/>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // If a web server sends the file over HTTPS after all, `false` is not the default.
    let is_guessed = subject
        .options
        .was_taken_for_a_socket_policy_despite_its_name();
    if !subject.is(PolicyKind::Socket) || is_guessed {
        return;
    }
    let attributes = subject
        .top("allow-access-from")
        .filter_map(|element| element.attribute("secure"));
    for attribute in attributes.filter(|attribute| attribute.value == "false") {
        findings.push(
            RULE.finding("`false` is the default in socket policies")
                .at(attribute.span, "")
                .help("remove it to save bytes")
                .fix(
                    "remove `secure=\"false\"`",
                    subject.with_blanks_before(attribute.span),
                    "",
                ),
        );
    }
}
