//! `--listen`: its default, and ports that players don't ask by default.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use flash_policy::{Diagnostic, Policy, Port};
use flashgate_config::config::listeners;
use flashgate_config::snapshot::ListenAddress;

use super::given::{GivenBy, GivenValue};
use super::settings::Settings;
use crate::daemon::Inherited;

/// The port that players ask first, on every address.
const EVERYWHERE: ListenAddress = ListenAddress::Everywhere { port: 843 };

/// The inherited addresses that nothing else uses. Without any, and without gates, port 843.
pub(super) fn default_addresses(settings: &Settings, inherited: &Inherited) -> Vec<ListenAddress> {
    let pages = &settings.pages;
    let gates = pages.gate.value.iter().map(|gate| gate.listen);
    let admin = settings.admin.iter().map(|admin| admin.value);
    let others: Vec<_> = gates
        .chain(pages.bridge.value.iter().copied())
        .chain(admin)
        .collect();
    let mut addresses = inherited.addresses();
    addresses.retain(|address| !others.iter().any(|other| takes(*other, *address)));
    if addresses.is_empty() && pages.gate.value.is_empty() {
        addresses.push(EVERYWHERE);
    }
    addresses
}

/// Whether an inherited socket is the one that this address asks for.
fn takes(asked: ListenAddress, inherited: ListenAddress) -> bool {
    let ListenAddress::Everywhere { port } = asked else {
        return asked == inherited;
    };
    // On a machine without IPv6, "every address" means every IPv4 address.
    let on_v4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    inherited == asked || inherited == ListenAddress::Exactly(on_v4)
}

/// A warning for each port that players don't ask by default. Port 0, any free port, is not checked.
pub(super) fn unasked(listen: &GivenValue<Vec<ListenAddress>>, policy: &Policy) -> Vec<Diagnostic> {
    let ports: BTreeSet<_> = listen.value.iter().map(|at| at.port()).collect();
    let ports = ports.into_iter().filter_map(|port| Port::new(port).ok());
    let (flag, is) = match listen.by {
        GivenBy::Flag => ("--public-port", ' '),
        GivenBy::Variable => ("FLASHGATE_PUBLIC_PORT", '='),
    };
    let finding = |port: Port| {
        let finding = listeners::unasked_port(port, policy)?;
        Some(finding.help(format!(
            "if players reach it as port 843, as with a container's `-p 843:{port}`, add `{flag}{is}843`; if movies load it themselves, add `{flag}{is}{port}`"
        )))
    };
    ports.filter_map(finding).collect()
}
