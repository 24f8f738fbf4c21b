//! How Silverlight reads an answer on port 943: no NUL ends it, only the close, or a read that returns less than it could.

use flash_policy::Severity;
use flash_policy::player::ConnectionEnd;

use super::super::case::{Case, PolicyConnection, Rank};
use crate::findings::FindingId;

/// Source: `CrossDomainPolicyManager.cs` in Mono.
pub(super) const READS_ONE_PIECE: &str = "Silverlight reads 256 bytes at a time (Moonlight), and stops after the first read that returns fewer; whether Microsoft's own continues is not known";

pub(super) fn judge(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    not_closed(case, asked);
    with_nul(case, asked);
}

/// Whether a document is a policy that Silverlight accepts.
pub(super) fn is_usable(asked: PolicyConnection<'_>, document: &[u8]) -> bool {
    let report = asked.lint_of(document);
    let mut findings = report.findings.iter();
    report.access.is_some() && findings.all(|finding| finding.severity != Severity::Error)
}

/// The complete document has arrived, but each read was full, so Silverlight waits for more.
fn not_closed(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let step = &asked.seen.step;
    let is_waiting = matches!(step.end, Some((ConnectionEnd::TimedOut, _)));
    if !is_waiting || !is_usable(asked, asked.document()) {
        return;
    }
    let (name, bytes) = (asked.name(), step.document.len());
    case.delivery(
        FindingId::SilverlightNotClosed
            .error(format!(
                "{name} sends a complete policy of {bytes} bytes but keeps the connection open: Silverlight waits for more"
            ))
            .note("Silverlight reads 256 bytes at a time (Moonlight), until a read returns fewer or the server closes; here, every read is full")
            .help("close the connection after the policy"),
    );
}

fn with_nul(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    if !asked.seen.trace.has_nul() {
        return;
    }
    let name = asked.name();
    let finding = FindingId::SilverlightNul
        .warning(format!(
            "{name} sends a NUL after the policy, which Silverlight does not expect"
        ))
        .note("in XML, a NUL is a mistake; whether Silverlight accepts the policy is not known, and this check assumes that it does")
        .help("send only the document, and close the connection: the NUL belongs to Flash's protocol");
    case.add(Rank::Doubtful, finding);
}
