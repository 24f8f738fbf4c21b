//! What a file comes to once it is resolved.

use std::path::Path;
use std::time::Duration;

use flash_policy::Diagnostic;
use toml::de::DeTable;

use super::tree::Table;
use super::{raw, resolve};
use crate::connection::ProxyVersion;
use crate::daemon::sandbox::Needs;
use crate::snapshot::{Gate, Plan, Process, Sandbox, User};

const LEAST: &str = "hosts = 'play.test'\n[policy.p]\nrules = [{ domain = 'a.test', ports = '8000' }]\n[[listen]]\naddress = '843'\n";

/// Resolves the least that can be served and some more, without asking what is supported yet.
fn resolved(more: &str) -> (Plan, Vec<Diagnostic>) {
    let text = format!("{LEAST}{more}");
    let root = DeTable::parse(&text).unwrap();
    let mut found = Vec::new();
    let raw = raw::read(&Table::root(&text, root.get_ref()), &mut found);
    let path = Path::new("/etc/flashgate/flashgate.toml");
    (resolve::resolve(raw, path, &text, &mut found).plan, found)
}

#[track_caller]
fn plan(more: &str) -> Plan {
    let (plan, found) = resolved(more);
    assert_eq!(found, []);
    plan
}

/// Checks that there is exactly one finding, and which.
#[track_caller]
fn refused(more: &str, rule: &str, text: &str) {
    let (_, found) = resolved(more);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].rule, rule, "{found:?}");
    assert!(found[0].message.contains(text), "{found:?}");
    assert!(found[0].label.is_some(), "{found:?}");
}

#[test]
fn limits() {
    let limits = plan("[limits]\nper-address = 3\nrate-per-address = 'off'\nrelays-per-address = 9\nexempt = ['10.0.0.0/8']\nbackend-connect = '1s'\nhalf-open = '2m'\nidle = '2h'").limits;
    assert_eq!(limits.per_address.unwrap().get(), 3);
    assert_eq!(limits.rate_per_address, None);
    assert_eq!(limits.relays_per_address.unwrap().get(), 9);
    assert_eq!(limits.exempt[0].to_string(), "10.0.0.0/8");
    assert_eq!(limits.backend_connect, Duration::from_secs(1));
    assert_eq!(limits.half_open, Duration::from_secs(120));
    assert_eq!(limits.idle, Some(Duration::from_secs(7_200)));
    refused("[limits]\nper-address = 0", "out-of-range", "found 0");
    refused("[limits]\nper-address = 'of'", "wrong-type", "`\"off\"`");
    refused(
        "[limits]\nexempt = ['10.0.0.1/8']",
        "bad-network",
        "`10.0.0.0/8`",
    );
    refused("[limits]\nidle = 'never'", "bad-duration", "found `never`");
    refused("[limits]\nhalf-open = '0s'", "bad-duration", "above zero");
}

#[test]
fn defaults() {
    let plan = plan("");
    assert_eq!(plan.limits.connections, 16_384);
    assert_eq!(plan.limits.per_address.unwrap().get(), 64);
    assert_eq!(plan.limits.rate_per_address.unwrap().get(), 50);
    assert_eq!(plan.limits.exempt.len(), 2);
    assert_eq!(
        (plan.limits.relays_per_address, plan.limits.idle),
        (None, None)
    );
    assert_eq!(plan.limits.linger.total, Duration::from_secs(30));
    assert_eq!(
        (user(&plan.process), plan.process.threads.get()),
        ("nobody", 1)
    );
    assert!(plan.process.handover.is_none() && plan.admin.is_none());
    assert_eq!(plan.hosts[0].host.to_string(), "play.test");
    assert_eq!(plan.watched, [Path::new("/etc/flashgate/flashgate.toml")]);
}

fn user(process: &Process) -> &str {
    match &process.user {
        User::Nobody => "nobody",
        User::Configured { name, .. } => name,
    }
}

