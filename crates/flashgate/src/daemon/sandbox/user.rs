//! Whom to become: an account that owns nothing.

use nix::unistd;
use rustix::fs::{Gid, Uid};
use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tracing::warn;

use crate::log;
use crate::snapshot::User;

/// The number of `nobody` and its group, on every distribution of today and to the kernel (`DEFAULT_OVERFLOWUID`).
///
/// It needs no entry, and is not looked up: that would cost memory for good.
const NOBODY: u32 = 65_534;

/// Ids to take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    uid: Uid,
    gid: Gid,
}

/// The number of the account that a config file names, if there is one. Once the sandbox is entered, nothing is left to
/// look names up with.
pub(crate) fn uid_of(name: &str) -> Option<u32> {
    by_name_or_number(name).map(|account| account.uid.as_raw())
}

/// The account to become; none where the process is not root and stays who it is. The error is text for the terminal.
pub(super) fn find(user: &User) -> Result<Option<Account>, String> {
    let account = lookup(user)?;
    if account.is_none() {
        ignored(user);
    }
    Ok(account)
}

fn lookup(user: &User) -> Result<Option<Account>, String> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    match user {
        User::Nobody => Ok(Some(nobody())),
        User::Configured { name } => by_name_or_number(name)
            .map(Some)
            .ok_or_else(|| super::not_assumed(name, "there is none of this name")),
    }
}

fn by_name_or_number(name: &str) -> Option<Account> {
    // The largest number means "none" to the kernel.
    match name.parse::<u32>() {
        Ok(u32::MAX) => None,
        Ok(number) => Some(by_number(number)),
        Err(_) => by_name(name),
    }
}

fn by_name(name: &str) -> Option<Account> {
    let known = unistd::User::from_name(name).ok().flatten();
    let known = known.as_ref().map(account);
    known.or_else(|| (name == "nobody").then(nobody))
}

fn nobody() -> Account {
    Account {
        uid: Uid::from_raw(NOBODY),
        gid: Gid::from_raw(NOBODY),
    }
}

/// A number needs no account; where there is none, its group has the same number.
fn by_number(number: u32) -> Account {
    let known = unistd::User::from_uid(unistd::Uid::from_raw(number));
    known.ok().flatten().as_ref().map_or_else(
        || Account {
            uid: Uid::from_raw(number),
            gid: Gid::from_raw(number),
        },
        account,
    )
}

fn account(user: &unistd::User) -> Account {
    Account {
        uid: Uid::from_raw(user.uid.as_raw()),
        gid: Gid::from_raw(user.gid.as_raw()),
    }
}

/// Whoever is not root can't become another; that is worth a word only where another was asked for.
fn ignored(user: &User) {
    let User::Configured { name } = user else {
        return;
    };
    let present = geteuid();
    if by_name_or_number(name).is_none_or(|account| account.uid != present) {
        let uid = present.as_raw();
        warn!(
            user = name,
            uid, "`user` is ignored: flashgate was not started as root"
        );
    }
}

impl Account {
    pub(super) fn is_root(self) -> bool {
        self.uid.is_root()
    }

    /// Becomes it, for good; as the only thread.
    pub(super) fn assume(self) -> Result<(), String> {
        let reason = |what: &str, errno: rustix::io::Errno| {
            format!("{what}: {}", log::reason(&errno.into()))
        };
        let groups = set_thread_groups(&[]);
        set_thread_res_gid(self.gid, self.gid, self.gid)
            .map_err(|errno| reason("can't change the group", errno))?;
        set_thread_res_uid(self.uid, self.uid, self.uid)
            .map_err(|errno| reason("can't change the user", errno))?;
        // A user namespace may forbid it and still have another user to become.
        groups.map_err(|errno| reason("can't leave the supplementary groups", errno))
    }
}
