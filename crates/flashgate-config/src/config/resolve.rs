//! Turns the file's values into what the daemon needs: fills in defaults, looks up names, and compares values.

use std::path::Path;
use std::sync::Arc;

use flash_policy::Diagnostic;
use flash_policy::diagnostic::any_error;

use super::common::Common;
use super::gates::GatePorts;
use super::lines::Lines;
use super::policy::Named;
use super::policy_file::{PolicyPort, ServedAt};
use super::purpose::PlanPurpose;
use super::raw::{Gates, Raw, RawBridge, RawHttp, RawListener};
use super::sections::{RawAdmin, RawProcess};
use super::tree::At;
use super::{bridge, gates, handover, hosts, http, listeners, tls, unopened};
use crate::account::Account;
use crate::snapshot::ListenAddress;
use crate::snapshot::{Admin, Deadlines, Limits, ListenTransport, Plan, ProcessPlan, SetIn, User};

/// A plan, and the policies that it was made from.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) plan: Plan,
    /// Every policy, and where it is served.
    pub(super) policies: Vec<(Named, ServedAt)>,
}

/// Resolves what can be resolved. If there is an error among the findings, the plan must not be used.
pub(super) fn resolve(
    mut raw: Raw,
    path: &Path,
    source: &str,
    purpose: PlanPurpose,
    found: &mut Vec<Diagnostic>,
) -> Resolved {
    let folder = path.parent().unwrap_or(Path::new(""));
    let bridge = raw.bridge.as_ref();
    let ping = bridge.map_or(raw.limits.ping, |bridge| bridge.ping);
    let own_hosts: Vec<_> = raw.hosts.iter().map(|host| host.value.clone()).collect();
    let gates = gate_ports(&raw);
    let mut policies = Vec::new();
    for (policy, gates) in std::mem::take(&mut raw.policies).into_iter().zip(gates) {
        policies.push(Named::new(policy, &gates, folder, found));
    }
    check(&raw, &policies, &Lines::of(source), found);
    let limits = Limits { ping, ..raw.limits };
    let http = raw.http.as_ref();
    let transport = transport(raw.tls.is_some());
    let read = raw.tls.as_ref().filter(|_| purpose != PlanPurpose::Tell);
    let tls = read.and_then(|raw| tls::resolve(raw, &own_hosts, folder, found));
    let files = http::files(http, &policies, found);
    let common = Common {
        deadlines: Deadlines::from(&limits),
        tls: tls.as_ref(),
        files: files.as_ref(),
    };
    let resolved = listeners::resolve(&raw.listeners, &policies, common, found);
    let bridge = bridge::resolve(raw.bridge, &resolved, common, found);
    let mut listeners = resolved.listeners;
    let bridge = bridge.map(|(bridge, listener)| {
        listeners.push(listener);
        bridge
    });
    listeners.extend(http.and_then(|raw| http::listener(raw, common)));
    let policies = judged(policies, &raw.listeners, http, found);
    unopened::check(&raw.listeners, &policies, found);
    let plan = Plan {
        listeners,
        limits,
        process: process(raw.process, folder, purpose, found),
        admin: raw.admin.and_then(admin),
        files,
        bridge,
        certificates: tls.map_or_else(Vec::new, |tls| tls.certificates),
        transport,
        hosts: own_hosts,
        watched: Vec::new(),
    };
    hosts::judge(&raw.hosts, &plan, found);
    Resolved { plan, policies }
}

/// The ports for the rules without ports of each policy.
fn gate_ports(raw: &Raw) -> Vec<GatePorts> {
    if raw.gates == Gates::All && gates::are_clear(&raw.listeners, &raw.policies) {
        gates::ports(&raw.listeners, raw.http.as_ref(), &raw.policies)
    } else {
        raw.policies.iter().map(|_| GatePorts::Faulty).collect()
    }
}

/// Compares the listeners with each other.
fn check(raw: &Raw, policies: &[Named], lines: &Lines, found: &mut Vec<Diagnostic>) {
    let (listeners, http) = (&raw.listeners, raw.http.as_ref());
    let admin = raw.admin.iter().flat_map(RawAdmin::addresses);
    let admin: Vec<_> = admin.cloned().collect();
    let mut ours = for_players(listeners, raw.bridge.as_ref(), http);
    listeners::check(raw, &ours, &admin, lines, found);
    listeners::unasked(listeners, policies, found);
    ours.extend(admin);
    gates::check(listeners, &ours, raw.limits.request, lines, found);
    http::check(http, listeners, raw.bridge.is_some(), found);
}

