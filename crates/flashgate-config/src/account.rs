//! The user and group that the process switches to.

use nix::unistd;
use rustix::fs::{Gid, Uid};

/// The id of `nobody` and its group, on every current distribution and in the kernel (`DEFAULT_OVERFLOWUID`).
///
/// It is not looked up: the account may be missing, and a lookup would use memory permanently.
const NOBODY: u32 = 65_534;

/// A user and a group to switch to.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The user.
    pub uid: Uid,
    /// Its group.
    pub gid: Gid,
}

impl Account {
    /// Finds the account that the config file names, by name or number. Call this before entering the sandbox, which
    /// blocks lookups.
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

    /// A number needs no account. Without one, the group has the same number.
    fn by_number(number: u32) -> Self {
        let known = unistd::User::from_uid(unistd::Uid::from_raw(number));
        let own = Self {
            uid: Uid::from_raw(number),
            gid: Gid::from_raw(number),
        };
        known.ok().flatten().as_ref().map_or(own, Self::of)
    }

    /// The account that owns nothing.
    pub fn nobody() -> Self {
        Self {
            uid: Uid::from_raw(NOBODY),
            gid: Gid::from_raw(NOBODY),
        }
    }

    /// The name of the user that the process runs as, or the number if it has none. Call this before entering the
    /// sandbox too.
    pub(crate) fn own_name() -> String {
        let own = unistd::geteuid();
        let known = unistd::User::from_uid(own).ok().flatten();
        known.map_or_else(|| own.to_string(), |user| user.name)
    }

    fn of(user: &unistd::User) -> Self {
        Self {
            uid: Uid::from_raw(user.uid.as_raw()),
            gid: Gid::from_raw(user.gid.as_raw()),
        }
    }

    /// Whether this user is root.
    pub fn is_root(self) -> bool {
        self.uid.is_root()
    }
}
