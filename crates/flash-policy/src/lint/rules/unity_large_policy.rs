use alloc::format;

use crate::lint::rule::{Findings, LintRule, PolicyReader, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "unity-large-policy",
    severity: Severity::Warning,
    group: RuleGroup::Clients,
    page: page!(
        finds = "policies of more than 1,400 bytes, if Unity's web player is one of your clients
(`--client unity`). More than 5,000 bytes are an error.",
        matters = "Unity's web player reads once, at most 5,000 bytes, and closes the connection. It does not see
what arrives in a second segment, so the XML is incomplete.",
        flash = "Flash Player reads until the NUL. No version is known to differ.",
        remedy = "Remove comments and whitespace, and merge rules.",
    ),
    check,
};

/// The number of bytes that fit into one segment on every usual path.
const SEGMENT: usize = 1_400;

/// The size of the buffer that Unity receives into. Source: `SocketPolicyClient.cs` of its Mono.
const MOST: usize = 5_000;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let length = subject.bytes.len();
    if !subject.options.judges_for(PolicyReader::Unity)
        || length <= SEGMENT
        || subject.policy.is_none()
    {
        return;
    }
    let (read, severity) = if length > MOST {
        ("reads at most 5,000", Severity::Error)
    } else {
        ("may read only part of it", Severity::Warning)
    };
    let mut finding = RULE
        .finding(format!(
            "the policy has {length} bytes; Unity's web player {read}"
        ))
        .note(
            "it reads once, at most 5,000 bytes, and does not see what arrives in a second segment",
        )
        .help("keep the policy under 1,400 bytes");
    finding.severity = severity;
    findings.push(finding);
}
