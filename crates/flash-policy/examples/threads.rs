//! An echo server with one thread per client that supports Flash, without an async runtime.
//!
//! [`PolicyAcceptor`] answers policy requests on the server's own port. The rest is a server as it would be without
//! Flash.
//!
//! Run `cargo run -p flash-policy --features std --example threads`, and in another terminal `printf
//! '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `echo hello | nc 127.0.0.1 9339`.

use std::error::Error;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use flash_policy::accept::PolicyAcceptor;
use flash_policy::{Policy, Reply};

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:9339")?;
    // Movies from www.example.com may connect to this port.
    let policy = Policy::new().allow("www.example.com", 9339)?;
    serve(&listener, &PolicyAcceptor::new(Reply::new(&policy)?));
    Ok(())
}

/// The most clients at one time. Each has a thread, also a client that has not sent anything yet.
pub(crate) const MOST: usize = 200;

/// Serves forever.
#[allow(clippy::print_stderr, reason = "an example's log")]
pub(crate) fn serve(listener: &TcpListener, acceptor: &PolicyAcceptor) {
    // Each thread holds a clone, so their number is that of the threads and one more.
    let threads = Arc::new(());
    loop {
        match listener.accept() {
            Ok((client, _)) if Arc::strong_count(&threads) <= MOST => {
                let (acceptor, thread) = (acceptor.clone(), Arc::clone(&threads));
                let started = thread::Builder::new().spawn(move || {
                    // An error means that the client is gone.
                    let _ = answer_or_echo(client, &acceptor);
                    drop(thread);
                });
                if let Err(error) = started {
                    eprintln!("can't start a thread: {error}");
                }
            }
            Ok((_, address)) => eprintln!("closed {address}: there are {MOST} clients already"),
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

/// Runs in the client's own thread, because a client may take 10 s to send its first bytes.
fn answer_or_echo(client: TcpStream, acceptor: &PolicyAcceptor) -> io::Result<()> {
    match acceptor.accept_blocking(client)?.into_stream() {
        Some(mut stream) => {
            // Reading starts with the client's first byte. Writing goes to the same socket.
            let mut writes = stream.get_ref().try_clone()?;
            io::copy(&mut stream, &mut writes).map(drop)
        }
        // It was a policy request. It is answered and closed.
        None => Ok(()),
    }
}
