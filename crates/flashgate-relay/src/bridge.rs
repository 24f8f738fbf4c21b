//! A WebSocket on one side, a backend on the other: what the frames carry goes on as bytes, and bytes come back as
//! frames.
//!
//! Frames and messages mean nothing to the backend. A side that takes nothing slows the other down, and is waited for
//! as long as it takes. One future drives both directions. It must never keep more than 72 KiB, whatever a frame
//! announces, and never send a frame that is empty or text.

mod down;
mod end;
mod pinger;
mod up;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use flashgate_wire::websocket::{CloseCode, InputEnd};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_flash_policy::{Linger, close};

use super::patience::Patience;
use super::relay::give_way;
use super::rest::LITTLE;
use super::socket::prepare;
use super::stop::{Stop, Stopping};
use down::Down;
pub use end::{End, Report};
use pinger::Pinger;
use up::{Left, Up};

/// How long a bridge is kept, and kept alive.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Without a byte either way, once it is being closed.
    pub closing: Duration,
    /// Without a byte either way; pings do not count.
    pub idle: Option<Duration>,
    /// Between two pings.
    pub ping: Duration,
    /// How much is read at once, and kept if the other side takes nothing.
    pub room: usize,
}

/// What was read before the bridge began, and what the backend is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening<'a> {
    /// What the backend gets first: the PROXY header, if there is one. It is not counted.
    pub header: &'a [u8],
    /// The client's, from behind its request.
    pub frames: &'a [u8],
}

/// What one direction may move before others have their turn.
const TURN: usize = 256 * 1024;

/// What a step counts at least, so that steps without a byte come to an end too.
const STEP: usize = 4 * 1024;

/// What a direction waits for; the task is woken when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// Bytes, the end, or room.
    Event,
    /// Others: there may be more to do at once.
    Turn,
    /// Nothing: it is done.
    Nothing,
}

/// Which side failed, and how.
#[derive(Debug)]
enum Fault {
    Client(io::Error),
    Backend(io::Error),
}

/// One session; it runs while it is awaited, and is [let go](Bridge::let_go) afterwards.
#[derive(Debug)]
#[must_use = "a bridge that is not awaited resets the backend"]
pub struct Bridge<S> {
    client: S,
    backend: Backend,
    up: Up,
    down: Down,
    /// How it ends, once that is known; the client may have to be told yet.
    closing: Option<End>,
    patience: Patience,
    pinger: Pinger,
    stopping: Stopping,
    room: usize,
    /// Whether the backend ended before the client did.
    backend_first: bool,
}

/// The backend's socket. Dropped, it is reset, unless both sides have ended in order: a plain close would pass for the
/// client's own.
#[derive(Debug)]
struct Backend {
    stream: TcpStream,
    clean: bool,
}

