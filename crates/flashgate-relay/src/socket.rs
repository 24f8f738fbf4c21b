//! The system calls of a relay, with tokio's knowledge of which socket is ready.
//!
//! Events are edge-triggered: readiness is forgotten only when a call has found nothing to do. A read that was shorter
//! than the buffer proves nothing; the end of stream may be behind it, announced already and never again.

use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, recv, send as send_bytes, sockopt};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::turn::errno;

/// Sets what a relay needs of its sockets; set on a listener, the sockets that it accepts inherit it.
///
/// A socket that refuses has failed already, and the first read says how.
pub fn prepare(socket: impl AsFd + Copy) {
    // Whoever wrote the bytes has decided when to send them.
    let _ = sockopt::set_tcp_nodelay(socket, true);
    // The kernel probes after two hours, so a peer that vanished while idle is not kept for ever.
    let _ = sockopt::set_socket_keepalive(socket, true);
    // Otherwise a byte that was sent as urgent would be missing.
    let _ = sockopt::set_socket_oobinline(socket, true);
}

/// Reads, if the socket may have something or `anyway`; `None` if it has nothing.
pub(super) fn receive(
    stream: &TcpStream,
    buffer: &mut [u8],
    anyway: bool,
) -> Result<Option<usize>, Errno> {
    let mut call = || {
        retry_on_intr(|| recv(stream, &mut *buffer, RecvFlags::DONTWAIT)).map(|(count, _)| count)
    };
    match attempt(stream, Interest::READABLE, &mut call) {
        CallAttempt::NotReady if anyway => blocking(call()),
        CallAttempt::NotReady => Ok(None),
        CallAttempt::Made(result) => blocking(result),
    }
}

/// Writes as much as there is room for; `None` if there is none.
pub(super) fn send(stream: &TcpStream, bytes: &[u8]) -> Result<Option<usize>, Errno> {
    when_writable(stream, || {
        retry_on_intr(|| send_bytes(stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL))
    })
}

/// Makes a call that writes; `None` if there is no room.
///
/// It is made even where no room was announced: [`forget_room`] throws announcements away that come only once.
pub(super) fn when_writable(
    stream: &TcpStream,
    mut call: impl FnMut() -> Result<usize, Errno>,
) -> Result<Option<usize>, Errno> {
    match attempt(stream, Interest::WRITABLE, &mut call) {
        CallAttempt::NotReady => blocking(call()),
        CallAttempt::Made(result) => blocking(result),
    }
}

/// Makes the next event on this socket one that wakes whoever waits for room.
pub(super) fn forget_room(stream: &TcpStream) {
    let _ = attempt(stream, Interest::WRITABLE, &mut || Err(Errno::AGAIN));
}

/// Ends the stream one way.
pub(super) fn shut_down(stream: &TcpStream, how: Shutdown) -> Result<(), Errno> {
    SockRef::from(stream)
        .shutdown(how)
        .map_err(|error| errno(&error))
}

/// The error that the kernel holds for this socket, if there is one.
pub(super) fn failure(stream: &TcpStream) -> Option<Errno> {
    sockopt::socket_error(stream).ok()?.err()
}

/// Makes the close a reset, so that nobody takes it for an end.
pub fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

enum CallAttempt {
    NotReady,
    Made(Result<usize, Errno>),
}

/// Makes the call if tokio holds the socket for ready, and has it forget that if the call would block.
fn attempt(
    stream: &TcpStream,
    interest: Interest,
    call: &mut impl FnMut() -> Result<usize, Errno>,
) -> CallAttempt {
    let mut made = CallAttempt::NotReady;
    let _ = stream.try_io(interest, || {
        let result = call();
        made = CallAttempt::Made(result);
        result.map_err(io::Error::from)
    });
    made
}

fn blocking(result: Result<usize, Errno>) -> Result<Option<usize>, Errno> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(Errno::AGAIN) => Ok(None),
        Err(error) => Err(error),
    }
}
