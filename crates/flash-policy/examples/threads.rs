//! An echo server with one thread per client that supports Flash, without an async runtime.
//!
//! Run `cargo run -p flash-policy --example threads -- 127.0.0.1:9339`, and in another terminal `printf
//! '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `echo hello | nc 127.0.0.1 9339`.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use flash_policy::accept::{
    AcceptConfig, Closing, Completion, Moment, Opening, Operation, ServerSide,
};
use flash_policy::{Policy, Port, Reply};

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args_os().nth(1);
    let address = address.as_deref().and_then(|address| address.to_str());
    let listener = TcpListener::bind(address.unwrap_or("127.0.0.1:9339"))?;
    let port = Port::new(u32::from(listener.local_addr()?.port()))?;
    let config = AcceptConfig::new(reply(port)?);
    serve(&listener, &config);
    Ok(())
}

/// Allows movies from www.example.com to connect to this port.
pub(crate) fn reply(port: Port) -> Result<Reply, Box<dyn Error>> {
    let policy = Policy::new().allow("www.example.com", port)?;
    Ok(Reply::new(&policy)?)
}

/// Serves forever.
#[allow(clippy::print_stderr, reason = "an example's log")]
pub(crate) fn serve(listener: &TcpListener, config: &AcceptConfig) {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let config = config.clone();
                thread::spawn(move || answer_or_echo(&stream, config));
            }
            Err(error) => {
                // Neither a client that has gone nor a lack of file descriptors lasts. Keep serving.
                eprintln!("can't accept a connection: {error}");
                thread::sleep(PAUSE);
            }
        }
    }
}

/// The pause before the next attempt. Without it, a lack of file descriptors would cause a busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// Errors mean that the client is gone, so they are ignored.
fn answer_or_echo(stream: &TcpStream, config: AcceptConfig) {
    if let Ok(Some(opening)) = accept(stream, config) {
        let _ = echo(stream, opening.bytes());
    }
}

/// Drives the machine. Returns the first bytes if the connection is for the server itself.
fn accept(mut stream: &TcpStream, config: AcceptConfig) -> io::Result<Option<Opening>> {
    let started = Instant::now();
    let now = || Moment::after(started.elapsed());
    // At least 1 ms, because `std` does not accept 0.
    let left = |until: Moment| Some(until.since(now()).max(Duration::from_millis(1)));
    let mut side = ServerSide::new(config, now());
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
            Operation::Close(Closing::End { until: _ }) => {
                let ended = stream.shutdown(Shutdown::Write);
                ended.map(|()| Completion::Ended)
            }
            Operation::Close(Closing::Discard { until }) => {
                stream.set_read_timeout(left(until))?;
                stream.read(&mut [0; 4096]).map(Completion::Read)
            }
            Operation::HandOn(_) => break,
            Operation::Close(Closing::Done(_)) | Operation::Abort(_) => return Ok(None),
        };
        match done {
            Ok(completion) => side.handle(completion, now()),
            // A deadline has passed, or a signal arrived. The next poll returns what follows.
            Err(error) if is_no_failure(&error) => {}
            Err(_) => side.handle(Completion::Failed, now()),
        }
    }
    stream.set_read_timeout(None)?;
    Ok(Some(side.into_opening()))
}

fn is_no_failure(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// The server as it was without Flash, except for the bytes that were already read.
fn echo(mut stream: &TcpStream, first: &[u8]) -> io::Result<u64> {
    io::copy(&mut first.chain(stream), &mut stream)
}
