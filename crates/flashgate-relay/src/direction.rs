//! One direction of a relay: reads from a source, writes to a sink, and keeps what the sink has no room for.
//!
//! Bytes are copied through a buffer that all relays of a thread share. Once a read fills it, they go through a pipe
//! without being copied, until the source has no more. Nothing more is read while something is waiting. That is the
//! back-pressure.

use std::mem;
use std::net::Shutdown;
use std::task::{Context, Poll};

use rustix::io::Errno;
use tokio::net::TcpStream;

use super::pipe::Pipe;
use super::progress::{DirectionProgress, DirectionStage};
use super::rest::{LITTLE, ROOM, Unwritten, with_shared};
use super::socket::{self, forget_room};
use super::turn::{TransferError, TransferStep, Waits, turn};

#[derive(Debug)]
pub(super) struct Direction {
    held: Held,
    stage: DirectionStage,
    mode: TransferMode,
    /// Nothing was read yet. For bytes after the opening there may be no event, so the first read does not wait for one.
    unread: bool,
    received: u64,
    delivered: u64,
}

/// What was read from the source but not written to the sink yet.
#[derive(Debug)]
enum Held {
    Nothing,
    Rest(Unwritten),
    Pipe(Pipe),
}

/// How the next bytes are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TransferMode {
    Copy,
    Splice,
}

/// Takes steps between two sockets until one must wait for something, or a turn is over.
pub(super) fn pump(
    context: &mut Context<'_>,
    source: &TcpStream,
    sink: &TcpStream,
    step: impl FnMut() -> Result<TransferStep, TransferError>,
) -> Result<Waits, TransferError> {
    turn(step, |waits| match waits {
        Waits::Source => source
            .poll_read_ready(context)
            .map_err(|_| TransferError::source(GONE)),
        Waits::Sink => sink
            .poll_write_ready(context)
            .map_err(|_| TransferError::sink(GONE)),
        Waits::Turn | Waits::Nothing => Poll::Pending,
    })
}

impl Direction {
    /// From the client, whose opening was read. The backend gets `preface` first.
    pub(super) fn up(preface: Vec<u8>) -> Self {
        let mut up = Self::down();
        up.unread = true;
        if !preface.is_empty() {
            up.held = Held::Rest(Unwritten::new(preface.into_boxed_slice()));
        }
        up
    }

    /// From a backend, of which nothing was read.
    pub(super) const fn down() -> Self {
        Self {
            held: Held::Nothing,
            stage: DirectionStage::Open,
            mode: TransferMode::Copy,
            unread: false,
            received: 0,
            delivered: 0,
        }
    }

    /// How much the other direction may read at once, so that both together never keep much more than one buffer.
    const fn room_beside(&self) -> usize {
        match self.held {
            Held::Rest(_) => LITTLE,
            Held::Nothing | Held::Pipe(_) => ROOM,
        }
    }

    /// Moves bytes until it must wait for something, or a turn is over.
    pub(super) fn pump(
        &mut self,
        context: &mut Context<'_>,
        source: &TcpStream,
        sink: &TcpStream,
        other: &Self,
    ) -> Result<Waits, TransferError> {
        pump(context, source, sink, || self.step(source, sink, other))
    }

    fn step(
        &mut self,
        source: &TcpStream,
        sink: &TcpStream,
        other: &Self,
    ) -> Result<TransferStep, TransferError> {
        if self.unread
            && let Held::Rest(preface) = &mut self.held
            && preface.bytes().len() <= LITTLE
        {
            let preface = mem::take(preface);
            return self.begin(source, sink, preface.bytes());
        }
        match &mut self.held {
            Held::Rest(rest) => {
                let Some(count) = socket::send(sink, rest.bytes()).map_err(TransferError::sink)?
                else {
                    return Ok(TransferStep::Waits(Waits::Sink));
                };
                if rest.sent(count) {
                    self.held = Held::Nothing;
                }
                Ok(self.deliver(count))
            }
            Held::Pipe(pipe) if !pipe.is_empty() => {
                match pipe.drain(sink).map_err(TransferError::sink)? {
                    Some(count) => Ok(self.deliver(count)),
                    None => Ok(TransferStep::Waits(Waits::Sink)),
                }
            }
            Held::Pipe(_) | Held::Nothing => match self.stage {
                DirectionStage::Open => self.take(source, sink, other.room_beside()),
                DirectionStage::Ended if other.stage == DirectionStage::Over => self.end_both(sink),
                DirectionStage::Ended => self.end(sink),
                DirectionStage::Over => Ok(TransferStep::Waits(Waits::Nothing)),
            },
        }
    }

    fn deliver(&mut self, count: usize) -> TransferStep {
        self.delivered += u64::try_from(count).unwrap_or_default();
        TransferStep::Moved(count)
    }

    fn receive(&mut self, count: usize) {
        self.received += u64::try_from(count).unwrap_or_default();
    }

