//! `--gate LISTEN=BACKEND`: a gate in front of a server, and its conflicts with other flags.

use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use flash_policy::{Diagnostic, Policy, Port, Reply};
use flashgate_config::config::{Unexpected, backend, defaults, gates};
use flashgate_config::snapshot::{
    AskedBy, Backend, Deadlines, Gate, Served, Service, ServiceKind, ServiceListener,
};
use flashgate_config::snapshot::{ListenAddress, NoAddress};
use flashgate_report::render::PlainError;

use super::allow::NoPorts;

/// Flags can't set another public port.
const PUBLISHED: &str = "if the port is published under another number, that number counts";

/// The value of a `--gate` flag.
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
            listen: listen
                .parse()
                .map_err(|error| BadGate::listen(error, listen, backend))?,
            backend: backend::parse(backend)
                .map_err(|error| BadGate::backend(error, listen, backend))?,
        })
    }
}

/// What is wrong with the value of a `--gate` flag.
#[derive(Debug)]
pub(super) enum BadGate {
    Form(String),
    /// The backend is first. Has the value in the right order.
    Reversed(String),
    Listen(NoAddress),
    Backend(Unexpected),
}

impl BadGate {
    fn listen(error: NoAddress, listen: &str, backend: &str) -> Self {
        reversed(listen, backend).unwrap_or(Self::Listen(error))
    }

    fn backend(error: Unexpected, listen: &str, backend: &str) -> Self {
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
        }
    }
}

impl Error for BadGate {}

impl GateFlag {
    /// The port of the server behind the gate.
    pub(super) fn server_port(&self) -> Option<Port> {
        Port::new(u32::from(self.backend.port)).ok()
    }

    /// Whether an inherited socket with this address is the one that the flag asks for.
    pub(super) fn takes(&self, address: ListenAddress) -> bool {
        let ListenAddress::Everywhere { port } = self.listen else {
            return self.listen == address;
        };
        // On a machine without IPv6, "every address" means every IPv4 address.
        let on_v4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        address == self.listen || address == ListenAddress::Exactly(on_v4)
    }
}

/// Creates a listener for each gate, all with the same policy.
pub(super) fn listeners(
    flags: &[GateFlag],
    policy: &Policy,
    reply: &Reply,
) -> Vec<ServiceListener> {
    let mut names = gates::GateNames::default();
    let mut listener = |flag: &GateFlag| ServiceListener {
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

/// A warning for each gate on a port that newer players reportedly block.
pub(super) fn blocked(flags: &[GateFlag]) -> Vec<Diagnostic> {
    let ports = flags.iter().map(|flag| flag.listen.port());
    let ports = ports.filter_map(|port| Port::new(u32::from(port)).ok());
    let findings = ports.filter_map(gates::blocked_port);
    findings.map(|finding| finding.note(PUBLISHED)).collect()
}

/// The ports that a rule without ports covers.
pub(super) fn ports(flags: &[GateFlag]) -> Result<Vec<Port>, NoPorts> {
    if flags.is_empty() {
        return Err(NoPorts::NoGate);
    }
    let port = |flag: &GateFlag| Port::new(u32::from(flag.listen.port())).ok();
    let ports: Option<_> = flags.iter().map(port).collect();
    ports.ok_or(NoPorts::AnyFree)
}

/// Errors for gates whose address is already used, and for gates that forward to flashgate itself.
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
                "`--gate {address}={backend}` can't listen on {address}: another flag already uses it"
            );
            let help = "a gate also answers policy requests: remove the other flag";
            faults.push(PlainError::new(&message, &[help]));
        }
        if let Some(ours) = ours.holds(backend).and_then(|place| all.get(place)) {
            let message = format!(
                "the backend of `--gate {address}={backend}` is flashgate itself (it listens on {ours})"
            );
            let help = "move the server to another port or address, and use that as the backend";
            faults.push(PlainError::new(&message, &[help]));
        }
    }
    faults
}
