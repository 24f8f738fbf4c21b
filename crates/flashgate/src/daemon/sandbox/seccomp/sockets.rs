//! Which sockets can be created, and which calls and flags can be used on them.
//!
//! Landlock checks the ports of plain TCP only, at `bind` and `connect`. Ways around that are refused here: other
//! protocols, a connection opened by sending (`MSG_FASTOPEN`), and `listen` on an unbound socket, for which the kernel
//! picks a port.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{BackendError, SeccompCondition, SeccompRule};

use super::{FilterRole, argument, number};
use crate::daemon::sandbox::needs::Lookups;

/// Calls on existing sockets that are allowed with any arguments.
const ANY: [c_long; 8] = [
    libc::SYS_accept4,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
];

/// Calls that send, and the position of their flags argument.
const SENDING: [(c_long, u8); 3] = [
    (libc::SYS_sendmmsg, 3),
    (libc::SYS_sendmsg, 2),
    (libc::SYS_sendto, 3),
];

/// The kind of a socket without its flags (socket(2)).
const KIND: u64 = 0xf;

/// The socket calls that a role may use, with their conditions.
pub(super) fn rules(role: FilterRole) -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let mut rules: BTreeMap<_, _> = ANY.iter().map(|call| (*call, Vec::new())).collect();
    let kinds = match role {
        FilterRole::Serving(lookups) => {
            rules.insert(libc::SYS_connect, Vec::new());
            for (call, flags) in SENDING {
                rules.insert(call, vec![SeccompRule::new(vec![no_fast_open(flags)?])?]);
            }
            kinds(lookups)?
        }
        FilterRole::Opening => {
            rules.insert(libc::SYS_bind, Vec::new());
            rules.insert(libc::SYS_listen, Vec::new());
            internet(libc::SOCK_STREAM, libc::IPPROTO_TCP)?
        }
    };
    rules.insert(libc::SYS_socket, kinds);
    Ok(rules)
}

/// Sockets that the C library tries during a name lookup: for a cache of names, and to ask the kernel for its own
/// addresses. It continues without them. So this never kills the process, even if other forbidden calls do.
pub(super) fn refused_gently() -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    Ok(BTreeMap::from([(libc::SYS_socket, tried()?)]))
}

fn tried() -> Result<Vec<SeccompRule>, BackendError> {
    let family = |family| SeccompRule::new(vec![argument(0, Eq, number(family))?]);
    [libc::AF_UNIX, libc::AF_NETLINK]
        .into_iter()
        .map(family)
        .collect()
}

/// TCP. If names are looked up, also UDP, which reaches every port, and what [`refused_gently`] refuses.
fn kinds(lookups: Lookups) -> Result<Vec<SeccompRule>, BackendError> {
    let mut kinds = internet(libc::SOCK_STREAM, libc::IPPROTO_TCP)?;
    if lookups == Lookups::Needed {
        kinds.extend(internet(libc::SOCK_DGRAM, libc::IPPROTO_UDP)?);
        kinds.extend(tried()?);
    }
    Ok(kinds)
}

/// Internet sockets of one kind and one protocol, given by number or as the kind's default.
fn internet(kind: i32, protocol: i32) -> Result<Vec<SeccompRule>, BackendError> {
    let mut rules = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        for protocol in [protocol, libc::IPPROTO_IP] {
            rules.push(SeccompRule::new(vec![
                argument(0, Eq, number(family))?,
                argument(1, MaskedEq(KIND), number(kind))?,
                argument(2, Eq, number(protocol))?,
            ])?);
        }
    }
    Ok(rules)
}

fn no_fast_open(flags: u8) -> Result<SeccompCondition, BackendError> {
    argument(flags, MaskedEq(number(libc::MSG_FASTOPEN).into()), 0)
}
