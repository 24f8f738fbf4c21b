//! Which sockets a plan needs, and what each answers.
//!
//! Where a wildcard holds a port, the kernel lets nobody bind one of its addresses beside it. So the wildcard's socket
//! serves both, and the local address of a connection says whose it is.

use std::net::SocketAddr;

use flash_policy::Reply;

use super::{Listener, Plan};
use crate::daemon::ListenAddress;

/// A socket to be bound.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    /// Where.
    pub(crate) address: ListenAddress,
    /// The name under which another process may have bound it: its policy's.
    pub(crate) name: String,
    /// What is answered there.
    pub(crate) answers: Answers,
}

/// What is answered on a socket, by the local address of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    /// On every address that is not among the others.
    general: Answer,
    /// On single addresses of a wildcard.
    special: Vec<(SocketAddr, Answer)>,
}

/// One policy's bytes.
#[derive(Clone, Debug)]
struct Answer {
    policy: String,
    reply: Reply,
}

impl Plan {
    /// The sockets to bind, in the order of the plan.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        let addresses: Vec<_> = self.addresses().map(|(address, _)| address).collect();
        let (mut sockets, mut covered) = (Vec::<Socket>::new(), Vec::new());
        for (address, listener) in self.addresses() {
            match address.holder(&addresses) {
                Some(holder) => covered.push((holder, address, Answer::from(listener))),
                None => sockets.push(Socket::new(address, listener)),
            }
        }
        for (holder, address, answer) in covered {
            let socket = sockets.iter_mut().find(|socket| socket.address == holder);
            if let (Some(socket), ListenAddress::Exactly(address)) = (socket, address) {
                socket.answers.special.push((address, answer));
            }
        }
        sockets
    }
}

impl Socket {
    fn new(address: ListenAddress, listener: &Listener) -> Self {
        Self {
            address,
            name: listener.policy.clone(),
            answers: Answers {
                general: Answer::from(listener),
                special: Vec::new(),
            },
        }
    }
}

impl From<&Listener> for Answer {
    fn from(listener: &Listener) -> Self {
        Self {
            policy: listener.policy.clone(),
            reply: listener.reply.clone(),
        }
    }
}

impl Answers {
    /// Whether the local address of a connection must be known.
    pub(crate) fn by_address(&self) -> bool {
        !self.special.is_empty()
    }

    /// The reply for connections to a local address.
    pub(crate) fn reply(&self, local: Option<SocketAddr>) -> &Reply {
        let special = local.and_then(|local| {
            let mine = |(address, _): &&(SocketAddr, Answer)| is_same(*address, local);
            self.special.iter().find(mine)
        });
        let answer = special.map_or(&self.general, |(_, answer)| answer);
        &answer.reply
    }

    /// The policy's name, for logs.
    pub(crate) fn policy(&self) -> &str {
        &self.general.policy
    }

    /// Single addresses that have policies of their own, and their names.
    pub(crate) fn special(&self) -> impl Iterator<Item = (SocketAddr, &str)> {
        self.special
            .iter()
            .map(|(address, answer)| (*address, answer.policy.as_str()))
    }
}

/// Whether a local address, as a socket of either family tells it, is the one that the plan means.
fn is_same(planned: SocketAddr, local: SocketAddr) -> bool {
    let same = planned.ip().to_canonical() == local.ip().to_canonical();
    match (planned, local) {
        // One link-local address may be that of several interfaces.
        (SocketAddr::V6(planned), SocketAddr::V6(local)) if planned.scope_id() != 0 => {
            same && planned.scope_id() == local.scope_id()
        }
        _ => same,
    }
}
