//! Turns observations into findings: causes, each with a fix. There is one file for each group of findings.
//!
//! Nothing here decides whether the player connects. It explains what the player decided.

use flash_policy::Severity;
use flash_policy::player::Outcome;

use crate::behind::Behind;
use crate::findings::FindingId;
use crate::names::Lookup;
use crate::plan::CheckPlan;
use crate::survey::Survey;
use crate::trace::Seen;

mod absent;
mod addresses;
mod blocked_port;
mod case;
mod clients;
mod document_kind;
mod doubtful_port;
mod finding;
mod foreign;
mod framing;
mod linted;
mod loaded;
mod meaning;
mod near_miss;
mod no_match;
mod over_http;
mod readers;
mod target;
mod tls;
mod unexplained;

use case::{Case, Rank};
pub(crate) use finding::{About, Finding, ReceivedPolicy};
pub(super) use tls::{judge as judge_tls, unchecked};

/// Observations in addition to the player's own connections.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) survey: &'a Survey,
    pub(super) behind: &'a Behind,
}

/// Creates all findings, the most important cause first.
pub(super) fn judge(
    plan: &CheckPlan,
    outcome: &Outcome,
    seen: &[Seen],
    around: Evidence<'_>,
) -> (Vec<Finding>, Vec<ReceivedPolicy>) {
    let mut case = Case {
        plan,
        outcome,
        lookup: around.lookup,
        seen,
        survey: around.survey,
        behind: around.behind,
        found: Vec::new(),
        sources: Vec::new(),
    };
    addresses::explain(&mut case);
    document_kind::explain(&mut case);
    clients::explain(&mut case);
    readers::explain(&mut case);
    meaning::explain(&mut case);
    absent::judge(&mut case);
    foreign::judge(&mut case);
    over_http::judge(&mut case);
    framing::judge(&mut case);
    addresses::judge(&mut case);
    target::judge(&mut case);
    meaning::judge(&mut case);
    blocked_port::judge(&mut case);
    doubtful_port::judge(&mut case);
    tls::overlooked(&mut case);
    unexplained::judge(&mut case);
    loaded::judge(&mut case);
    let mut found = case.found;
    // What `--load-policy` says is the first thing to correct. Else, an error explains a refusal better than a warning
    // that was found with it.
    found.sort_by_key(|(rank, finding)| {
        let is_error = finding.diagnostic.severity == Severity::Error;
        let is_ours = finding.diagnostic.rule == FindingId::LoadPolicyIgnored.id();
        (*rank, !is_ours, *rank == Rank::Cause && !is_error)
    });
    let findings = found.into_iter().map(|(_, finding)| finding);
    (finding::bounded(findings), case.sources)
}
