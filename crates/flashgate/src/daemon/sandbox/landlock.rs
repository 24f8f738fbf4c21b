//! Landlock: which files can be read, and which TCP ports bound and connected to.
//!
//! Two rule sets, one for files and one for ports, so that a kernel that knows only the first is told apart from one
//! that knows neither.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, NetPort, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, path_beneath_rules,
};

/// What looking up names reads (resolv.conf(5), nsswitch.conf(5), host.conf(5), gai.conf(5)).
const NAMES: [&str; 5] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
];

/// Leaves these folders readable, and what looking up names takes; nothing can be written or executed.
pub(super) fn files(folders: &[PathBuf]) -> Result<(), String> {
    let limit = || {
        let names = NAMES.iter().filter_map(|name| place_of(Path::new(name)));
        let readable = folders.iter().cloned().chain(names);
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            // Newer kernels also keep from truncating and from controlling devices.
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V5))?
            .create()?
            .add_rules(path_beneath_rules(
                readable,
                AccessFs::ReadFile | AccessFs::ReadDir,
            ))?
            .restrict_self()
            .map(drop)
    };
    limit().map_err(|error| reason(&error, "knows too little of files"))
}

/// Leaves these ports to bind and to connect to.
pub(super) fn ports(bind: &BTreeSet<u16>, connect: &BTreeSet<u16>) -> Result<(), String> {
    let rule = |access| move |port: &u16| Ok::<_, RulesetError>(NetPort::new(*port, access));
    let limit = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessNet::from_all(ABI::V4))?
            .create()?
            .add_rules(bind.iter().map(rule(AccessNet::BindTcp)))?
            .add_rules(connect.iter().map(rule(AccessNet::ConnectTcp)))?
            .restrict_self()
            .map(drop)
    };
    limit().map_err(|error| reason(&error, "knows no ports, as from Linux 6.7 on"))
}

/// A file, or the folder it is replaced in: resolv.conf is often a link into a folder of its own, and gets a new target
/// there at every change of the network.
fn place_of(file: &Path) -> Option<PathBuf> {
    let target = file.canonicalize().ok()?;
    let folder = target.parent()?;
    // `/etc` and `/run` hold far more than that.
    let of_its_own = folder.components().count() > 2;
    Some(if of_its_own {
        folder.to_owned()
    } else {
        target
    })
}

/// Why it was not done; `lacking` says what is wrong with a Landlock that is there and can't.
fn reason(error: &RulesetError, lacking: &str) -> String {
    if !matches!(error, RulesetError::HandleAccesses(_)) {
        return format!("this kernel's Landlock does not do it: {error}");
    }
    if is_there() {
        format!("this kernel's Landlock {lacking}")
    } else {
        "this kernel has no Landlock, or has it switched off".to_owned()
    }
}

/// Whether the kernel has any: reading files was in the first.
fn is_there() -> bool {
    let first = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    first.handle_access(AccessFs::ReadFile).is_ok()
}
