//! Giving up what serving does not need: the account, capabilities, files, ports, system calls.
//!
//! It is entered once, after the last socket is bound and while there is no other thread: ids, capabilities and Landlock
//! belong to a thread, and only threads that start later inherit them. Nothing here can be taken back, and nothing here
//! serves.

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

/// Gives up everything but the needs, or says what of it could not be given up.
pub(crate) fn enter(
    process: &ProcessPlan,
    needs: &Needs,
    leftover: &Leftover,
) -> Result<Applied, NotEntered> {
    let account = user::find(&process.user).map_err(NotEntered::User)?;
    let folders = folders::of(&needs.files);
    let mut applied = Applied::default();
    applied.add("descriptors", leftover.close().map_err(PartFault::System));
    applied.add("no-new-privs", no_new_privs().map_err(PartFault::System));
    // While this is root with all its capabilities: it takes one to narrow the set.
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

/// What takes the kernel's locks rather than mere giving up.
fn lock_away(process: &ProcessPlan, needs: &Needs, folders: &[PathBuf], applied: &mut Applied) {
    if process.sandbox == SandboxMode::Off {
        for name in [FILES, PORTS, SYSTEM_CALLS] {
            applied.leave(name);
        }
        return;
    }
    applied.add(FILES, landlock::files(folders).map_err(PartFault::Landlock));
    applied.add(PORTS, landlock::ports(needs).map_err(PartFault::Landlock));
    // The last one: it forbids what the others take.
    applied.add(SYSTEM_CALLS, limit_calls(process.violation, needs));
}

/// First for the opener: it alone can still have sockets listen.
fn limit_calls(violation: Violation, needs: &Needs) -> Result<(), PartFault> {
    let limit = move || seccomp::apply(FilterRole::Opening, violation);
    opener::start(needs.bind.clone(), limit).map_err(PartFault::Opener)?;
    seccomp::apply(FilterRole::Serving(needs.lookups), violation).map_err(PartFault::Seccomp)
}

fn no_new_privs() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true).map_err(io::Error::from)
}

/// Says what holds from now on, and what will not work any more.
fn report(applied: &Applied, needs: &Needs) {
    for (part, reason) in applied.missing() {
        let reason = reason.to_string();
        warn!(part, reason, "could not give up what is not needed");
    }
    let parts: Vec<_> = applied
        .iter()
        .filter_map(|(name, applied)| applied.then_some(name))
        .collect();
    info!(
        uid = geteuid().as_raw(),
        applied = parts.join(","),
        "privileges given up"
    );
    for file in &needs.files {
        // A pipe must not be waited for.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        if let Err(errno) = open(file, flags, Mode::empty()) {
            let (file, error) = (file.display(), log::reason(&errno.into()));
            warn!(%file, error, "can't read a file any more; its reload will be refused");
        }
    }
}
