//! Reads `[limits]`, `[process]` and `[admin]`, with their defaults.

use std::num::NonZeroU32;
use std::time::Duration;

use flash_policy::{Diagnostic, Span};
use tokio_flash_policy::Linger;

use super::tree::scalar::default;
use super::tree::text::{TextValue, parse_text};
use super::tree::{At, Table, Value};
use super::unexpected::{Expected, Unexpected};
use super::{keys, values};
use crate::snapshot::ListenAddress;
use crate::snapshot::{Chosen, Limits, Network, ProcessPlan, User, Violation, WebSocketMode};

/// A value that may be `"off"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Switch<T> {
    #[default]
    Off,
    On(T),
}

impl<T> Switch<T> {
    /// The value, or nothing if it is off.
    fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

/// `[process]`.
#[derive(Debug)]
pub(super) struct RawProcess {
    /// `handover` has the path as written.
    pub(super) process: ProcessPlan,
    /// The place of the user, if it is set.
    pub(super) user: Option<Span>,
    /// The place of the path of `handover`, if it is set.
    pub(super) handover: Option<Span>,
}

/// `[admin]`.
#[derive(Debug, Default)]
pub(super) struct RawAdmin {
    /// The default if the file has no other. None if a mistake was reported.
    pub(super) address: Option<At<ListenAddress>>,
    pub(super) probes: Option<At<ListenAddress>>,
}

impl RawAdmin {
    pub(super) fn addresses(&self) -> impl Iterator<Item = &At<ListenAddress>> {
        self.address.iter().chain(&self.probes)
    }
}

/// The limits, except `ping`, which is in `[bridge]`.
pub(super) fn limits(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> Limits {
    table.only_known(found);
    let connections = table.setting("connections", number, found);
    let exempt = |value: &Value<'_>, found: &mut Vec<_>| Some(networks(value, found));
    let mut cap = |key| table.setting(key, cap, found).on();
    let (per_address, rate_per_address) = (cap("per-address"), cap("rate-per-address"));
    let relays_per_address = cap("relays-per-address");
    let mut lasting = |key| table.setting(key, lasting, found);
    let limits = Limits {
        connections: usize::try_from(connections).unwrap_or(usize::MAX),
        connections_chosen: match table.get("connections") {
            Some(_) => Chosen::ByOperator,
            None => Chosen::ByDefault,
        },
        per_address,
        rate_per_address,
        relays_per_address,
        request: lasting("request"),
        linger: linger(lasting("linger")),
        backend_connect: lasting("backend-connect"),
        half_open: lasting("half-open"),
        exempt: table.setting("exempt", exempt, found),
        idle: table.setting("idle", idle, found).on(),
        ping: default(&keys::BRIDGE, "ping", self::lasting).unwrap_or_default(),
    };
    let request = table.get("request").filter(|_| limits.request < SHORT);
    found.extend(request.map(|value| short_deadline(value.span)));
    limits
}

/// With 2 s, 3 of 100,000 connections with a trailing byte failed at 5 % packet loss.
const LINGER_IN_ALL: Duration = Duration::from_secs(30);

/// How long to linger, given the time between reads. The total is never shorter than that.
fn linger(between_reads: Duration) -> Linger {
    Linger::default()
        .between_reads(between_reads)
        .total(LINGER_IN_ALL.max(between_reads))
}

/// A SYN is retransmitted after one second and again after two more.
const SHORT: Duration = Duration::from_secs(3);

fn short_deadline(place: Span) -> Diagnostic {
    let message = "a deadline below three seconds closes clients that lose a packet";
    Diagnostic::warning("short-deadline", message)
        .at(place, "")
        .help("write `3s` or more")
}

/// `"off"`, or the value that `read` returns.
fn switch<T>(
    value: &Value<'_>,
    expected: &str,
    read: impl Fn(&Value<'_>, &mut Vec<Diagnostic>) -> Option<T>,
    found: &mut Vec<Diagnostic>,
) -> Option<Switch<T>> {
    if value.is("off") {
        return Some(Switch::Off);
    }
    if value.is_boolean() {
        found.push(value.wrong_type(&format!("{expected} or `\"off\"`")));
        return None;
    }
    read(value, found).map(Switch::On)
}

fn number(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<u32> {
    value.number(found)
}

fn boolean(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<bool> {
    value.boolean(found)
}

/// A number of at least 1, or `"off"`.
fn cap(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<NonZeroU32>> {
    let number = |value: &Value<'_>, found: &mut Vec<_>| {
        if !value.is_number() {
            found.push(value.wrong_type("a whole number or `\"off\"`"));
            return None;
        }
        value.number(found).and_then(NonZeroU32::new)
    };
    switch(value, "a whole number", number, found)
}

/// A duration above zero.
pub(super) fn lasting(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Duration> {
    duration(value, values::lasting, found)
}

fn duration(
    value: &Value<'_>,
    parse: impl Fn(&str) -> Result<Duration, Unexpected>,
    found: &mut Vec<Diagnostic>,
) -> Option<Duration> {
    if value.as_str().is_none() {
        found.push(value.wrong_type("a duration like `\"5s\"`"));
        return None;
    }
    Some(value.parsed("bad-duration", parse, found)?.value)
}

fn idle(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<Duration>> {
    let expected = |text: &str| Expected::DurationOrOff.but_found(text);
    let parse = |text: &str| values::lasting(text).map_err(|_| expected(text));
    let read = |value: &Value<'_>, found: &mut Vec<_>| duration(value, parse, found);
    switch(value, "a duration like `\"5s\"`", read, found)
}

pub(super) fn networks(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<Network> {
    let texts = value.texts(found);
    let networks = texts
        .iter()
        .filter_map(|text| parse_text(text, "bad-network", values::network, found));
    networks.map(|network| network.value).collect()
}

/// `[process]`, without what must be looked up.
pub(super) fn process(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawProcess {
    table.only_known(found);
    let name = |text: &str| match text {
        "" => Err(Expected::User.but_found(text)),
        name => Ok(name.to_owned()),
    };
    let sandbox =
        |value: &Value<'_>, found: &mut Vec<_>| Some(value.choice(&keys::SANDBOXES, found)?.value);
    let drain = |value: &Value<'_>, found: &mut Vec<_>| duration(value, values::duration, found);
    let user = table.get("user");
    let user = user.and_then(|value| value.parsed("bad-user", name, found));
    let handover = table.setting("handover", handover, found).on();
    let threads = table.setting("threads", number, found);
    RawProcess {
        user: user.as_ref().map(|user| user.span),
        handover: handover.as_ref().map(|path| path.span),
        process: ProcessPlan {
            user: user.map_or(User::Nobody, |user| User::Configured { name: user.value }),
            threads: NonZeroU32::new(threads).unwrap_or(NonZeroU32::MIN),
            sandbox: table.setting("sandbox", sandbox, found),
            drain: table.setting("drain", drain, found),
            handover: handover.map(|path| path.value.into()),
            violation: Violation::Refuse,
        },
    }
}

/// Whether HTTP on a gate's port may become a WebSocket.
pub(super) fn websocket(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<WebSocketMode> {
    Some(if value.boolean(found)? {
        WebSocketMode::Upgrade
    } else {
        WebSocketMode::Off
    })
}

fn handover(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<TextValue>> {
    let path = |value: &Value<'_>, found: &mut Vec<_>| {
        let path = value.text(found)?;
        if path.value.is_empty() {
            let message = "expected a path or `off`, found nothing";
            found.push(Diagnostic::error("bad-path", message).at(path.span, ""));
            return None;
        }
        Some(path)
    };
    switch(value, "a path", path, found)
}

/// The port of `[admin]` in examples.
pub(super) const ADMIN: u16 = 9843;

pub(super) fn admin_address(
    value: &Value<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<At<ListenAddress>> {
    let read = |text: &str| ListenAddress::read(text, ADMIN);
    value.parsed("bad-address", read, found)
}

/// The port of `probes` in examples.
const PROBES: u16 = 9844;

fn probes_address(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<At<ListenAddress>> {
    let read = |text: &str| ListenAddress::read(text, PROBES);
    value.parsed("bad-address", read, found)
}

pub(super) fn admin(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawAdmin {
    for value in table.unknown() {
        let port = value.written().filter(|text| text.parse::<u16>().is_ok());
        let help = |port| format!("write `address = \"127.0.0.1:{port}\"`");
        found.push(match port.map(help) {
            Some(help) if value.key == "port" => table.no_such_key(&value).help(help),
            _ => table.unknown_key(&value),
        });
    }
    let public = table.setting("danger-public", boolean, found);
    let address = match table.get("address") {
        Some(value) => admin_address(&value, found),
        None => default(&keys::ADMIN, "address", admin_address).map(|at| At {
            span: table.span,
            ..at
        }),
    };
    let checked = address.as_ref().filter(|_| !public);
    found.extend(checked.and_then(|address| {
        let finding = public_admin(address.value, "in `[admin]`")?;
        Some(
            finding
                .at(address.span, "")
                .help("write `127.0.0.1:9843`, or add `danger-public = true` if this is intended"),
        )
    }));
    let probes = table.get("probes");
    let probes = probes.and_then(|value| probes_address(&value, found));
    RawAdmin { address, probes }
}

/// The error for an admin address that others can reach. It has no place and no help.
pub(super) fn public_admin(address: ListenAddress, place: &str) -> Option<Diagnostic> {
    (!address.is_loopback()).then(|| {
        let message = format!("expected a loopback address {place}, found `{address}`");
        Diagnostic::error("public-admin", message)
            .note("anyone who can connect sees what this machine serves; there is no password")
    })
}
