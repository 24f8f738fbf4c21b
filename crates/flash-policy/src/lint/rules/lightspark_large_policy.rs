use alloc::format;

use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-large-policy",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "A policy of more than 1,400 bytes, where Lightspark is to be served (`--client lightspark`).",
        matters = "Lightspark stops at the first read that does not give exactly 4,096 bytes; a reply that arrives in segments is
cut at the first.",
        flash = "Flash Player reads until the NUL. No version is known to do otherwise.",
        remedy = "Remove comments and whitespace, and join rules.",
    ),
    check,
};

/// What fits into one segment on every usual path.
const SEGMENT: usize = 1_400;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let length = subject.bytes.len();
    if !subject.options.judges_for(PolicyReader::Lightspark)
        || length <= SEGMENT
        || subject.policy.is_none()
    {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "Lightspark may read only a part of these {length} bytes"
        ))
        .note("it stops at the first piece that does not have exactly 4,096 bytes")
        .help("keep the policy under 1,400 bytes"),
    );
}
