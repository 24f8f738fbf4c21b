//! From what was seen to findings: causes, each with a remedy. One file for each group of findings.
//!
//! Nothing here decides whether the player connects; it explains what the player decided.

use flash_policy::decide::{self, Place};
use flash_policy::lint::{self, Hints, Kind, Options};
use flash_policy::player::{Client, Learnt, Outcome, Protocol, Purpose, Reason, RuleAt, Verdict};
use flash_policy::{Diagnostic, Port, Report as Lint, Serving};

use crate::names::Lookup;
use crate::survey::Survey;
use crate::{Behind, Plan, Seen};

mod absent;
mod addresses;
mod blocked_port;
mod clients;
mod doubtful_port;
mod foreign;
mod framing;
mod loaded;
mod meaning;
mod near_miss;
mod no_match;
mod readers;
mod target;
mod tls;
mod unexplained;

pub(super) use tls::{judge as judge_tls, unchecked};

/// A finding, and the policy that it points into.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) diagnostic: Diagnostic,
    /// The index in [`Report::sources`](super::Report::sources).
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
    pub(super) const fn of_server(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            source: None,
            about: About::Server,
        }
    }
}

/// A policy that came.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What comes first: what explains the verdict, then what is wrong, then what is likely not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Cause,
    Wrong,
    Doubtful,
}

/// More findings about how policies are written are not listed: a hostile one can have tens of thousands.
const MOST_LISTED: usize = 100;

/// Of one policy more are not even looked at: they are compared with each other.
const MOST_LOOKED_AT: usize = 500;

/// Everything that findings are made from, and where they go.
pub(super) struct Case<'a> {
    plan: &'a Plan,
    outcome: &'a Outcome,
    lookup: &'a Lookup,
    seen: &'a [Seen],
    survey: &'a Survey,
    behind: &'a Behind,
    found: Vec<(Rank, Finding)>,
    sources: Vec<Source>,
}

/// What was found out beside the player's own way.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) survey: &'a Survey,
    pub(super) behind: &'a Behind,
}

/// A connection that asked for a policy.
#[derive(Clone, Copy)]
struct Asked<'a> {
    index: usize,
    place: Place,
    seen: &'a Seen,
    client: Client,
}

/// Finds everything that is to be said; the first cause comes first.
pub(super) fn judge(
    plan: &Plan,
    outcome: &Outcome,
    seen: &[Seen],
    around: Around<'_>,
) -> (Vec<Finding>, Vec<Source>) {
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
    clients::explain(&mut case);
    readers::explain(&mut case);
    meaning::explain(&mut case);
    absent::judge(&mut case);
    foreign::judge(&mut case);
    framing::judge(&mut case);
    addresses::judge(&mut case);
    target::judge(&mut case);
    meaning::judge(&mut case);
    loaded::judge(&mut case);
    blocked_port::judge(&mut case);
    doubtful_port::judge(&mut case);
    tls::overlooked(&mut case);
    unexplained::judge(&mut case);
    let mut found = case.found;
    found.sort_by_key(|(rank, _)| *rank);
    let findings = found.into_iter().map(|(_, finding)| finding);
    (bounded(findings), case.sources)
}

