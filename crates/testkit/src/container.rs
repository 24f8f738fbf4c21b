//! Containers of the image under test: rootless Podman with a storage of its own, which is deleted when dropped.
//!
//! The user that the containers belong to exists only in a mount namespace of each command. Nothing here may change the
//! machine's users, its container storage, or its containers.

mod podman;
mod running;
mod user;

use std::env;
use std::path::PathBuf;

pub use self::podman::Podman;
pub use self::running::Container;
use crate::{namespace, needs, real_server};

/// The image, as the documents and the Compose files name it.
pub const IMAGE: &str = "ghcr.io/flashgate/flashgate:latest";

/// Set by `cargo xtask package image --check` and by `cargo xtask test`: the archive of the image under test.
pub const VARIABLE: &str = "FLASHGATE_IMAGE";

/// The archive of the image under test.
pub fn archive() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

/// Describes what this machine lacks for containers, or returns `None` if it has everything.
pub fn missing() -> Option<String> {
    missing_programs().or_else(|| {
        let none = archive().is_none();
        none.then(|| {
            format!("no image: run `cargo xtask package image --check`, or set {VARIABLE}")
        })
    })
}

/// The programs that are missing, without regard to the image.
pub fn missing_programs() -> Option<String> {
    namespace::missing()
        .or_else(|| needs::program("podman"))
        .or_else(|| real_server::missing("runc"))
        .or_else(|| real_server::missing("newuidmap"))
}
