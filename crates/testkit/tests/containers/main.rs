//! The container image: what is in it, and how it runs, alone and with the Compose files.
//!
//! Every container here is rootless, and as restricted as in the Compose files. `cargo xtask package image --check`
//! builds the image and runs these tests.

#![cfg(test)]

mod compose;
mod contents;
mod restricted;
mod starting;
mod stopping;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use testkit::backend::{Absent, BackendBehaviour, TestBackend};
use testkit::container::{self, Podman};
use testkit::namespace::Namespace;
use testkit::needs;

const LIMIT: Duration = Duration::from_secs(20);

/// As `read_only` in the Compose files: unlike Podman, Docker mounts nothing writable into such a container.
const READ_ONLY: [&str; 2] = ["--read-only", "--read-only-tmpfs=false"];

/// As `read_only`, `cap_drop` and `security_opt` in the Compose files.
const RESTRICTED: [&str; 6] = [
    READ_ONLY[0],
    READ_ONLY[1],
    "--cap-drop",
    "all",
    "--security-opt",
    "no-new-privileges",
];

/// Podman with the image, or nothing if the machine has no image or can't run containers.
fn podman() -> Option<Podman> {
    if !needs::met(container::missing()) {
        return None;
    }
    let podman = Podman::new().unwrap();
    podman.load(&container::archive().unwrap()).unwrap();
    Some(podman)
}

/// A game in a network, on this port of loopback.
fn game(network: &Namespace, port: u16) -> TestBackend {
    let address = loopback(port);
    let absent = network.run(|| Absent::reserve(address)).unwrap().unwrap();
    let appear = || absent.appear(BackendBehaviour::Echo);
    network.run(appear).unwrap().unwrap()
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
