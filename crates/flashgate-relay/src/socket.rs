//! The system calls of a relay, using tokio's readiness of sockets.
//!
//! Events are edge-triggered: readiness is cleared only when a call would block. A read that is shorter than the
//! buffer proves nothing, because the end of the stream may follow, already announced and never announced again.

use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, recv, send as send_bytes, sockopt};
use socket2::SockRef;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;

use super::turn::errno;

/// Sets the socket options that a relay needs. Sockets that a listener accepts inherit them.
///
/// If a socket rejects them, it has already failed, and the first read returns the error.
pub fn prepare(socket: impl AsFd + Copy) {
    // The program that wrote the bytes has decided when to send them.
    let _ = sockopt::set_tcp_nodelay(socket, true);
    // The kernel probes after two hours, so a peer that disappeared while idle is not kept without a limit.
    let _ = sockopt::set_socket_keepalive(socket, true);
    // Otherwise bytes that were sent as urgent would be lost.
    let _ = sockopt::set_socket_oobinline(socket, true);
}

/// Reads if the socket may have bytes, or always with `anyway`. `None` if it has none.
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

/// Writes as much as there is room for. `None` if there is no room.
pub(super) fn send(stream: &TcpStream, bytes: &[u8]) -> Result<Option<usize>, Errno> {
    when_writable(stream, || {
        retry_on_intr(|| send_bytes(stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL))
    })
}

/// Writes what there is room for now, and returns how much that was. Errors are found by the next call.
pub fn send_now(stream: &TcpStream, bytes: &[u8]) -> usize {
    send(stream, bytes).ok().flatten().unwrap_or_default()
}

/// Makes a call that writes. `None` if there is no room.
///
/// The call is made even if no room was announced, because [`forget_room`] discards announcements, and they come only
/// once.
pub(super) fn when_writable(
    stream: &TcpStream,
    mut call: impl FnMut() -> Result<usize, Errno>,
) -> Result<Option<usize>, Errno> {
    match attempt(stream, Interest::WRITABLE, &mut call) {
        CallAttempt::NotReady => blocking(call()),
        CallAttempt::Made(result) => blocking(result),
    }
}

/// Clears the readiness for writes, so that the next event on this socket wakes the task that waits for room.
pub(super) fn forget_room(stream: &TcpStream) {
    let _ = attempt(stream, Interest::WRITABLE, &mut || Err(Errno::AGAIN));
}

/// Closes one or both directions of the stream.
pub(super) fn shut_down(stream: &TcpStream, how: Shutdown) -> Result<(), Errno> {
    SockRef::from(stream)
        .shutdown(how)
        .map_err(|error| errno(&error))
}

/// The pending error of this socket, if there is one.
pub(super) fn failure(stream: &TcpStream) -> Option<Errno> {
    if !has_failed(stream) {
        return None;
    }
    sockopt::socket_error(stream).ok()?.err()
}

/// Whether an error was announced.
pub(super) fn has_failed(stream: &TcpStream) -> bool {
    announced(stream, Interest::ERROR).is_error()
}

/// Whether the end of the stream was announced, read or not.
pub(super) fn has_ended(stream: &TcpStream) -> bool {
    announced(stream, Interest::READABLE).is_read_closed()
}

/// What the kernel has announced for this socket.
fn announced(stream: &TcpStream, interest: Interest) -> Ready {
    let ready = pin!(stream.ready(interest));
    // A single poll returns the current state.
    match ready.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(ready)) => ready,
        Poll::Ready(Err(_)) | Poll::Pending => Ready::EMPTY,
    }
}

/// Holds back the last bytes until the end of the stream, so that both leave in one segment (tcp(7), `TCP_CORK`). Linux
/// sends them after 200 ms at the latest.
pub(super) fn hold_back(socket: impl AsFd) {
    let _ = sockopt::set_tcp_cork(socket, true);
}

/// Makes the close a reset, so that it can't be mistaken for an end of stream.
pub fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

enum CallAttempt {
    NotReady,
    Made(Result<usize, Errno>),
}

/// Makes the call if tokio considers the socket ready. Clears the readiness if the call would block.
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