/// Leaves out what is said of how policies are written beyond a limit, whatever a server sends.
fn bounded(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut room = MOST_LISTED;
    let mut left_out = None;
    let mut listed = Vec::new();
    for finding in findings {
        if finding.about == About::Server {
            listed.push(finding);
        } else if finding.diagnostic.rule == MORE_FINDINGS {
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

const MORE_FINDINGS: &str = "more-findings";

fn more_findings() -> Diagnostic {
    Diagnostic::warning(
        MORE_FINDINGS,
        "the policy has more mistakes than are listed here",
    )
    .help("fix those that are listed, or save the policy and run `flashgate lint` on it")
}

impl<'a> Case<'a> {
    /// The connections that asked for a policy over the socket protocol.
    fn asked(&self) -> impl Iterator<Item = Asked<'a>> + use<'a> {
        let client = self.plan.config.client;
        let seen = self.seen.iter().enumerate();
        seen.filter_map(move |(index, seen)| {
            let over_sockets = matches!(seen.step.fetch.protocol, Protocol::Policy(_));
            match seen.step.fetch.purpose {
                Purpose::Policy(place) if over_sockets => Some(Asked {
                    index,
                    place,
                    seen,
                    client,
                }),
                Purpose::Policy(_) | Purpose::Target => None,
            }
        })
    }

    /// Whether a policy was needed and none came.
    fn lacks_policy(&self) -> bool {
        matches!(
            self.outcome.reason,
            Reason::Refused(decide::Reason::NoPolicy) | Reason::Timeout
        )
    }

    fn is_denied(&self) -> bool {
        self.outcome.verdict == Verdict::Denied
    }

    /// A finding about how a policy is (not) delivered: the cause where none came, and worth knowing otherwise.
    fn delivery(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        rest: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let (rank, finding) = if self.lacks_policy() {
            (Rank::Cause, Diagnostic::error(id, message))
        } else {
            (Rank::Doubtful, Diagnostic::warning(id, message))
        };
        self.add(rank, rest(finding));
    }

    fn add(&mut self, rank: Rank, diagnostic: Diagnostic) {
        self.found.push((rank, Finding::of_server(diagnostic)));
    }

    /// One that points into a policy.
    fn add_at(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            source: Some(source),
            ..Finding::of_server(diagnostic)
        };
        self.found.push((rank, finding));
    }

    /// One of lint's, about how a policy is written.
    fn add_lint(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            diagnostic,
            source: Some(source),
            about: About::Writing,
        };
        self.found.push((rank, finding));
    }

    /// The rule of this policy that grants, if it is one of its rules that does.
    fn granting(&self, asked: Asked<'_>) -> Option<RuleAt> {
        let decided = self.outcome.decided_by?;
        let granted = self.outcome.verdict != Verdict::Denied && decided.place == asked.place;
        decided.rule.filter(|_| granted)
    }

    fn has_cause(&self) -> bool {
        self.found.iter().any(|(rank, _)| *rank == Rank::Cause)
    }
}

impl<'a> Asked<'a> {
    fn port(self) -> Port {
        self.seen.step.fetch.port
    }

    /// As it is called in messages.
    fn name(self) -> String {
        let port = self.port();
        match self.place {
            Place::Master => format!("port {port} (the master policy)"),
            Place::Loaded(_) => format!("port {port} (loaded by the movie)"),
            Place::Destination => format!("port {port} (the destination itself)"),
            Place::SiteRoot => format!("port {port} (HTTP)"),
        }
    }

    /// The port, as far as rules go by it.
    fn counts_as(self) -> Port {
        if self.place == Place::Master {
            Port::MASTER
        } else {
            self.port()
        }
    }

    /// Whether a rule that came from there can open this port to this client, whatever it says.
    fn can_open(self, port: Port) -> bool {
        self.client != Client::Flash || !port.is_low() || self.counts_as().is_low()
    }

    fn lint(self) -> Lint {
        self.lint_of(self.document())
    }

    /// What lint says of a document to this very client.
    fn lint_of(self, document: &[u8]) -> Lint {
        let serving = Serving::from_port(self.counts_as());
        let options = Options::new(serving).hints(Hints::LeftOut);
        let options = match self.client {
            Client::Silverlight => options.kind(Kind::Silverlight),
            Client::Unity => options.clients(&[lint::Client::Unity]),
            Client::Lightspark => options.clients(&[lint::Client::Lightspark]),
            Client::Flash | Client::Ruffle | _ => options,
        };
        let mut report = lint::lint_with(document, &options);
        report
            .findings
            .retain(|finding| clients::is_true(self.client, finding));
        if self.client == Client::Lightspark && self.seen.step.learnt == Some(Learnt::Policy) {
            let lenient = report.findings.iter_mut();
            let lenient = lenient.filter(|finding| clients::is_lenient(finding));
            lenient.for_each(clients::overlook);
        }
        let errors_first = |finding: &Diagnostic| std::cmp::Reverse(finding.severity);
        if report.findings.len() > MOST_LOOKED_AT {
            report.findings.sort_by_key(errors_first);
            report.findings.truncate(MOST_LOOKED_AT);
        }
        report
    }

    /// What the client took for the document, up to a NUL; to Lightspark the NULs of UTF-16 belong to it.
    fn document(self) -> &'a [u8] {
        let bytes = &self.seen.step.document;
        let is_wide = matches!(
            bytes.as_slice(),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..]
        );
        if is_wide && self.client == Client::Lightspark {
            return bytes;
        }
        bytes.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// Whether bytes came before the player was done, or after.
    fn answered(self) -> bool {
        !self.seen.trace.bytes.is_empty()
    }
}
