//! A WebSocket on one side, a backend on the other: payloads of frames go on as bytes, and bytes come back as frames.
//!
//! Frames and messages mean nothing to the backend. A side that does not read slows the other down, without a time
//! limit. One future drives both directions. It must never keep more than 72 KiB, whatever length a frame announces,
//! and never send an empty frame or a text frame.

mod down;
mod pinger;
mod stream;
mod up;

use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use flashgate_wire::websocket::{CloseCode, InputEnd};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_flash_policy::{Linger, close};

use super::end::{RelayEnd, RelayReport, Side, blame};
use super::patience::{HalfOpen, Patience};
use super::relay::{Preface, RelayTimeouts};
use super::rest::LITTLE;
use super::socket::hold_back;
use super::stop::{Stop, Stopping};
use super::turn::{Waits, give_way};
use down::Downstream;
use pinger::Pinger;
use up::{ClientDeparture, Upstream};

/// The time limits of a bridge, and how much it reads at once.
#[derive(Clone, Copy, Debug)]
pub struct BridgeLimits {
    /// The time limits of a relay.
    pub timeouts: RelayTimeouts,
    /// The time between two pings.
    pub ping: Duration,
    /// How much is read at once, and kept if the other side does not read.
    pub room: usize,
}

/// One session. It runs while it is awaited, and is then [closed](Bridge::let_go).
#[derive(Debug)]
#[must_use = "a bridge that is not awaited resets the backend"]
pub struct Bridge<S> {
    client: S,
    backend: BackendSocket,
    up: Upstream,
    down: Downstream,
    /// How it ends, once known. The client may still have to get a close frame.
    closing: Option<RelayEnd>,
    patience: Patience,
    pinger: Pinger,
    stopping: Stopping,
    room: usize,
    /// Whether the backend ended before the client did.
    backend_first: bool,
}

/// The backend's socket. Dropping it resets the connection unless both sides have ended cleanly, because a plain close
/// would look like the client's own.
#[derive(Debug)]
struct BackendSocket {
    stream: TcpStream,
    clean: bool,
}

