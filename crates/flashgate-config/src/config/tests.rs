//! Tests of the resolved config.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::Diagnostic;
use flashgate_wire::proxy_header::ProxyVersion;
use toml::de::DeTable;

use super::tree::Table;
use super::{PlanPurpose, raw, resolve};
use crate::snapshot::{BridgeSettings, Gate, Plan, ProcessPlan, SandboxMode, User, WebSocketMode};

const LEAST: &str = "hosts = 'play.test'\n[policy.p]\nrules = [{ domain = 'a.test', ports = '8000' }]\n[[listen]]\naddress = '843'\n";

/// Resolves a minimal config with additions.
fn resolved(more: &str) -> (Plan, Vec<Diagnostic>) {
    let text = format!("{LEAST}{more}");
    let root = DeTable::parse(&text).unwrap();
    let mut found = Vec::new();
    let raw = raw::read(&Table::root(&text, root.get_ref()), &mut found);
    let path = Path::new("/etc/flashgate/flashgate.toml");
    let resolved = resolve::resolve(raw, path, &text, PlanPurpose::Reload, &mut found);
    // The only rule is not about gates.
    found.retain(|finding| finding.rule != "unopened-gate-port");
    (resolved.plan, found)
}

#[track_caller]
fn plan(more: &str) -> Plan {
    let (plan, found) = resolved(more);
    assert_eq!(found, []);
    plan
}

/// Checks that there is exactly this finding.
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
    refused("[limits]\nidle = 'soon'", "bad-duration", "found `soon`");
    refused("[limits]\nidle = 'never'", "bad-duration", "`off`");
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
}

fn user(process: &ProcessPlan) -> &str {
    match &process.user {
        User::Nobody => "nobody",
        User::Configured { name } => name,
    }
}