const fn transport(with_tls: bool) -> ListenTransport {
    if with_tls {
        ListenTransport::Tls
    } else {
        ListenTransport::Clear
    }
}

/// The addresses that players and pages connect to.
fn for_players(
    raw: &[RawListener],
    bridge: Option<&RawBridge>,
    http: Option<&RawHttp>,
) -> Vec<At<ListenAddress>> {
    let listeners = raw.iter().flat_map(|raw| &raw.addresses);
    let bridge = bridge.into_iter().flat_map(|bridge| &bridge.addresses);
    let http = http.into_iter().flat_map(|http| &http.addresses);
    listeners.chain(bridge).chain(http).cloned().collect()
}

/// Checks rules for the ports that serve them. The caller checks policy files, because their findings are in another
/// source.
fn judged(
    policies: Vec<Named>,
    listeners: &[RawListener],
    http: Option<&RawHttp>,
    found: &mut Vec<Diagnostic>,
) -> Vec<(Named, ServedAt)> {
    // An invalid listener might use any of the policies.
    let certain = !any_error(found);
    let gates = Arc::new(listeners::gate_ports(listeners));
    let ports = listeners::ports_by_policy(&policies, listeners);
    let mut judged = Vec::new();
    for (policy, mut places) in policies.into_iter().zip(ports) {
        let over_http = http::kinds(http, &policy.name);
        if places.ports.is_empty() && !places.to_silverlight && over_http.is_empty() {
            found.extend(certain.then(|| unused(&policy)));
            places.ports.push(PolicyPort::Unknown);
        }
        let gates = (!places.beside_gates).then(|| Arc::clone(&gates));
        let mut served = ServedAt::new(places.ports, gates)
            .for_clients(&policy.clients)
            .and_over_http(over_http);
        if places.to_silverlight {
            served = served.and_silverlight();
        }
        found.extend(policy.judge(&served));
        judged.push((policy, served));
    }
    judged
}

fn unused(policy: &Named) -> Diagnostic {
    let name = &policy.name;
    let message = format!("no listener serves the policy `{name}`, and `[http]` does not use it");
    Diagnostic::warning("unused-policy", message)
        .at(policy.header, "")
        .help(format!(
            "write `policy = \"{name}\"` in a `[[listen]]` or `[[gate]]`, or `crossdomain = \"{name}\"` in `[http]`, or remove the policy"
        ))
}

fn process(
    raw: RawProcess,
    folder: &Path,
    purpose: PlanPurpose,
    found: &mut Vec<Diagnostic>,
) -> ProcessPlan {
    let mut process = raw.process;
    if let User::Configured { name } = &process.user
        && let Some(place) = raw.user.filter(|_| purpose == PlanPurpose::Start)
    {
        found.extend(judge_user(name).map(|finding| finding.at(place, "")));
    }
    if let Some((path, place)) = process.handover.as_mut().zip(raw.handover) {
        *path = folder.join(&path);
        let too_long = handover::too_long(path);
        let unusable = || handover::unusable(path);
        let fault = too_long.or_else(|| unusable().filter(|_| purpose == PlanPurpose::Start));
        found.extend(fault.map(|it| it.at(place, "")));
    }
    process
}

fn judge_user(user: &str) -> Option<Diagnostic> {
    match Account::by_name_or_number(user) {
        None => {
            let message = format!("expected a user of this machine, found `{user}`");
            Some(Diagnostic::error("unknown-user", message).help(
                "create it with `useradd --system --no-create-home NAME`, or remove the line to use `nobody`",
            ))
        }
        Some(account) if account.is_root() => Some(
            Diagnostic::warning("user-is-root", "flashgate would keep running as root")
                .help("use an unprivileged user, or remove the line to use `nobody`"),
        ),
        Some(_) => None,
    }
}

fn admin(raw: RawAdmin) -> Option<Admin> {
    Some(Admin {
        address: raw.address?.value,
        probes: raw.probes.map(|address| address.value),
        set_in: SetIn::Config,
    })
}
