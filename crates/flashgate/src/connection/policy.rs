//! Sends the reply to a client: one write, with the end of the stream in the same segment.
//!
//! The state machine decides what to write, by when, and what follows.

use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use flash_policy::accept::IfDropped;
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, shutdown};
use socket2::SockRef;
use tokio::io::{AsyncWrite, Interest};
use tokio::net::TcpStream;

use super::client::ClientStream;
use super::waiting::Accepting;

/// Sends as much as possible in one write. The FIN that must follow goes into the same segment.
pub(super) fn send(socket: &impl AsFd, bytes: &[u8]) -> Result<usize, Errno> {
    let flags = SendFlags::MORE | SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    rustix::net::send(socket, bytes, flags)
}

/// Ends the stream. Data that was held back leaves in the same segment as the FIN.
pub(super) fn finish(socket: &impl AsFd) {
    // Fails if the client is gone, which does not matter.
    let _ = shutdown(socket, Shutdown::Write);
}

/// Sets what the client sees if the socket is dropped from now on.
pub(super) fn if_dropped(stream: &TcpStream, wanted: IfDropped) {
    let linger = (wanted == IfDropped::Reset).then_some(Duration::ZERO);
    let _ = SockRef::from(stream).set_linger(linger);
}

/// Answers a policy request, as far as the state machine asks for it.
///
/// The client sees `if_dropped` if the socket is dropped now.
pub(super) async fn answer(
    client: &mut ClientStream,
    accepting: &mut Accepting,
    if_dropped: IfDropped,
) {
    let mut outlet = Outlet { client, if_dropped };
    // The state machine has recorded a failure.
    let _ = accepting.send(&mut outlet).await;
    outlet.if_dropped(accepting.if_dropped());
}

/// A stream for the reply and the end of the stream. Written data may be held back until the end.
struct Outlet<'a> {
    client: &'a mut ClientStream,
    /// What the client sees if the socket is dropped now.
    if_dropped: IfDropped,
}

impl Outlet<'_> {
    fn if_dropped(&mut self, wanted: IfDropped) {
        if self.if_dropped != wanted {
            if_dropped(self.client.tcp(), wanted);
            self.if_dropped = wanted;
        }
    }

    /// A reply that waits for buffer space must not look complete if it is dropped by a limit, a stop, or the end of
    /// the process.
    fn unless_waiting<T>(&mut self, done: Poll<T>) -> Poll<T> {
        if done.is_pending() {
            self.if_dropped(IfDropped::Reset);
        }
        done
    }
}

impl AsyncWrite for Outlet<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = match &mut *self.client {
            ClientStream::Plain(stream) => poll_send(stream, context, bytes),
            ClientStream::Secure(stream) => loop {
                match stream.get_mut().1.writer().write(bytes) {
                    Ok(0) => match Pin::new(&mut **stream).poll_flush(context) {
                        Poll::Ready(Ok(())) => {}
                        Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                        Poll::Pending => break Poll::Pending,
                    },
                    done => break Poll::Ready(done),
                }
            },
        };
        self.unless_waiting(done)
    }

    /// Does nothing: the reply and the end of the stream leave together.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = match &mut *self.client {
            ClientStream::Plain(stream) => {
                finish(stream);
                return Poll::Ready(Ok(()));
            }
            ClientStream::Secure(stream) => Pin::new(&mut **stream).poll_shutdown(context),
        };
        self.unless_waiting(done)
    }
}

/// Sends as much as possible. Waits only if there is no buffer space at all.
fn poll_send(
    stream: &TcpStream,
    context: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    loop {
        match send(stream, bytes) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            done => return Poll::Ready(done.map_err(io::Error::from)),
        }
        // A failed send clears the readiness, so that the next wait really waits.
        let full = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
        let _ = stream.try_io(Interest::WRITABLE, full);
        ready!(stream.poll_write_ready(context))?;
    }
}