#[test]
fn process() {
    let process = plan("[process]\nuser = 'flash'\nthreads = 4\nsandbox = 'required'\nhandover = 'run/socket'\ndrain = '0s'").process;
    assert_eq!((user(&process), process.threads.get()), ("flash", 4));
    assert_eq!(
        (process.sandbox, process.drain),
        (SandboxMode::Required, Duration::ZERO)
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
    // Probes are public. The rest keeps its default.
    let both = plan("[admin]\nprobes = '[::]:9844'");
    let both: Vec<_> = both
        .admin_endpoints()
        .map(|it| it.address.to_string())
        .collect();
    assert_eq!(both, ["127.0.0.1:9843", "[::]:9844"]);
    refused("[admin]\nprobes = 'x'", "bad-address", "9844");
    for (more, text) in [
        (
            "[admin]\nprobes = '9843'",
            "for `probes`: `[admin]` also listens on `127.0.0.1:9843`",
        ),
        ("[admin]\nprobes = '843'", "`[::]:843` again"),
        (
            "[admin]\naddress = '127.0.0.1:1'\nprobes = '127.0.0.1:1'",
            "`127.0.0.1:1` again",
        ),
        (
            "[admin]\nprobes = '127.0.0.1:843'",
            "`[::]:843` is for players",
        ),
        (
            "[admin]\nprobes = '9844-9845'",
            "only a gate can listen on a range",
        ),
    ] {
        let rule = if text.starts_with("only") {
            "bad-address"
        } else {
            "duplicate-listener"
        };
        refused(more, rule, text);
    }
    refused(
        "[[gate]]\naddress = '9339'\nbackend = 'localhost:9844'\n[admin]\nprobes = '9844'",
        "backend-is-flashgate",
        "localhost:9844",
    );
}

const GATE: &str = "[[gate]]\naddress = '[::]:9339'\nbackend = 'game.test:9340'\n";

/// The gates of a minimal config with additions, with the networks that they trust.
fn gates(more: &str) -> Vec<(Arc<Gate>, Vec<String>)> {
    let listeners = plan(more).listeners;
    let services = listeners.iter().map(|listener| &listener.service);
    services
        .filter_map(|service| {
            let trusted = service.accept_proxy.iter().map(ToString::to_string);
            Some((Arc::clone(service.gate()?), trusted.collect()))
        })
        .collect()
}

/// Otherwise 1,000 gates would make 1,000 policies with 1,000 ports each.
#[test]
fn gates_share_their_policy() {
    let text = "[policy.g]\nrules = [{ domain = 'a.test' }]\n".to_owned();
    let gate =
        |port| format!("[[gate]]\naddress = '{port}'\nbackend = 'game.test:1'\npolicy = 'g'\n");
    let text = text + &[9001, 9002, 9003].map(gate).concat();
    // The listener of the minimal config does not say which policy it serves.
    let (plan, _) = resolved(&text);
    let services: Vec<_> = plan.listeners.iter().map(|it| &it.service).collect();
    let with_gate = services
        .iter()
        .filter_map(|it| Some((it.gate()?, it.policy()?)));
    let [first, others @ ..] = &with_gate.collect::<Vec<_>>()[..] else {
        panic!("expected gates");
    };
    assert_eq!(others.len(), 2);
    for (gate, served) in others {
        assert!(Arc::ptr_eq(&gate.policy, &first.0.policy));
        let (one, other) = (&served.reply, &first.1.reply);
        assert_eq!(one.as_bytes().as_ptr(), other.as_bytes().as_ptr());
    }
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
    assert_eq!(gate.websocket, WebSocketMode::Upgrade);
    assert_eq!(gate.public_port.map(flash_policy::Port::get), Some(9339));
    assert_eq!(gate.policy.rules.len(), 1);
    let (_, found) = resolved(&format!("{GATE}[limits]\nrequest = '100ms'"));
    assert_eq!(found.len(), 1, "expected only `short-deadline`: {found:?}");
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
    assert_eq!(gate.websocket, WebSocketMode::Off);
    assert_eq!(gate.speaks_first_after, Duration::from_secs(1));
    assert_eq!(trusted, &["10.0.0.0/8", "::1/128"]);
}

/// Gates are named after their port, and never get a name that the file uses.
#[test]
fn gate_names() {
    let named = "[[gate]]\nname = 'gate-9339'\naddress = '1025'\nbackend = 'a:1'\n";
    let same_port = "[[gate]]\naddress = '192.0.2.7:9339'\nbackend = 'a:1'\n";
    let gates = gates(&format!("{GATE}{same_port}{named}"));
    let called: Vec<_> = gates.iter().map(|(gate, _)| &*gate.name).collect();
    assert_eq!(called, ["gate-9339-2", "gate-9339-3", "gate-9339"]);
}

/// A range of ports is as many gates as ports, with all else in common.
#[test]
fn ranges_of_ports() {
    let range = "[[gate]]\naddress = '127.0.0.1:9875-9876'\nbackend = '[::1]:6112-6113'\nsend-proxy = 'v1'\n";
    let gates = gates(&format!(
        "{range}name = 'game'\npublic-port = '9001-9002'\nhttp-backend = 'a:80'\n{}",
        range.replace(".1:", ".2:")
    ));
    let shown = |gate: &Gate| {
        let port = gate.public_port.map_or(0, flash_policy::Port::get);
        format!(
            "{} {} {port} {:?}",
            gate.name,
            gate.backend,
            gate.http_backend.is_some()
        )
    };
    let shown: Vec<_> = gates.iter().map(|(gate, _)| shown(gate)).collect();
    let expected = [
        "game-9875 [::1]:6112 9001 true",
        "game-9876 [::1]:6113 9002 true",
        "gate-9875 [::1]:6112 9875 false",
        "gate-9876 [::1]:6113 9876 false",
    ];
    assert_eq!(shown, expected);
    assert!(
        gates
            .iter()
            .all(|(gate, _)| gate.send_proxy == Some(ProxyVersion::V1))
    );
}

const BRIDGE: &str = "[bridge]\naddress = '[::1]:443'\n";

/// The bridge to some gates.
fn bridge(gates: &str, more: &str) -> Arc<BridgeSettings> {
    let plan = plan(&format!("{gates}{BRIDGE}{more}"));
    let listener = plan.listeners.last().unwrap();
    assert_eq!(listener.service.name(), "bridge");
    plan.bridge.unwrap()
}

#[test]
fn bridges() {
    let lobby = "[[gate]]\nname = 'lobby'\naddress = '1025'\nbackend = 'a:1'\npublic-port = 9400\n";
    let gates = format!("{GATE}{lobby}");
    let leads =
        |bridge: &BridgeSettings, path: &str| bridge.gate(path, None).map(|gate| gate.name.clone());
    let by_port = bridge(&gates, "");
    assert_eq!(leads(&by_port, "/9400").as_deref(), Some("lobby"));
    assert_eq!(leads(&by_port, "/9339").as_deref(), Some("gate-9339"));
    for path in [
        "/", "/1025", "/lobby", "/09400", "/9400/", "9400", "/9400x", "//9400", "/%39400",
    ] {
        assert_eq!(leads(&by_port, path), None, "{path}");
    }
    let by_name = bridge(&gates, "path = '/ws/{name}.sock'");
    assert_eq!(leads(&by_name, "/ws/lobby.sock").as_deref(), Some("lobby"));
    assert_eq!(leads(&by_name, "/ws/.sock"), None);
    let more = "public-url = 'wss://play.test/'\ntrust-forwarded-for = '10.0.0.0/8'\nping = '5s'";
    let told = bridge(&gates, more);
    assert_eq!(told.public_url.as_deref(), Some("wss://play.test"));
    assert!(told.trusts("10.1.2.3".parse().unwrap()) && !told.trusts("11.0.0.1".parse().unwrap()));
    assert_eq!(
        plan(&format!("{gates}{BRIDGE}{more}")).limits.ping,
        Duration::from_secs(5)
    );
    assert_eq!(plan("").limits.ping, Duration::from_secs(30));
}

/// Which gate a request with this target reaches.
fn reached(bridge: &BridgeSettings, target: &str) -> Option<String> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    bridge.gate(path, query).map(|gate| gate.name.clone())
}

