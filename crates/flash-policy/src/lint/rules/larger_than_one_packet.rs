use alloc::format;

use crate::lint::rule::{Findings, LintRule, PolicyKind, RuleGroup, Severity, Subject, page};
use crate::lint::rules::large_policy;

pub(crate) static RULE: LintRule = LintRule {
    name: "larger-than-one-packet",
    severity: Severity::Hint,
    group: RuleGroup::File,
    page: page!(
        finds = "policies of more than 1,400 bytes.",
        matters = "A reply of up to about 1,400 bytes fits into one TCP segment. A longer one is split, and some
clients stop reading after the first segment.",
        flash = "Flash Player reads until the NUL, however the reply arrives. Unity's web player reads once.
Lightspark stops at the first read that does not return exactly 4,096 bytes. No version is known to differ.",
        remedy = "Remove comments and whitespace, and merge rules that differ only in their ports.",
    ),
    check,
};

/// The number of bytes that fit into one segment on every usual path, with the NUL and TCP options.
const SEGMENT: usize = 1_400;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let length = subject.bytes.len();
    // `large-policy` reports larger ones.
    let is_of_this_size = (SEGMENT + 1..=large_policy::SMALL).contains(&length);
    if !is_of_this_size || subject.document.is_none() || subject.is(PolicyKind::Url) {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "the policy has {length} bytes and does not fit into one TCP segment"
        ))
        .note("Unity's web player and Lightspark stop reading after the first segment")
        .help("keep it under 1,400 bytes: remove comments, and merge rules that differ only in their ports"),
    );
}
