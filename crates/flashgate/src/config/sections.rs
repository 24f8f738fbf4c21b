//! `[limits]`, `[process]` and `[admin]`: what the file says of them, each value by its own notation.

use std::num::NonZeroU32;
use std::time::Duration;

use flash_policy::Diagnostic;

use super::tree::{At, Table, Text, Value, parse_text};
use super::values;
use crate::snapshot::ListenAddress;
use crate::snapshot::{Network, Sandbox};

/// A value that may be `"off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch<T> {
    Off,
    On(T),
}

impl<T> Switch<T> {
    /// None where it is off.
    pub(super) fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

/// `[limits]`.
#[derive(Debug, Default)]
pub(super) struct RawLimits {
    pub(super) connections: Option<At<u32>>,
    pub(super) per_address: Option<Switch<NonZeroU32>>,
    pub(super) rate_per_address: Option<Switch<NonZeroU32>>,
    pub(super) relays_per_address: Option<Switch<NonZeroU32>>,
    pub(super) exempt: Option<Vec<Network>>,
    pub(super) request: Option<At<Duration>>,
    pub(super) linger: Option<At<Duration>>,
    pub(super) backend_connect: Option<At<Duration>>,
    pub(super) half_open: Option<At<Duration>>,
    pub(super) idle: Option<Switch<Duration>>,
}

/// `[process]`.
#[derive(Debug, Default)]
pub(super) struct RawProcess {
    pub(super) user: Option<At<String>>,
    pub(super) threads: Option<NonZeroU32>,
    pub(super) sandbox: Option<At<Sandbox>>,
    pub(super) drain: Option<At<Duration>>,
    pub(super) handover: Option<Switch<Text>>,
}

/// `[admin]`.
#[derive(Debug, Default)]
pub(super) struct RawAdmin {
    pub(super) address: Option<At<ListenAddress>>,
}

const LIMITS: [&str; 10] = [
    "connections",
    "per-address",
    "rate-per-address",
    "relays-per-address",
    "exempt",
    "request",
    "linger",
    "backend-connect",
    "half-open",
    "idle",
];

/// More than the kernel lets a process open (`fs.nr_open`) in any setting of today.
const MOST_CONNECTIONS: u32 = 1 << 24;

/// A cap above this is none.
const MOST_PER_ADDRESS: u32 = 1 << 24;

/// More than any machine has.
const MOST_THREADS: u32 = 1_024;

pub(super) fn limits(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawLimits {
    table.only(&LIMITS, found);
    let connections = table
        .get("connections")
        .and_then(|value| value.number((1, MOST_CONNECTIONS), found));
    let mut cap = |key| table.get(key).and_then(|value| cap(&value, found));
    let (per_address, rate_per_address) = (cap("per-address"), cap("rate-per-address"));
    let relays_per_address = cap("relays-per-address");
    let mut lasting = |key| lasting(&table.get(key)?, found);
    RawLimits {
        connections,
        per_address,
        rate_per_address,
        relays_per_address,
        request: lasting("request"),
        linger: lasting("linger"),
        backend_connect: lasting("backend-connect"),
        half_open: lasting("half-open"),
        exempt: table.get("exempt").map(|value| networks(&value, found)),
        idle: table.get("idle").and_then(|value| idle(&value, found)),
    }
}

/// `"off"`, or what `read` makes of it.
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

/// A number from 1 up, or `"off"`.
fn cap(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<NonZeroU32>> {
    let number = |value: &Value<'_>, found: &mut Vec<_>| {
        if !value.is_number() {
            found.push(value.wrong_type("a whole number or `\"off\"`"));
            return None;
        }
        let number = value.number((1, MOST_PER_ADDRESS), found)?;
        NonZeroU32::new(number.value)
    };
    switch(value, "a whole number", number, found)
}

pub(super) fn lasting(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<At<Duration>> {
    duration(value, values::lasting, found)
}

fn duration(
    value: &Value<'_>,
    parse: impl Fn(&str) -> Result<Duration, String>,
    found: &mut Vec<Diagnostic>,
) -> Option<At<Duration>> {
    if value.as_str().is_none() {
        found.push(value.wrong_type("a duration like `\"5s\"`"));
        return None;
    }
    value.parsed("bad-duration", parse, found)
}

fn idle(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<Duration>> {
    let parse = |text: &str| {
        let expected =
            || format!("expected a duration like `5s` or `off` for `idle`, found `{text}`");
        values::lasting(text).map_err(|_| expected())
    };
    let read = |value: &Value<'_>, found: &mut Vec<_>| Some(duration(value, parse, found)?.value);
    switch(value, "a duration like `\"5s\"`", read, found)
}

pub(super) fn networks(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<Network> {
    let texts = value.texts(found);
    texts
        .iter()
        .filter_map(|text| parse_text(text, "bad-network", values::network, found))
        .map(|network| network.value)
        .collect()
}

const SANDBOXES: [(&str, Sandbox); 3] = [
    ("best-effort", Sandbox::BestEffort),
    ("required", Sandbox::Required),
    ("off", Sandbox::Off),
];

pub(super) fn process(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawProcess {
    table.only(&["user", "threads", "sandbox", "drain", "handover"], found);
    let user = |text: &str| match text {
        "" => Err("expected the name of a user, found nothing".to_owned()),
        name => Ok(name.to_owned()),
    };
    let get = |key| table.get(key);
    RawProcess {
        user: get("user").and_then(|value| value.parsed("bad-user", user, found)),
        threads: get("threads")
            .and_then(|value| value.number((1, MOST_THREADS), found))
            .and_then(|number| NonZeroU32::new(number.value)),
        sandbox: get("sandbox").and_then(|value| value.choice(&SANDBOXES, found)),
        drain: get("drain").and_then(|value| duration(&value, values::duration, found)),
        handover: get("handover").and_then(|value| handover(&value, found)),
    }
}

fn handover(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Switch<Text>> {
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

/// The port in examples.
const ADMIN: u16 = 9843;

pub(super) fn admin(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawAdmin {
    let known = ["address", "danger-public"];
    for value in table.unknown(&known) {
        let port = value.written().filter(|text| text.parse::<u16>().is_ok());
        let help = |port| format!("write `address = \"127.0.0.1:{port}\"`");
        found.push(match port.map(help) {
            Some(help) if value.key == "port" => table.no_such_key(&value).help(help),
            _ => table.unknown_key(&value, &known),
        });
    }
    let public = table
        .get("danger-public")
        .and_then(|value| value.boolean(found))
        .unwrap_or(false);
    let address: Option<At<ListenAddress>> = table.get("address").and_then(|value| {
        value.parsed(
            "bad-address",
            |text| ListenAddress::read(text, ADMIN),
            found,
        )
    });
    if let Some(address) = &address
        && !public
        && !address.value.is_loopback()
    {
        let message = format!(
            "expected a loopback address in `[admin]`, found `{}`",
            address.value
        );
        found.push(
            Diagnostic::error("public-admin", message)
                .at(address.span, "")
                .note("it tells everybody who reaches it what this machine serves, and asks for no password")
                .help("write `127.0.0.1:9843`, or add `danger-public = true` if it is meant so"),
        );
    }
    RawAdmin { address }
}
