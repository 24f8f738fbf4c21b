use crate::lint::rule::{
    Findings, LintRule, PolicyKind, PolicyReader, RuleGroup, Severity, Subject, page,
};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-flash-policy",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "Flash socket policies, if Silverlight is one of your clients (`--client silverlight`).",
        matters = "For sockets, Silverlight asks on port 943, and expects a different format.",
        flash = "Flash Player asks for this format on port 843, since 9.0.115.",
        example = rules(
            "client=silverlight",
            r#"<allow-access-from domain="www.example.com" to-ports="4502"/>"#
        ),
        instead = silverlight(
            "client=silverlight",
            r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><socket-resource port="4502" protocol="tcp"/></grant-to>"#
        ),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let silverlight =
        subject.options.judges_for(PolicyReader::Silverlight) && subject.is(PolicyKind::Socket);
    let Some(root) = subject.places.root.filter(|_| silverlight) else {
        return;
    };
    findings.push(
        RULE.finding("Silverlight does not read this format from a socket")
            .at(root, "")
            .note("it asks on port 943 for an `<access-policy>`")
            .help("serve an `<access-policy>` for the same movies and ports on port 943, too"),
    );
}
