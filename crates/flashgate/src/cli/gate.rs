//! `--gate LISTEN=BACKEND`: a gate in front of a server, and what can't stand beside it.

use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use flash_policy::{Diagnostic, Policy, Port, Reply};
use flashgate_config::config::{Unexpected, backend, defaults, gates};
use flashgate_config::snapshot::{
    AskedBy, Backend, Deadlines, Gate, Listener, Served, Service, ServiceKind,
};
use flashgate_config::snapshot::{ListenAddress, NoAddress};
use flashgate_report::render::PlainError;

use super::allow::NoPorts;

/// Flags cannot tell of another public port.
const PUBLISHED: &str = "if the port is published under another number, that number counts";

/// A gate as the flag has it.
#[derive(Clone, Debug)]
pub(super) struct GateFlag {
    pub(super) listen: ListenAddress,
    backend: Backend,
}

impl FromStr for GateFlag {
    type Err = BadGate;

    fn from_str(text: &str) -> Result<Self, BadGate> {
        let Some((listen, backend)) = text.split_once('=') else {
            return Err(BadGate::Form(text.to_owned()));
        };
        Ok(Self {
            listen: listen.parse().map_err(BadGate::Listen)?,
            backend: backend::parse(backend).map_err(BadGate::Backend)?,
        })
    }
}

/// What is wrong with a gate as the flag has it.
#[derive(Debug)]
pub(super) enum BadGate {
    Form(String),
    Listen(NoAddress),
    Backend(Unexpected),
}

impl fmt::Display for BadGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(
                f,
                "expected LISTEN=BACKEND, like `9339=127.0.0.1:9340`, found `{text}`"
            ),
            Self::Listen(error) => error.fmt(f),
            Self::Backend(error) => error.fmt(f),
        }
    }
}

impl Error for BadGate {}

impl GateFlag {
    /// Whether a socket of this address, that somebody else has bound, is the one it asks for.
    pub(super) fn takes(&self, address: ListenAddress) -> bool {
        let ListenAddress::Everywhere { port } = self.listen else {
            return self.listen == address;
        };
        // All there is on a machine without IPv6.
        let on_v4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        address == self.listen || address == ListenAddress::Exactly(on_v4)
    }
}

/// A listener for each gate, all with the same policy.
pub(super) fn listeners(flags: &[GateFlag], policy: &Policy, reply: &Reply) -> Vec<Listener> {
    let mut names = gates::GateNames::default();
    let mut listener = |flag: &GateFlag| Listener {
        addresses: vec![flag.listen],
        asked_by: AskedBy::GateFlag,
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
                    policy: policy.clone(),
                    public_port: Port::new(u32::from(flag.listen.port())).ok(),
                }),
            },
            Vec::new(),
            None,
            Deadlines::from(&defaults::limits()),
        )),
    };
    flags.iter().map(&mut listener).collect()
}

/// A warning for every gate on a port that late players are said to block.
pub(super) fn blocked(flags: &[GateFlag]) -> Vec<Diagnostic> {
    let ports = flags.iter().map(|flag| flag.listen.port());
    let ports = ports.filter_map(|port| Port::new(u32::from(port)).ok());
    let findings = ports.filter_map(gates::blocked_port);
    findings.map(|finding| finding.note(PUBLISHED)).collect()
}

/// What rules without ports stand for.
pub(super) fn ports(flags: &[GateFlag]) -> Result<Vec<Port>, NoPorts> {
    if flags.is_empty() {
        return Err(NoPorts::NoGate);
    }
    let port = |flag: &GateFlag| Port::new(u32::from(flag.listen.port())).ok();
    let ports: Option<_> = flags.iter().map(port).collect();
    ports.ok_or(NoPorts::AnyFree)
}

/// Every gate whose address is taken, and every one that leads back here.
pub(super) fn faults(flags: &[GateFlag], listen: &[ListenAddress]) -> Vec<PlainError> {
    let gates = flags.iter().map(|flag| flag.listen);
    let all: Vec<_> = listen.iter().copied().chain(gates).collect();
    let ours = backend::PlannedAddresses::new(all.iter().copied());
    let mut faults = Vec::new();
    for (index, flag) in flags.iter().enumerate() {
        let GateFlag {
            listen: address,
            backend,
        } = flag;
        let before = all.iter().take(listen.len() + index);
        if address.port() != 0 && before.into_iter().any(|other| other == address) {
            let message = format!(
                "`--gate {address}={backend}` can't listen there: the address is given twice"
            );
            let help = "a gate answers policy requests too: leave the other flag out";
            faults.push(PlainError::new(&message, &[help]));
        }
        if let Some(ours) = ours.holds(backend).and_then(|place| all.get(place)) {
            let message = format!(
                "the backend of `--gate {address}={backend}` is flashgate itself, which listens on {ours}"
            );
            let help = "have the server listen on another port or address, and name that one";
            faults.push(PlainError::new(&message, &[help]));
        }
    }
    faults
}
