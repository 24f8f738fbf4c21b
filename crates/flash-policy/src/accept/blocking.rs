//! Drives the machine over a blocking socket.

use core::time::Duration;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use super::{
    AcceptConfig, Accepted, Closing, Completion, IfDropped, Moment, Operation, PolicyAcceptor,
    Prefixed, ServerSide,
};

impl PolicyAcceptor {
    /// Reads the first bytes. Answers a policy request and closes the connection, or returns it.
    ///
    /// Call this in a thread of its own, **never in the loop that accepts connections**. A client that sends nothing
    /// keeps it waiting for [`Timing::request`](super::Timing::request), and a loop that waits for it serves no other
    /// client. It takes [`AcceptConfig::longest`] at most: 50.6 s with the default limits.
    ///
    /// The socket is set to blocking mode, and remains in it. A connection that is returned has the timeouts that it had
    /// before. If the reply is cut off, the connection is reset, because the client would take its end for the end of
    /// the policy.
    ///
    /// ```no_run
    /// use std::net::TcpListener;
    /// use std::thread;
    ///
    /// use flash_policy::accept::PolicyAcceptor;
    /// use flash_policy::{Policy, Reply};
    ///
    /// # fn serve<S>(_: S) {}
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = Policy::new().allow("www.example.com", 9339)?;
    /// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    /// for socket in TcpListener::bind("0.0.0.0:9339")?.incoming().flatten() {
    ///     let acceptor = acceptor.clone();
    ///     thread::spawn(move || {
    ///         if let Some(stream) = acceptor.accept_blocking(socket)?.into_stream() {
    ///             serve(stream); // reads everything the client sent, from the first byte
    ///         }
    ///         std::io::Result::Ok(())
    ///     });
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Errors are those of the socket. For example, the peer reset it before it was recognized, or did not accept the
    /// reply in time (`TimedOut`).
    pub fn accept_blocking(&self, stream: TcpStream) -> io::Result<Accepted<Prefixed<TcpStream>>> {
        // On some systems, a socket starts with the mode of its listener.
        stream.set_nonblocking(false)?;
        let timeout = stream.read_timeout()?;
        let mut side = ServerSide::new(self.config(), Moment::ZERO);
        let ended = run(&mut side, &stream);
        if side.if_dropped() == IfDropped::Reset {
            reset_when_dropped(&stream);
        }
        ended?;
        Ok(match side.poll(Moment::ZERO) {
            Operation::Close(Closing::Done(reason)) => Accepted::Answered(reason),
            Operation::HandOn(first) => {
                stream.set_read_timeout(timeout)?;
                let stream = Prefixed::new(side.opening().bytes(), stream);
                Accepted::Stream(stream, first.into())
            }
            Operation::Read { .. }
            | Operation::Write { .. }
            | Operation::Close(Closing::End { .. } | Closing::Discard { .. })
            | Operation::Abort(_) => return Err(io::ErrorKind::Other.into()),
        })
    }
}

/// Performs operations until the connection is closed or handed on.
fn run(side: &mut ServerSide<&AcceptConfig>, mut stream: &TcpStream) -> io::Result<()> {
    let started = Instant::now();
    let now = || Moment::after(started.elapsed());
    // At least 1 ms, because `std` does not accept 0.
    let left = |until: Moment| Some(until.since(now()).max(Duration::from_millis(1)));
    loop {
        let done = match side.poll(now()) {
            Operation::Read { until } => {
                stream.set_read_timeout(left(until))?;
                stream.read(side.room()).map(Completion::Read)
            }
            Operation::Write { bytes, until } => {
                stream.set_write_timeout(left(until))?;
                stream.write(bytes).map(Completion::Wrote)
            }
            Operation::Close(Closing::End { until: _ }) => end(stream),
            Operation::Close(Closing::Discard { until }) => {
                stream.set_read_timeout(left(until))?;
                stream.read(&mut [0; 4096]).map(Completion::Read)
            }
            Operation::Close(Closing::Done(_)) | Operation::HandOn(_) => return Ok(()),
            Operation::Abort(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        match done {
            Ok(completion) => side.handle(completion, now()),
            // A deadline has passed, or a signal arrived. The next poll returns what follows.
            Err(error) if is_no_failure(&error) => {}
            Err(error) => {
                side.handle(Completion::Failed, now());
                if let Operation::Abort(_) = side.poll(now()) {
                    return Err(error);
                }
            }
        }
    }
}

/// Ends our side of the stream. Some systems report an error if the peer has already closed the connection.
fn end(stream: &TcpStream) -> io::Result<Completion> {
    match stream.shutdown(Shutdown::Write) {
        Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
        _ => Ok(Completion::Ended),
    }
}

fn is_no_failure(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// If this fails, the socket is closed as usual.
#[cfg(any(unix, windows))]
fn reset_when_dropped(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

#[cfg(not(any(unix, windows)))]
fn reset_when_dropped(_: &TcpStream) {}
