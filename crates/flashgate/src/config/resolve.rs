//! From what the file says to what the daemon needs: defaults filled in, names looked up, one thing held against another.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flash_policy::spelling::nearest;
use flash_policy::{Diagnostic, Port};

use super::policy::{Named, PolicyFile};
use super::raw::{Raw, RawBridge, RawListener};
use super::sections::{RawAdmin, RawLimits, RawProcess, Switch};
use super::tree::{At, Text};
use super::{bridge, defaults, gates, listeners, tls};
use crate::daemon::ListenAddress;
use crate::render::{self, Source};
use crate::snapshot::{Admin, Deadlines, Limits, Plan, Process, User};

/// A plan, and the policy files in it with the ports that serve each: their findings have places of their own.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) plan: Plan,
    pub(super) files: Vec<(PolicyFile, Vec<Option<Port>>)>,
}

/// Resolves what can be resolved; whoever finds an error among the findings must not use the plan.
pub(super) fn resolve(
    raw: Raw,
    path: &Path,
    source: &str,
    found: &mut Vec<Diagnostic>,
) -> Resolved {
    let folder = path.parent().unwrap_or(Path::new(""));
    let ping = raw.bridge.as_ref().and_then(|bridge| bridge.ping);
    let limits = limits(raw.limits, ping, found);
    let names: Vec<_> = raw.policies.iter().map(|it| it.name.clone()).collect();
    let mut policies = Vec::new();
    for policy in raw.policies {
        let gates = gates::ports(&policy.name, &raw.listeners, &names);
        policies.push(Named::new(policy, &gates, folder, found));
    }
    let admin_address = raw.admin.as_ref().and_then(|admin| admin.address.as_ref());
    let mut ours = for_players(&raw.listeners, raw.bridge.as_ref());
    listeners::check(&ours, admin_address, source, found);
    ours.extend(admin_address.cloned());
    gates::check(&raw.listeners, &ours, limits.request, source, found);
    let tls = tls::resolve(raw.tls.as_ref(), folder, found);
    let secured = tls.tls.as_ref();
    let deadlines = Deadlines::from(&limits);
    let mut listeners = listeners::resolve(&raw.listeners, &policies, deadlines, secured, found);
    let bridge = raw
        .bridge
        .map(|raw| bridge::resolve(raw, &listeners, deadlines, secured, found));
    let bridge = bridge.map(|(bridge, listener)| {
        listeners.push(listener);
        bridge
    });
    let files = judged(&policies, &raw.listeners, found);
    let config = std::iter::once(path.to_owned());
    let watched = config
        .chain(files.iter().map(|(file, _)| file.path.clone()))
        .chain(tls.files);
    let plan = Plan {
        listeners,
        limits,
        process: process(raw.process, path, source),
        admin: raw.admin.map(admin),
        bridge,
        certificates: tls.tls.map_or_else(Vec::new, |tls| tls.certificates),
        hosts: raw.hosts,
        watched: watched.collect(),
    };
    Resolved { plan, files }
}

/// Where players and pages connect to.
fn for_players(raw: &[RawListener], bridge: Option<&RawBridge>) -> Vec<At<ListenAddress>> {
    let listeners = raw.iter().flat_map(|raw| &raw.addresses);
    let bridge = bridge.into_iter().flat_map(|bridge| &bridge.addresses);
    listeners.chain(bridge).cloned().collect()
}

/// Judges rules for the ports that serve them; files are left for the caller, whose findings name another source.
fn judged(
    policies: &[Named],
    listeners: &[RawListener],
    found: &mut Vec<Diagnostic>,
) -> Vec<(PolicyFile, Vec<Option<Port>>)> {
    let mut files = Vec::new();
    for policy in policies {
        let mut ports = listeners::ports_of(policy, listeners, policies.len());
        if ports.is_empty() {
            found.extend(unused(policy, found));
            ports.push(None);
        }
        found.extend(policy.judge(&ports));
        files.extend(policy.file().map(|file| (file.clone(), ports)));
    }
    files
}

