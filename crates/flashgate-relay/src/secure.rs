//! A relay whose client uses TLS: bytes from the client are decrypted for the backend, and the reverse.
//!
//! A half-close is a `close_notify` followed by a FIN on the client's side, and a FIN on the backend's. A client's FIN
//! without a `close_notify` is also passed on as an end, because many clients just close. It is reported, because
//! anyone on the path could have sent it. Nothing is read from either side while the other has no room: only a record
//! or two are kept in each direction.

use std::io::{self, BufRead as _, Read, Write};
use std::mem;
use std::net::Shutdown;
use std::task::Context;

use rustix::io::Errno;
use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConnection;

use super::direction::pump;
use super::progress::{DirectionProgress, DirectionStage};
use super::rest::{Unwritten, with_shared};
use super::socket::{self, forget_room};
use super::turn::{TransferError, TransferStep, Waits, errno};

/// How much is encrypted at once: a whole record (RFC 8446, 5.1).
const RECORD: usize = 16 * 1024;

/// A TLS session and its two directions.
#[derive(Debug)]
pub(super) struct TlsPassage {
    session: ServerConnection,
    up: FromClient,
    down: ToClient,
    truncated: bool,
}

/// From the client to the backend.
#[derive(Debug)]
struct FromClient {
    stage: DirectionStage,
    /// What the backend gets first.
    preface: Option<Unwritten>,
    /// Nothing was read yet. See [`Direction`](super::direction::Direction).
    unread: bool,
    moved: u64,
    delivered: u64,
}

/// From the backend to the client.
#[derive(Debug)]
struct ToClient {
    stage: DirectionStage,
    /// The number of the backend's bytes in the session that were not sent yet.
    enciphered: usize,
    moved: u64,
    delivered: u64,
}

impl TlsPassage {
    /// A session after its handshake; `preface` is what the backend gets first.
    pub(super) fn new(mut session: ServerConnection, preface: Vec<u8>) -> Self {
        // What is written to it is never more than a record, and only when it is empty.
        session.set_buffer_limit(None);
        let preface = (!preface.is_empty()).then(|| Unwritten::new(preface.into_boxed_slice()));
        Self {
            session,
            up: FromClient {
                stage: DirectionStage::Open,
                preface,
                unread: true,
                moved: 0,
                delivered: 0,
            },
            down: ToClient {
                stage: DirectionStage::Open,
                enciphered: 0,
                moved: 0,
                delivered: 0,
            },
            truncated: false,
        }
    }

