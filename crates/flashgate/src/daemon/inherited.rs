//! Listening sockets that another process has bound: the service manager, or the daemon's predecessor.
//!
//! A socket is matched with a listener by its address. Where none fits, the service manager's names count, for they are
//! meant; of the predecessor's sockets the address that it was asked for, for port 0 is bound as another. Nothing is
//! served that the plan does not ask for.

use std::env;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;
use listenfd::ListenFd;
use rustix::net::sockopt;
use socket2::SockRef;

use super::listening::{Bound, Family, Wanted};
use crate::log;

/// Sockets to be taken over.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    sockets: Vec<Given>,
}

/// One of them.
#[derive(Debug)]
struct Given {
    bound: Bound,
    from: Giver,
}

/// Who has bound it, and what for.
#[derive(Debug)]
enum Giver {
    ServiceManager { name: String },
    Predecessor { asked: String },
}

impl Inherited {
    /// What the service manager passes (`sd_listen_fds(3)`).
    pub(crate) fn from_service_manager() -> Result<Self, Unusable> {
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':');
        let mut passed = ListenFd::from_env();
        let mut inherited = Self::default();
        for number in 0..passed.len() {
            let name = names.next().unwrap_or_default().to_owned();
            let refused = |error| Unusable {
                number,
                name: name.clone(),
                error,
            };
            let taken = passed.take_tcp_listener(number).map_err(refused)?;
            if let Some(socket) = taken {
                let bound = adopt(socket.into()).map_err(refused)?;
                let from = Giver::ServiceManager { name };
                inherited.sockets.push(Given { bound, from });
            }
        }
        Ok(inherited)
    }

    /// One that the predecessor serves, with the address that its plan has for it.
    pub(super) fn add_from_predecessor(&mut self, bound: Bound, asked: String) {
        let from = Giver::Predecessor { asked };
        self.sockets.push(Given { bound, from });
    }

    /// Where they listen, in the words of a plan.
    pub(crate) fn addresses(&self) -> Vec<ListenAddress> {
        let given = |given: &Given| ListenAddress::of(given.bound.address);
        self.sockets.iter().map(given).collect()
    }

    /// Their numbers among this process's descriptors.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.sockets
            .iter()
            .map(|given| given.bound.socket.as_raw_fd())
    }

    /// The socket that is bound to this very address.
    pub(super) fn take_by_address(&mut self, address: ListenAddress) -> Option<Bound> {
        let is = |wanted: ListenAddress| {
            move |given: &Given| ListenAddress::of(given.bound.address) == wanted
        };
        let on_v4 = address.everywhere_on_v4();
        let found = self.sockets.iter().position(is(address));
        let found = found.or_else(|| on_v4.and_then(|v4| self.sockets.iter().position(is(v4))));
        found.map(|index| self.sockets.remove(index).bound)
    }

    /// The first socket that is meant for a listener, though it is bound elsewhere.
    pub(super) fn take_otherwise(&mut self, wanted: &Wanted<'_>) -> Option<Bound> {
        let address = wanted.address.to_string();
        let is_meant = |given: &Given| match &given.from {
            Giver::ServiceManager { name } => name == wanted.name,
            Giver::Predecessor { asked } => *asked == address,
        };
        let found = self.sockets.iter().position(is_meant);
        found.map(|index| self.sockets.remove(index).bound)
    }

    /// Complains of what the service manager passes and no listener has taken. A predecessor may have had more, and may
    /// have had the very sockets that the service manager passes.
    pub(super) fn nothing_left(self) -> Result<(), Vec<Unused>> {
        let unused = |given: Given| match given.from {
            Giver::ServiceManager { name } => Some(Unused {
                address: given.bound.address,
                name,
            }),
            Giver::Predecessor { .. } => None,
        };
        let unused: Vec<_> = self.sockets.into_iter().filter_map(unused).collect();
        if unused.is_empty() {
            Ok(())
        } else {
            Err(unused)
        }
    }
}

/// A socket that the service manager passes and no listener uses.
#[derive(Debug)]
pub(super) struct Unused {
    address: SocketAddr,
    name: String,
}

impl Unused {
    pub(super) fn error(&self) -> PlainError {
        let Self { address, name } = self;
        PlainError::new(
            &format!(
                "the service manager passes a socket on {address}, `{name}`, which no listener uses"
            ),
            &[
                "name that address in a `[[listen]]` or `[[gate]]`, or set `FileDescriptorName=` in the socket unit to the name of the policy or gate",
                "or remove it from the socket unit: its clients would wait for an answer for ever",
            ],
        )
    }
}

/// A socket that the service manager passes and that can't be used.
#[derive(Debug)]
pub(crate) struct Unusable {
    number: usize,
    name: String,
    error: io::Error,
}

impl Unusable {
    pub(crate) fn error(&self) -> PlainError {
        let Self {
            number,
            name,
            error,
        } = self;
        let reason = log::reason(error);
        PlainError::new(
            &format!("the service manager's socket {number}, `{name}`, can't be used: {reason}"),
            &[
                "pass listening TCP sockets: `ListenStream=843` in the socket unit, and no `Accept=yes`",
            ],
        )
    }
}

/// Makes a socket that came from elsewhere one of ours, whatever state it came in.
pub(super) fn adopt(socket: OwnedFd) -> io::Result<Bound> {
    let view = SockRef::from(&socket);
    if !view.is_listener()? {
        return Err(io::Error::other("it does not listen"));
    }
    // One that blocks would stop the event loop.
    view.set_nonblocking(true)?;
    // Accepted sockets inherit it.
    view.set_tcp_nodelay(true)?;
    let address = view
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::other("it is not bound to an internet address"))?;
    let family = family(&socket, address)?;
    Ok(Bound {
        socket,
        address,
        family,
    })
}

fn family(socket: &OwnedFd, address: SocketAddr) -> io::Result<Family> {
    let both = address.is_ipv6() && !sockopt::ipv6_v6only(socket)?;
    Ok(if both { Family::Both } else { Family::One })
}
