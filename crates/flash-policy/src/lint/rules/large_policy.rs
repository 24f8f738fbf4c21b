use alloc::format;

use crate::lint::rule::{Findings, LintRule, RuleGroup, Severity, Subject, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "large-policy",
    severity: Severity::Warning,
    group: RuleGroup::File,
    page: page!(
        finds = "policies of more than 4,096 bytes.",
        matters = "Some clients read only part of it. They see an incomplete policy and refuse the connection.",
        flash = "Flash Player's limit is not known. Adobe's own sample server refused files over 10,000 bytes.
Unity's web player reads 5,000 bytes, Lightspark 4,096 at a time. No version is known to differ.",
        remedy = "Remove comments, and merge rules that differ only in their ports. If the policy lists many
domains, check whether `*.example.com` covers them.",
    ),
    check,
};

/// Above this size, some clients read only part of the policy: Unity 5,000 bytes, Lightspark 4,096 at a time.
pub(crate) const SMALL: usize = 4_096;

/// Above this size, Unity reads only part of the policy.
const UNITY: usize = 5_000;

/// Above this size, Adobe's own sample server refused the file.
const MODERATE: usize = 10_000;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let length = subject.bytes.len();
    if length <= SMALL || subject.document.is_none() {
        return;
    }
    let note = if length > MODERATE {
        "Adobe's own sample server refused files over 10,000 bytes; Flash Player's limit is not known"
    } else if length > UNITY {
        "Unity's web player reads 5,000 bytes and Lightspark 4,096 at a time; both read only part of it"
    } else {
        "Lightspark reads 4,096 bytes at a time, and Unity's web player 5,000 in total"
    };
    findings.push(
        RULE.finding(format!(
            "the policy has {length} bytes; some clients read only part of it"
        ))
        .note(note)
        .help("remove comments, and merge rules that differ only in their ports"),
    );
}
