use alloc::format;

use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-large-policy",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "A policy of more than 1,400 bytes, where Unity's web player is to be served (`--client unity`).",
        matters = "It reads once, at most 5,000 bytes, and then closes. What travels in a second segment is lost, and the rest is
broken XML.",
        flash = "Flash Player reads until the NUL. No version is known to do otherwise.",
        remedy = "Remove comments and whitespace, and join rules.",
    ),
    check,
};

/// What fits into one segment on every usual path.
const SEGMENT: usize = 1_400;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let length = subject.bytes.len();
    if !subject.options.judges_for(PolicyReader::Unity)
        || length <= SEGMENT
        || subject.policy.is_none()
    {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "Unity's web player may read only a part of these {length} bytes"
        ))
        .note("it reads once, 5,000 bytes at most: what arrives in a second segment is lost")
        .help("keep the policy under 1,400 bytes"),
    );
}
