//! seccomp: a list of the system calls that serving, reloading and looking up names take; all others are refused.
//!
//! A call that is missing here shows in the tests, which run the daemon with the filter on *kill*.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use libc::c_long;
use rustix::process::getpid;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter_all_threads,
};

use crate::snapshot::Violation;

/// Calls that are allowed whatever their arguments.
const FREE: &[c_long] = &[
    // Files and descriptors. What can be opened, Landlock says.
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_pipe2,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_splice,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch,
    libc::SYS_inotify_rm_watch,
    libc::SYS_getcwd,
    // Sockets; which, `socket` below says.
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_listen,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
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

/// Whether a stream is a terminal, and its width (ioctl_tty(2)); and a descriptor that does not wait.
const CONTROLS: [u64; 3] = [0x5401, 0x5413, 0x5421];

/// The kind of a socket without its flags (socket(2)).
const KIND: u64 = 0xf;

/// Applies it, to all threads; for good.
pub(super) fn apply(violation: Violation) -> Result<(), String> {
    programs(violation)
        .map_err(Error::from)
        .and_then(|programs| {
            programs
                .iter()
                .try_for_each(|it| apply_filter_all_threads(it))
        })
        .map_err(|error| match error {
            Error::Seccomp(error) | Error::Prctl(error) => crate::log::reason(&error),
            error @ (Error::Backend(_) | Error::EmptyFilter | Error::ThreadSync(_)) => {
                error.to_string()
            }
        })
}

/// Two filters; of their answers the kernel takes the stricter one.
fn programs(violation: Violation) -> Result<[BpfProgram; 2], BackendError> {
    let refuse = match violation {
        Violation::Refuse => SeccompAction::Errno(number(libc::EPERM)),
        Violation::Kill => SeccompAction::KillProcess,
    };
    let architecture = TargetArch::try_from(ARCH)?;
    // Its arguments are out of a filter's sight; C libraries fall back to `clone` only if there seems to be no such call.
    let clone3 = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(number(libc::ENOSYS)),
        architecture,
    )?;
    let allowed = SeccompFilter::new(rules()?, refuse, SeccompAction::Allow, architecture)?;
    Ok([clone3.try_into()?, allowed.try_into()?])
}

fn rules() -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let free = FREE.iter().chain(OLDER);
    let mut rules: BTreeMap<_, _> = free.map(|call| (*call, Vec::new())).collect();
    let only = |conditions: Vec<SeccompCondition>| SeccompRule::new(conditions);
    let dword = |argument, operator, value: u32| {
        SeccompCondition::new(argument, Dword, operator, value.into())
    };
    // No memory that is run as a program: what is loaded is loaded.
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let exec = number(libc::PROT_EXEC);
        rules.insert(call, vec![only(vec![dword(2, MaskedEq(exec.into()), 0)?])?]);
    }
    // Threads, but no processes and no namespaces.
    let thread = number(libc::CLONE_THREAD);
    let thread = dword(0, MaskedEq(thread.into()), thread)?;
    rules.insert(libc::SYS_clone, vec![only(vec![thread])?]);
    // A signal to itself, which is how a program aborts.
    let itself = dword(0, Eq, getpid().as_raw_nonzero().get().unsigned_abs())?;
    rules.insert(libc::SYS_tgkill, vec![only(vec![itself])?]);
    // Its own limits, to be read.
    let own = dword(0, Eq, 0)?;
    let unchanged = SeccompCondition::new(2, Qword, Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![only(vec![own, unchanged])?]);
    // The names of its threads.
    let name = dword(0, Eq, number(libc::PR_SET_NAME))?;
    rules.insert(libc::SYS_prctl, vec![only(vec![name])?]);
    let control = |request| only(vec![SeccompCondition::new(1, Dword, Eq, request)?]);
    let controls: Result<_, BackendError> = CONTROLS.into_iter().map(control).collect();
    rules.insert(libc::SYS_ioctl, controls?);
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        rules.insert(call, sockets()?);
    }
    Ok(rules)
}

/// TCP, UDP and Unix sockets, and the kernel's routes, which the C library asks for when it looks up a name.
fn sockets() -> Result<Vec<SeccompRule>, BackendError> {
    let mut rules = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6, libc::AF_UNIX] {
        for kind in [libc::SOCK_STREAM, libc::SOCK_DGRAM] {
            rules.push(SeccompRule::new(vec![
                SeccompCondition::new(0, Dword, Eq, number(family).into())?,
                SeccompCondition::new(1, Dword, MaskedEq(KIND), number(kind).into())?,
            ])?);
        }
    }
    rules.push(SeccompRule::new(vec![
        SeccompCondition::new(0, Dword, Eq, number(libc::AF_NETLINK).into())?,
        SeccompCondition::new(2, Dword, Eq, number(libc::NETLINK_ROUTE).into())?,
    ])?);
    Ok(rules)
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
        for violation in [Violation::Refuse, Violation::Kill] {
            assert!(programs(violation).is_ok());
        }
    }
}