    /// Moves bytes from the client to the backend.
    pub(super) fn up(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, TransferError> {
        pump(context, client, backend, || self.step_up(client, backend))
    }

    /// Moves bytes from the backend to the client, and messages of the session itself.
    pub(super) fn down(
        &mut self,
        context: &mut Context<'_>,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<Waits, TransferError> {
        pump(context, backend, client, || self.step_down(client, backend))
    }

    /// Whether the client's connection has ended before its TLS and before the backend's.
    pub(super) const fn is_truncated(&self) -> bool {
        self.truncated
    }

    pub(super) fn progress(&self) -> [DirectionProgress; 2] {
        let (up, down) = (&self.up, &self.down);
        [
            DirectionProgress::new(up.stage, up.moved, up.delivered),
            DirectionProgress::new(down.stage, down.moved, down.delivered),
        ]
    }

    fn step_up(
        &mut self,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<TransferStep, TransferError> {
        if let Some(rest) = &mut self.up.preface {
            let Some(count) = socket::send(backend, rest.bytes()).map_err(TransferError::sink)?
            else {
                return Ok(TransferStep::Waits(Waits::Sink));
            };
            if rest.sent(count) {
                self.up.preface = None;
            }
            return Ok(self.up.deliver(count));
        }
        match self.up.stage {
            DirectionStage::Open => {}
            DirectionStage::Ended => {
                forget_room(backend);
                socket::shut_down(backend, Shutdown::Write).map_err(TransferError::sink)?;
                self.up.stage = DirectionStage::Over;
                return Ok(TransferStep::Waits(Waits::Nothing));
            }
            DirectionStage::Over => return Ok(TransferStep::Waits(Waits::Nothing)),
        }
        let mut reader = self.session.reader();
        match reader.fill_buf() {
            Ok([]) => self.up.stage = DirectionStage::Ended,
            Ok(bytes) => {
                let Some(count) = socket::send(backend, bytes).map_err(TransferError::sink)? else {
                    return Ok(TransferStep::Waits(Waits::Sink));
                };
                reader.consume(count);
                return Ok(self.up.deliver(count));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return self.receive(client),
            // The connection ended without a `close_notify`. Once the backend has ended, none is expected.
            Err(_) => {
                self.truncated = self.down.stage == DirectionStage::Open;
                self.up.stage = DirectionStage::Ended;
            }
        }
        Ok(TransferStep::Moved(0))
    }

    /// Reads from the client, and decrypts the bytes.
    fn receive(&mut self, client: &TcpStream) -> Result<TransferStep, TransferError> {
        let anyway = mem::replace(&mut self.up.unread, false);
        let received = self.session.read_tls(&mut SessionSource {
            stream: client,
            anyway,
        });
        let count = match received {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(TransferStep::Waits(Waits::Source));
            }
            Err(error) => return Err(TransferError::source(errno(&error))),
        };
        self.up.note(count);
        if self.session.process_new_packets().is_err() {
            // Sends the alert, if there is room for it.
            let _ = self.session.write_tls(&mut Sink(client));
            return Err(TransferError::session());
        }
        Ok(TransferStep::Moved(count))
    }

    fn step_down(
        &mut self,
        client: &TcpStream,
        backend: &TcpStream,
    ) -> Result<TransferStep, TransferError> {
        if self.down.stage == DirectionStage::Over {
            return Ok(TransferStep::Waits(Waits::Nothing));
        }
        if self.session.wants_write() {
            return self.send(client);
        }
        if self.down.stage == DirectionStage::Ended {
            forget_room(client);
            socket::shut_down(client, Shutdown::Write).map_err(TransferError::sink)?;
            self.down.stage = DirectionStage::Over;
            return Ok(TransferStep::Waits(Waits::Nothing));
        }
        with_shared(|buffer| {
            let buffer = buffer.get_mut(..RECORD).unwrap_or_default();
            let Some(count) =
                socket::receive(backend, buffer, false).map_err(TransferError::source)?
            else {
                return Ok(TransferStep::Waits(Waits::Source));
            };
            if count == 0 {
                self.down.stage = DirectionStage::Ended;
                self.session.send_close_notify();
                return Ok(TransferStep::Moved(0));
            }
            let bytes = buffer.get(..count).unwrap_or_default();
            let taken = self.session.writer().write_all(bytes);
            // It takes everything unless its keys are used up.
            taken.map_err(|_| TransferError::session())?;
            self.down.enciphered = count;
            self.down.note(count);
            Ok(TransferStep::Moved(count))
        })
    }

    /// Sends what the session holds.
    fn send(&mut self, client: &TcpStream) -> Result<TransferStep, TransferError> {
        let count = match self.session.write_tls(&mut Sink(client)) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(TransferStep::Waits(Waits::Sink));
            }
            Err(error) => return Err(TransferError::sink(errno(&error))),
        };
        self.down.note(count);
        if !self.session.wants_write() {
            let delivered = mem::take(&mut self.down.enciphered);
            self.down.delivered += u64::try_from(delivered).unwrap_or_default();
        }
        Ok(TransferStep::Moved(count))
    }
}

impl FromClient {
    fn deliver(&mut self, count: usize) -> TransferStep {
        self.delivered += u64::try_from(count).unwrap_or_default();
        self.note(count);
        TransferStep::Moved(count)
    }

    fn note(&mut self, count: usize) {
        self.moved = self
            .moved
            .wrapping_add(u64::try_from(count).unwrap_or_default());
    }
}

impl ToClient {
    fn note(&mut self, count: usize) {
        self.moved = self
            .moved
            .wrapping_add(u64::try_from(count).unwrap_or_default());
    }
}

/// The client's socket, for reads by a session.
struct SessionSource<'a> {
    stream: &'a TcpStream,
    /// Read even if no bytes were announced.
    anyway: bool,
}

impl Read for SessionSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        ready(socket::receive(self.stream, buffer, self.anyway))
    }
}

/// The client's socket, for writes by a session.
struct Sink<'a>(&'a TcpStream);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        ready(socket::send(self.0, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn ready(done: Result<Option<usize>, Errno>) -> io::Result<usize> {
    done?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
}
