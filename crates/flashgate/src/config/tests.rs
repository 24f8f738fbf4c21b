//! Keys that the program still refuses are read and resolved here already.

use std::path::Path;
use std::time::Duration;

use flash_policy::Diagnostic;
use toml::de::DeTable;

use super::tree::Table;
use super::{raw, resolve};
use crate::snapshot::{Plan, Process, Sandbox, User};

const LEAST: &str = "hosts = 'play.test'\n[policy.p]\nrules = [{ domain = 'a.test', ports = '80' }]\n[[listen]]\naddress = '843'\n";

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
    assert_eq!(plan.hosts[0].to_string(), "play.test");
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
