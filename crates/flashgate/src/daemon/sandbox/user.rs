//! Switches to an unprivileged user.

use std::fmt;

use flashgate_config::account::Account;
use flashgate_config::snapshot::User;
use rustix::io::Errno;
use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tracing::warn;

use crate::log;

/// A configured user that the process can't switch to.
#[derive(Debug)]
pub(crate) struct NotAssumed {
    name: String,
    reason: UserFault,
}

/// Why the switch failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum UserFault {
    /// There is no such user.
    Unknown,
    Group(Errno),
    User(Errno),
    SupplementaryGroups(Errno),
}

impl NotAssumed {
    pub(super) fn new(name: &str, reason: UserFault) -> Self {
        Self {
            name: name.to_owned(),
            reason,
        }
    }
}

impl fmt::Display for NotAssumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, reason } = self;
        write!(f, "can't switch to the user `{name}`: {reason}")
    }
}

impl fmt::Display for UserFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, errno) = match self {
            Self::Unknown => return f.write_str("there is no such user"),
            Self::Group(errno) => ("can't change the group", errno),
            Self::User(errno) => ("can't change the user", errno),
            Self::SupplementaryGroups(errno) => ("can't drop the supplementary groups", errno),
        };
        write!(f, "{what}: {}", log::reason(&(*errno).into()))
    }
}

/// The user to switch to; `None` if the process is not root, so that it keeps its user.
pub(super) fn find(user: &User) -> Result<Option<Account>, NotAssumed> {
    let account = lookup(user)?;
    if account.is_none() {
        ignored(user);
    }
    Ok(account)
}

fn lookup(user: &User) -> Result<Option<Account>, NotAssumed> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    match user {
        User::Nobody => Ok(Some(Account::nobody())),
        User::Configured { name } => Account::by_name_or_number(name)
            .map(Some)
            .ok_or_else(|| NotAssumed::new(name, UserFault::Unknown)),
    }
}

/// Logs that `user` has no effect without root. Only if another user was configured.
fn ignored(user: &User) {
    let User::Configured { name } = user else {
        return;
    };
    let present = geteuid();
    if Account::by_name_or_number(name).is_none_or(|account| account.uid != present) {
        let uid = present.as_raw();
        warn!(
            user = name,
            uid, "`user` is ignored: flashgate was not started as root"
        );
    }
}

/// Switches permanently. The process must have only one thread.
pub(super) fn assume(account: Account) -> Result<(), UserFault> {
    let Account { uid, gid } = account;
    let groups = set_thread_groups(&[]);
    set_thread_res_gid(gid, gid, gid).map_err(UserFault::Group)?;
    set_thread_res_uid(uid, uid, uid).map_err(UserFault::User)?;
    // A user namespace may forbid this and still allow another user.
    groups.map_err(UserFault::SupplementaryGroups)
}