impl Drop for Backend {
    fn drop(&mut self) {
        if !self.clean {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Bridge<S> {
    /// Takes both sides: the client has been told that it is a WebSocket now.
    pub fn new(
        client: S,
        backend: TcpStream,
        opening: Opening<'_>,
        limits: Limits,
        stop: &Stop,
    ) -> Self {
        prepare(&backend);
        Self {
            client,
            backend: Backend {
                stream: backend,
                clean: false,
            },
            up: Up::new(opening),
            down: Down::default(),
            closing: None,
            patience: Patience::new(limits.closing, limits.idle),
            pinger: Pinger::new(limits.ping),
            stopping: stop.subscribe(),
            room: limits.room,
            backend_first: false,
        }
    }

    /// Whether the backend ended before the client did.
    pub const fn backend_ended_first(&self) -> bool {
        self.backend_first
    }

    /// Moves what can be moved now; says how it ended, if it did.
    fn turn(&mut self, context: &mut Context<'_>) -> Option<End> {
        self.notice(context);
        loop {
            let known = self.closing;
            let waits = match self.pump(context) {
                Ok(waits) => waits,
                Err(Fault::Client(error)) => {
                    return Some(known.unwrap_or_else(|| End::of_client(&error)));
                }
                Err(Fault::Backend(error)) => {
                    self.up.discard();
                    self.close(Some(CloseCode::INTERNAL), End::of_backend(&error));
                    continue;
                }
            };
            if let Some(end) = self.judge(waits) {
                return Some(end);
            }
            if waits.contains(&Waits::Turn) {
                self.patience.note(self.moved());
                give_way(context);
                return None;
            }
            // What has become known concerns both directions.
            if self.closing == known {
                self.wait(context)?;
                if known.is_some() {
                    return known;
                }
            }
        }
    }

    /// A stop, or the time to ping.
    fn notice(&mut self, context: &mut Context<'_>) {
        if self.closing.is_some() {
            return;
        }
        if self.stopping.poll(context).is_ready() {
            self.close(Some(CloseCode::GOING_AWAY), End::Stopped);
        } else if self.pinger.is_due(context) {
            self.down.ping();
        }
    }

    /// Both directions, once; the way down is second, so that pongs leave at once.
    fn pump(&mut self, context: &mut Context<'_>) -> Result<[Waits; 2], Fault> {
        let (client, backend) = (&mut self.client, &mut self.backend.stream);
        let up = (self.up).pump(
            context,
            &mut *client,
            &mut *backend,
            &mut self.down,
            self.room,
        )?;
        let room = if self.up.holds() { LITTLE } else { self.room };
        let down = self.down.pump(context, backend, client, room)?;
        Ok([up, down])
    }

    /// What has become of both sides; the end, if nothing is left to do.
    fn judge(&mut self, waits: [Waits; 2]) -> Option<End> {
        let [up, down] = waits;
        match self.up.left() {
            Some(Left::Said(InputEnd::Close(code))) => self.close(code, End::Clean),
            Some(Left::Said(InputEnd::Fault(fault))) => {
                self.close(Some(fault.code()), End::Fault(fault));
            }
            Some(Left::Silently) if up == Waits::Nothing => {
                return Some(self.closing.unwrap_or(End::Clean));
            }
            Some(Left::MidMessage) => return Some(self.closing.unwrap_or(End::ClientReset)),
            Some(Left::Silently) | None => {}
        }
        if self.down.backend_ended() {
            self.backend_first |= self.closing.is_none();
            self.close(Some(CloseCode::NORMAL), End::Clean);
        }
        // A stop does not wait for the client's answer: that is read, and left, while it is let go.
        let answered = up == Waits::Nothing || self.closing == Some(End::Stopped);
        self.closing.filter(|_| answered && down == Waits::Nothing)
    }

    /// Begins to close, unless that was begun: the client is told, and has its answer to give.
    fn close(&mut self, code: Option<CloseCode>, end: End) {
        if self.closing.is_none() {
            self.closing = Some(end);
            self.down.close(code);
            if end != End::Clean {
                self.up.discard();
            }
        }
    }

    /// Sees to it that the limits wake the task; something, if one of them is over.
    fn wait(&mut self, context: &mut Context<'_>) -> Option<()> {
        self.patience.note(self.moved());
        let (closing, told) = (self.closing.is_some(), self.down.is_closed());
        self.patience.poll(context, closing, told)?;
        self.close(Some(CloseCode::GOING_AWAY), End::IdleExpired);
        Some(())
    }

    /// A number that changes with every byte that counts.
    fn moved(&self) -> u64 {
        self.up.delivered().wrapping_add(self.down.received())
    }

    /// Lets go of both sides, so that what was sent last arrives.
    pub async fn let_go(self, end: End, linger: Linger) {
        let Self {
            mut client,
            mut backend,
            up,
            ..
        } = self;
        match end {
            // What the backend never took is a cut, however orderly the client was.
            End::Clean if up.holds() => {
                drop(backend);
                close(&mut client, linger).await;
            }
            End::Clean => {
                backend.clean = true;
                tokio::join!(
                    close(&mut client, linger),
                    close(&mut backend.stream, linger)
                );
            }
            End::ClientReset | End::ClientLost => {}
            End::Fault(_)
            | End::BackendReset
            | End::BackendLost
            | End::IdleExpired
            | End::Stopped => {
                drop(backend);
                close(&mut client, linger).await;
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Bridge<S> {
    type Output = Report;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Report> {
        match self.turn(context) {
            None => Poll::Pending,
            Some(end) => Poll::Ready(Report {
                end,
                from_client: self.up.delivered(),
                from_backend: self.down.received(),
            }),
        }
    }
}
