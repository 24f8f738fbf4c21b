//! Reads `[[gate]]`, which is a listener with a server behind it, or several of them if its address has a range of
//! ports.

use std::fmt::Display;

use flash_policy::{Diagnostic, Port};

use super::listener::{Example, RawGate, RawListener, addresses, either, only_known, public_port};
use super::own_path::{OwnPathPattern, own_path};
use crate::config::port_range::{self, Ports, UnevenRanges};
use crate::config::tree::text::TextValue;
use crate::config::tree::{At, Table, Value};
use crate::config::{backend, keys, sections, values};
use crate::snapshot::{Backend, ListenAddress, is_range};

/// Returns a gate for each port of a range, or one gate.
pub(super) fn gates(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<RawListener> {
    only_known(table, found);
    let place = listening(table, found);
    let backends = backends(table, found).and_then(|it| place.fit(it, "backend", found));
    let public_ports = public_ports(table, found);
    let public_ports = public_ports.and_then(|it| place.fit(it, "public-port", found));
    let mut gate = gate(table, found);
    if let Some(shared) = gate.bridge_path.as_ref().and_then(|it| place.shared(it)) {
        found.push(shared);
        gate.bridge_path = None;
    }
    let name = gate.name.clone();
    let common = either(table, Some(gate.clone()), found);
    let each = place.each().into_iter().enumerate();
    each.map(|(nth, addresses)| RawListener {
        gate: Some(RawGate {
            backend: backends.as_ref().and_then(|it| it.nth(nth)),
            name: name.as_ref().map(|name| place.name(name, &addresses)),
            ..gate.clone()
        }),
        public_port: public_ports
            .as_ref()
            .and_then(|it| it.nth(nth))
            .map(|at| at.value),
        addresses,
        ..common.clone()
    })
    .collect()
}

/// Reads the keys that do not depend on the port.
fn gate(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawGate {
    let value = |key| table.get(key);
    RawGate {
        backend: None,
        http_backend: value("http-backend").and_then(|value| web_server(&value, found)),
        name: value("name").and_then(|value| name(&value, found)),
        speaks_first_after: value("speaks-first-after").and_then(|value| {
            let (lasting, span) = (sections::lasting(&value, found)?, value.span);
            Some(At {
                value: lasting,
                span,
            })
        }),
        send_proxy: value("send-proxy")
            .and_then(|value| value.choice(&keys::PROXY_VERSIONS, found))
            .map(|version| version.value),
        websocket: table.setting("websocket", sections::websocket, found),
        bridge_path: value("bridge-path")
            .and_then(|value| value.parsed("bad-path", own_path, found)),
        policy_files: value("policy-files").and_then(|value| {
            let (answers, span) = (value.boolean(found)?, value.span);
            Some(At {
                value: answers,
                span,
            })
        }),
    }
}

/// Where a gate listens.
#[derive(Debug)]
enum GatePlace {
    /// On one port, or on a list of addresses.
    Listed(Vec<At<ListenAddress>>),
    /// On each port of a range.
    Range(Vec<At<ListenAddress>>),
    /// A mistake was reported.
    Faulty,
}

fn listening(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> GatePlace {
    let help = "write `address = \"[::]:9339\"`, the port that movies connect to";
    let example = Example { help, port: 9339 };
    let range = table.get("address").filter(is_text_with_range);
    let Some(range) = range else {
        let addresses = addresses(table, &example, found);
        return if addresses.is_empty() {
            GatePlace::Faulty
        } else {
            GatePlace::Listed(addresses)
        };
    };
    let read = |text: &str| port_range::listen_like(text, example.port);
    let Some(At { value, span }) = range.parsed("bad-address", read, found) else {
        return GatePlace::Faulty;
    };
    let each = value.each().into_iter();
    GatePlace::Range(each.map(|value| At { value, span }).collect())
}

impl GatePlace {
    /// The addresses of each gate.
    fn each(&self) -> Vec<Vec<At<ListenAddress>>> {
        match self {
            Self::Listed(addresses) => vec![addresses.clone()],
            Self::Range(addresses) => addresses.iter().map(|at| vec![at.clone()]).collect(),
            Self::Faulty => vec![Vec::new()],
        }
    }

    /// The name of the gate with these addresses.
    fn name(&self, name: &TextValue, addresses: &[At<ListenAddress>]) -> TextValue {
        match (self, addresses) {
            (Self::Range(_), [only]) => {
                name.changed(format!("{}-{}", name.value, only.value.port()))
            }
            _ => name.clone(),
        }
    }

    /// Reports a path that all gates of a range would have.
    fn shared(&self, path: &At<OwnPathPattern>) -> Option<Diagnostic> {
        let shared = matches!(self, Self::Range(_)) && !path.value.differs_by_gate();
        shared.then(|| {
            let message = "expected `{port}` in `bridge-path`, because the gate has a range of ports";
            Diagnostic::error("ambiguous-path", message)
                .at(path.span, "")
                .help("write it where the path of each gate differs, as in `/game/{port}` or `/?token={port}`")
        })
    }

    /// Reports other ports that are not as many as these.
    fn fit<T: OfPort>(
        &self,
        others: At<Ports<T>>,
        key: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<ForEach<T>> {
        let count = match self {
            Self::Listed(_) => None,
            Self::Range(addresses) => Some(addresses.len()),
            Self::Faulty => return None,
        };
        let At { value, span } = others;
        let uneven = UnevenRanges::check(count, value.in_range());
        let each = ForEach {
            each: value.each(),
            span,
        };
        let Err(uneven) = uneven else {
            return Some(each);
        };
        let help = match count {
            None | Some(1) => "write one port, or a range of as many ports in `address`".to_owned(),
            Some(count) => match each.first_of(count) {
                Some(range) => format!("write `{key} = \"{range}\"`"),
                None => "write a range of as many ports".to_owned(),
            },
        };
        let finding = Diagnostic::error("uneven-port-ranges", uneven.to_string());
        found.push(finding.at(span, "").help(help));
        None
    }
}

/// A value for each gate of a range, or for the only gate.
#[derive(Debug)]
struct ForEach<T> {
    each: Vec<T>,
    span: flash_policy::Span,
}

impl<T: OfPort> ForEach<T> {
    fn nth(&self, nth: usize) -> Option<At<T>> {
        let value = self.each.get(nth)?.clone();
        let span = self.span;
        Some(At { value, span })
    }

    /// The range of this many ports that begins with the first one.
    fn first_of(&self, count: usize) -> Option<String> {
        let first = self.each.first()?;
        let more = u16::try_from(count.checked_sub(1)?).ok()?;
        let last = first.port().checked_add(more)?;
        Some(format!("{first}-{last}"))
    }
}

/// What a port belongs to. Its text ends in the port.
trait OfPort: Clone + Display {
    fn port(&self) -> u16;
}

impl OfPort for Backend {
    fn port(&self) -> u16 {
        self.port
    }
}

impl OfPort for Port {
    fn port(&self) -> u16 {
        self.get()
    }
}

fn backends(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Option<At<Ports<Backend>>> {
    let Some(value) = table.get("backend") else {
        let help =
            "write `backend = \"127.0.0.1:9340\"`, the address of the server behind this port";
        found.extend(table.missing("backend", help));
        return None;
    };
    value.parsed("bad-backend", port_range::backend, found)
}

fn public_ports(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Option<At<Ports<Port>>> {
    let value = table.get("public-port")?;
    let span = value.span;
    let value = if is_text_with_range(&value) {
        value
            .parsed("out-of-range", port_range::ports, found)?
            .value
    } else {
        Ports::One(public_port(table, found)?)
    };
    Some(At { value, span })
}

/// One server gets the HTTP of every port.
fn web_server(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<At<Backend>> {
    if is_text_with_range(value) {
        let message = "expected one port in `http-backend`, found a range";
        found.push(
            Diagnostic::error("bad-backend", message)
                .at(value.span, "")
                .help("write one server for the HTTP of all ports, or a gate for each port"),
        );
        return None;
    }
    value.parsed("bad-backend", backend::parse, found)
}

fn is_text_with_range(value: &Value<'_>) -> bool {
    value.as_str().is_some_and(is_range)
}

fn name(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<TextValue> {
    let name = value.text(found)?;
    let fault = values::bad_name(&name.value)
        .map(|message| Diagnostic::error("bad-gate-name", message).at(name.span, ""));
    let good = fault.is_none();
    found.extend(fault);
    good.then_some(name)
}
