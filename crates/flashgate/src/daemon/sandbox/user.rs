//! Whom to become: an account that owns nothing.

use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tracing::warn;

use crate::account::Account;
use crate::log;
use crate::snapshot::User;

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
        User::Nobody => Ok(Some(Account::nobody())),
        User::Configured { name } => Account::by_name_or_number(name)
            .map(Some)
            .ok_or_else(|| super::not_assumed(name, "there is none of this name")),
    }
}

/// Whoever is not root can't become another; that is worth a word only where another was asked for.
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

/// Becomes it, for good; as the only thread.
pub(super) fn assume(account: Account) -> Result<(), String> {
    let reason =
        |what: &str, errno: rustix::io::Errno| format!("{what}: {}", log::reason(&errno.into()));
    let Account { uid, gid } = account;
    let groups = set_thread_groups(&[]);
    set_thread_res_gid(gid, gid, gid).map_err(|errno| reason("can't change the group", errno))?;
    set_thread_res_uid(uid, uid, uid).map_err(|errno| reason("can't change the user", errno))?;
    // A user namespace may forbid it and still have another user to become.
    groups.map_err(|errno| reason("can't leave the supplementary groups", errno))
}
