//! `--listen`: conflicting addresses, and ports that players don't ask by default.

use flash_policy::{Diagnostic, Policy, Port};
use flashgate_config::config::listeners;
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

const MAPPED: &str =
    "this is fine behind a mapping from port 843, such as a container's `-p 843:8843`";

/// A warning for each port that players don't ask by default. Port 0, any free port, is not checked.
pub(super) fn unasked(listen: &[ListenAddress], policy: &Policy) -> Vec<Diagnostic> {
    let ports: std::collections::BTreeSet<_> = listen.iter().map(|at| at.port()).collect();
    let ports = ports
        .into_iter()
        .filter_map(|port| Port::new(u32::from(port)).ok());
    let findings = ports.filter_map(|port| listeners::unasked_port(port, policy));
    findings.map(|finding| finding.note(MAPPED)).collect()
}

/// An error for each `--listen` that conflicts with another one.
pub(super) fn overlaps(listen: &[ListenAddress]) -> Vec<PlainError> {
    let mut faults = Vec::new();
    for (index, address) in listen
        .iter()
        .enumerate()
        .filter(|(_, address)| address.port() != 0)
    {
        let twice = listen.iter().take(index).any(|other| other == address);
        if twice {
            faults.push(PlainError::new(
                &format!("`--listen {address}` is given twice"),
                &["remove one of them"],
            ));
        } else if let Some(wide) = listen.iter().find(|other| other.covers(*address)) {
            let message =
                format!("`--listen {address}` conflicts with `--listen {wide}`, which covers it");
            faults.push(PlainError::new(&message, &["remove one of them"]));
        }
    }
    faults
}
