//! What is found: data, and how much of it is listed.

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

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// What the server does, and what comes of it.
    Server,
    /// How a policy is written: `flashgate lint` says the same.
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

/// A policy that came.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedPolicy {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// More findings about how policies are written are not listed: a hostile one can have tens of thousands.
const MOST_LISTED: usize = 100;

/// Leaves out what is said of how policies are written beyond a limit, whatever a server sends.
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
