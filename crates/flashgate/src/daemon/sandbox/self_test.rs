//! Tries what an intruder would try who controls the daemon.
//!
//! It serves no clients. It leaves nothing behind, unless a missing part of the sandbox lets an attempt succeed.

use std::fs::{self, File};
use std::io;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;

use flashgate_config::snapshot::ProcessPlan;
use nix::sys::ptrace;
use nix::unistd::{Pid, close};
use rustix::fs::{MemfdFlags, Uid, memfd_create};
use rustix::io::Errno;
use rustix::process::{PidfdFlags, Resource, getrlimit, pidfd_open, setrlimit, test_kill_process};
use rustix::thread::set_thread_res_uid;

use super::{Leftover, Needs, NotEntered, enter, folders};

mod network;

/// The results so far.
struct SelfTestLog<'a> {
    say: &'a mut dyn FnMut(&str),
    failed: bool,
}

/// Enters the sandbox like `serve`, and makes the attempts. Reports each result, and returns whether all are as
/// expected.
pub(crate) fn self_test(
    process: &ProcessPlan,
    needs: &Needs,
    leftover: &Leftover,
    say: &mut dyn FnMut(&str),
) -> Result<bool, NotEntered> {
    let _applied = enter(process, needs, leftover)?;
    let mut report = SelfTestLog { say, failed: false };
    for number in leftover.numbers() {
        report.closed(number);
    }
    let folders = folders::of(&needs.files);
    for file in &needs.files {
        report.works(&format!("read {}", file.display()), File::open(file));
    }
    report.works("start-thread", thread::Builder::new().spawn(|| ()));
    let passwd = Path::new("/etc/passwd");
    if !folders.iter().any(|folder| passwd.starts_with(folder)) {
        report.refused("read /etc/passwd", File::open(passwd));
    }
    for folder in folders.into_iter().chain([std::env::temp_dir()]) {
        report.refused(&format!("write {}", folder.display()), write(&folder));
    }
    attack(&mut report, needs);
    // Last, because if it succeeds, nothing comes after it.
    report.refused("exec", exec());
    Ok(!report.failed)
}

/// All attempts that are not about files.
fn attack(report: &mut SelfTestLog<'_>, needs: &Needs) {
    report.refused("start-program", program().spawn());
    let parent = Pid::parent();
    report.refused("ptrace", ptrace::attach(parent).map_err(io::Error::from));
    let signalled = test_kill_process(rustix::process::Pid::INIT);
    report.refused("signal-others", signalled.map_err(io::Error::from));
    let root = Uid::ROOT;
    let regained = set_thread_res_uid(root, root, root);
    report.refused("become-root", regained.map_err(io::Error::from));
    more_rights(report, needs);
    network::attack(report, needs);
}

/// Calls that the daemon never makes. Without the sandbox, the ones that work change nothing.
fn more_rights(report: &mut SelfTestLog<'_>, needs: &Needs) {
    report.refused("change-root", std::os::unix::fs::chroot("/"));
    if let Some(file) = needs.files.first() {
        report.refused("change-mode", same_mode(file));
    }
    let limit = setrlimit(Resource::Nofile, getrlimit(Resource::Nofile));
    report.refused("change-limit", limit.map_err(io::Error::from));
    let memory = memfd_create("flashgate-self-test", MemfdFlags::CLOEXEC);
    report.refused("memory-file", memory.map_err(io::Error::from));
    let handle = pidfd_open(rustix::process::Pid::INIT, PidfdFlags::empty());
    report.refused("process-handle", handle.map_err(io::Error::from));
}

/// Sets the mode that a file has already.
fn same_mode(file: &Path) -> io::Result<()> {
    fs::set_permissions(file, fs::metadata(file)?.permissions())
}

fn write(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!("flashgate-self-test-{}", std::process::id()));
    File::create_new(&file)?;
    fs::remove_file(&file)
}

fn program() -> Command {
    // It exits with an error, so that a successful `exec` fails too. It keeps the streams, because opening may fail.
    Command::new("/bin/false")
}

fn exec() -> io::Result<()> {
    Err(program().exec())
}

impl SelfTestLog<'_> {
    fn works<T>(&mut self, name: &str, result: io::Result<T>) {
        match result {
            Ok(_) => self.line(format_args!("{name} allowed")),
            Err(error) => {
                self.failed = true;
                self.line(format_args!("FAILED: {name} is denied ({})", errno(&error)));
            }
        }
    }

    /// A descriptor is usable if closing it succeeds.
    fn closed(&mut self, number: RawFd) {
        if close(number) == Err(nix::errno::Errno::EBADF) {
            self.line(format_args!("use-descriptor {number} denied (EBADF)"));
        } else {
            self.failed = true;
            self.line(format_args!("FAILED: use-descriptor {number} is allowed"));
        }
    }

    /// Only a refusal counts. Another error does not show that a better attempt would fail.
    fn refused<T>(&mut self, name: &str, result: io::Result<T>) {
        match result {
            Err(error) if is_refusal(&error) => {
                self.line(format_args!("{name} denied ({})", errno(&error)));
            }
            Err(error) => {
                self.failed = true;
                self.line(format_args!(
                    "FAILED: {name} is not blocked ({})",
                    errno(&error)
                ));
            }
            Ok(_) => {
                self.failed = true;
                self.line(format_args!("FAILED: {name} is allowed"));
            }
        }
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        (self.say)(&format!("{text}\n"));
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::PERM | Errno::ACCESS)
    )
}

fn errno(error: &io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::PERM) => "EPERM".to_owned(),
        Some(Errno::ACCESS) => "EACCES".to_owned(),
        _ => crate::log::reason(error),
    }
}
