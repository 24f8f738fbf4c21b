//! Drops everything that serving does not need: the user, capabilities, and access to files, ports and system calls.
//!
//! The sandbox is entered once, after the last socket is bound and before any other thread starts. User IDs,
//! capabilities and Landlock apply to a thread, and only threads that start later inherit them. Nothing here can be
//! undone, and nothing here serves.

use std::io;
use std::path::PathBuf;

use flashgate_config::account::Account;
use flashgate_config::confinement::{self, Confinement};
use flashgate_config::snapshot::{ProcessPlan, SandboxMode, User, Violation};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::geteuid;
use tracing::{info, warn};

use super::opener;
use crate::log;

mod applied;
mod capabilities;
mod folders;
mod landlock;
mod leftover;
mod needs;
mod not_entered;
mod seccomp;
mod self_test;
mod user;

pub(crate) use applied::Applied;
use applied::{FILES, PORTS, PartFault, SYSTEM_CALLS};
pub(crate) use leftover::Leftover;
pub(crate) use needs::{Lookups, Needs};
pub(crate) use not_entered::NotEntered;
use seccomp::FilterRole;
pub(crate) use self_test::self_test;
use user::NotAssumed;

/// Drops everything except the needs, or returns which parts failed.
pub(crate) fn enter(
    process: &ProcessPlan,
    needs: &Needs,
    leftover: &Leftover,
) -> Result<Applied, NotEntered> {
    let account = user::find(&process.user).map_err(NotEntered::User)?;
    let folders = folders::of(&needs.files);
    let mut applied = Applied::default();
    applied.add(
        "descriptors",
        leftover.close().map_err(PartFault::Descriptors),
    );
    applied.add("no-new-privs", no_new_privs().map_err(PartFault::System));
    // Before the user changes, because narrowing the set needs a capability.
    capabilities::narrow_bounding_set();
    let became = match (account.map_or(Ok(()), user::assume), &process.user) {
        (Err(reason), User::Configured { name }) => {
            return Err(NotEntered::User(NotAssumed::new(name, reason)));
        }
        (became, _) => became,
    };
    if account.is_some_and(Account::is_root) {
        applied.leave("user");
    } else {
        applied.add("user", became.map_err(PartFault::User));
    }
    let dropped = capabilities::drop_all().map_err(PartFault::Capabilities);
    applied.add("capabilities", dropped);
    lock_away(process, needs, &folders, &mut applied);
    if process.sandbox == SandboxMode::Required && applied.missing().next().is_some() {
        return Err(NotEntered::Parts(applied));
    }
    confinement::note(Confinement {
        uid: geteuid().as_raw(),
        folders: applied.has(FILES).then_some(folders),
        connect: applied.has(PORTS).then(|| needs.connect.clone()),
        lookups: !applied.has(SYSTEM_CALLS) || needs.lookups == Lookups::Needed,
    });
    report(&applied, needs);
    Ok(applied)
}

/// The parts that need Landlock or seccomp.
fn lock_away(process: &ProcessPlan, needs: &Needs, folders: &[PathBuf], applied: &mut Applied) {
    if process.sandbox == SandboxMode::Off {
        for name in [FILES, PORTS, SYSTEM_CALLS] {
            applied.leave(name);
        }
        return;
    }
    applied.add(FILES, landlock::files(folders).map_err(PartFault::Landlock));
    applied.add(PORTS, landlock::ports(needs).map_err(PartFault::Landlock));
    // Last, because it forbids the system calls that the others need.
    applied.add(SYSTEM_CALLS, limit_calls(process.violation, needs));
}

/// Starts the opener first, because later no other thread can make sockets listen.
fn limit_calls(violation: Violation, needs: &Needs) -> Result<(), PartFault> {
    let limit = move || seccomp::apply(FilterRole::Opening, violation);
    opener::start(needs.bind.clone(), limit).map_err(PartFault::Opener)?;
    seccomp::apply(FilterRole::Serving(needs.lookups), violation).map_err(PartFault::Seccomp)
}

fn no_new_privs() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true).map_err(io::Error::from)
}

/// Logs which parts are active, and what will no longer work.
fn report(applied: &Applied, needs: &Needs) {
    for (part, reason) in applied.missing() {
        let reason = reason.to_string();
        warn!(part, reason, "a part of the sandbox is not active");
    }
    let parts: Vec<_> = applied
        .iter()
        .filter_map(|(name, applied)| applied.then_some(name))
        .collect();
    info!(
        uid = geteuid().as_raw(),
        applied = parts.join(","),
        "sandbox entered"
    );
    for file in &needs.files {
        // Non-blocking, because the file may be a pipe.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        if let Err(errno) = open(file, flags, Mode::empty()) {
            let (file, error) = (file.display(), log::reason(&errno.into()));
            warn!(%file, error, "can't read a file in the sandbox; reloads will fail");
        }
    }
}
