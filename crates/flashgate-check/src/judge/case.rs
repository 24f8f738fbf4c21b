//! Everything that findings are made from, and where they go.

use flash_policy::decide::{self, Movie, Place, Sandbox};
use flash_policy::player::{Client, Learnt, Outcome, Protocol, Purpose, Reason, RuleAt, Verdict};
use flash_policy::{Diagnostic, Port, Severity};

use super::finding::{About, Finding, ReceivedPolicy};
use crate::behind::Behind;
use crate::names::Lookup;
use crate::plan::CheckPlan;
use crate::survey::Survey;
use crate::trace::Seen;

/// What comes first: what explains the verdict, then what is wrong, then what is likely not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Cause,
    Wrong,
    Doubtful,
}

/// Everything that findings are made from, and where they go.
pub(super) struct Case<'a> {
    pub(super) plan: &'a CheckPlan,
    pub(super) outcome: &'a Outcome,
    pub(super) lookup: &'a Lookup,
    pub(super) seen: &'a [Seen],
    pub(super) survey: &'a Survey,
    pub(super) behind: &'a Behind,
    pub(super) found: Vec<(Rank, Finding)>,
    pub(super) sources: Vec<ReceivedPolicy>,
}

/// A connection that asked for a policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyConnection<'a> {
    pub(super) index: usize,
    pub(super) place: Place,
    pub(super) seen: &'a Seen,
    pub(super) client: Client,
}

impl<'a> Case<'a> {
    /// The connections that asked for a policy over the socket protocol.
    pub(super) fn asked(&self) -> impl Iterator<Item = PolicyConnection<'a>> + use<'a> {
        let client = self.plan.config.client;
        let seen = self.seen.iter().enumerate();
        seen.filter_map(move |(index, seen)| {
            let over_sockets = matches!(seen.step.fetch.protocol, Protocol::Policy(_));
            match seen.step.fetch.purpose {
                Purpose::Policy(place) if over_sockets => Some(PolicyConnection {
                    index,
                    place,
                    seen,
                    client,
                }),
                Purpose::Policy(_) | Purpose::Target => None,
            }
        })
    }

    /// The connections that brought a policy which the client understood.
    pub(super) fn understood(&self) -> Vec<PolicyConnection<'a>> {
        self.asked()
            .filter(|asked| asked.seen.step.learnt == Some(Learnt::Policy))
            .collect()
    }

    /// Whether a policy was needed and none came.
    pub(super) fn lacks_policy(&self) -> bool {
        matches!(
            self.outcome.reason,
            Reason::Refused(decide::RefusalReason::NoPolicy) | Reason::Timeout
        )
    }

    pub(super) fn is_denied(&self) -> bool {
        self.outcome.verdict == Verdict::Denied
    }

    /// A finding about how a policy is (not) delivered: the cause where none came, and worth knowing otherwise.
    pub(super) fn delivery(&mut self, mut finding: Diagnostic) {
        let rank = if self.lacks_policy() {
            Rank::Cause
        } else {
            finding.severity = Severity::Warning;
            Rank::Doubtful
        };
        self.add(rank, finding);
    }

    pub(super) fn add(&mut self, rank: Rank, diagnostic: Diagnostic) {
        self.found.push((rank, Finding::of_server(diagnostic)));
    }

    /// One that points into a policy.
    pub(super) fn add_at(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            source: Some(source),
            ..Finding::of_server(diagnostic)
        };
        self.found.push((rank, finding));
    }

    /// One of lint's, about how a policy is written.
    pub(super) fn add_lint(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            diagnostic,
            source: Some(source),
            about: About::Writing,
        };
        self.found.push((rank, finding));
    }

    /// The rule of this policy that grants, if it is one of its rules that does.
    pub(super) fn granting(&self, asked: PolicyConnection<'_>) -> Option<RuleAt> {
        let decided = self.outcome.decided_by?;
        let granted = self.outcome.verdict != Verdict::Denied && decided.place == asked.place;
        decided.rule.filter(|_| granted)
    }

    pub(super) fn has_cause(&self) -> bool {
        self.found.iter().any(|(rank, _)| *rank == Rank::Cause)
    }

    /// The policy as a text to point into; each once.
    pub(super) fn source(&mut self, asked: PolicyConnection<'_>, bytes: &[u8]) -> usize {
        let name = format!("policy from {}", asked.name());
        if let Some(known) = self.sources.iter().position(|source| source.name == name) {
            return known;
        }
        self.sources.push(ReceivedPolicy {
            name,
            bytes: bytes.to_vec(),
        });
        self.sources.len() - 1
    }

    /// The movie, in words.
    pub(super) fn whose(&self) -> String {
        match self.movie() {
            Movie::Remote(origin) if self.plan.config.client == Client::Silverlight => {
                format!("applications of `{}`", origin.host)
            }
            Movie::Hostless if self.plan.config.client == Client::Silverlight => {
                "local applications".to_owned()
            }
            Movie::Remote(origin) => {
                let compared = self.plan.config.compared_host();
                let host = compared.unwrap_or_else(|| origin.host.to_string());
                format!("movies of `{host}`")
            }
            Movie::Hostless if self.plan.config.client == Client::Unity => {
                "Unity's games".to_owned()
            }
            Movie::Hostless => "local movies".to_owned(),
        }
    }

    /// As rules see it: to Unity only `*` admits, whatever site the game is from.
    pub(super) fn movie(&self) -> Movie {
        match &self.plan.config.sandbox {
            _ if self.plan.config.client == Client::Unity => Movie::Hostless,
            Sandbox::Remote(origin) => Movie::Remote(origin.clone()),
            Sandbox::LocalWithNetwork
            | Sandbox::LocalWithFile
            | Sandbox::LocalTrusted
            | Sandbox::Application
            | _ => Movie::Hostless,
        }
    }
}

impl<'a> PolicyConnection<'a> {
    pub(super) fn port(self) -> Port {
        self.seen.step.fetch.port
    }

    /// As it is called in messages.
    pub(super) fn name(self) -> String {
        let port = self.port();
        match self.place {
            Place::Master => format!("port {port} (the master policy)"),
            Place::Loaded(_) => format!("port {port} (loaded by the movie)"),
            Place::Destination => format!("port {port} (the destination itself)"),
            Place::SiteRoot => format!("port {port} (HTTP)"),
        }
    }

    /// The port, as far as rules go by it.
    pub(super) fn counts_as(self) -> Port {
        if self.place == Place::Master {
            Port::MASTER
        } else {
            self.port()
        }
    }

    /// Whether a rule that came from there can open this port to this client, whatever it says.
    pub(super) fn can_open(self, port: Port) -> bool {
        self.client != Client::Flash || !port.is_low() || self.counts_as().is_low()
    }

    /// What the client took for the document, up to a NUL; to Lightspark the NULs of UTF-16 belong to it.
    pub(super) fn document(self) -> &'a [u8] {
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
    pub(super) fn answered(self) -> bool {
        !self.seen.trace.bytes.is_empty()
    }
}
