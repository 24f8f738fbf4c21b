//! Turns the file's values into what the daemon needs: fills in defaults, looks up names, and compares values.

use std::path::Path;
use std::sync::Arc;

use flash_policy::Diagnostic;
use flash_policy::diagnostic::any_error;

use super::gates::GatePorts;
use super::lines::Lines;
use super::policy::Named;
use super::policy_file::{PolicyPort, ServedAt};
use super::purpose::PlanPurpose;
use super::raw::{Gates, Raw, RawBridge, RawListener};
use super::sections::{RawAdmin, RawProcess};
use super::tree::At;
use super::{bridge, gates, handover, hosts, listeners, tls, unopened};
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
    raw: Raw,
    path: &Path,
    source: &str,
    purpose: PlanPurpose,
    found: &mut Vec<Diagnostic>,
) -> Resolved {
    let folder = path.parent().unwrap_or(Path::new(""));
    let lines = &Lines::of(source);
    let bridge = raw.bridge.as_ref();
    let ping = bridge.map_or(raw.limits.ping, |bridge| bridge.ping);
    let own_hosts: Vec<_> = raw.hosts.iter().map(|host| host.value.clone()).collect();
    let limits = Limits { ping, ..raw.limits };
    let clear = raw.gates == Gates::All && gates::are_clear(&raw.listeners, &raw.policies);
    let faulty = || raw.policies.iter().map(|_| GatePorts::Faulty).collect();
    let gates = if clear {
        gates::ports(&raw.listeners, &raw.policies)
    } else {
        faulty()
    };
    let mut policies = Vec::new();
    for (policy, gates) in raw.policies.into_iter().zip(gates) {
        policies.push(Named::new(policy, &gates, folder, found));
    }
    let admin_addresses = raw.admin.iter().flat_map(RawAdmin::addresses);
    let admin_addresses: Vec<_> = admin_addresses.cloned().collect();
    let mut ours = for_players(&raw.listeners, raw.bridge.as_ref());
    listeners::check(&raw.listeners, &ours, &admin_addresses, lines, found);
    listeners::unasked(&raw.listeners, &policies, found);
    ours.extend(admin_addresses);
    gates::check(&raw.listeners, &ours, limits.request, lines, found);
    let transport = transport(raw.tls.is_some());
    let read = raw.tls.as_ref().filter(|_| purpose != PlanPurpose::Tell);
    let tls = read.and_then(|raw| tls::resolve(raw, &own_hosts, folder, found));
    let secured = tls.as_ref();
    let deadlines = Deadlines::from(&limits);
    let resolved = listeners::resolve(&raw.listeners, &policies, deadlines, secured, found);
    let bridge = bridge::resolve(raw.bridge, &resolved, deadlines, secured, found);
    let mut listeners = resolved.listeners;
    let bridge = bridge.map(|(bridge, listener)| {
        listeners.push(listener);
        bridge
    });
    let policies = judged(policies, &raw.listeners, found);
    unopened::check(&raw.listeners, &policies, found);
    let plan = Plan {
        listeners,
        limits,
        process: process(raw.process, folder, purpose, found),
        admin: raw.admin.and_then(admin),
        bridge,
        certificates: tls.map_or_else(Vec::new, |tls| tls.certificates),
        transport,
        hosts: own_hosts,
        watched: Vec::new(),
    };
    hosts::judge(&raw.hosts, &plan, found);
    Resolved { plan, policies }
}

const fn transport(with_tls: bool) -> ListenTransport {
    if with_tls {
        ListenTransport::Tls
    } else {
        ListenTransport::Clear
    }
}

/// The addresses that players and pages connect to.
fn for_players(raw: &[RawListener], bridge: Option<&RawBridge>) -> Vec<At<ListenAddress>> {
    let listeners = raw.iter().flat_map(|raw| &raw.addresses);
    let bridge = bridge.into_iter().flat_map(|bridge| &bridge.addresses);
    listeners.chain(bridge).cloned().collect()
}

/// Checks rules for the ports that serve them. The caller checks policy files, because their findings are in another
/// source.
fn judged(
    policies: Vec<Named>,
    listeners: &[RawListener],
    found: &mut Vec<Diagnostic>,
) -> Vec<(Named, ServedAt)> {
    // An invalid listener might use any of the policies.
    let certain = !any_error(found);
    let gates = Arc::new(listeners::gate_ports(listeners));
    let ports = listeners::ports_by_policy(&policies, listeners);
    let mut judged = Vec::new();
    for (policy, mut places) in policies.into_iter().zip(ports) {
        if places.ports.is_empty() && !places.to_silverlight {
            found.extend(certain.then(|| unused(&policy)));
            places.ports.push(PolicyPort::Unknown);
        }
        let gates = (!places.beside_gates).then(|| Arc::clone(&gates));
        let mut served = ServedAt::new(places.ports, gates).for_clients(&policy.clients);
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
    let message = format!("no listener serves the policy `{name}`");
    Diagnostic::warning("unused-policy", message)
        .at(policy.header, "")
        .help(format!(
            "write `policy = \"{name}\"` in a `[[listen]]` or `[[gate]]`, or remove the policy"
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
