//! Connects to a backend's address, with few system calls.
//!
//! A server on the same machine has answered when `connect` returns. Then nothing has to wait: no event, no timer.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, getpeername, socket_with};
use tokio::net::TcpStream;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use super::socket::prepare;

/// Connects before a deadline. The socket has the options of a relay.
///
/// # Errors
///
/// The inner error is the system's: the address refused, or is not reachable.
pub async fn connect(
    address: SocketAddr,
    deadline: Instant,
) -> Result<io::Result<TcpStream>, Elapsed> {
    let stream = match begin(address) {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    if getpeername(&stream).is_ok() {
        return Ok(Ok(stream));
    }
    timeout_at(deadline, finish(stream)).await
}

/// Sends the first packet. Socket options are cheaper to set before that.
fn begin(address: SocketAddr) -> io::Result<TcpStream> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket: OwnedFd = socket_with(family, SocketType::STREAM, flags, None)?;
    prepare(&socket);
    match rustix::net::connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => TcpStream::from_std(socket.into()),
        Err(error) => Err(error.into()),
    }
}

/// Waits for the answer.
async fn finish(stream: TcpStream) -> io::Result<TcpStream> {
    stream.writable().await?;
    stream.take_error()?.map_or(Ok(stream), Err)
}
