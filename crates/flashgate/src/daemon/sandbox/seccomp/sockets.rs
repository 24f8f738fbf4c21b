//! Which sockets can be made, and which calls and flags can be used on them.
//!
//! Landlock checks the ports of plain TCP only, when a socket is bound or connected. What would get around that is refused
//! here: other protocols, a connection that is opened by sending (`MSG_FASTOPEN`), and `listen` on a socket that was never
//! bound, for which the kernel picks a port.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{BackendError, SeccompCondition, SeccompRule};

use super::{FilterRole, argument, number};
use crate::daemon::sandbox::needs::Lookups;

/// Calls on sockets that are there, whatever their arguments.
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

/// Calls that send, and where their flags are among the arguments.
const SENDING: [(c_long, u8); 3] = [
    (libc::SYS_sendmmsg, 3),
    (libc::SYS_sendmsg, 2),
    (libc::SYS_sendto, 3),
];

/// The kind of a socket without its flags (socket(2)).
const KIND: u64 = 0xf;

/// The calls on sockets that a role may use, and under which conditions.
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

/// Sockets that the C library tries while it looks up a name: to a cache of names, and to ask the kernel for its own
/// addresses. It goes on without, so this ends no process, even where everything else that is forbidden does.
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

/// TCP; where names are looked up, also UDP, which reaches every port, and what [`refused_gently`] refuses.
fn kinds(lookups: Lookups) -> Result<Vec<SeccompRule>, BackendError> {
    let mut kinds = internet(libc::SOCK_STREAM, libc::IPPROTO_TCP)?;
    if lookups == Lookups::Needed {
        kinds.extend(internet(libc::SOCK_DGRAM, libc::IPPROTO_UDP)?);
        kinds.extend(tried()?);
    }
    Ok(kinds)
}

/// Internet sockets of one kind and one protocol, by its number or as the default of its kind.
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
