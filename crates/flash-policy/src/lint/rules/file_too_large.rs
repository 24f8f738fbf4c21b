use alloc::format;

use crate::document::LARGEST;
use crate::lint::rule::{BY_PARSER, Diagnostic, LintRule, RuleGroup, Severity, page};

pub(crate) static RULE: LintRule = LintRule {
    name: "file-too-large",
    severity: Severity::Error,
    group: RuleGroup::File,
    page: page!(
        finds = "A file of more than 64 KiB.",
        matters = "No client is known to read a policy of this size, and flashgate does not serve one. Most likely this is another
file, or a list that a program wrote and nobody looked at.",
        flash = "Adobe gives no limit. Its own sample server refused files over 10,000 bytes; Unity's web player reads 5,000,
Lightspark 4,096 at a time. No version is known to differ; socket policies exist since 7.0.19.

The linter itself reads on up to 1 MiB, so that what else is wrong is said too.",
        remedy = "Check that it is the right file. Join rules that differ only in their ports, and let `*.example.com` stand for
the names below it.",
    ),
    check: BY_PARSER,
};

pub(crate) fn found() -> Diagnostic {
    let message = format!(
        "expected at most {LARGEST} bytes ({} KiB), found more",
        LARGEST / 1024
    );
    RULE.finding(message)
        .note("a policy is a few hundred bytes; no client is known to read one of this size")
        .help("check that this is a policy file; join rules that differ only in their ports")
}
