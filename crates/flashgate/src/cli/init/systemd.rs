//! A drop-in for flashgate.socket: systemd opens the ports of the gates and keeps them during a restart.

use std::fmt::Write as _;

use flashgate_report::render::PlainError;

use super::planned_gate::range;
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
            .flat_map(|bridge| each(&listed(&bridge.address))),
    );
    addresses.retain(|address| !address.ends_with(":0"));
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

/// Every address of a range, as systemd writes them.
fn each(address: &str) -> Vec<String> {
    let Some((host, ports)) = address.rsplit_once(':') else {
        return vec![address.to_owned()];
    };
    let (first, last) = range(ports).unwrap_or_default();
    (first..=last)
        .map(|port| format!("{host}:{port}"))
        .collect()
}

/// A bare port means every address.
fn listed(address: &str) -> String {
    if address.contains(':') {
        address.to_owned()
    } else {
        format!("[::]:{address}")
    }
}