/// Gates with these own paths, called `a`, `b` and so on, on ports from 9001.
fn with_own_paths(paths: &[&str]) -> String {
    let gate = |(nth, path): (u8, &&str)| {
        let name = char::from(b'a' + nth);
        format!(
            "[[gate]]\nname = '{name}'\naddress = '900{}'\nbackend = 'a:1'\nbridge-path = '{path}'\n",
            nth + 1
        )
    };
    (0..).zip(paths).map(gate).collect()
}

#[test]
fn own_paths() {
    let paths = [
        "/socketproxy/",
        "/?token=login",
        "/?token=wor%20ld",
        "/x/{name}",
        "/9005",
    ];
    let bridge = bridge(&with_own_paths(&paths), "");
    for (target, gate) in [
        ("/socketproxy/", "a"),
        ("/socketproxy/?any=query&token=login", "a"),
        ("/socketproxy/?", "a"),
        ("/?token=login", "b"),
        ("/?x=1&token=login&y", "b"),
        ("/?token=login&token=other", "b"),
        ("/?token=wor%20ld", "c"),
        ("/x/d", "d"),
        ("/9001", "a"),
        ("/9002?token=other", "b"),
        ("/9005?", "e"),
    ] {
        assert_eq!(reached(&bridge, target).as_deref(), Some(gate), "{target}");
    }
    for target in [
        "/",
        "/?",
        "/?token",
        "/?token=",
        "/?token=other",
        "/?token=Login",
        "/?Token=login",
        "/?token=login%20",
        "/?token=other&token=login",
        "/?token=&token=login",
        "/?token&token=login",
        "/?token=%6cogin",
        "/?xtoken=login",
        "/x?token=login",
        "/socketproxy",
        "/socketproxy//",
        "//socketproxy/",
        "/x/e",
        "/9006",
    ] {
        assert_eq!(reached(&bridge, target), None, "{target}");
    }
    let range = "[[gate]]\nname = 'r'\naddress = '9001-9002'\nbackend = 'a:1-2'\nbridge-path = '/?room={port}'\n";
    let range = self::bridge(range, "");
    assert_eq!(reached(&range, "/?room=9002").as_deref(), Some("r-9002"));
    // All of `/` may be one gate's.
    let root = self::bridge(&with_own_paths(&["/"]), "");
    assert_eq!(reached(&root, "/?token=any").as_deref(), Some("a"));
}

