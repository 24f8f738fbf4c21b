//! The data that findings are made from, and the findings so far.

use flash_policy::decide::{self, Movie, Place, Sandbox};
use flash_policy::player::{
    Client, ConnectionEnd, Learnt, Outcome, Protocol, Purpose, Reason, RuleAt, Verdict,
};
use flash_policy::{Diagnostic, Port, Profile, Severity};

use super::finding::{About, Finding, ReceivedPolicy};
use crate::behind::Behind;
use crate::names::Lookup;
use crate::plan::CheckPlan;
use crate::survey::Survey;
use crate::trace::Seen;
use crate::web::WebUrl;

/// The order of findings: causes of the verdict, then mistakes, then doubts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Cause,
    Wrong,
    Doubtful,
}

/// The data that findings are made from, and the findings so far.
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

/// A connection that requested a policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyConnection<'a> {
    pub(super) index: usize,
    pub(super) place: Place,
    pub(super) seen: &'a Seen,
    pub(super) client: Client,
}

impl<'a> Case<'a> {
    /// The connections that requested a policy over the socket protocol.
    pub(super) fn asked(&self) -> impl Iterator<Item = PolicyConnection<'a>> + use<'a> {
        self.connections().filter(|asked| !asked.is_over_http())
    }

    /// The connections that requested a policy over HTTP.
    pub(super) fn fetched(&self) -> impl Iterator<Item = PolicyConnection<'a>> + use<'a> {
        self.connections().filter(|asked| asked.is_over_http())
    }

    fn connections(&self) -> impl Iterator<Item = PolicyConnection<'a>> + use<'a> {
        let client = self.plan.config.client;
        let seen = self.seen.iter().enumerate();
        seen.filter_map(move |(index, seen)| match seen.step.fetch.purpose {
            Purpose::Policy(place) => Some(PolicyConnection {
                index,
                place,
                seen,
                client,
            }),
            Purpose::Target => None,
        })
    }

    /// The connections whose policy the client understood.
    pub(super) fn understood(&self) -> Vec<PolicyConnection<'a>> {
        self.connections()
            .filter(|asked| asked.seen.step.learnt == Some(Learnt::Policy))
            .collect()
    }

    /// The domain for a rule.
    pub(super) fn site(&self) -> String {
        match &self.plan.config.sandbox {
            Sandbox::Remote(origin) => origin.host.to_string(),
            Sandbox::LocalWithNetwork
            | Sandbox::LocalWithFile
            | Sandbox::LocalTrusted
            | Sandbox::Application
            | _ => "*".to_owned(),
        }
    }

    /// Whether a policy was needed but did not arrive.
    pub(super) fn lacks_policy(&self) -> bool {
        matches!(
            self.outcome.reason,
            Reason::Refused(decide::RefusalReason::NoPolicy) | Reason::Timeout
        )
    }

    pub(super) fn is_denied(&self) -> bool {
        self.outcome.verdict == Verdict::Denied
    }

    /// Adds a finding about how a policy is delivered. It is the cause if no policy arrived, else a warning.
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

    /// Adds a finding that points into a policy.
    pub(super) fn add_at(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            source: Some(source),
            ..Finding::of_server(diagnostic)
        };
        self.found.push((rank, finding));
    }

    /// Adds a lint finding about how a policy is written.
    pub(super) fn add_lint(&mut self, rank: Rank, diagnostic: Diagnostic, source: usize) {
        let finding = Finding {
            diagnostic,
            source: Some(source),
            about: About::Writing,
        };
        self.found.push((rank, finding));
    }

    /// The rule of this policy that grants, if one of its rules does.
    pub(super) fn granting(&self, asked: PolicyConnection<'_>) -> Option<RuleAt> {
        let decided = self.outcome.decided_by?;
        let granted = self.outcome.verdict != Verdict::Denied && decided.place == asked.place;
        decided.rule.filter(|_| granted)
    }

    pub(super) fn has_cause(&self) -> bool {
        self.found.iter().any(|(rank, _)| *rank == Rank::Cause)
    }

    /// The policy as a text that findings can point into, without duplicates.
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
                format!("applications from `{}`", origin.host)
            }
            Movie::Hostless if self.plan.config.client == Client::Silverlight => {
                "local applications".to_owned()
            }
            Movie::Remote(origin) => {
                let compared = self.plan.config.compared_host();
                let host = compared.unwrap_or_else(|| origin.host.to_string());
                format!("movies from `{host}`")
            }
            Movie::Hostless if self.plan.config.client == Client::Unity => {
                "Unity's games".to_owned()
            }
            Movie::Hostless => "local movies".to_owned(),
        }
    }

    /// The movie as rules see it. For Unity, only `*` matches, regardless of the game's site.
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

    /// Whether it goes to a web server.
    pub(super) fn is_over_http(self) -> bool {
        self.path().is_some()
    }

    /// The path, over HTTP.
    pub(super) fn path(self) -> Option<&'a str> {
        match &self.seen.step.fetch.protocol {
            Protocol::Http { path } => Some(path),
            Protocol::Policy(_) | Protocol::Nothing => None,
        }
    }

    /// What the rules of the policy apply to.
    pub(super) fn profile(self) -> Profile {
        if self.is_over_http() {
            Profile::Url
        } else {
            Profile::Socket
        }
    }

    /// The name in messages.
    pub(super) fn name(self) -> String {
        let port = self.port();
        if let Some(path) = self.path() {
            return WebUrl::in_clear(&self.seen.step.fetch.host, port.get(), path).to_string();
        }
        match self.place {
            Place::Master => format!("port {port} (the master policy)"),
            Place::Loaded(_) => format!("port {port} (loaded by the movie)"),
            Place::Destination => format!("port {port} (the destination itself)"),
            Place::SiteRoot => format!("port {port} (HTTP)"),
        }
    }

    /// The port that the rules for ports apply to.
    pub(super) fn counts_as(self) -> Port {
        if self.place == Place::Master {
            Port::MASTER
        } else {
            self.port()
        }
    }

    /// Whether any rule from this connection can open the port to this client.
    pub(super) fn can_open(self, port: Port) -> bool {
        self.client != Client::Flash || !port.is_low() || self.counts_as().is_low()
    }

    /// The document as the client sees it, up to a NUL. For Lightspark, the NULs in UTF-16 are part of it.
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

    /// The whole document that arrived, even if the client read only a part of it.
    pub(super) fn reply(self) -> &'a [u8] {
        if self.is_over_http() {
            &self.seen.step.document
        } else {
            self.seen.trace.document()
        }
    }

    /// Whether a document arrived. It may be empty.
    pub(super) fn has_answered(self) -> bool {
        if self.is_over_http() {
            matches!(self.seen.step.end, Some((ConnectionEnd::Finished, _)))
        } else {
            self.answered()
        }
    }

    /// Whether any bytes arrived, in time or late.
    pub(super) fn answered(self) -> bool {
        !self.seen.trace.bytes.is_empty()
    }
}
