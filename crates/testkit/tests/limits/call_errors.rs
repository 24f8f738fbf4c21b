//! Every call that a connection needs fails now and then: that connection may end, but nothing else does.
//!
//! `accept` has its own tests: `serve/accept_errors.rs`.

use std::thread;
use std::time::Duration;

use testkit::mixed::{MixedClient, MixedSite};
use testkit::scale::short_or_long;
use testkit::trace::SyscallTrace;
use testkit::{figure, needs, until};

const LIMIT: Duration = Duration::from_secs(30);

/// A call, which times of it fail, in strace's syntax, and six errors, most of which its manual page names. The first
/// two are those of the short run.
type Faults = (&'static str, &'static str, &'static [&'static str]);

/// The first calls are those of the start.
const SOME: &str = "60..200+7";

const FAULTS: [Faults; 12] = [
    (
        "recvfrom",
        SOME,
        &[
            "ECONNRESET",
            "EIO",
            "ENOMEM",
            "EINTR",
            "ETIMEDOUT",
            "EHOSTUNREACH",
        ],
    ),
    (
        "sendto",
        SOME,
        &[
            "EPIPE",
            "ENOBUFS",
            "ECONNRESET",
            "EINTR",
            "ENOMEM",
            "EHOSTUNREACH",
        ],
    ),
    (
        "splice",
        SOME,
        &["EIO", "ENOMEM", "ECONNRESET", "EPIPE", "EINVAL", "EINTR"],
    ),
    (
        "pipe2",
        "1..20+2",
        &["EMFILE", "ENFILE", "ENOMEM", "EPERM", "EINVAL", "EINTR"],
    ),
    (
        "shutdown",
        SOME,
        &["ENOTCONN", "EINVAL", "EIO", "ENOBUFS", "EINTR", "EBADF"],
    ),
    (
        "connect",
        SOME,
        &[
            "ECONNREFUSED",
            "EADDRNOTAVAIL",
            "ENETUNREACH",
            "ETIMEDOUT",
            "EAGAIN",
            "ENOBUFS",
        ],
    ),
    (
        "socket",
        SOME,
        &[
            "EMFILE",
            "ENOBUFS",
            "ENFILE",
            "ENOMEM",
            "EACCES",
            "EAFNOSUPPORT",
        ],
    ),
    (
        "setsockopt",
        SOME,
        &[
            "EINVAL",
            "ENOPROTOOPT",
            "ENOMEM",
            "EPERM",
            "ENOBUFS",
            "EBADF",
        ],
    ),
    (
        "getpeername",
        SOME,
        &["ENOTCONN", "ENOBUFS", "EINVAL", "ENOMEM", "EPERM", "EBADF"],
    ),
    (
        "epoll_ctl",
        SOME,
        &["ENOMEM", "ENOSPC", "EPERM", "ENOENT", "EEXIST", "EBADF"],
    ),
    // The others mean that the descriptor is no epoll instance.
    ("epoll_wait", SOME, &["EINTR"]),
    CLOSE,
];

/// A call that strace fails is not made, although Linux closes a descriptor whatever `close` returns. So these
/// descriptors stay open, and their clients wait for their limit: only in the long run.
const CLOSE: Faults = (
    "close",
    "60..130+7",
    &["EIO", "EINTR", "EDQUOT", "ENOSPC", "EBADF", "EAGAIN"],
);

/// The ends of one pipe, which relays share, and the log.
const PIPES: usize = 3;

/// What was seen with one error of one call.
struct Seen {
    injected: usize,
    failed: usize,
}

#[test]
fn of_any_call() {
    if !needs::met(needs::program("strace")) {
        return;
    }
    testkit::binary::flashgate().unwrap();
    let (calls, errors) = short_or_long((FAULTS.len() - 1, 2), (FAULTS.len(), 6));
    let faults = FAULTS.into_iter().take(calls);
    let pairs: Vec<_> = faults
        .flat_map(|(call, when, errnos)| {
            errnos
                .iter()
                .take(errors)
                .map(move |errno| (call, when, *errno))
        })
        .collect();
    let mut all = Vec::new();
    // A failure costs some clients their patience, so several daemons run in parallel.
    for some in pairs.chunks(6) {
        // If one of them panics, the others still end, and with them their daemons.
        all.extend(thread::scope(|scope| {
            let start = |&(call, when, errno)| scope.spawn(move || check(call, when, errno));
            let running: Vec<_> = some.iter().map(start).collect();
            let seen = running.into_iter().map(|one| one.join().unwrap());
            seen.collect::<Vec<_>>()
        }));
    }
    let injected: usize = all.iter().map(|seen| seen.injected).sum();
    let failed: usize = all.iter().map(|seen| seen.failed).sum();
    figure::report(
        "R12",
        format!(
            "{} calls, {} errors, {injected} times in all: {failed} clients failed, 0 panics, 0 descriptors leaked",
            calls,
            pairs.len(),
        ),
    );
}

/// Clients while some calls fail; then all are served, and nothing is left behind.
fn check(call: &str, when: &str, errno: &str) -> Seen {
    let site = MixedSite::new("[limits]\nrequest = \"3s\"\n[process]\nthreads = 1\n").unwrap();
    let trace = SyscallTrace::of(call).unwrap();
    let trace = trace.inject(&format!("{call}:error={errno}:when={when}"));
    let mut daemon = site.start(trace.program()).unwrap();
    for client in MixedClient::ALL {
        site.run(client).unwrap();
    }
    let idle = site.idle_files(daemon.pid()).unwrap();
    let mut failed = 0;
    for _ in 0..30 {
        for client in MixedClient::ALL {
            failed += usize::from(site.run(client).is_err());
        }
    }
    for client in MixedClient::ALL {
        let served = until(LIMIT, || site.run(client).is_ok());
        assert!(served, "{call} {errno}: {client:?} is not served any more");
    }
    assert!(!daemon.has_ended(), "{call} {errno}: {:?}", daemon.log());
    let lines = trace.lines_so_far().into_iter();
    let injected = lines.filter(|line| line.contains("(INJECTED)")).count();
    let panics = site.metric("flashgate_panics_total").unwrap();
    assert_eq!(panics, 0, "{call} {errno}");
    let open = site.idle_files(daemon.pid()).unwrap();
    let kept = if call == CLOSE.0 { injected } else { 0 };
    let is_freed = open.others <= idle.others + kept && open.pipes <= idle.pipes.max(PIPES);
    assert!(is_freed, "{call} {errno}: {open:?}, {idle:?} before");
    println!("{call} {errno}: {injected} injected, {failed} failed");
    assert!(injected > 0, "{call} {errno}: the call was not made");
    // A client that was affected is the one whose call failed.
    assert!(
        failed <= injected,
        "{call} {errno}: {failed} clients of {injected}"
    );
    Seen { injected, failed }
}
