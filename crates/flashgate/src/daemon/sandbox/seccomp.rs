//! seccomp: a list of the system calls that serving, reloading and name lookups need. All others are refused.
//!
//! The tests find missing calls: they run the daemon with a filter that kills the process. The rules for sockets are in
//! `sockets`.

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

/// Which threads a filter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilterRole {
    /// Every serving thread. It can't bind a socket or make one listen.
    Serving(Lookups),
    /// The thread that does both for the others (`opener`). It can't connect or send.
    Opening,
}

/// Calls that are allowed with any arguments.
const FREE: &[c_long] = &[
    // Files and descriptors. Landlock limits which files can be opened.
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fstat,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    // Resolving paths that contain `..`.
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
    // Memory, time, threads and signals of this process.
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
    // The other filter answers this with ENOSYS.
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

/// Older variants of some calls, which newer architectures lack and C libraries still use.
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

/// `ioctl` requests: whether a stream is a terminal, and its width (`ioctl_tty(2)`), non-blocking mode, and the size of
/// the reply that glibc's resolver is about to read (`FIONREAD`).
const CONTROLS: [u32; 4] = [0x5401, 0x5413, 0x5421, 0x541b];

/// Applies the filters of a role to this thread and the threads it starts. This can't be undone.
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

/// What happens at a forbidden call.
fn refusal(violation: Violation) -> SeccompAction {
    match violation {
        Violation::Refuse => SeccompAction::Errno(number(libc::EPERM)),
        Violation::Kill => SeccompAction::KillProcess,
    }
}

/// Three filters. The kernel uses the strictest of their results.
fn programs(role: FilterRole, violation: Violation) -> Result<[BpfProgram; 3], BackendError> {
    // A filter can't see its arguments. C libraries only fall back to `clone` if the call does not seem to exist.
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok([
        refusing(clone3, libc::ENOSYS)?,
        refusing(sockets::refused_gently()?, libc::EPERM)?,
        program(rules(role)?, refusal(violation), SeccompAction::Allow)?,
    ])
}

/// A filter that refuses these calls with an error and allows all others.
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

/// All allowed calls with the conditions on their arguments. A call without rules has no condition. Of several rules,
/// one must hold.
fn rules(role: FilterRole) -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let free = FREE.iter().chain(OLDER);
    let mut rules: BTreeMap<_, _> = free.map(|call| (*call, Vec::new())).collect();
    rules.extend(itself()?);
    rules.extend(sockets::rules(role)?);
    // No new executable memory: the program is already loaded.
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

/// Calls that only affect this process.
fn itself() -> Result<[(c_long, Vec<SeccompRule>); 4], BackendError> {
    // Threads, but no processes or namespaces.
    let flag = number(libc::CLONE_THREAD);
    let thread = argument(0, MaskedEq(flag.into()), flag)?;
    // A signal to this process, which is how a program aborts.
    let own_pid = argument(0, Eq, getpid().as_raw_nonzero().get().unsigned_abs())?;
    // Reading its own limits.
    let own = argument(0, Eq, 0)?;
    let unchanged = SeccompCondition::new(2, Qword, Eq, 0)?;
    // Naming its threads, and reading what the kernel passed at startup (`PR_GET_AUXV`).
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

/// A condition on a 32-bit argument.
fn argument(
    index: u8,
    operator: SeccompCmpOp,
    value: u32,
) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, Dword, operator, value.into())
}

/// Commands that set which process, perhaps another one, gets a signal when a descriptor is ready.
const OWNERS: [i32; 3] = [libc::F_SETOWN, F_SETSIG, F_SETOWN_EX];

/// From fcntl(2). The crate does not define them.
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;

fn harmless_fcntl() -> Result<Vec<SeccompCondition>, BackendError> {
    let is_not = |command: i32| argument(1, Ne, number(command));
    OWNERS.into_iter().map(is_not).collect()
}

/// The kernel's constants are not negative, but signed in C.
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
