//! What serving a plan goes on needing: files, ports, look-ups.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::snapshot::{Backend, ListenAddress, Plan};

/// What the daemon goes on using once it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// Files that a reload reads; with each its folder, for a file that is replaced is another one.
    pub(crate) files: Vec<PathBuf>,
    /// TCP ports to listen on; 0 stands for any that is free.
    pub(crate) bind: BTreeSet<u16>,
    /// TCP ports to connect to, on any host.
    pub(crate) connect: BTreeSet<u16>,
    pub(crate) lookups: Lookups,
}

/// Whether names are looked up, for which the C library needs UDP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lookups {
    Needed,
    #[default]
    None,
}

impl Needs {
    /// What serving a plan needs, given the ports that are bound for it.
    pub(crate) fn of(plan: &Plan, bound: impl Iterator<Item = u16>) -> Self {
        let sockets = plan.sockets().into_iter().map(|socket| socket.address);
        let admin = plan.admin.as_ref().map(|admin| admin.address);
        let asked = sockets.chain(admin).map(ListenAddress::port);
        Self {
            files: plan.watched.iter().map(|file| file.path.clone()).collect(),
            bind: asked.chain(bound).collect(),
            connect: connect(plan),
            lookups: lookups(plan),
        }
    }
}

/// The ports of every backend, and that of DNS over TCP where names are looked up: long answers come that way.
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

/// RFC 7766.
pub(super) const DNS: u16 = 53;
