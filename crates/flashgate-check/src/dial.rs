//! Connects to one of several addresses, and records every address that was tried.
//!
//! It is not known which of several addresses a player uses. Here it is as in most programs: the resolver's order, and
//! the next one only if an address refuses.

use std::io;
use std::net::{IpAddr, SocketAddr};

use rustix::io::Errno;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::clock::CheckClock;
use super::trace::{DialAttempt, DialOutcome, Trace};

/// The result of an accepted connection.
pub(super) enum DialledStream {
    Stream(TcpStream),
    /// It accepted, and reset the connection before it could be used.
    ///
    /// Whether `connect` or the first read reports this reset is a matter of timing. `ECONNRESET` from `connect` has
    /// no other cause: a reset in answer to the SYN is `ECONNREFUSED` (Linux `tcp_reset`, BSD `tcp_input`, and Windows
    /// likewise).
    AndReset,
}

/// Tries the addresses in order.
pub(super) async fn dial(
    addresses: &[IpAddr],
    port: u16,
    until: Instant,
    clock: CheckClock,
    trace: &mut Trace,
) -> Option<DialledStream> {
    for address in addresses {
        let address = SocketAddr::new(*address, port);
        let started = clock.elapsed();
        let result = timeout_at(until, TcpStream::connect(address)).await;
        let (accepted, came) = match result {
            Err(_) => (None, DialOutcome::Silence),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => {
                (Some(DialledStream::AndReset), DialOutcome::Connected)
            }
            Ok(Err(error)) => (None, class(&error)),
            Ok(Ok(stream)) => (Some(DialledStream::Stream(stream)), DialOutcome::Connected),
        };
        trace.attempts.push(DialAttempt {
            address,
            started,
            took: clock.elapsed().saturating_sub(started),
            came,
        });
        if let Some(DialledStream::Stream(stream)) = &accepted {
            trace.segment = SockRef::from(stream).tcp_mss().ok();
            // A single small write is sent in any case, so an error here does no harm.
            let _ = stream.set_nodelay(true);
        }
        if accepted.is_some() {
            return accepted;
        }
        if came == DialOutcome::Silence {
            // The wait for this address has used up the time for others.
            return None;
        }
    }
    None
}

fn class(error: &io::Error) -> DialOutcome {
    match Errno::from_io_error(error) {
        Some(Errno::CONNREFUSED) => DialOutcome::Refused,
        Some(Errno::HOSTUNREACH | Errno::ACCESS | Errno::PERM) => DialOutcome::Unreachable,
        Some(Errno::NETUNREACH | Errno::ADDRNOTAVAIL | Errno::AFNOSUPPORT) => DialOutcome::NoRoute,
        Some(Errno::TIMEDOUT) => DialOutcome::Silence,
        _ => DialOutcome::Failed(error.kind()),
    }
}
