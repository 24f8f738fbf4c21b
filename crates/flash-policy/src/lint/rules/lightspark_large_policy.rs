use alloc::format;

use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "lightspark-large-policy",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "policies of more than 1,400 bytes, if Lightspark is one of your clients (`--client lightspark`).",
        matters = "Lightspark stops at the first read that does not return exactly 4,096 bytes. If the reply
arrives in several segments, Lightspark sees only the first.",
        flash = "Flash Player reads until the NUL. No version is known to differ.",
        remedy = "Remove comments and whitespace, and merge rules.",
    ),
    check,
};

/// The number of bytes that fit into one segment on every usual path.
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
            "the policy has {length} bytes; Lightspark may read only part of it"
        ))
        .note("it stops at the first read that does not return exactly 4,096 bytes")
        .help("keep the policy under 1,400 bytes"),
    );
}
