//! Forwards bytes between a client and a backend in both directions, as if they were connected directly.
//!
//! An end of stream stays one, a reset stays a reset, and a side that does not read slows the other down. One future
//! drives both directions. It must never buffer more than 68 KiB, never make a cut look like an end, and never keep
//! the thread for longer than a turn. It does not interpret the bytes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::direction::Direction;
use super::end::{RelayEnd, RelayReport, Side, blame};
use super::passage::Passage;
use super::patience::{HalfOpen, Patience};
use super::secure::TlsPassage;
use super::socket::reset_on_close;
use super::stop::{Stop, Stopping};
use super::turn::{TransferError, Waits, give_way};
use super::watch::Watch;

/// The time limits of a relay or bridge.
#[derive(Clone, Copy, Debug)]
pub struct RelayTimeouts {
    /// For silence in both directions after one side has ended, or while a WebSocket is closing.
    pub half_open: Duration,
    /// For silence in both directions while both sides are open. Pings do not count.
    pub idle: Option<Duration>,
}

/// What the backend gets first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preface<'a> {
    /// The PROXY header, if there is one. It is not counted as the client's bytes.
    pub header: &'a [u8],
    /// What was already read from the client: bytes or frames.
    pub bytes: &'a [u8],
}

/// One relay. It runs while it is awaited.
///
/// Dropping it before its end resets both sides, because a plain close would look like the other side's own end.
#[derive(Debug)]
#[must_use = "a relay that is not awaited resets both sides"]
pub struct Relay {
    client: TcpStream,
    backend: TcpStream,
    passage: Passage,
    client_watch: Watch,
    backend_watch: Watch,
    patience: Patience,
    stopping: Stopping,
    header: usize,
    clean: bool,
    /// The side that ended its stream first, once one has.
    ended_first: Option<Side>,
}

impl Relay {
    /// Takes both connected sides, which may already have bytes to read. Nothing was read from the backend. Both have
    /// the options that [`prepare`](super::prepare) sets: the client's from its listener, the backend's from
    /// [`connect`](super::connect()).
    pub fn new(
        client: TcpStream,
        backend: TcpStream,
        preface: Preface<'_>,
        timeouts: RelayTimeouts,
        stop: &Stop,
    ) -> Self {
        Self {
            client,
            backend,
            passage: Passage::Clear {
                up: Direction::up([preface.header, preface.bytes].concat()),
                down: Direction::down(),
            },
            client_watch: Watch::default(),
            backend_watch: Watch::default(),
            patience: Patience::new(timeouts.half_open, timeouts.idle),
            stopping: stop.subscribe(),
            header: preface.header.len(),
            clean: false,
            ended_first: None,
        }
    }

    /// A relay for a client that uses TLS, after the handshake.
    pub fn secure(
        client: TlsStream<TcpStream>,
        backend: TcpStream,
        preface: Preface<'_>,
        timeouts: RelayTimeouts,
        stop: &Stop,
    ) -> Self {
        let (client, session) = client.into_inner();
        let first = [preface.header, preface.bytes].concat();
        let passage = Passage::Secure(Box::new(TlsPassage::new(session, first)));
        let mut relay = Self::new(client, backend, preface, timeouts, stop);
        relay.passage = passage;
        relay
    }

    /// Moves what can be moved now. Returns how the relay ended, if it did.
    fn turn(&mut self, context: &mut Context<'_>) -> Option<RelayEnd> {
        if self.stopping.poll(context).is_ready() {
            return Some(RelayEnd::Stopped);
        }
        let up = match self.passage.up(context, &self.client, &self.backend) {
            Ok(waits) => waits,
            Err(fault) => return Some(blame(fault, Side::Client, Side::Backend)),
        };
        let down = match self.passage.down(context, &self.client, &self.backend) {
            Ok(waits) => waits,
            Err(fault) => return Some(blame(fault, Side::Backend, Side::Client)),
        };
        match (up, down) {
            (Waits::Nothing, Waits::Nothing) => Some(RelayEnd::Clean),
            (Waits::Turn, _) | (_, Waits::Turn) => {
                self.patience.note(self.moved());
                give_way(context);
                None
            }
            _ => self.wait(context, up, down),
        }
    }

    /// Makes every possible next event wake the task.
    fn wait(&mut self, context: &mut Context<'_>, up: Waits, down: Waits) -> Option<RelayEnd> {
        let client = self.client_watch.poll(context, &self.client, up, down);
        let backend = self.backend_watch.poll(context, &self.backend, down, up);
        if let Err(error) = client {
            return Some(blame(
                TransferError::source(error),
                Side::Client,
                Side::Backend,
            ));
        }
        if let Err(error) = backend {
            return Some(blame(
                TransferError::source(error),
                Side::Backend,
                Side::Client,
            ));
        }
        self.patience.note(self.moved());
        let [progress_up, progress_down] = self.passage.progress();
        if self.ended_first.is_none() {
            self.ended_first = match (progress_up.ended, progress_down.ended) {
                (true, _) => Some(Side::Client),
                (false, true) => Some(Side::Backend),
                (false, false) => None,
            };
        }
        let ended = progress_up.ended
            || progress_down.ended
            || self.client_watch.ended()
            || self.backend_watch.ended();
        let arrived = up != Waits::Sink
            && down != Waits::Sink
            && (!progress_up.over || self.backend_watch.took_end())
            && (!progress_down.over || self.client_watch.took_end());
        let half_open = match (ended, arrived) {
            (false, _) => HalfOpen::No,
            (true, false) => HalfOpen::OnItsWay,
            (true, true) => HalfOpen::Arrived,
        };
        self.patience.poll(context, half_open)
    }

    /// A number that changes with every byte.
    fn moved(&self) -> u64 {
        let [up, down] = self.passage.progress();
        up.moved.wrapping_add(down.moved)
    }

    fn report(&self, end: RelayEnd) -> RelayReport {
        let header = u64::try_from(self.header).unwrap_or(u64::MAX);
        let [up, down] = self.passage.progress();
        RelayReport {
            end: self.passage.verdict(end),
            from_client: up.delivered.saturating_sub(header),
            from_backend: down.delivered,
            backend_ended_first: matches!(self.ended_first, Some(Side::Backend)),
        }
    }
}

impl Future for Relay {
    type Output = RelayReport;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<RelayReport> {
        let Some(end) = self.turn(context) else {
            return Poll::Pending;
        };
        self.clean = end == RelayEnd::Clean;
        Poll::Ready(self.report(end))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if !self.clean {
            reset_on_close(&self.client);
            reset_on_close(&self.backend);
        }
    }
}
