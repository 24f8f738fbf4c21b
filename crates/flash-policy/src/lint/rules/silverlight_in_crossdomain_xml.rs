use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "silverlight-in-crossdomain-xml",
    severity: Severity::Warning,
    group: RuleGroup::Silverlight,
    page: page!(
        finds = "Silverlight policies in files called `crossdomain.xml`, if `--as` is not given. The file is checked as
a Silverlight policy.",
        matters = "Every client that asks a web server for `/crossdomain.xml` expects Flash's format there.
Silverlight asks for its own format under the name `/clientaccesspolicy.xml`.",
        flash = "The player refuses any document whose root element is not `<cross-domain-policy>`. No version is
known to differ.",
        remedy = "Rename the file to `clientaccesspolicy.xml`. If a policy server sends it on port 943, the name has no
effect: pass `--as silverlight`.",
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let is_named = subject.options.is_named_crossdomain_xml();
    let root = subject.silverlight_elements("access-policy").next();
    let Some(root) = root.filter(|_| is_named) else {
        return;
    };
    findings.push(
        RULE.finding("this is a Silverlight policy, but in a `crossdomain.xml` clients expect Flash's format")
            .at(root.name_span(), "Silverlight's root element")
            .note("Silverlight asks a web server for `/clientaccesspolicy.xml`; its `/crossdomain.xml` is for Flash Player")
            .help("rename the file to `clientaccesspolicy.xml`"),
    );
}