    fn take(
        &mut self,
        source: &TcpStream,
        sink: &TcpStream,
        room: usize,
    ) -> Result<TransferStep, TransferError> {
        if self.mode == TransferMode::Splice {
            self.splice(source)
        } else {
            self.copy(source, sink, room)
        }
    }

    /// Fills the pipe, taking one first if necessary.
    fn splice(&mut self, source: &TcpStream) -> Result<TransferStep, TransferError> {
        let held = match mem::replace(&mut self.held, Held::Nothing) {
            Held::Pipe(pipe) => Some(pipe),
            Held::Rest(_) | Held::Nothing => Pipe::take(),
        };
        let Some(mut pipe) = held else {
            self.mode = TransferMode::Copy;
            return Ok(TransferStep::Moved(0));
        };
        match pipe.fill(source) {
            Ok(count) if count > 0 => {
                self.receive(count);
                self.held = Held::Pipe(pipe);
                Ok(TransferStep::Moved(0))
            }
            // This proves nothing: for urgent data, for example, the kernel returns the same. A read shows what it is.
            Ok(_) | Err(Errno::AGAIN | Errno::INVAL | Errno::NOMEM) => {
                self.mode = TransferMode::Copy;
                Ok(TransferStep::Moved(0))
            }
            Err(error) => Err(TransferError::source(error)),
        }
    }

    fn copy(
        &mut self,
        source: &TcpStream,
        sink: &TcpStream,
        room: usize,
    ) -> Result<TransferStep, TransferError> {
        with_shared(|buffer| {
            let unread = mem::replace(&mut self.unread, false);
            let buffer = buffer.get_mut(..room).unwrap_or_default();
            let Some(count) =
                socket::receive(source, buffer, unread).map_err(TransferError::source)?
            else {
                return Ok(TransferStep::Waits(Waits::Source));
            };
            if count == 0 {
                self.stage = DirectionStage::Ended;
                return Ok(TransferStep::Moved(0));
            }
            self.receive(count);
            if count == room {
                self.mode = TransferMode::Splice;
            }
            self.forward(sink, buffer.get(..count).unwrap_or_default())
        })
    }

    /// Writes the preface together with what has arrived after it, because many clients write their first message in
    /// two pieces.
    fn begin(
        &mut self,
        source: &TcpStream,
        sink: &TcpStream,
        preface: &[u8],
    ) -> Result<TransferStep, TransferError> {
        self.unread = false;
        with_shared(|buffer| {
            let (first, room) = buffer.split_at_mut(preface.len());
            first.copy_from_slice(preface);
            let arrived = match socket::receive(source, room, true) {
                Ok(Some(0)) => {
                    self.stage = DirectionStage::Ended;
                    0
                }
                Ok(arrived) => arrived.unwrap_or(0),
                Err(error) => {
                    // The sink still gets what arrived before the error.
                    self.forward(sink, first)?;
                    return Err(TransferError::source(error));
                }
            };
            self.receive(arrived);
            self.forward(
                sink,
                buffer.get(..preface.len() + arrived).unwrap_or_default(),
            )
        })
    }

    /// Writes what there is room for, and keeps the rest.
    fn forward(&mut self, sink: &TcpStream, bytes: &[u8]) -> Result<TransferStep, TransferError> {
        let sent = socket::send(sink, bytes).map_err(TransferError::sink)?;
        let rest = bytes.get(sent.unwrap_or(0)..).unwrap_or_default();
        self.held = if rest.is_empty() {
            Held::Nothing
        } else {
            Held::Rest(Unwritten::new(rest.into()))
        };
        Ok(self.deliver(sent.unwrap_or(0)))
    }

    /// Passes on the end of the stream.
    fn end(&mut self, sink: &TcpStream) -> Result<TransferStep, TransferError> {
        self.held = Held::Nothing;
        // Before the end is sent, so that its acknowledgement is the next event.
        forget_room(sink);
        socket::shut_down(sink, Shutdown::Write).map_err(TransferError::sink)?;
        self.stage = DirectionStage::Over;
        Ok(TransferStep::Waits(Waits::Nothing))
    }

    /// Passes on the end of the stream after the other direction's: by closing the socket, which is about to happen.
    fn end_both(&mut self, sink: &TcpStream) -> Result<TransferStep, TransferError> {
        self.held = Held::Nothing;
        if socket::has_failed(sink) {
            return Err(TransferError::sink(Errno::NOTCONN));
        }
        self.stage = DirectionStage::Over;
        Ok(TransferStep::Waits(Waits::Nothing))
    }

    pub(super) fn progress(&self) -> DirectionProgress {
        let moved = self.received.wrapping_add(self.delivered);
        DirectionProgress::new(self.stage, moved, self.delivered)
    }
}

/// The runtime ends, so no more events will come.
const GONE: Errno = Errno::SHUTDOWN;
