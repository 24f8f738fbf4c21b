//! seccomp: a list of the system calls that serving, reloading and looking up names take; all others are refused.
//!
//! A call that is missing here shows in the tests, which run the daemon with the filter on *kill*. What sockets may do is
//! in `sockets`.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fmt;

use flashgate_config::snapshot::Violation;
use libc::c_long;
use rustix::process::getpid;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::needs::Lookups;

mod sockets;

/// Who filters are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilterRole {
    /// Every thread that serves. It can't bind a socket, nor have one listen.
    Serving(Lookups),
    /// The one that does both for them (`opener`). It can't connect or send.
    Opening,
}

/// Calls that are allowed whatever their arguments.
const FREE: &[c_long] = &[
    // Files and descriptors. What can be opened, Landlock says.
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fstat,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    // Where a path leads that has `..` in it.
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_openat,
    libc::SYS_pipe2,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_splice,
    libc::SYS_fstatfs,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch,
    libc::SYS_inotify_rm_watch,
    libc::SYS_getcwd,
    // The event loop.
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_ppoll,
    // Memory, time, threads and signals of the process itself.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    // Refused with ENOSYS by the other filter.
    libc::SYS_clone3,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_membarrier,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getrandom,
    libc::SYS_sysinfo,
    libc::SYS_uname,
];

/// Older names of some of them, which newer machines no longer have and C libraries still use.
#[cfg(target_arch = "x86_64")]
const OLDER: &[c_long] = &[
    libc::SYS_access,
    libc::SYS_dup2,
    libc::SYS_epoll_wait,
    libc::SYS_lstat,
    libc::SYS_open,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_stat,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[c_long] = &[];

/// Whether a stream is a terminal, and its width (`ioctl_tty(2)`); a descriptor that does not wait; and how long a reply is
/// that glibc's resolver is about to read (`FIONREAD`).
const CONTROLS: [u32; 4] = [0x5401, 0x5413, 0x5421, 0x541b];

/// Applies the filters of a role to this thread and those it starts; for good.
pub(super) fn apply(role: FilterRole, violation: Violation) -> Result<(), SeccompFault> {
    programs(role, violation)
        .map_err(Error::from)
        .and_then(|programs| programs.iter().try_for_each(|it| apply_filter(it)))
        .map_err(SeccompFault)
}

/// Why the filters are not applied.
#[derive(Debug)]
pub(super) struct SeccompFault(Error);

impl fmt::Display for SeccompFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Error::Seccomp(error) | Error::Prctl(error) => f.write_str(&crate::log::reason(error)),
            error @ (Error::Backend(_) | Error::EmptyFilter | Error::ThreadSync(_)) => error.fmt(f),
        }
    }
}

/// What becomes of a call that is forbidden.
fn refusal(violation: Violation) -> SeccompAction {
    match violation {
        Violation::Refuse => SeccompAction::Errno(number(libc::EPERM)),
        Violation::Kill => SeccompAction::KillProcess,
    }
}

/// Three filters; of their answers the kernel takes the strictest one.
fn programs(role: FilterRole, violation: Violation) -> Result<[BpfProgram; 3], BackendError> {
    // Its arguments are out of a filter's sight; C libraries fall back to `clone` only if there seems to be no such call.
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok([
        refusing(clone3, libc::ENOSYS)?,
        refusing(sockets::refused_gently()?, libc::EPERM)?,
        program(rules(role)?, refusal(violation), SeccompAction::Allow)?,
    ])
}

/// A filter that answers these calls with an error and concerns no others.
fn refusing(
    calls: BTreeMap<c_long, Vec<SeccompRule>>,
    errno: i32,
) -> Result<BpfProgram, BackendError> {
    let errno = SeccompAction::Errno(number(errno));
    program(calls, SeccompAction::Allow, errno)
}

fn program(
    calls: BTreeMap<c_long, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    let architecture = TargetArch::try_from(ARCH)?;
    SeccompFilter::new(calls, otherwise, matched, architecture)?.try_into()
}

/// Every call that is allowed, with the conditions on its arguments. Without a rule there is no condition; of several rules
/// one must hold.
fn rules(role: FilterRole) -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let free = FREE.iter().chain(OLDER);
    let mut rules: BTreeMap<_, _> = free.map(|call| (*call, Vec::new())).collect();
    rules.extend(itself()?);
    rules.extend(sockets::rules(role)?);
    // No memory that is run as a program: what is loaded is loaded.
    let executable = MaskedEq(number(libc::PROT_EXEC).into());
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let not_executable = argument(2, executable.clone(), 0)?;
        rules.insert(call, vec![SeccompRule::new(vec![not_executable])?]);
    }
    let control = |request| SeccompRule::new(vec![argument(1, Eq, request)?]);
    let controls: Result<_, BackendError> = CONTROLS.into_iter().map(control).collect();
    rules.insert(libc::SYS_ioctl, controls?);
    rules.insert(libc::SYS_fcntl, vec![SeccompRule::new(harmless_fcntl()?)?]);
    Ok(rules)
}

/// What concerns only the process itself.
fn itself() -> Result<[(c_long, Vec<SeccompRule>); 4], BackendError> {
    // Threads, but no processes and no namespaces.
    let flag = number(libc::CLONE_THREAD);
    let thread = argument(0, MaskedEq(flag.into()), flag)?;
    // A signal to itself, which is how a program aborts.
    let own_pid = argument(0, Eq, getpid().as_raw_nonzero().get().unsigned_abs())?;
    // Its own limits, to be read.
    let own = argument(0, Eq, 0)?;
    let unchanged = SeccompCondition::new(2, Qword, Eq, 0)?;
    // The names of its threads, and what the kernel told it at start (`PR_GET_AUXV`).
    let name = argument(0, Eq, number(libc::PR_SET_NAME))?;
    let told = argument(0, Eq, 0x4155_5856)?;
    Ok([
        (libc::SYS_clone, vec![SeccompRule::new(vec![thread])?]),
        (libc::SYS_tgkill, vec![SeccompRule::new(vec![own_pid])?]),
        (
            libc::SYS_prlimit64,
            vec![SeccompRule::new(vec![own, unchanged])?],
        ),
        (
            libc::SYS_prctl,
            vec![SeccompRule::new(vec![name])?, SeccompRule::new(vec![told])?],
        ),
    ])
}

/// A condition on an argument of 32 bits.
fn argument(
    index: u8,
    operator: SeccompCmpOp,
    value: u32,
) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, Dword, operator, value.into())
}

/// Commands that name who gets a signal when a descriptor is ready: another process, for instance.
const OWNERS: [i32; 3] = [libc::F_SETOWN, F_SETSIG, F_SETOWN_EX];

/// fcntl(2); the crate has no names for them.
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;

fn harmless_fcntl() -> Result<Vec<SeccompCondition>, BackendError> {
    let is_not = |command: i32| argument(1, Ne, number(command));
    OWNERS.into_iter().map(is_not).collect()
}

/// The kernel's constants are not negative, but for C they have a sign.
const fn number(constant: i32) -> u32 {
    constant.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_can_be_made() {
        let serving = [Lookups::Needed, Lookups::None].map(FilterRole::Serving);
        for role in serving.into_iter().chain([FilterRole::Opening]) {
            for violation in [Violation::Refuse, Violation::Kill] {
                assert!(programs(role, violation).is_ok());
            }
        }
    }
}
