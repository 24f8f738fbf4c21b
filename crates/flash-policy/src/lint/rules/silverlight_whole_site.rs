use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-whole-site",
    severity: Severity::Hint,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "`<resource>` elements for `/` that include everything below it.",
        matters = "The applications that the policy allows can read every page and use every service of this site,
as the user who is logged in.",
        flash = "No version of Flash Player reads this format.",
        example = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><resource path="/" include-subpaths="true"/></grant-to>"#),
        instead = silverlight(r#"<allow-from><domain uri="http://www.example.com"/></allow-from>
      <grant-to><resource path="/api" include-subpaths="true"/></grant-to>"#),
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for element in subject.silverlight_elements("resource") {
        let value = |name| {
            element
                .attribute(name)
                .map(|attribute| attribute.value.as_str())
        };
        if value("path") == Some("/") && value("include-subpaths") == Some("true") {
            findings.push(
                RULE.finding("this grants everything on this site")
                    .at(element.tag, "")
                    .help("name only the paths that are needed"),
            );
        }
    }
}