impl Drop for BackendSocket {
    fn drop(&mut self) {
        if !self.clean {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl<S: AsyncRead + AsyncWrite + AsFd + Unpin> Bridge<S> {
    /// Takes both sides. The client has already received the 101. The backend's socket comes from
    /// [`connect`](super::connect()).
    pub fn new(
        client: S,
        backend: TcpStream,
        preface: Preface<'_>,
        limits: BridgeLimits,
        stop: &Stop,
    ) -> Self {
        Self {
            client,
            backend: BackendSocket {
                stream: backend,
                clean: false,
            },
            up: Upstream::new(preface),
            down: Downstream::default(),
            closing: None,
            patience: Patience::new(limits.timeouts.half_open, limits.timeouts.idle),
            pinger: Pinger::new(limits.ping),
            stopping: stop.subscribe(),
            room: limits.room,
            backend_first: false,
        }
    }

    /// Moves what can be moved now. Returns how it ended, if it did.
    fn turn(&mut self, context: &mut Context<'_>) -> Option<RelayEnd> {
        self.notice(context);
        loop {
            let known = self.closing;
            let waits = match self.pump(context) {
                Ok(waits) => waits,
                Err(end @ (RelayEnd::BackendReset | RelayEnd::BackendLost)) => {
                    self.up.discard();
                    self.close(Some(CloseCode::INTERNAL), end);
                    continue;
                }
                Err(end) => return Some(known.unwrap_or(end)),
            };
            if let Some(end) = self.judge(waits) {
                return Some(end);
            }
            if waits.contains(&Waits::Turn) {
                self.patience.note(self.moved());
                give_way(context);
                return None;
            }
            // A new end concerns both directions.
            if self.closing == known {
                self.wait(context)?;
                if known.is_some() {
                    return known;
                }
            }
        }
    }

    /// Checks for a stop, and for the time to ping.
    fn notice(&mut self, context: &mut Context<'_>) {
        if self.closing.is_some() {
            return;
        }
        if self.stopping.poll(context).is_ready() {
            self.close(Some(CloseCode::GOING_AWAY), RelayEnd::Stopped);
        } else if self.pinger.is_due(context) {
            self.down.ping();
        }
    }

    /// Moves bytes in both directions once. The direction to the client is second, so that pongs leave immediately.
    fn pump(&mut self, context: &mut Context<'_>) -> Result<[Waits; 2], RelayEnd> {
        let (client, backend) = (&mut self.client, &mut self.backend.stream);
        let up = (self.up).pump(
            context,
            &mut *client,
            &mut *backend,
            &mut self.down,
            self.room,
        );
        let up = up.map_err(|fault| blame(fault, Side::Client, Side::Backend))?;
        let room = if self.up.holds() { LITTLE } else { self.room };
        let down = self.down.pump(context, backend, client, room);
        let down = down.map_err(|fault| blame(fault, Side::Backend, Side::Client))?;
        Ok([up, down])
    }

    /// Updates the state of both sides. Returns the end if nothing is left to do.
    fn judge(&mut self, waits: [Waits; 2]) -> Option<RelayEnd> {
        let [up, down] = waits;
        match self.up.left() {
            Some(ClientDeparture::Said(InputEnd::Close(code))) => {
                self.answer_close(code, RelayEnd::Clean);
            }
            Some(ClientDeparture::Said(InputEnd::Fault(fault))) => {
                self.answer_close(Some(fault.code()), RelayEnd::FrameFault(fault));
            }
            Some(ClientDeparture::Silently) if up == Waits::Nothing => {
                return Some(self.closing.unwrap_or(RelayEnd::Clean));
            }
            Some(ClientDeparture::MidMessage) => {
                return Some(self.closing.unwrap_or(RelayEnd::ClientReset));
            }
            Some(ClientDeparture::Silently) | None => {}
        }
        if self.down.backend_ended() {
            self.backend_first |= self.closing.is_none();
            self.close(Some(CloseCode::NORMAL), RelayEnd::Clean);
        }
        // A stop does not wait for the client's answer, which is read and discarded while closing.
        let answered = up == Waits::Nothing || self.closing == Some(RelayEnd::Stopped);
        self.closing.filter(|_| answered && down == Waits::Nothing)
    }

    /// Sends the last close frame, which the end of the stream follows immediately.
    fn answer_close(&mut self, code: Option<CloseCode>, end: RelayEnd) {
        if self.closing.is_none() {
            hold_back(&self.client);
        }
        self.close(code, end);
    }

    /// Begins to close, unless that has begun: sends a close frame, and waits for the client's.
    fn close(&mut self, code: Option<CloseCode>, end: RelayEnd) {
        if self.closing.is_none() {
            self.closing = Some(end);
            self.down.close(code);
            if end != RelayEnd::Clean {
                self.up.discard();
            }
        }
    }

    /// Makes the time limits wake the task. Returns `Some` if one has passed.
    fn wait(&mut self, context: &mut Context<'_>) -> Option<()> {
        self.patience.note(self.moved());
        let half_open = match (self.closing.is_some(), self.down.is_closed()) {
            (false, _) => HalfOpen::No,
            (true, false) => HalfOpen::OnItsWay,
            (true, true) => HalfOpen::Arrived,
        };
        self.patience.poll(context, half_open)?;
        self.close(Some(CloseCode::GOING_AWAY), RelayEnd::IdleExpired);
        Some(())
    }

    /// A number that changes with every byte that counts.
    fn moved(&self) -> u64 {
        self.up.delivered().wrapping_add(self.down.received())
    }

    /// Closes both sides, so that the last bytes arrive.
    pub async fn let_go(self, end: RelayEnd, linger: Linger) {
        let Self {
            mut client,
            mut backend,
            up,
            ..
        } = self;
        match end {
            // If the backend has not received everything, its connection is reset, even if the client closed cleanly.
            RelayEnd::Clean if up.holds() => {
                drop(backend);
                close(&mut client, linger).await;
            }
            RelayEnd::Clean => {
                backend.clean = true;
                tokio::join!(
                    close(&mut client, linger),
                    close(&mut backend.stream, linger)
                );
            }
            RelayEnd::ClientTruncated
            | RelayEnd::TlsFailed
            | RelayEnd::ClientReset
            | RelayEnd::ClientLost => {}
            RelayEnd::FrameFault(_)
            | RelayEnd::BackendReset
            | RelayEnd::BackendLost
            | RelayEnd::HalfOpenExpired
            | RelayEnd::IdleExpired
            | RelayEnd::Stopped => {
                drop(backend);
                close(&mut client, linger).await;
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + AsFd + Unpin> Future for Bridge<S> {
    type Output = RelayReport;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<RelayReport> {
        match self.turn(context) {
            None => Poll::Pending,
            Some(end) => Poll::Ready(RelayReport {
                end,
                from_client: self.up.delivered(),
                from_backend: self.down.received(),
                backend_ended_first: self.backend_first,
            }),
        }
    }
}
