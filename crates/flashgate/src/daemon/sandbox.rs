//! Giving up what serving does not need: the account, capabilities, files, ports, system calls.
//!
//! It is entered once, after the last socket is bound and while there is no other thread: ids, capabilities and Landlock
//! belong to a thread, and only threads that start later inherit them. Nothing here can be taken back, and nothing here
//! serves.

use std::path::PathBuf;

use flashgate_report::render;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::geteuid;
use tracing::{info, warn};

use super::opener;
use crate::account::Account;
use crate::confinement::{self, Confinement};
use crate::log;
use crate::snapshot::{Process, Sandbox, User, Violation};

mod capabilities;
mod folders;
mod landlock;
mod leftover;
mod needs;
mod seccomp;
mod self_test;
mod user;

pub(crate) use leftover::Leftover;
pub(crate) use needs::{Lookups, Needs};
use seccomp::Role;
pub(crate) use self_test::self_test;

/// The parts that are the kernel's locks.
const FILES: &str = "files";
const PORTS: &str = "ports";
const SYSTEM_CALLS: &str = "system-calls";

/// Of each part, whether it is in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Applied {
    parts: Vec<(&'static str, State)>,
}

#[derive(Clone, Debug)]
enum State {
    Applied,
    /// The reason why not.
    Missing(String),
    /// The operator wants none of it.
    Off,
}

impl Applied {
    /// Every part, and whether it is in force.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let applied = |state: &State| matches!(state, State::Applied);
        self.parts
            .iter()
            .map(move |(name, state)| (*name, applied(state)))
    }

    /// Notes what became of a part.
    fn add(&mut self, name: &'static str, done: Result<(), String>) {
        let state = done.map_or_else(State::Missing, |()| State::Applied);
        self.parts.push((name, state));
    }

    fn has(&self, wanted: &str) -> bool {
        self.iter().any(|(name, applied)| name == wanted && applied)
    }

    fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.parts.iter().filter_map(|(name, state)| match state {
            State::Missing(reason) => Some((*name, reason.as_str())),
            State::Applied | State::Off => None,
        })
    }
}

/// Gives up everything but the needs, or says what of it could not be given up; the error is text for the terminal.
pub(crate) fn enter(
    process: &Process,
    needs: &Needs,
    leftover: &Leftover,
) -> Result<Applied, String> {
    let account = user::find(&process.user)?;
    let folders = folders::of(&needs.files);
    let mut applied = Applied::default();
    let closed = leftover.close().map_err(|error| log::reason(&error));
    applied.add("descriptors", closed);
    applied.add("no-new-privs", no_new_privs());
    // While this is root with all its capabilities: it takes one to narrow the set.
    capabilities::narrow_bounding_set();
    let became = account.map_or(Ok(()), user::assume);
    if let (Err(reason), User::Configured { name }) = (&became, &process.user) {
        return Err(not_assumed(name, reason));
    }
    if account.is_some_and(Account::is_root) {
        applied.parts.push(("user", State::Off));
    } else {
        applied.add("user", became);
    }
    applied.add("capabilities", capabilities::drop_all());
    lock_away(process, needs, &folders, &mut applied);
    if process.sandbox == Sandbox::Required {
        all_or_nothing(&applied)?;
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
fn lock_away(process: &Process, needs: &Needs, folders: &[PathBuf], applied: &mut Applied) {
    if process.sandbox == Sandbox::Off {
        let off = [FILES, PORTS, SYSTEM_CALLS].map(|name| (name, State::Off));
        applied.parts.extend(off);
        return;
    }
    applied.add(FILES, landlock::files(folders));
    applied.add(PORTS, landlock::ports(needs));
    // The last one: it forbids what the others take.
    applied.add(SYSTEM_CALLS, limit_calls(process.violation, needs));
}

/// First for the opener: it alone can still have sockets listen.
fn limit_calls(violation: Violation, needs: &Needs) -> Result<(), String> {
    let limit = move || seccomp::apply(Role::Opening, violation);
    opener::start(needs.bind.clone(), limit)?;
    seccomp::apply(Role::Serving(needs.lookups), violation)
}

fn no_new_privs() -> Result<(), String> {
    rustix::thread::set_no_new_privs(true).map_err(|errno| log::reason(&errno.into()))
}

fn not_assumed(name: &str, reason: &str) -> String {
    render::plain_error_text(
        &format!("can't become the user `{name}`: {reason}"),
        &["start flashgate as that user, or leave `user` in `[process]` out"],
    )
}

fn all_or_nothing(applied: &Applied) -> Result<(), String> {
    let mut faults = String::new();
    for (part, reason) in applied.missing() {
        let message = format!("can't give up what is not needed, part `{part}`: {reason}");
        let help = "`sandbox = \"required\"` asks for all of it; \"best-effort\" takes what the system has";
        faults.push_str(&render::plain_error_text(&message, &[help]));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// Says what holds from now on, and what will not work any more.
fn report(applied: &Applied, needs: &Needs) {
    for (part, reason) in applied.missing() {
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
