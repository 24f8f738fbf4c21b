//! Connections that have not been recognised yet: what they hold, and who of them gives way.
//!
//! Anybody can open such a connection and begin something that never ends. So where room runs out the oldest are ended,
//! first of all those of a network that crowds the others out: when a newcomer finds no place, and when what has
//! been read of unfinished requests takes more than [`BUDGET`]. To end one its task is aborted: a connection that waits
//! keeps nothing ready for that.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use super::crowd::{Cells, Crowd, MemberKey};

/// What all unfinished requests of the process may hold together.
///
/// 8 MiB are 1,024 heads of 8 KiB, or 2,048 PROXY headers of 4 KiB, or 341 TLS sessions of 24 KiB each. Besides,
/// `[admin]` has at most 32 connections with 8 KiB each, 256 KiB. With 10,000 other connections that wait, and 1,000
/// WebSockets, it fits into 64 MiB.
const BUDGET: usize = 8 * 1024 * 1024;

/// So long a connection keeps its place whoever waits for it: a request that comes in pieces is whole by then.
const GRACE: Duration = Duration::from_secs(1);

/// The same for one of a network that crowds others out. With the places of a small limit, a second each would be more
/// than the others' clients wait.
const GRACE_IN_A_CROWD: Duration = Duration::from_millis(250);

/// A connection that was ended to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evicted {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) lack: Lack,
}

/// What there was too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Places for connections.
    Places,
    /// Memory for what was read of unfinished requests.
    Memory,
}

impl Lack {
    /// For the log.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Places => "places",
            Self::Memory => "memory",
        }
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Unrecognised(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    cells: Cells,
    next: u64,
    connections: Crowd<Member>,
    /// Those that hold something, weighed by how much.
    holding: Crowd<()>,
    /// How many were told to go and have not gone yet.
    going: usize,
}

#[derive(Debug)]
struct Member {
    peer: Option<SocketAddr>,
    task: Option<AbortHandle>,
    held: usize,
    since: Instant,
}

