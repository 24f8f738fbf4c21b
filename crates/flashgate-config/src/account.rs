//! Accounts of the system, as the ids that a process takes.

use nix::unistd;
use rustix::fs::{Gid, Uid};

/// The number of `nobody` and its group, on every distribution of today and to the kernel (`DEFAULT_OVERFLOWUID`).
///
/// It needs no entry, and is not looked up: that would cost memory for good.
const NOBODY: u32 = 65_534;

/// Ids to take.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The user.
    pub uid: Uid,
    /// Its group.
    pub gid: Gid,
}

impl Account {
    /// By what a config file has, a name or a number. Once the sandbox is entered, nothing is left to look names up with.
    pub fn by_name_or_number(name: &str) -> Option<Self> {
        // The largest number means "none" to the kernel.
        match name.parse::<u32>() {
            Ok(u32::MAX) => None,
            Ok(number) => Some(Self::by_number(number)),
            Err(_) => Self::by_name(name),
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        let known = unistd::User::from_name(name).ok().flatten();
        let known = known.as_ref().map(Self::of);
        known.or_else(|| (name == "nobody").then(Self::nobody))
    }

    /// A number needs no account; where there is none, its group has the same number.
    fn by_number(number: u32) -> Self {
        let known = unistd::User::from_uid(unistd::Uid::from_raw(number));
        let own = Self {
            uid: Uid::from_raw(number),
            gid: Gid::from_raw(number),
        };
        known.ok().flatten().as_ref().map_or(own, Self::of)
    }

    /// The one that owns nothing.
    pub fn nobody() -> Self {
        Self {
            uid: Uid::from_raw(NOBODY),
            gid: Gid::from_raw(NOBODY),
        }
    }

    fn of(user: &unistd::User) -> Self {
        Self {
            uid: Uid::from_raw(user.uid.as_raw()),
            gid: Gid::from_raw(user.gid.as_raw()),
        }
    }

    /// Whether this user may do anything.
    pub fn is_root(self) -> bool {
        self.uid.is_root()
    }
}