#[test]
fn own_path_faults() {
    for (paths, rule, text) in [
        (
            &["/x", "/x"][..],
            "ambiguous-path",
            "both gate `a` and gate `b`",
        ),
        (
            &["/?token=x", "/?token=x"],
            "ambiguous-path",
            "the path `/?token=x` matches both gate `a` and gate `b`",
        ),
        (
            &["/x", "/x?token=b"],
            "ambiguous-path",
            "both gate `a` and gate `b`",
        ),
        (
            &["/x?token=b", "/x"],
            "ambiguous-path",
            "matches every query, but the parameter `token`",
        ),
        (
            &["/x?token=b", "/x?room=c"],
            "ambiguous-path",
            "the parameter `token` already selects",
        ),
        (&["/9002", "/x"], "ambiguous-path", "path to gate `b`"),
        (
            &["/9002?token=a", "/x"],
            "ambiguous-path",
            "path to gate `b`",
        ),
        (&["/ruffle.js"], "reserved-path", "`/ruffle.js`"),
        (&["/ruffle.json?token=a"], "reserved-path", "`/ruffle.json`"),
        (&["socketproxy"], "bad-path", "did you mean `/socketproxy`?"),
    ] {
        refused(&format!("{}{BRIDGE}", with_own_paths(paths)), rule, text);
    }
    refused(
        &with_own_paths(&["/x"]),
        "bridge-path-without-bridge",
        "found none",
    );
    let range = "[[gate]]\naddress = '9001-9002'\nbackend = 'a:1-2'\nbridge-path = '/lobby'\n";
    refused(
        &format!("{range}{BRIDGE}"),
        "ambiguous-path",
        "expected `{port}`",
    );
    let ports = "[[gate]]\nname = 'g'\naddress = ['1025', '1026']\nbackend = 'a:1'\nbridge-path = '/lobby'\n";
    refused(
        &format!("{ports}{BRIDGE}"),
        "ambiguous-path",
        "several ports of gate `g`",
    );
}

#[test]
fn bridge_faults() {
    let with = |gates: &str, more: &str| format!("{gates}{BRIDGE}{more}");
    refused(BRIDGE, "bridge-without-gates", "found none");
    refused(&with(GATE, "path = '/'"), "bad-path", "found `/`");
    for url in [
        "play.test",
        "https://play.test",
        "wss://play.test:0",
        "wss://play.test/?a",
        "wss://play.test/<",
    ] {
        let more = format!("public-url = '{url}'");
        refused(&with(GATE, &more), "bad-public-url", "wss://");
    }
    refused(&with(GATE, "ping = '0s'"), "bad-duration", "above zero");
    refused(&with(GATE, "to = '9339'"), "unknown-key", "`to`");
    let twin = "[[gate]]\naddress = '192.0.2.7:9339'\nbackend = 'a:1'\n";
    let twins = format!("{GATE}{twin}");
    refused(
        &with(&twins, ""),
        "ambiguous-path",
        "both gate `gate-9339` and gate `gate-9339-2`",
    );
    // Each gate is reached by its name. Ruffle picks a gate by its port, so it gets the first.
    refused(
        &with(&twins, "path = '/{name}'"),
        "same-public-port",
        "gates `gate-9339` and `gate-9339-2`",
    );
    let ports = "[[gate]]\nname = 'g'\naddress = ['1025', '1026']\nbackend = 'a:1'\n";
    assert_eq!(bridge(ports, "").routes.len(), 2);
    refused(
        &with(ports, "path = '/{name}'"),
        "ambiguous-path",
        "several ports of gate `g`",
    );
    let any = "[[gate]]\nname = 'g'\naddress = '127.0.0.1:0'\nbackend = 'a:1'\n";
    for path in ["/{port}", "/{name}"] {
        refused(
            &with(any, &format!("path = '{path}'")),
            "unknown-public-port",
            "gate `g`",
        );
    }
    let own = "[[gate]]\nname = 'ruffle.js'\naddress = '1025'\nbackend = 'a:1'\n";
    refused(
        &with(own, "path = '/{name}'"),
        "reserved-path",
        "`/ruffle.js`",
    );
    refused(
        &with(
            &GATE.replace("9340", "443").replace("game.test", "[::1]"),
            "",
        ),
        "backend-is-flashgate",
        "`[::1]:443`",
    );
    refused(
        &format!("{GATE}[bridge]\naddress = '843'\n"),
        "duplicate-listener",
        "`[::]:843` again",
    );
    refused(&format!("{GATE}[bridge]\n"), "missing-key", "`address`");
}
