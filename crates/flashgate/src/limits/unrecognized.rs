//! Connections that have not been recognized yet: what they hold, and which of them is evicted.
//!
//! Any client can open such a connection and never finish its request. So when room runs out, the oldest are ended,
//! first those of a network that crowds the others out. This happens when a new connection finds no place, and when the
//! data of unfinished requests takes more than [`BUDGET`]. A connection is ended by aborting its task, so a waiting
//! connection needs nothing extra for it.

use std::net::SocketAddr;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use super::crowd::{Cells, Crowd, MemberKey};
use super::sync::{Mutex, MutexGuard};

/// The memory limit for all unfinished requests together.
///
/// 8 MiB are 1,024 request heads of 8 KiB, or 2,048 PROXY headers of 4 KiB, or 341 TLS sessions of 24 KiB each. In
/// addition, `[admin]` and its `probes` have at most 32 connections each with 8 KiB, 512 KiB in all. With 10,000 other
/// waiting connections and 1,000 WebSockets, this fits into 64 MiB.
const BUDGET: usize = 8 * 1024 * 1024;

/// A connection keeps its place at least this long. A request that arrives in pieces is complete by then.
const GRACE: Duration = Duration::from_secs(1);

/// Like [`GRACE`], for a network that crowds others out. With few places, a second for each would be longer than the
/// other clients wait.
const GRACE_IN_A_CROWD: Duration = Duration::from_millis(250);

/// A connection that was ended to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evicted {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) lack: Lack,
}

/// What ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Places for connections.
    Places,
    /// Memory for the data of unfinished requests.
    Memory,
}

impl Lack {
    /// The name in the log.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Places => "places",
            Self::Memory => "memory",
        }
    }
}

/// All unrecognized connections.
#[derive(Debug)]
pub(super) struct Unrecognized(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    cells: Cells,
    next: u64,
    connections: Crowd<Member>,
    /// The connections that hold data, weighted by its size.
    holding: Crowd<()>,
    /// How many were evicted but have not ended yet.
    going: usize,
}

#[derive(Debug)]
struct Member {
    peer: Option<SocketAddr>,
    task: Option<AbortHandle>,
    since: JoinTime,
}

/// Milliseconds since the start, modulo 2^32. Smaller than an `Instant`, because ten thousand connections may wait. None
/// does for days.
#[derive(Clone, Copy, Debug)]
struct JoinTime(u32);

impl JoinTime {
    fn new(begun: Instant, now: Instant) -> Self {
        let elapsed = now.saturating_duration_since(begun).as_millis();
        Self(u32::try_from(elapsed & u128::from(u32::MAX)).unwrap_or_default())
    }

    /// The time until then, or zero if it is earlier, as other threads may read the clock.
    fn until(self, then: Self) -> Duration {
        let passed = then.0.wrapping_sub(self.0).cast_signed();
        Duration::from_millis(u32::try_from(passed).unwrap_or(0).into())
    }
}

impl Unrecognized {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Inner {
            begun: Instant::now(),
            cells: Cells::default(),
            next: 1,
            connections: Crowd::new(),
            holding: Crowd::new(),
            going: 0,
        }))
    }

    /// Adds a connection, and its task if that is known.
    pub(super) fn join(&self, peer: Option<SocketAddr>, task: Option<AbortHandle>) -> MemberKey {
        let mut inner = self.inner();
        let since = JoinTime::new(inner.begun, Instant::now());
        inner.join(Member { peer, task, since })
    }

    /// Sets the task of a connection. If the connection was evicted in the meantime, the task is aborted.
    pub(super) fn runs_in(&self, key: MemberKey, task: AbortHandle) {
        match self.inner().connections.get_mut(key) {
            Some(member) => member.task = Some(task),
            None => task.abort(),
        }
    }

    /// Sets the client's address, if it becomes known later.
    pub(super) fn is_of(&self, key: MemberKey, peer: SocketAddr) -> MemberKey {
        let mut inner = self.inner();
        let held = inner.holding.weight(key);
        let Some(member) = inner.take(key) else {
            return key;
        };
        let key = inner.join(Member {
            peer: Some(peer),
            ..member
        });
        inner.hold(key, held);
        key
    }

    /// Sets how many bytes a connection holds. Returns the connections that are evicted for it.
    pub(super) fn hold(&self, key: MemberKey, bytes: usize) -> Vec<Evicted> {
        let mut inner = self.inner();
        inner.hold(key, u32::try_from(bytes).unwrap_or(u32::MAX));
        let mut evicted = Vec::new();
        while inner.holding.total() > BUDGET
            && let Some(first) = inner.holding.first_to_go()
        {
            evicted.extend(inner.evict(first, Lack::Memory));
        }
        evicted
    }

    /// Evicts a connection, unless one is already ending, or all are too young. `None` if there are no connections.
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
        if since.until(JoinTime::new(inner.begun, now)) < grace {
            return Some(Err(Going));
        }
        inner.evict(first, Lack::Places).map(Ok)
    }

    /// Removes a connection that was recognized or has ended. Returns its task.
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

/// A connection was evicted earlier and will end, or one can be evicted soon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Going;

impl Inner {
    fn join(&mut self, member: Member) -> MemberKey {
        let address = member.peer.map(|peer| peer.ip());
        let key = MemberKey::new(self.cells.of(address), self.next);
        self.next += 1;
        self.connections.put(key, 1, member);
        key
    }

    fn hold(&mut self, key: MemberKey, bytes: u32) {
        if bytes == 0 {
            self.holding.remove(key);
        } else if self.connections.get_mut(key).is_some() {
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
        let all = Unrecognized::new();
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
        // A connection that has ended is removed once.
        for key in keys {
            all.leave(key);
        }
        assert_eq!(all.inner().going, 0);
        assert_eq!(all.inner().holding.total(), 1);
    }

    #[test]
    fn a_crowd_has_less_time() {
        let of = |network: u8| Some(format!("192.0.{network}.1:80").parse().unwrap());
        let (crowd, others) = (Unrecognized::new(), Unrecognized::new());
        for network in 0..100 {
            crowd.join(of(200), None);
            others.join(of(network), None);
        }
        let soon = Instant::now() + 2 * GRACE_IN_A_CROWD;
        assert!(matches!(crowd.make_room(soon), Some(Ok(_))));
        assert!(matches!(others.make_room(soon), Some(Err(Going))));
        assert!(matches!(others.make_room(soon + GRACE), Some(Ok(_))));
    }

    /// The clock of 32 bits starts again after 49 days.
    #[test]
    fn short_times() {
        let begun = Instant::now();
        let at = |milliseconds| JoinTime::new(begun, begun + Duration::from_millis(milliseconds));
        let wraps = 1 << 32;
        for start in [0, 5, wraps - 10, wraps, 3 * wraps + 1] {
            assert_eq!(at(start).until(at(start + 250)), GRACE_IN_A_CROWD);
            assert_eq!(at(start + 1).until(at(start)), Duration::ZERO);
        }
    }

    #[test]
    fn one_at_a_time() {
        let all = Unrecognized::new();
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
