//! `--listen`: addresses that can't be bound together, and ports that no player asks.

use flash_policy::{Policy, Port};
use flashgate_config::config::listeners;
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render;

const MAPPED: &str =
    "this is fine behind a mapping from port 843, such as a container's `-p 843:8843`";

/// Every port that no player asks by itself, as text for the terminal. Port 0, which takes a free one, is not judged.
pub(super) fn unasked(listen: &[ListenAddress], policy: &Policy) -> String {
    let ports: std::collections::BTreeSet<_> = listen.iter().map(|at| at.port()).collect();
    let ports = ports
        .into_iter()
        .filter_map(|port| Port::new(u32::from(port)).ok());
    let findings = ports.filter_map(|port| listeners::unasked_port(port, policy));
    findings
        .map(|finding| render::without_place(&finding.note(MAPPED)))
        .collect()
}

/// Every `--listen` that can't be bound together with another one, as text for the terminal.
pub(super) fn overlaps(listen: &[ListenAddress]) -> String {
    let mut faults = String::new();
    for (index, address) in listen
        .iter()
        .enumerate()
        .filter(|(_, address)| address.port() != 0)
    {
        let twice = listen.iter().take(index).any(|other| other == address);
        if twice {
            faults.push_str(&render::plain_error_text(
                &format!("`--listen {address}` is given twice"),
                &["leave one out"],
            ));
        } else if let Some(wide) = listen.iter().find(|other| other.covers(*address)) {
            let message = format!(
                "`--listen {address}` can't be bound together with `--listen {wide}`, which covers it"
            );
            faults.push_str(&render::plain_error_text(
                &message,
                &["leave one of them out"],
            ));
        }
    }
    faults
}
