//! Landlock: which files can be read, and which TCP ports bound and connected to.
//!
//! Two rule sets, one for files and one for ports, so that a kernel that knows only the first is told apart from one
//! that knows neither.

use std::fmt;
use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, NetPort, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};

use super::needs::{DNS, Lookups, Needs};

/// What looking up names reads (resolv.conf(5), nsswitch.conf(5), host.conf(5), gai.conf(5)).
const NAMES: [&str; 5] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
];

/// Leaves these folders readable, and what looking up names takes; nothing can be written or executed.
pub(super) fn files(folders: &[PathBuf]) -> Result<(), LandlockFault> {
    let limit = || {
        let names = NAMES.iter().filter_map(|name| place_of(Path::new(name)));
        let readable = folders.iter().cloned().chain(names);
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            // Newer kernels also stop it from truncating files and controlling devices, from reaching Unix sockets that
            // others made, by path and by abstract name, and from sending signals to other processes.
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

/// Leaves these ports to bind and to connect to, and UDP only what looking up names takes.
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

/// To bind to: one that the system picks. To send to: nothing arrives, but the C library connects UDP sockets to it to find
/// the best of several addresses.
const ANY_PORT: u16 = 0;

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

/// Why it was not done.
#[derive(Debug)]
pub(super) enum LandlockFault {
    /// The kernel has none, or has it switched off.
    Absent,
    /// It is there, and too old.
    Lacking(Lacking),
    Refused(RulesetError),
}

/// What a Landlock does not know.
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
                return f.write_str("this kernel has no Landlock, or has it switched off");
            }
            Self::Refused(error) => {
                return write!(f, "this kernel's Landlock does not do it: {error}");
            }
            Self::Lacking(Lacking::Files) => "knows too little of files",
            Self::Lacking(Lacking::Ports) => "knows no ports, as from Linux 6.7 on",
        };
        write!(f, "this kernel's Landlock {lacking}")
    }
}

/// Whether the kernel has any: reading files was in the first.
fn is_there() -> bool {
    let first = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    first.handle_access(AccessFs::ReadFile).is_ok()
}
