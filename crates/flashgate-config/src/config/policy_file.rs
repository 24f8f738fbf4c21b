//! Policy files: read with a cap, and judged for every port that serves them.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use flash_policy::document::LARGEST;
use flash_policy::lint::Options;
use flash_policy::{Diagnostic, Policy, Port, PortRange, PortSet, Profile, Rule, Serving};

use super::writable;
use crate::regular_file;

/// What a policy file holds.
#[derive(Clone, Debug)]
pub struct FileContent {
    /// As they are in the file.
    pub bytes: Vec<u8>,
    /// What is to be said of the file itself.
    pub(crate) finding: Option<Box<Diagnostic>>,
}

/// Reads a file, but never more of it than tells that it is too large.
pub fn read(path: &Path) -> io::Result<FileContent> {
    let contents = regular_file::read(path, LARGEST)?;
    Ok(FileContent {
        finding: writable::judge(&contents.metadata).map(Box::new),
        bytes: contents.bytes,
    })
}

/// A port that players dial for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyPort {
    /// It is not known.
    Unknown,
    /// It is listened on; in a container, say, it may be published as another.
    Presumably(Port),
    /// The operator says so.
    Surely(Port),
}

impl PolicyPort {
    pub(crate) fn port(self) -> Option<Port> {
        match self {
            Self::Unknown => None,
            Self::Presumably(port) | Self::Surely(port) => Some(port),
        }
    }
}

/// Where a policy is served.
#[derive(Clone, Debug)]
pub struct ServedAt {
    /// The ports, each once; none is one that is not known.
    ports: BTreeSet<Option<Port>>,
    height: Height,
    /// The ports of all gates, where it is served at nothing else and they are known.
    gates: Arc<BTreeSet<Port>>,
}

/// Which ports a policy is served on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Height {
    /// A high port wherever it is served, without a doubt.
    HighOnly,
    Any,
}

impl FileContent {
    /// What is in no file.
    pub fn made(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            finding: None,
        }
    }

    /// Everything that is to be said of it where it is served; each finding once.
    pub fn judge(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let mut found: Vec<_> = self.finding.as_deref().cloned().into_iter().collect();
        let mut told = Told::default();
        for &port in served.each() {
            let new = served.judge(&self.bytes, port).into_iter();
            found.extend(new.filter(|finding| told.is_new(finding)));
        }
        found
    }
}

/// What was found for other ports.
#[derive(Debug, Default)]
pub(super) struct Told(HashSet<Diagnostic>);

impl Told {
    /// Whether this was not found there. Of what a wildcard opens, the lowest port comes first, and opens the most.
    pub(super) fn is_new(&mut self, finding: &Diagnostic) -> bool {
        let mut finding = finding.clone();
        if finding.rule == "wildcard-ports" {
            finding.message = String::new();
        }
        self.0.insert(finding)
    }
}

/// What a file means; none where a player refuses it.
pub fn policy(bytes: &[u8]) -> Option<Policy> {
    flash_policy::parse(bytes, Profile::Socket).policy
}

impl ServedAt {
    /// These ports; with gates, what pages reach through them.
    pub fn new(ports: Vec<PolicyPort>, gates: Option<Arc<BTreeSet<Port>>>) -> Self {
        let is_high =
            |dialled: &PolicyPort| matches!(dialled, PolicyPort::Surely(port) if !port.is_low());
        let only_high = !ports.is_empty() && ports.iter().all(is_high);
        Self {
            height: if only_high {
                Height::HighOnly
            } else {
                Height::Any
            },
            ports: ports.into_iter().map(PolicyPort::port).collect(),
            gates: gates.unwrap_or_default(),
        }
    }

    /// The ports, each once; none is one that is not known.
    pub(crate) fn each(&self) -> &BTreeSet<Option<Port>> {
        &self.ports
    }

    /// Everything that is to be said of a policy where players dial this one of the ports.
    pub(crate) fn judge(&self, bytes: &[u8], port: Option<Port>) -> Vec<Diagnostic> {
        let serving = port.map_or(Serving::from_unknown_port(), Serving::from_port);
        let mut options = Options::for_service(serving);
        if self.height == Height::HighOnly {
            options = options.nowhere_else();
        }
        // What is said of gates is the same for each port.
        let is_first = self.ports.first() == Some(&port);
        if is_first && policy(bytes).is_some_and(|policy| self.misses_every_gate(&policy)) {
            let gates = self.gates.iter().copied().map(PortRange::from);
            options = options.used_ports(PortSet::List(gates.collect()));
        }
        let report = flash_policy::lint::lint_with(bytes, &options);
        let mut findings = report.findings;
        let omitted: usize = report.omitted.values().sum();
        if omitted > 0 {
            let message = format!("{omitted} more findings are not shown");
            let more = Diagnostic::warning("more-findings", message);
            findings.push(more.help("fix those that are shown first"));
        }
        findings
    }

    /// Whether it is served at gates, and lets nobody through any. One that opens a gate's port may open others too, of
    /// servers that nobody has told us of.
    fn misses_every_gate(&self, policy: &Policy) -> bool {
        let has_gate = |range: &PortRange| self.gates.range(range.low()..=range.high()).next();
        let opens = |rule: &Rule| match &rule.ports {
            PortSet::All => true,
            PortSet::List(ranges) => ranges.iter().any(|range| has_gate(range).is_some()),
        };
        !self.gates.is_empty() && !policy.rules.iter().any(opens)
    }
}
