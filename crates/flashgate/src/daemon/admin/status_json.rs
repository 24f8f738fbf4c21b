//! `/status.json`: the daemon's status, for people and scripts. The book describes it. Keys may be added, but never
//! change their meaning.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flashgate_config::tls::Certificate;
use flashgate_report::visible;
use serde_json::{Map, Value, json};

use super::AdminSources;
use crate::connection::{BackendStatus, Role};
use crate::daemon::status::{GateStatus, ListenerStatus, StatusSnapshot};
use crate::log;
use crate::revision;

/// The current status.
pub(super) fn text(sources: &AdminSources) -> String {
    let known = sources.status.known();
    let backends = sources.shared.backends.status();
    let object = json!({
        "version": revision::VERSION,
        "revision": revision::commit(),
        "phase": known.phase.name(),
        "uptime-seconds": seconds(sources.status.uptime()),
        "listeners": known.listeners.iter().map(listener).collect::<Vec<_>>(),
        "gates": known.gates.iter().map(|gate| self::gate(gate, &backends)).collect::<Vec<_>>(),
        "certificates": known.certificates.iter().map(certificate).collect::<Vec<_>>(),
        "connections": connections(sources),
        "backends": backends.iter().map(backend).collect::<Vec<_>>(),
        "relayed-bytes": relayed(sources),
        "limits": limits(&known),
        "last-reload": last_reload(&known),
        "sandbox": object(known.sandbox.iter().map(|(part, on)| (*part, (*on).into()))),
        "accept-errors": object(sources.status.accept_errors().map(|(class, count)| (class, count.into()))),
        "panics": log::panics(),
        "log-lines-lost": log::lines_lost_in_all(),
    });
    visible::json(&format!("{object:#}\n")).into_owned()
}

fn listener(listener: &ListenerStatus) -> Value {
    json!({
        "address": listener.address.to_string(),
        "serves": listener.serves,
        "gate": listener.gate,
        "policy": listener.policy,
        "state": listener.health.name(),
    })
}

fn gate(gate: &GateStatus, backends: &[BackendStatus]) -> Value {
    let of = |role: Role| {
        let mut all = backends.iter();
        let failed = all.find(|it| it.gate == gate.name && it.role == role);
        failed.map_or("no-failure", state)
    };
    let http = gate.http_backend.as_ref();
    json!({
        "name": gate.name,
        "addresses": gate.addresses,
        "policy": gate.policy,
        "backend": gate.backend,
        "backend-state": of(Role::Game),
        "http-backend": http,
        "http-backend-state": http.map(|_| of(Role::Http)),
    })
}

const fn state(backend: &BackendStatus) -> &'static str {
    if backend.failed.is_some() {
        "unreachable"
    } else {
        "reached"
    }
}

fn certificate(certificate: &Certificate) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let (now, end) = (
        now.unwrap_or_default().as_secs(),
        certificate.not_after().as_secs(),
    );
    let seconds = i64::try_from(end)
        .unwrap_or(i64::MAX)
        .saturating_sub_unsigned(now);
    json!({
        "file": certificate.file,
        "names": certificate.names,
        "not-after": certificate.ends().to_string(),
        // Negative once it has expired.
        "days-left": seconds.div_euclid(SECONDS_PER_DAY),
    })
}

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

fn backend(backend: &BackendStatus) -> Value {
    json!({
        "gate": backend.gate,
        "role": backend.role.name(),
        "address": backend.backend.to_string(),
        "state": state(backend),
        "error": backend.failed,
        "failures": backend.failures,
    })
}

fn relayed(sources: &AdminSources) -> Value {
    let [from_clients, from_backends] = sources.shared.relayed();
    json!({ "from-clients": from_clients, "from-backends": from_backends })
}

fn connections(sources: &AdminSources) -> Value {
    let shared = &sources.shared;
    json!({
        "open": shared.permits.open(),
        "answering": shared.permits.answering(),
        "relaying": shared.permits.relaying(),
        "relaying-limit": shared.permits.most_relays(),
        "websockets": shared.bridging(),
        "lingering": shared.permits.lingering(),
        "limit": shared.permits.limit(),
        "ended": object(shared.totals().map(|(outcome, total)| (outcome.code(), total.into()))),
        "shed": shared.shed(),
    })
}

/// The limits. `null` means no limit.
fn limits(known: &StatusSnapshot) -> Value {
    let limits = &known.limits;
    let exempt: Vec<_> = limits.exempt.iter().map(ToString::to_string).collect();
    json!({
        "connections": limits.connections,
        "per-address": limits.per_address,
        "rate-per-address": limits.rate_per_address,
        "relays-per-address": limits.relays_per_address,
        "exempt": exempt,
        "request-seconds": seconds(limits.request),
        "linger-seconds": seconds(limits.linger.between_reads),
        "backend-connect-seconds": seconds(limits.backend_connect),
        "half-open-seconds": seconds(limits.half_open),
        "idle-seconds": limits.idle.map(seconds),
        "drain-seconds": seconds(known.drain),
    })
}

fn last_reload(known: &StatusSnapshot) -> Value {
    known.last_reload.as_ref().map_or(Value::Null, |last| {
        let result = if last.error.is_none() {
            "success"
        } else {
            "failure"
        };
        json!({
            "result": result,
            "seconds-ago": seconds(last.at.elapsed()),
            "error": last.error,
        })
    })
}

fn object(entries: impl Iterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    entries
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// Seconds, rounded to milliseconds.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}
