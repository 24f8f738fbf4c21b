//! Reads `[[listen]]`, and the keys that it has in common with `[[gate]]` and `[bridge]`.

use std::net::IpAddr;
use std::time::Duration;

use flash_policy::diagnostic::any_error;
use flash_policy::reply::Dialect;
use flash_policy::{Diagnostic, Port, Span};
use flashgate_wire::proxy_header::ProxyVersion;

use super::own_path::OwnPathPattern;
use crate::config::tree::text::{TextValue, parse_text};
use crate::config::tree::{At, Table, Value};
use crate::config::{keys, sections};
use crate::snapshot::{AskedBy, Backend, ListenAddress, Network, SetIn, WebSocketMode};

/// `[[listen]]` or `[[gate]]` as written. A gate with a range of ports has one for each port.
#[derive(Clone, Debug)]
pub(in crate::config) struct RawListener {
    pub(in crate::config) header: Span,
    pub(in crate::config) addresses: Vec<At<ListenAddress>>,
    pub(in crate::config) policy: Option<TextValue>,
    pub(in crate::config) public_port: Option<Port>,
    pub(in crate::config) accept_proxy: Vec<Network>,
    /// Whose requests it answers.
    pub(in crate::config) dialect: Dialect,
    /// Where that is written.
    pub(in crate::config) dialect_place: Option<Span>,
    /// Whether a mistake in it was reported.
    pub(in crate::config) state: Soundness,
    /// The keys that only a gate has.
    pub(in crate::config) gate: Option<RawGate>,
}

/// Whether all of it could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Soundness {
    Sound,
    /// A mistake was reported. What seems to be missing may be part of it.
    Faulty,
}

/// The keys that only `[[gate]]` has.
#[derive(Clone, Debug)]
pub(in crate::config) struct RawGate {
    pub(in crate::config) name: Option<TextValue>,
    /// None if a mistake in it was reported.
    pub(in crate::config) backend: Option<At<Backend>>,
    pub(in crate::config) http_backend: Option<At<Backend>>,
    pub(in crate::config) speaks_first_after: Option<At<Duration>>,
    pub(in crate::config) send_proxy: Option<ProxyVersion>,
    pub(in crate::config) websocket: WebSocketMode,
    pub(in crate::config) bridge_path: Option<At<OwnPathPattern>>,
    /// Whether the gate answers requests for master policy files, if that is set.
    pub(in crate::config) policy_files: Option<At<bool>>,
}

impl RawListener {
    pub(in crate::config) fn asked_by(&self) -> AskedBy {
        match self.gate {
            Some(_) => AskedBy::Gate(SetIn::Config),
            None => AskedBy::Listen(SetIn::Config),
        }
    }

    /// Whether it serves the policy with this name, given the number of policies.
    pub(in crate::config) fn serves(&self, policy: &str, policies: usize) -> bool {
        match &self.policy {
            Some(name) => name.value == policy,
            None => policies == 1,
        }
    }

    /// The header as written.
    pub(in crate::config) fn kind(&self) -> &'static str {
        match self.gate {
            Some(_) => "[[gate]]",
            None => "[[listen]]",
        }
    }
}

