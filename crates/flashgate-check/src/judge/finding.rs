//! A finding, and the limit on how many are listed.

use crate::findings::FindingId;
use flash_policy::Diagnostic;

/// A finding, and the policy that it points into.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) diagnostic: Diagnostic,
    /// The index in [`CheckReport::sources`](crate::CheckReport::sources).
    pub(crate) source: Option<usize>,
    pub(crate) about: About,
}

/// The subject of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The behavior of the server.
    Server,
    /// The text of a policy, as in `flashgate lint`.
    Writing,
}

impl Finding {
    pub(crate) const fn of_server(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            source: None,
            about: About::Server,
        }
    }
}

/// A policy that was received.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedPolicy {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The most findings about how policies are written. A hostile policy can cause tens of thousands.
const MOST_LISTED: usize = 100;

/// Limits the findings about how policies are written, whatever a server sends.
pub(super) fn bounded(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut room = MOST_LISTED;
    let mut left_out = None;
    let mut listed = Vec::new();
    for finding in findings {
        if finding.about == About::Server {
            listed.push(finding);
        } else if finding.diagnostic.rule == FindingId::MoreFindings.id() {
            left_out = finding.source;
        } else if room > 0 {
            room -= 1;
            listed.push(finding);
        } else {
            left_out = finding.source;
        }
    }
    if left_out.is_some() {
        listed.push(Finding {
            diagnostic: more_findings(),
            source: left_out,
            about: About::Writing,
        });
    }
    listed
}

pub(super) fn more_findings() -> Diagnostic {
    FindingId::MoreFindings
        .warning("the policy has more mistakes than are listed here")
        .help("fix those that are listed, or save the policy and run `flashgate lint` on it")
}
