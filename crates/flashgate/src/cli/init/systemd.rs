//! A drop-in for flashgate.socket: systemd opens the ports of the gates and keeps them during a restart.

use std::fmt::Write as _;

use flashgate_config::config::port_range::{self, Ports};
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

use super::situation::Situation;

pub(super) fn text(situation: &Situation) -> Result<String, PlainError> {
    let mut addresses: Vec<_> = situation
        .gates
        .iter()
        .flat_map(|gate| each(&gate.address))
        .collect();
    addresses.extend(
        situation
            .bridge
            .iter()
            .flat_map(|bridge| each(&bridge.address)),
    );
    addresses.retain(|address| address.port() != 0);
    can_open(&addresses)?;
    // flashgate takes the connections of such an address from the socket that covers it.
    let wide = addresses.clone();
    addresses.retain(|address| !(wide.iter().chain([&SHIPPED])).any(|wide| wide.covers(*address)));
    if addresses.is_empty() {
        return Err(PlainError::new(
            "no drop-in needed: the shipped flashgate.socket opens port 843, and there is no other port",
            &["to add one, pass a gate: `--gate 9339=127.0.0.1:9340`"],
        ));
    }
    let mut text = String::from(HEAD);
    for address in addresses {
        // Writing to a string can't fail.
        let _ = writeln!(text, "ListenStream={address}");
    }
    Ok(text)
}

const HEAD: &str = "\
# Additional ports for flashgate.socket, made by `flashgate init --systemd`.
#
# Without it, flashgate opens the ports of the gates itself, which needs no drop-in from port 1024 on. With it, clients
# wait in the queue during a restart. First put the same gates into /etc/flashgate/flashgate.toml, because flashgate does
# not start with a socket that it has no use for. Then save this file as
# /etc/systemd/system/flashgate.socket.d/gates.conf, and run:
#
#   systemctl daemon-reload
#   systemctl restart flashgate.socket

[Socket]
";

/// What flashgate.socket opens.
const SHIPPED: ListenAddress = ListenAddress::Everywhere { port: 843 };

/// Refuses addresses that systemd can't open together.
fn can_open(addresses: &[ListenAddress]) -> Result<(), PlainError> {
    if addresses.contains(&SHIPPED) {
        return Err(PlainError::new(
            "flashgate.socket already opens port 843, for policy requests",
            &["choose another port for the gate or the bridge"],
        ));
    }
    let all = || addresses.iter().chain([&SHIPPED]);
    let v4 = all().find_map(|address| {
        address
            .everywhere_on_v4()
            .filter(|v4| addresses.contains(v4))
    });
    v4.map_or(Ok(()), |v4| {
        let port = v4.port();
        Err(PlainError::new(
            &format!("systemd can't open `{v4}` next to `[::]:{port}`, which covers it"),
            &["choose another port, or one of these addresses"],
        ))
    })
}

/// Every address of a range.
fn each(address: &str) -> Vec<ListenAddress> {
    port_range::listen(address).map_or_else(|_| Vec::new(), Ports::each)
}