pub(super) fn listener(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Vec<RawListener> {
    let before = found.len();
    only_known(table, found);
    let dialect = table.get("dialect");
    let dialect = dialect.and_then(|value| value.choice(&keys::DIALECTS, found));
    let help = "write `address = \"[::]:843\"` for every address of this machine, or `\"192.0.2.10:843\"` for one";
    let example = Example { help, port: 843 };
    let listener = RawListener {
        addresses: addresses(table, &example, found),
        public_port: public_port(table, found),
        dialect_place: dialect.as_ref().map(|dialect| dialect.span),
        dialect: dialect.map_or(Dialect::Flash, |dialect| dialect.value),
        ..either(table, None, found)
    };
    let faulty = found.get(before..).is_some_and(any_error);
    let state = if faulty {
        Soundness::Faulty
    } else {
        Soundness::Sound
    };
    vec![RawListener { state, ..listener }]
}

/// Reports every unknown key. For an address in two keys, suggests one.
pub(super) fn only_known(table: &Table<'_>, found: &mut Vec<Diagnostic>) {
    let among = |keys: &[&str]| {
        let mut parts = table.unknown().filter(|it| keys.contains(&it.key.as_str()));
        parts.find_map(|value| Some((value.written()?.trim_matches(['"', '\'']).to_owned(), value)))
    };
    let host = among(&["host", "ip", "bind", "addr", "listen"]);
    let host = host.filter(|(host, _)| host.parse::<IpAddr>().is_ok());
    let Some((host, value)) = host.filter(|_| table.get("address").is_none()) else {
        return table.only_known(found);
    };
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => format!("[{host}]"),
        Ok(IpAddr::V4(_)) | Err(_) => host,
    };
    let port = among(&["port"]);
    let number = port.as_ref().map_or("843", |(port, _)| port);
    let help = format!("write `address = \"{host}:{number}\"`");
    found.push(table.no_such_key(&value).help(help));
    let parts = std::iter::once(&value).chain(port.as_ref().map(|(_, value)| value));
    let told: Vec<_> = parts.map(|value| value.key.as_str()).collect();
    table.only_known_or(&told, found);
}

/// Suggestions for a section that listens.
pub(super) struct Example<'a> {
    /// The help if there is no address.
    pub(super) help: &'a str,
    /// The port in examples.
    pub(super) port: u16,
}

/// Reads the keys that both have in the same form: all but those with ports.
pub(super) fn either(
    table: &Table<'_>,
    gate: Option<RawGate>,
    found: &mut Vec<Diagnostic>,
) -> RawListener {
    let accept_proxy = table.get("accept-proxy");
    RawListener {
        header: table.span,
        addresses: Vec::new(),
        policy: table.get("policy").and_then(|value| value.text(found)),
        public_port: None,
        accept_proxy: accept_proxy.map_or_else(Vec::new, |value| trusted(&value, found)),
        dialect: Dialect::Flash,
        dialect_place: None,
        state: Soundness::Sound,
        gate,
    }
}

pub(super) fn public_port(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Option<Port> {
    let number = table.get("public-port")?.number(found)?;
    Port::new(u16::try_from(number).ok()?).ok()
}

pub(super) fn addresses(
    table: &Table<'_>,
    example: &Example<'_>,
    found: &mut Vec<Diagnostic>,
) -> Vec<At<ListenAddress>> {
    let Some(value) = table.get("address") else {
        found.extend(table.missing("address", example.help));
        return Vec::new();
    };
    let before = found.len();
    let texts = value.texts(found);
    if texts.is_empty() && found.len() == before {
        let message = "expected an address, found an empty list";
        found.push(
            Diagnostic::error("missing-key", message)
                .at(value.span, "")
                .help(example.help),
        );
    }
    let read = |text: &str| ListenAddress::read(text, example.port);
    texts
        .iter()
        .filter_map(|text| parse_text(text, "bad-address", read, found))
        .collect()
}

/// Peers whose PROXY header is trusted. An empty list and one with every address are both probably mistakes.
pub(super) fn trusted(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<Network> {
    let before = found.len();
    let networks = sections::networks(value, found);
    if networks.is_empty() && found.len() == before {
        let message = "the list is empty, so no PROXY header is accepted";
        found.push(
            Diagnostic::warning("accept-proxy-from-nobody", message)
                .at(value.span, "")
                .help(
                    "list the networks of your load balancers, as in `[\"10.0.0.0/8\"]`, or remove the key",
                ),
        );
    }
    if networks.iter().any(|network| network.is_everything()) {
        let message = "every client must send a PROXY header, and can claim any address in it";
        found.push(
            Diagnostic::warning("accept-proxy-from-everybody", message)
                .at(value.span, "")
                .note("players don't send a PROXY header, and other clients can evade the per-address limits")
                .help("list only the networks of your load balancers"),
        );
    }
    networks
}
