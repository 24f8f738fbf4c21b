//! The reply: one write, and then a close that loses nothing.

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, shutdown};
use socket2::SockRef;
use tokio::io::AsyncWrite as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_flash_policy::Rest;
use tokio_rustls::server::TlsStream;

use super::Outcome;
use super::client::Client;
use crate::limits::Permit;

/// How long a peer may take to make room for the reply.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How much of a reply the kernel took.
pub(super) enum Sent {
    All,
    Part(usize),
    Failed,
}

/// Sends what it can in one write. The FIN that must follow goes into the same segment.
pub(super) fn send(socket: &impl AsFd, bytes: &[u8]) -> Sent {
    match rustix::net::send(
        socket,
        bytes,
        SendFlags::MORE | SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    ) {
        Ok(count) if count == bytes.len() => Sent::All,
        Ok(count) => Sent::Part(count),
        Err(Errno::AGAIN | Errno::INTR) => Sent::Part(0),
        Err(_) => Sent::Failed,
    }
}

/// Ends the stream: what was held back for it leaves in the segment of the FIN.
pub(super) fn finish(socket: &impl AsFd) {
    // Where the client has gone meanwhile there is nothing to end.
    let _ = shutdown(socket, Shutdown::Write);
}

/// What becomes of a connection once its reply is out, or can't be sent.
pub(super) enum Answered {
    /// Nothing: it has ended.
    Ended(Outcome),
    /// Its client must end it too, or the reply could be lost.
    LetGo(TcpStream),
}

/// Answers on a connection whose request is known, from the `sent`th byte of the reply on.
pub(super) async fn answer(
    mut client: Client,
    permit: &mut Permit,
    reply: &[u8],
    sent: usize,
    rest: Rest,
) -> Answered {
    permit.answering();
    let secure = client.is_secure();
    let written = async {
        match &mut client {
            Client::Plain(stream) => write(stream, reply, sent).await,
            Client::Secure(stream) => write_secure(stream, reply).await.is_ok(),
        }
    };
    if !matches!(timeout(WRITE_LIMIT, written).await, Ok(true)) {
        // Set before, and once more for a peer that took nothing at all.
        at_close(client.tcp(), End::Reset);
        return Answered::Ended(Outcome::WriteFailed);
    }
    // Behind a request inside TLS there is at least the client's own `close_notify` to come.
    if rest == Rest::Nothing && !secure {
        finish(client.tcp());
        return Answered::Ended(Outcome::Answered);
    }
    // Nobody reads what comes now, so it need not be deciphered.
    Answered::LetGo(client.into_tcp())
}

/// How a close ends the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Cleanly,
    Reset,
}

fn at_close(stream: &TcpStream, end: End) {
    let linger = (end == End::Reset).then_some(Duration::ZERO);
    let _ = SockRef::from(stream).set_linger(linger);
}

/// Writes until everything is out; false if the peer has failed.
async fn write(stream: &TcpStream, bytes: &[u8], mut sent: usize) -> bool {
    let mut end = End::Cleanly;
    loop {
        match send(stream, bytes.get(sent..).unwrap_or_default()) {
            Sent::All => {
                if end == End::Reset {
                    at_close(stream, End::Cleanly);
                }
                return true;
            }
            Sent::Failed => return false,
            Sent::Part(count) => sent += count,
        }
        // A clean end after half a policy would pass for a whole one. A reset does not, whatever ends this before it
        // is whole: the limit, a stop, or the process's own end.
        if end == End::Cleanly {
            end = End::Reset;
            at_close(stream, end);
        }
        // A send that found no room clears the readiness, so that the next wait is a true one.
        let full = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
        let _ = stream.try_io(tokio::io::Interest::WRITABLE, full);
        if stream.writable().await.is_err() {
            return false;
        }
    }
}

/// Writes everything and ends the stream: the reply is one record, and leaves together with the `close_notify`.
async fn write_secure(stream: &mut TlsStream<TcpStream>, reply: &[u8]) -> io::Result<()> {
    at_close(stream.get_ref().0, End::Reset);
    let mut rest = reply;
    loop {
        let count = stream.get_mut().1.writer().write(rest)?;
        rest = rest.get(count..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await?;
    }
    poll_fn(|context| Pin::new(&mut *stream).poll_shutdown(context)).await?;
    at_close(stream.get_ref().0, End::Cleanly);
    Ok(())
}
