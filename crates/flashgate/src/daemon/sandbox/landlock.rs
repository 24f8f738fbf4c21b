//! Landlock: which files can be read, and which TCP ports can be bound and connected to.
//!
//! There are two rule sets, one for files and one for ports, to tell a kernel without support for ports from one
//! without Landlock.

use std::fmt;
use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, NetPort, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};

use super::needs::{DNS, Lookups, Needs};

/// The files that name lookups read (resolv.conf(5), nsswitch.conf(5), host.conf(5), gai.conf(5)).
const NAMES: [&str; 5] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
];

/// Allows reading these folders and the files for name lookups. Nothing can be written or executed.
pub(super) fn files(folders: &[PathBuf]) -> Result<(), LandlockFault> {
    let limit = || {
        let names = NAMES.iter().filter_map(|name| place_of(Path::new(name)));
        let readable = folders.iter().cloned().chain(names);
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            // Newer kernels also forbid truncating files, controlling devices, connecting to Unix sockets of others
            // (by path or abstract name), and sending signals to other processes.
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V9))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rules(path_beneath_rules(
                readable,
                AccessFs::ReadFile | AccessFs::ReadDir,
            ))?
            .restrict_self()
            .map(drop)
    };
    limit().map_err(|error| LandlockFault::of(error, Lacking::Files))
}

/// Allows binding and connecting to these TCP ports. UDP is allowed only for name lookups.
pub(super) fn ports(needs: &Needs) -> Result<(), LandlockFault> {
    let rule = |access| move |port: &u16| Ok::<_, RulesetError>(NetPort::new(*port, access));
    let (bind_udp, send_udp): (&[u16], &[u16]) = match needs.lookups {
        Lookups::Needed => (&[ANY_PORT], &[DNS, ANY_PORT]),
        Lookups::None => (&[], &[]),
    };
    let limit = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessNet::from_all(ABI::V4))?
            // Newer kernels also have rules for UDP.
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessNet::from_all(ABI::V10))?
            .create()?
            .add_rules(needs.bind.iter().map(rule(AccessNet::BindTcp)))?
            .add_rules(needs.connect.iter().map(rule(AccessNet::ConnectTcp)))?
            .add_rules(bind_udp.iter().map(rule(AccessNet::BindUdp)))?
            .add_rules(send_udp.iter().map(rule(AccessNet::ConnectSendUdp)))?
            .restrict_self()
            .map(drop)
    };
    limit().map_err(|error| LandlockFault::of(error, Lacking::Ports))
}

/// For bind: a port chosen by the system. For send: nothing arrives at port 0, but the C library connects UDP sockets
/// to it to find the best of several addresses.
const ANY_PORT: u16 = 0;

/// The file, or the folder in which it is replaced. resolv.conf is often a link into a separate folder, where it gets a
/// new target each time the network changes.
fn place_of(file: &Path) -> Option<PathBuf> {
    let target = file.canonicalize().ok()?;
    let folder = target.parent()?;
    // `/etc` and `/run` contain much more.
    let of_its_own = folder.components().count() > 2;
    Some(if of_its_own {
        folder.to_owned()
    } else {
        target
    })
}

/// Why the rules are not active.
#[derive(Debug)]
pub(super) enum LandlockFault {
    /// The kernel has no Landlock, or it is disabled.
    Absent,
    /// The kernel's Landlock is too old.
    Lacking(Lacking),
    Refused(RulesetError),
}

/// What an old Landlock does not support.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lacking {
    Files,
    Ports,
}

impl LandlockFault {
    fn of(error: RulesetError, lacking: Lacking) -> Self {
        if !matches!(error, RulesetError::HandleAccesses(_)) {
            Self::Refused(error)
        } else if is_there() {
            Self::Lacking(lacking)
        } else {
            Self::Absent
        }
    }
}

impl fmt::Display for LandlockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacking = match self {
            Self::Absent => {
                return f.write_str("this kernel has no Landlock, or it is disabled");
            }
            Self::Refused(error) => {
                return write!(f, "this kernel's Landlock refused: {error}");
            }
            Self::Lacking(Lacking::Files) => "does not support all rules for files",
            Self::Lacking(Lacking::Ports) => {
                "does not support rules for ports (Linux 6.7 or later does)"
            }
        };
        write!(f, "this kernel's Landlock {lacking}")
    }
}

/// Whether the kernel has Landlock. The first version already supported rules for reading files.
fn is_there() -> bool {
    let first = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    first.handle_access(AccessFs::ReadFile).is_ok()
}
