//! `--gate LISTEN=BACKEND`: a gate in front of a server, and what a policy needs to know of it.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use flash_policy::{Diagnostic, Policy, Port, Reply, Rule};
use flashgate_config::config::port_range::{self, BadPorts, UnevenRanges};
use flashgate_config::config::{Unexpected, backend, defaults, gates, unopened};
use flashgate_config::snapshot::{
    AskedBy, Backend, Deadlines, Gate, Served, Service, ServiceKind, ServiceListener,
};
use flashgate_config::snapshot::{ListenAddress, NoAddress};

use super::allow::NoPorts;
use super::given::GivenValue;

/// Flags can't set another public port.
const PUBLISHED: &str = "if the port is published under another number, that number counts";

/// The value of a `--gate` flag: a gate, or one for each port of a range.
#[derive(Clone, Debug)]
pub(super) struct GateRange(Vec<GateFlag>);

/// One gate.
#[derive(Clone, Debug)]
pub(super) struct GateFlag {
    pub(super) listen: ListenAddress,
    pub(super) backend: Backend,
    /// The flag's whole value, if it is a range.
    pub(super) range: Option<Arc<str>>,
}

impl FromStr for GateRange {
    type Err = BadGate;

    fn from_str(text: &str) -> Result<Self, BadGate> {
        let Some((listen, backend)) = text.split_once('=') else {
            return Err(BadGate::Form(text.to_owned()));
        };
        let addresses =
            port_range::listen(listen).map_err(|error| BadGate::listen(error, listen, backend))?;
        let backends = port_range::backend(backend)
            .map_err(|error| BadGate::backend(error, listen, backend))?;
        let range = addresses.in_range().map(|_| Arc::from(text));
        let pairs = port_range::pairs(addresses, backends).map_err(BadGate::Uneven)?;
        let gates = pairs.into_iter().map(|(listen, backend)| GateFlag {
            listen,
            backend,
            range: range.clone(),
        });
        Ok(Self(gates.collect()))
    }
}

impl GivenValue<Vec<GateRange>> {
    /// Every gate.
    pub(super) fn each(self) -> GivenValue<Vec<GateFlag>> {
        GivenValue {
            value: self.value.into_iter().flat_map(|range| range.0).collect(),
            setting: self.setting,
            by: self.by,
        }
    }
}

/// What is wrong with the value of a `--gate` flag.
#[derive(Debug)]
pub(super) enum BadGate {
    Form(String),
    /// The backend is first. Has the value in the right order.
    Reversed(String),
    Listen(BadPorts<NoAddress>),
    Backend(BadPorts<Unexpected>),
    Uneven(UnevenRanges),
}

impl BadGate {
    fn listen(error: BadPorts<NoAddress>, listen: &str, backend: &str) -> Self {
        reversed(listen, backend).unwrap_or(Self::Listen(error))
    }

    fn backend(error: BadPorts<Unexpected>, listen: &str, backend: &str) -> Self {
        reversed(listen, backend).unwrap_or(Self::Backend(error))
    }
}

/// The error for `127.0.0.1:9340=9339`, whose backend is only a port, and whose address to listen on could be one to
/// connect to.
fn reversed(listen: &str, backend: &str) -> Option<BadGate> {
    let port: u16 = backend.strip_prefix(':').unwrap_or(backend).parse().ok()?;
    let server = backend::parse(listen).ok()?;
    Some(BadGate::Reversed(format!("{port}={server}")))
}

impl fmt::Display for BadGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(
                f,
                "expected LISTEN=BACKEND, like `9339=127.0.0.1:9340`, found `{text}`"
            ),
            Self::Reversed(meant) => write!(
                f,
                "the listening port comes first, and then the server's address: did you mean `{meant}`?"
            ),
            Self::Listen(error) => error.fmt(f),
            Self::Backend(error) => error.fmt(f),
            Self::Uneven(error) => error.fmt(f),
        }
    }
}

impl Error for BadGate {}

impl fmt::Display for GateFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.listen, self.backend)
    }
}

impl GateFlag {
    /// The port of the server behind the gate.
    pub(super) fn server_port(&self) -> Option<Port> {
        Port::new(self.backend.port).ok()
    }
}

/// Creates a listener for each gate, all with the same policy.
pub(super) fn listeners(
    given: &GivenValue<Vec<GateFlag>>,
    policy: &Policy,
    reply: &Reply,
) -> Vec<ServiceListener> {
    let (mut names, policy) = (gates::GateNames::default(), Arc::new(policy.clone()));
    let mut listener = |flag: &GateFlag| ServiceListener {
        addresses: vec![flag.listen],
        asked_by: AskedBy::Gate(given.set_in()),
        service: Arc::new(Service::new(
            ServiceKind::Gate {
                policy: Served {
                    name: defaults::POLICY.to_owned(),
                    reply: reply.clone(),
                },
                gate: Arc::new(Gate {
                    name: names.by_port(Some(flag.listen)),
                    backend: flag.backend.clone(),
                    http_backend: None,
                    speaks_first_after: defaults::speaks_first_after(),
                    send_proxy: None,
                    websocket: defaults::websocket(),
                    policy: Arc::clone(&policy),
                    public_port: Port::new(flag.listen.port()).ok(),
                }),
            },
            Vec::new(),
            None,
            Deadlines::from(&defaults::limits()),
        )),
    };
    given.value.iter().map(&mut listener).collect()
}

/// A warning for each gate on a port that newer players reportedly block.
pub(super) fn blocked(flags: &[GateFlag]) -> Vec<Diagnostic> {
    let ports = flags.iter().map(|flag| flag.listen.port());
    let ports = ports.filter_map(|port| Port::new(port).ok());
    let findings = ports.filter_map(gates::blocked_port);
    findings.map(|finding| finding.note(PUBLISHED)).collect()
}

/// A warning for gates whose port no rule opens. If there are only gates, and no rule opens the port of any, the linter
/// reports the rules instead.
pub(super) fn unopened(
    flags: &[GateFlag],
    policy: &Policy,
    with_policy_port: bool,
) -> Option<Diagnostic> {
    let ports = flags.iter().map(|flag| flag.listen.port());
    let ports: Vec<_> = ports.filter_map(|port| Port::new(port).ok()).collect();
    let opens_some = |rule: &Rule| ports.iter().any(|port| rule.ports.contains(*port));
    if !with_policy_port && !policy.rules.iter().any(opens_some) {
        return None;
    }
    let (_, finding) = unopened::finding(ports.iter().copied(), policy)?;
    Some(finding.note(PUBLISHED).help(
        "add the port to `--allow`, or leave the ports out: the rule then covers the ports of the gates",
    ))
}

/// The ports that a rule without ports covers.
pub(super) fn ports(flags: &[GateFlag]) -> Result<Vec<Port>, NoPorts> {
    if flags.is_empty() {
        return Err(NoPorts::NoGate);
    }
    let port = |flag: &GateFlag| Port::new(flag.listen.port()).ok();
    let ports: Option<_> = flags.iter().map(port).collect();
    ports.ok_or(NoPorts::AnyFree)
}
