//! The client's side of a connection, with the same interface for plain text and TLS.
//!
//! Reads return decrypted data. Code that needs the socket itself, for its addresses or options, uses
//! [`tcp`](ClientStream::tcp). Reading or writing there would break the TLS session.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A stream to a client.
#[derive(Debug)]
pub(super) enum ClientStream {
    /// Plain text.
    Plain(TcpStream),
    /// After a TLS handshake. Shutting down the sending side sends `close_notify` and then the FIN. A client's FIN ends
    /// the stream even without a `close_notify`, because many clients just close.
    ///
    /// Boxed, because almost all connections are in plain text.
    Secure(Box<TlsStream<TcpStream>>),
}

impl ClientStream {
    /// The socket, for its addresses and options.
    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => stream.get_ref().0,
        }
    }

    /// The socket alone. A TLS session on it is dropped.
    pub(super) fn into_tcp(self) -> TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => stream.into_inner().0,
        }
    }

    /// Reads what has arrived, without waiting for an event. `None` if nothing has. Inside TLS it reads nothing.
    pub(super) fn read_now(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let Self::Plain(stream) = self else {
            return Ok(None);
        };
        match recv(stream, buffer, RecvFlags::DONTWAIT) {
            Ok((count, _)) => Ok(Some(count)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what there is room for, without waiting for an event, and returns how much that was. Inside TLS it writes
    /// nothing. Errors are found by the next call.
    pub(super) fn send_now(&self, bytes: &[u8]) -> usize {
        match self {
            Self::Plain(stream) => flashgate_relay::send_now(stream, bytes),
            Self::Secure(_) => 0,
        }
    }

    /// Whether the connection uses TLS: `wss` from an `https` page, or a `SecureSocket`.
    pub(super) const fn is_secure(&self) -> bool {
        matches!(self, Self::Secure(_))
    }
}

/// For socket options.
impl AsFd for ClientStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tcp().as_fd()
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Secure(stream) => match ready!(Pin::new(stream).poll_read(context, buffer)) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                done => Poll::Ready(done),
            },
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Secure(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Secure(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Secure(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Secure(stream) => stream.is_write_vectored(),
        }
    }
}