impl Unrecognised {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Inner {
            cells: Cells::default(),
            next: 1,
            connections: Crowd::new(),
            holding: Crowd::new(),
            going: 0,
        }))
    }

    /// One more, and the task that has it, if that is known.
    pub(super) fn join(&self, peer: Option<SocketAddr>, task: Option<AbortHandle>) -> MemberKey {
        let member = Member {
            peer,
            task,
            held: 0,
            since: Instant::now(),
        };
        self.inner().join(member)
    }

    /// Says which task has it; where it should have gone already, it goes now.
    pub(super) fn runs_in(&self, key: MemberKey, task: AbortHandle) {
        match self.inner().connections.get_mut(key) {
            Some(member) => member.task = Some(task),
            None => task.abort(),
        }
    }

    /// Says whose it is, where that turns out later.
    pub(super) fn is_of(&self, key: MemberKey, peer: SocketAddr) -> MemberKey {
        let mut inner = self.inner();
        let Some(member) = inner.take(key) else {
            return key;
        };
        let held = member.held;
        let key = inner.join(Member {
            peer: Some(peer),
            ..member
        });
        inner.hold(key, held);
        key
    }

    /// Says how many bytes it holds now; who is ended for that comes back.
    pub(super) fn hold(&self, key: MemberKey, bytes: usize) -> Vec<Evicted> {
        let mut inner = self.inner();
        inner.hold(key, bytes);
        let mut evicted = Vec::new();
        while inner.holding.total() > BUDGET
            && let Some(first) = inner.holding.first_to_go()
        {
            evicted.extend(inner.evict(first, Lack::Memory));
        }
        evicted
    }

    /// Ends one, unless somebody goes already, or has not been there for long enough; none where nobody can.
    pub(super) fn make_room(&self, now: Instant) -> Option<Result<Evicted, Going>> {
        let mut inner = self.inner();
        if inner.going > 0 {
            return Some(Err(Going));
        }
        let first = inner.connections.first_to_go()?;
        let since = inner.connections.get_mut(first)?.since;
        let grace = if inner.connections.crowds(first) {
            GRACE_IN_A_CROWD
        } else {
            GRACE
        };
        if now.saturating_duration_since(since) < grace {
            return Some(Err(Going));
        }
        inner.evict(first, Lack::Places).map(Ok)
    }

    /// One fewer: it was recognised, or has ended. Its task comes back.
    pub(super) fn leave(&self, key: MemberKey) -> Option<AbortHandle> {
        let mut inner = self.inner();
        if let Some(member) = inner.take(key) {
            member.task
        } else {
            inner.going = inner.going.saturating_sub(1);
            None
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody was told to go before, and will; or could be soon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Going;

impl Inner {
    fn join(&mut self, member: Member) -> MemberKey {
        let address = member.peer.map(|peer| peer.ip());
        let key = MemberKey {
            cell: self.cells.of(address),
            number: self.next,
        };
        self.next += 1;
        self.connections.put(key, 1, member);
        key
    }

    fn hold(&mut self, key: MemberKey, bytes: usize) {
        let Some(member) = self.connections.get_mut(key) else {
            return;
        };
        member.held = bytes;
        if bytes == 0 {
            self.holding.remove(key);
        } else {
            self.holding.put(key, bytes, ());
        }
    }

    fn take(&mut self, key: MemberKey) -> Option<Member> {
        self.holding.remove(key);
        self.connections.remove(key)
    }

    fn evict(&mut self, key: MemberKey, lack: Lack) -> Option<Evicted> {
        let Member { peer, task, .. } = self.take(key)?;
        self.going += 1;
        if let Some(task) = task {
            task.abort();
        }
        Some(Evicted { peer, lack })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_runs_out() {
        let all = Unrecognised::new();
        let peer = |host: usize| Some(format!("[2001:db8:{host:x}::1]:80").parse().unwrap());
        let keys: Vec<_> = (0..1024)
            .map(|host| {
                let key = all.join(peer(host), None);
                assert_eq!(all.hold(key, 8 * 1024), []);
                key
            })
            .collect();
        let evicted = all.hold(all.join(peer(2000), None), 1);
        assert_eq!(evicted.len(), 1);
        assert_eq!(evicted[0].lack, Lack::Memory);
        // Whoever has gone may say so, once.
        for key in keys {
            all.leave(key);
        }
        assert_eq!(all.inner().going, 0);
        assert_eq!(all.inner().holding.total(), 1);
    }

    #[test]
    fn a_crowd_has_less_time() {
        let of = |network: u8| Some(format!("192.0.{network}.1:80").parse().unwrap());
        let (crowd, others) = (Unrecognised::new(), Unrecognised::new());
        for network in 0..100 {
            crowd.join(of(200), None);
            others.join(of(network), None);
        }
        let soon = Instant::now() + 2 * GRACE_IN_A_CROWD;
        assert!(matches!(crowd.make_room(soon), Some(Ok(_))));
        assert!(matches!(others.make_room(soon), Some(Err(Going))));
        assert!(matches!(others.make_room(soon + GRACE), Some(Ok(_))));
    }

    #[test]
    fn one_at_a_time() {
        let all = Unrecognised::new();
        let later = Instant::now() + 2 * GRACE;
        assert!(all.make_room(later).is_none());
        let first = all.join(None, None);
        assert!(matches!(all.make_room(Instant::now()), Some(Err(Going))));
        let second = all.join(None, None);
        assert!(matches!(all.make_room(later), Some(Ok(_))));
        assert!(matches!(all.make_room(later), Some(Err(Going))));
        all.leave(first);
        assert!(matches!(all.make_room(later), Some(Ok(_))));
        all.leave(second);
        assert!(all.make_room(later).is_none());
    }
}
