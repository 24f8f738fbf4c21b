//! Listening sockets bound by another process: the service manager, or the old process.
//!
//! A socket belongs to the listener with its address. Without one, a socket from the service manager is matched by
//! name, and one from the old process by its configured address, because port 0 is bound as another port. Nothing is
//! served that is not in the plan.

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

/// The inherited sockets.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    sockets: Vec<Given>,
}

/// An inherited socket.
#[derive(Debug)]
struct Given {
    bound: Bound,
    from: Giver,
}

/// Who bound the socket, and for which listener.
#[derive(Debug)]
enum Giver {
    ServiceManager { name: String },
    Predecessor { asked: String },
}

impl Inherited {
    /// Takes the sockets passed by the service manager (`sd_listen_fds(3)`).
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

    /// Adds a socket from the old process, with its configured address.
    pub(super) fn add_from_predecessor(&mut self, bound: Bound, asked: String) {
        let from = Giver::Predecessor { asked };
        self.sockets.push(Given { bound, from });
    }

    /// The addresses of the sockets, as a plan writes them.
    pub(crate) fn addresses(&self) -> Vec<ListenAddress> {
        let given = |given: &Given| ListenAddress::of(given.bound.address);
        self.sockets.iter().map(given).collect()
    }

    /// The sockets' descriptor numbers.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.sockets
            .iter()
            .map(|given| given.bound.socket.as_raw_fd())
    }

    /// Takes the socket bound to exactly this address.
    pub(super) fn take_by_address(&mut self, address: ListenAddress) -> Option<Bound> {
        let is = |wanted: ListenAddress| {
            move |given: &Given| ListenAddress::of(given.bound.address) == wanted
        };
        let on_v4 = address.everywhere_on_v4();
        let found = self.sockets.iter().position(is(address));
        let found = found.or_else(|| on_v4.and_then(|v4| self.sockets.iter().position(is(v4))));
        found.map(|index| self.sockets.remove(index).bound)
    }

    /// Takes the first socket meant for a listener but bound to another address.
    pub(super) fn take_otherwise(&mut self, wanted: &Wanted<'_>) -> Option<Bound> {
        let address = wanted.address.to_string();
        let is_meant = |given: &Given| match &given.from {
            Giver::ServiceManager { name } => name == wanted.name,
            Giver::Predecessor { asked } => *asked == address,
        };
        let found = self.sockets.iter().position(is_meant);
        found.map(|index| self.sockets.remove(index).bound)
    }

    /// Returns an error for sockets from the service manager that no listener uses. The old process may have had more
    /// sockets, including those that the service manager passes.
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

/// A socket from the service manager that no listener uses.
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
                "the service manager passes a socket on {address}, `{name}`, but no listener uses it"
            ),
            &[
                "use that address in a `[[listen]]` or `[[gate]]`, or set `FileDescriptorName=` in the socket unit to the name of the policy or gate",
                "or remove the socket from the socket unit: its clients would wait forever",
            ],
        )
    }
}

/// A socket from the service manager that can't be used.
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
                "pass listening TCP sockets: `ListenStream=843` in the socket unit, without `Accept=yes`",
            ],
        )
    }
}

/// Prepares a socket from another process, in whatever state it is.
pub(super) fn adopt(socket: OwnedFd) -> io::Result<Bound> {
    let view = SockRef::from(&socket);
    if !view.is_listener()? {
        return Err(io::Error::other("it is not listening"));
    }
    // A blocking socket would stop the event loop.
    view.set_nonblocking(true)?;
    // Accepted sockets inherit this.
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
        is_shared: true,
    })
}

fn family(socket: &OwnedFd, address: SocketAddr) -> io::Result<Family> {
    let both = address.is_ipv6() && !sockopt::ipv6_v6only(socket)?;
    Ok(if both { Family::Both } else { Family::One })
}
