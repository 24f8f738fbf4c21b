//! From the backend to the client. Each read becomes a frame, sent with its header in one write.
//!
//! Control frames go between two data frames, and the close frame after everything else.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use flashgate_wire::websocket::{self, CloseCode, HEADROOM};
use tokio::io::{AsyncRead, AsyncWrite};

use super::stream::{give, read};
use crate::rest::{Unwritten, with_shared};
use crate::turn::{TransferError, TransferStep, Waits, errno, turn};

/// Room for pongs to a client that does not read. If there are more, only the last is kept (RFC 6455, 5.5.3).
const CONTROL_ROOM: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Downstream {
    /// What the client has no room for, which may begin inside a frame.
    held: Option<Unwritten>,
    /// Complete control frames.
    control: Vec<u8>,
    closing: ClosingFrame,
    /// Something was written that the stream may buffer.
    unflushed: bool,
    backend_ended: bool,
    received: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ClosingFrame {
    #[default]
    No,
    /// A close frame with this code must be sent.
    Wanted(Option<CloseCode>),
    Sending,
    Sent,
}

impl Downstream {
    /// Moves bytes until it must wait for something, or a turn is over. Does nothing after the close frame was sent.
    pub(super) fn pump<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Result<Waits, TransferError>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        let step = || self.step(context, backend, client, room);
        let waits = turn(step, |_| Poll::Pending)?;
        // There is nothing else to do, even if the flush is pending.
        let _ = self.flush(context, client)?;
        Ok(waits)
    }

    fn step<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Result<TransferStep, TransferError>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        if let Some(rest) = &mut self.held {
            let Some(count) = give(context, client, rest.bytes())? else {
                return Ok(TransferStep::Waits(Waits::Sink));
            };
            self.unflushed = true;
            if rest.sent(count) {
                self.held = None;
            }
            return Ok(TransferStep::Moved(count));
        }
        match self.closing {
            ClosingFrame::Sent => return Ok(TransferStep::Waits(Waits::Nothing)),
            ClosingFrame::Sending => {
                if self.flush(context, client)?.is_pending() {
                    return Ok(TransferStep::Waits(Waits::Sink));
                }
                self.closing = ClosingFrame::Sent;
            }
            ClosingFrame::Wanted(code) => {
                self.closing = ClosingFrame::Sending;
                self.keep(websocket::close(code).into());
            }
            ClosingFrame::No if !self.control.is_empty() => {
                let frames = mem::take(&mut self.control);
                self.keep(frames.into());
            }
            ClosingFrame::No if self.backend_ended => {
                return Ok(TransferStep::Waits(Waits::Source));
            }
            ClosingFrame::No => {
                // TLS buffers what the client has no room for. That must be flushed before more is read.
                if self.flush(context, client)?.is_pending() {
                    return Ok(TransferStep::Waits(Waits::Sink));
                }
                return self.take(context, backend, client, room);
            }
        }
        Ok(TransferStep::Moved(0))
    }

    /// Reads once, and writes the bytes as a frame.
    fn take<C, B>(
        &mut self,
        context: &mut Context<'_>,
        backend: &mut B,
        client: &mut C,
        room: usize,
    ) -> Result<TransferStep, TransferError>
    where
        C: AsyncWrite + Unpin,
        B: AsyncRead + Unpin,
    {
        with_shared(|buffer| {
            let payload = buffer.get_mut(HEADROOM..room).unwrap_or_default();
            let Some(count) = read(context, backend, payload)? else {
                return Ok(TransferStep::Waits(Waits::Source));
            };
            if count == 0 {
                self.backend_ended = true;
                return Ok(TransferStep::Moved(0));
            }
            self.received += count as u64;
            let frame = websocket::frame(buffer, count);
            let sent = give(context, client, frame)?.unwrap_or(0);
            self.unflushed = true;
            if let Some(rest) = frame.get(sent..).filter(|rest| !rest.is_empty()) {
                self.keep(rest.into());
            }
            Ok(TransferStep::Moved(count))
        })
    }

    /// TLS buffers what it could not write.
    fn flush<C: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
    ) -> Result<Poll<()>, TransferError> {
        if !self.unflushed {
            return Ok(Poll::Ready(()));
        }
        match Pin::new(client).poll_flush(context) {
            Poll::Ready(flushed) => {
                self.unflushed = false;
                let flushed = flushed.map_err(|error| TransferError::sink(errno(&error)));
                flushed.map(Poll::Ready)
            }
            Poll::Pending => Ok(Poll::Pending),
        }
    }

    fn keep(&mut self, bytes: Box<[u8]>) {
        self.held = Some(Unwritten::new(bytes));
    }

    /// Sends a ping, unless something is waiting to be sent.
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

    /// Sends a close frame, and nothing after it.
    pub(super) fn close(&mut self, code: Option<CloseCode>) {
        if self.closing == ClosingFrame::No {
            self.closing = ClosingFrame::Wanted(code);
        }
    }

    /// Whether the close frame was sent.
    pub(super) fn is_closed(&self) -> bool {
        self.closing == ClosingFrame::Sent
    }

    /// Whether the backend has ended its side.
    pub(super) const fn backend_ended(&self) -> bool {
        self.backend_ended
    }

    /// Whether something is waiting because the client has no room.
    pub(super) const fn holds(&self) -> bool {
        self.held.is_some() || self.unflushed
    }

    /// The number of bytes from the backend.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }
}