#[test]
fn process() {
    let process = plan("[process]\nuser = 'flash'\nthreads = 4\nsandbox = 'required'\nhandover = 'run/socket'\ndrain = '0s'").process;
    assert_eq!((user(&process), process.threads.get()), ("flash", 4));
    assert_eq!(
        (process.sandbox, process.drain),
        (Sandbox::Required, Duration::ZERO)
    );
    assert_eq!(
        process.handover.unwrap(),
        Path::new("/etc/flashgate/run/socket")
    );
    assert!(
        plan("[process]\nhandover = 'off'")
            .process
            .handover
            .is_none()
    );
    refused(
        "[process]\nsandbox = 'require'",
        "unknown-value",
        "found `require`",
    );
    refused("[process]\nthreads = 0", "out-of-range", "1 to 1024");
    refused("[process]\nuser = ''", "bad-user", "nothing");
    refused("[process]\nhandover = ''", "bad-path", "nothing");
}

#[test]
fn admin() {
    let address = |more| plan(more).admin.unwrap().address.to_string();
    assert_eq!(address("[admin]"), "127.0.0.1:9843");
    assert_eq!(address("[admin]\naddress = '[::1]:1'"), "[::1]:1");
    assert_eq!(
        address("[admin]\naddress = '1'\ndanger-public = true"),
        "[::]:1"
    );
    refused(
        "[admin]\naddress = '9843'",
        "public-admin",
        "found `[::]:9843`",
    );
    refused("[admin]\nport = 9843", "unknown-key", "`port`");
}

const GATE: &str = "[[gate]]\naddress = '[::]:9339'\nbackend = 'game.test:9340'\n";

/// The gates of the least that can be served and some more, with what is trusted there.
fn gates(more: &str) -> Vec<(Gate, Vec<String>)> {
    let listeners = plan(more).listeners;
    let services = listeners.iter().map(|listener| &listener.service);
    services
        .filter_map(|service| {
            let trusted = service.accept_proxy.iter().map(ToString::to_string);
            Some((service.gate.clone()?, trusted.collect()))
        })
        .collect()
}

#[test]
fn gate_defaults() {
    let [(gate, trusted)] = &gates(GATE)[..] else {
        panic!("expected one gate");
    };
    assert_eq!(gate.name, "gate-9339");
    assert_eq!(gate.backend.to_string(), "game.test:9340");
    assert_eq!((&gate.http_backend, gate.send_proxy), (&None, None));
    assert_eq!(gate.speaks_first_after, Duration::from_millis(200));
    assert_eq!(trusted.len(), 0);
    let (_, found) = resolved(&format!("{GATE}[limits]\nrequest = '100ms'"));
    assert_eq!(found.len(), 1, "only that it is short: {found:?}");
}

#[test]
fn gate_settings() {
    let more = "name = 'game'\nspeaks-first-after = '1s'\nhttp-backend = '[::1]:8080'\nsend-proxy = 'v2'\n\
                accept-proxy = ['10.0.0.0/8', '::1']\nwebsocket = false";
    let [(gate, trusted)] = &gates(&format!("{GATE}{more}"))[..] else {
        panic!("expected one gate");
    };
    assert_eq!(gate.name, "game");
    assert_eq!(
        gate.http_backend.as_ref().unwrap().to_string(),
        "[::1]:8080"
    );
    assert_eq!(gate.send_proxy, Some(ProxyVersion::V2));
    assert_eq!(gate.speaks_first_after, Duration::from_secs(1));
    assert_eq!(trusted, &["10.0.0.0/8", "::1/128"]);
}

/// By port, and never one that somebody has given.
#[test]
fn gate_names() {
    let named = "[[gate]]\nname = 'gate-9339'\naddress = '1025'\nbackend = 'a:1'\n";
    let same_port = "[[gate]]\naddress = '192.0.2.7:9339'\nbackend = 'a:1'\n";
    let gates = gates(&format!("{GATE}{same_port}{named}"));
    let called: Vec<_> = gates.iter().map(|(gate, _)| &*gate.name).collect();
    assert_eq!(called, ["gate-9339-2", "gate-9339-3", "gate-9339"]);
}

/// What a sandboxed daemon may connect to: backends, and DNS where one has a name.
#[test]
fn ports_to_connect_to() {
    let needs = |more: &str| Needs::of(&plan(more), std::iter::empty()).connect;
    assert_eq!(needs("").len(), 0);
    let ports = needs(&format!("{GATE}http-backend = '[::1]:8080'"));
    assert_eq!(ports.into_iter().collect::<Vec<_>>(), [53, 8080, 9340]);
    let ports = needs("[[gate]]\naddress = '1025'\nbackend = '127.0.0.1:2'");
    assert_eq!(ports.into_iter().collect::<Vec<_>>(), [2]);
}