fn unused(policy: &Named, found: &[Diagnostic]) -> Option<Diagnostic> {
    // A listener that names no known policy may mean this one.
    let misnamed = found.iter().any(|finding| finding.rule == "unknown-policy");
    (!misnamed).then(|| {
        let name = &policy.name;
        let message = format!("no listener serves the policy `{name}`");
        Diagnostic::warning("unused-policy", message)
            .at(policy.header, "")
            .help(format!(
                "write `policy = \"{name}\"` at a `[[listen]]` or `[[gate]]`, or remove it"
            ))
    })
}

/// The policy of this name.
pub(super) fn by_name<'a>(
    name: &Text,
    policies: &'a [Named],
    found: &mut Vec<Diagnostic>,
) -> Option<&'a Named> {
    let policy = policies.iter().find(|policy| policy.name == name.value);
    if policy.is_none() {
        let names: Vec<_> = policies.iter().map(|policy| policy.name.as_str()).collect();
        let message = format!("expected the name of a policy, found `{}`", name.value);
        let finding = Diagnostic::error("unknown-policy", message).at(name.span, "");
        found.push(match nearest(&name.value, &names) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help(format!("there is no `[policy.{}]`", name.value)),
        });
    }
    policy
}

/// A SYN is retransmitted after one second and again after two more.
const SHORT: Duration = Duration::from_secs(3);

fn short_deadline(request: &At<Duration>) -> Option<Diagnostic> {
    let message = "less than three seconds turns away clients that lose a packet";
    (request.value < SHORT).then(|| {
        Diagnostic::warning("short-deadline", message)
            .at(request.span, "")
            .help("write `3s` or more")
    })
}

fn limits(raw: RawLimits, ping: Option<Duration>, found: &mut Vec<Diagnostic>) -> Limits {
    found.extend(raw.request.as_ref().and_then(short_deadline));
    let default = defaults::limits();
    let duration = |limit: Option<At<Duration>>, default| limit.map_or(default, |it| it.value);
    let cap = |cap: Option<Switch<NonZeroU32>>, default| cap.map_or(default, Switch::on);
    let connections = raw.connections.map(|number| number.value);
    Limits {
        connections: connections
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(default.connections),
        per_address: cap(raw.per_address, default.per_address),
        rate_per_address: cap(raw.rate_per_address, default.rate_per_address),
        relays_per_address: cap(raw.relays_per_address, default.relays_per_address),
        exempt: raw.exempt.unwrap_or(default.exempt),
        request: duration(raw.request, default.request),
        linger: raw
            .linger
            .map_or(default.linger, |limit| defaults::linger(limit.value)),
        backend_connect: duration(raw.backend_connect, default.backend_connect),
        half_open: duration(raw.half_open, default.half_open),
        idle: raw.idle.map_or(default.idle, Switch::on),
        ping: ping.unwrap_or(default.ping),
    }
}

fn process(raw: RawProcess, path: &Path, source: &str) -> Process {
    let default = defaults::process();
    let folder = path.parent().unwrap_or(Path::new(""));
    let relative = |text: Text| -> PathBuf { folder.join(text.value) };
    Process {
        user: raw
            .user
            .map_or(default.user, |user| configured(user, path, source)),
        threads: raw.threads.unwrap_or(default.threads),
        sandbox: raw.sandbox.map_or(default.sandbox, |sandbox| sandbox.value),
        drain: raw.drain.map_or(default.drain, |drain| drain.value),
        handover: raw
            .handover
            .map_or(default.handover, |switch| switch.on().map(relative)),
        violation: default.violation,
    }
}

/// Whether there is such an account, only the start can tell: later nothing is left to look it up with.
fn configured(user: At<String>, path: &Path, source: &str) -> User {
    let message = format!("expected a user of this machine, found `{}`", user.value);
    let unknown = Diagnostic::error("unknown-user", message)
        .at(user.span, "")
        .help("create it, `useradd --system --no-create-home NAME`, or leave the line out for `nobody`");
    let name = path.display().to_string();
    let unknown = render::findings(&[unknown], &Source::new(&name, source.as_bytes()));
    User::Configured {
        name: user.value,
        unknown,
    }
}

fn admin(raw: RawAdmin) -> Admin {
    Admin {
        address: raw
            .address
            .map_or_else(defaults::admin_address, |address| address.value),
    }
}
