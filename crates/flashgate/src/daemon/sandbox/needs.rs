//! What serving a plan needs later: files, ports, name lookups.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

use flashgate_config::snapshot::{Backend, ListenAddress, Plan};

/// What the daemon needs while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// Files that a reload reads. Their folders are needed too, because a replaced file is a new one.
    pub(crate) files: Vec<PathBuf>,
    /// TCP ports to listen on; 0 means any free port.
    pub(crate) bind: BTreeSet<u16>,
    /// TCP ports to connect to, on any host.
    pub(crate) connect: BTreeSet<u16>,
    pub(crate) lookups: Lookups,
}

/// Whether names are looked up. If so, the C library needs UDP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lookups {
    Needed,
    #[default]
    None,
}

impl Needs {
    /// The needs of a plan, given the ports that are bound for it.
    pub(crate) fn of(plan: &Plan, bound: impl Iterator<Item = u16>) -> Self {
        let sockets = plan.sockets().into_iter().map(|socket| socket.address);
        let admin = plan.admin_endpoints().map(|admin| admin.address);
        let asked = sockets.chain(admin).map(ListenAddress::port);
        Self {
            files: plan.watched.iter().map(|file| file.path.clone()).collect(),
            bind: asked.chain(bound).collect(),
            connect: connect(plan),
            lookups: lookups(plan),
        }
    }
}

/// The ports of all backends. If names are looked up, also that of DNS over TCP, which long answers use.
fn connect(plan: &Plan) -> BTreeSet<u16> {
    let dns = (lookups(plan) == Lookups::Needed).then_some(DNS);
    backends(plan)
        .map(|backend| backend.port)
        .chain(dns)
        .collect()
}

fn lookups(plan: &Plan) -> Lookups {
    let is_name = |backend: &Backend| backend.host.parse::<IpAddr>().is_err();
    if backends(plan).any(is_name) {
        Lookups::Needed
    } else {
        Lookups::None
    }
}

fn backends(plan: &Plan) -> impl Iterator<Item = &Backend> {
    plan.gates()
        .flat_map(|gate| std::iter::once(&gate.backend).chain(&gate.http_backend))
}

/// The port of DNS (RFC 7766).
pub(super) const DNS: u16 = 53;

#[cfg(test)]
mod tests {
    use std::fs;

    use flashgate_config::config::{self, PlanPurpose};

    use super::*;

    /// The ports that a sandboxed daemon may connect to, with this text added to a minimal config.
    fn needs(more: &str) -> Vec<u16> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flashgate.toml");
        let least = "[policy.p]\nrules = [{ domain = 'a.test', ports = '8000' }]\n[[listen]]\naddress = '843'\n";
        fs::write(&path, format!("{least}{more}")).unwrap();
        let loaded = config::load(&path, PlanPurpose::Reload).unwrap();
        let needs = Needs::of(&loaded.plan, std::iter::empty());
        needs.connect.into_iter().collect()
    }

    /// The ports of backends, and DNS if a backend has a name.
    #[test]
    fn ports_to_connect_to() {
        assert_eq!(needs("").len(), 0);
        let gate = "[[gate]]\naddress = '[::]:9339'\nbackend = 'game.test:9340'\nhttp-backend = '[::1]:8080'";
        assert_eq!(needs(gate), [53, 8080, 9340]);
        let gate = "[[gate]]\naddress = '1025'\nbackend = '127.0.0.1:2'";
        assert_eq!(needs(gate), [2]);
    }
}
