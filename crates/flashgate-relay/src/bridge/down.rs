//! From the backend to the client: each read becomes a frame, its header put in front, and both leave in one write.
//!
//! Control frames go between two of those, and the close frame behind everything.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flashgate_wire::websocket::{self, CloseCode, HEADROOM};
use tokio::io::{AsyncRead, AsyncWrite};

use super::up::read;
use super::{Fault, STEP, TURN, Waits};
use crate::rest::{Rest, with_shared};

/// Pongs that are kept for a client that takes nothing; of more, only the last (RFC 6455, 5.5.3).
const CONTROL_ROOM: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Down {
    /// What the client has no room for, from the middle of a frame on.
    held: Option<Rest>,
    /// Whole control frames.
    control: Vec<u8>,
    closing: Closing,
    /// Something was written that the stream may keep.
    unflushed: bool,
    backend_ended: bool,
    received: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Closing {
    #[default]
    No,
    /// With a close frame, its code in it.
    Wanted(Option<CloseCode>),
    Sending,
    Sent,
}

impl Down {
    /// Moves bytes until that must wait for something, or a turn is over. It comes to nothing once the close frame is
    /// out.
    pub(super) fn pump<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Result<Waits, Fault>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        let mut left = TURN;
        while left > 0 {
            let step = match (&self.held, self.closing) {
                (Some(_), _) => self.give(context, client),
                (None, Closing::Sent) => return Ok(Waits::Nothing),
                (None, Closing::Sending) => self.sent(context, client),
                (None, Closing::Wanted(code)) => {
                    self.closing = Closing::Sending;
                    self.keep(websocket::close(code).into());
                    Poll::Ready(Ok(0))
                }
                (None, Closing::No) if !self.control.is_empty() => {
                    let frames = mem::take(&mut self.control);
                    self.keep(frames.into());
                    Poll::Ready(Ok(0))
                }
                (None, Closing::No) if self.backend_ended => Poll::Pending,
                (None, Closing::No) => self.take_when_flushed(context, backend, client, room),
            };
            match step {
                Poll::Ready(moved) => left = left.saturating_sub(moved?.max(STEP)),
                Poll::Pending => {
                    // Whether that has to wait or not, there is nothing else to do.
                    let _ = self.flush(context, client)?;
                    return Ok(Waits::Event);
                }
            }
        }
        let _ = self.flush(context, client)?;
        Ok(Waits::Turn)
    }

    /// Gives the client what is kept for it.
    fn give<C: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
    ) -> Poll<Result<usize, Fault>> {
        let Some(rest) = &mut self.held else {
            return Poll::Ready(Ok(0));
        };
        let written = ready!(Pin::new(client).poll_write(context, rest.bytes()));
        let count = written.map_err(Fault::Client)?;
        self.unflushed = true;
        if rest.sent(count) {
            self.held = None;
        }
        Poll::Ready(Ok(count))
    }

    /// Reads once, unless TLS still has what the client has no room for: that is what it may keep, and no more.
    fn take_when_flushed<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Poll<Result<usize, Fault>>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        ready!(self.flush(context, client)?);
        self.take(context, backend, client, room)
    }

    /// Reads once, and writes that as a frame.
    fn take<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Poll<Result<usize, Fault>>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        with_shared(|buffer| {
            let payload = buffer.get_mut(HEADROOM..room).unwrap_or_default();
            let count = ready!(read(context, backend, payload)).map_err(Fault::Backend)?;
            if count == 0 {
                self.backend_ended = true;
                return Poll::Ready(Ok(0));
            }
            self.received += count as u64;
            let frame = websocket::frame(buffer, count);
            let sent = match Pin::new(client).poll_write(context, frame) {
                Poll::Ready(written) => written.map_err(Fault::Client)?,
                Poll::Pending => 0,
            };
            self.unflushed = true;
            if let Some(rest) = frame.get(sent..).filter(|rest| !rest.is_empty()) {
                self.keep(rest.into());
            }
            Poll::Ready(Ok(count))
        })
    }

    /// Notes that the close frame is out.
    fn sent<C: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
    ) -> Poll<Result<usize, Fault>> {
        ready!(self.flush(context, client)?);
        self.closing = Closing::Sent;
        Poll::Ready(Ok(0))
    }

    /// TLS keeps what it could not write.
    fn flush<C: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
    ) -> Result<Poll<()>, Fault> {
        if !self.unflushed {
            return Ok(Poll::Ready(()));
        }
        match Pin::new(client).poll_flush(context) {
            Poll::Ready(flushed) => {
                self.unflushed = false;
                flushed.map(Poll::Ready).map_err(Fault::Client)
            }
            Poll::Pending => Ok(Poll::Pending),
        }
    }

    fn keep(&mut self, bytes: Box<[u8]>) {
        self.held = Some(Rest::new(bytes));
    }

    /// Pings the client, unless something is under way to it already.
    pub(super) fn ping(&mut self) {
        if self.held.is_none() && self.control.is_empty() {
            self.control.extend_from_slice(&websocket::PING);
        }
    }

    /// Answers a ping.
    pub(super) fn pong(&mut self, payload: &[u8]) {
        let frame = websocket::pong(payload);
        if self.control.len() + frame.len() > CONTROL_ROOM {
            self.control.clear();
        }
        self.control.extend(frame);
    }

    /// Sends a close frame, and nothing behind it.
    pub(super) fn close(&mut self, code: Option<CloseCode>) {
        if self.closing == Closing::No {
            self.closing = Closing::Wanted(code);
        }
    }

    /// Whether the close frame is out.
    pub(super) fn is_closed(&self) -> bool {
        self.closing == Closing::Sent
    }

    /// Whether the backend has ended its side.
    pub(super) const fn backend_ended(&self) -> bool {
        self.backend_ended
    }

    /// Whether there is something that the client has no room for.
    pub(super) const fn holds(&self) -> bool {
        self.held.is_some() || self.unflushed
    }

    /// How many bytes came from the backend.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }
}
