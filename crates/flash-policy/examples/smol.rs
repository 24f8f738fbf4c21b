//! An echo server on smol that supports Flash. Every runtime whose sockets implement the traits of `futures-io` works
//! the same way: pass its sockets and its timer.
//!
//! Run `cargo run -p flash-policy --features futures-io --example smol`, and in another terminal
//! `printf '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `echo hello | nc 127.0.0.1 9339`.

use std::error::Error;
use std::time::Duration;

use flash_policy::accept::PolicyAcceptor;
use flash_policy::{Policy, Reply};
use smol::Timer;
use smol::io;
use smol::net::{TcpListener, TcpStream};

fn main() -> Result<(), Box<dyn Error>> {
    smol::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:9339").await?;
        // Movies from www.example.com may connect to this port.
        let policy = Policy::new().allow("www.example.com", 9339)?;
        serve(listener, PolicyAcceptor::new(Reply::new(&policy)?)).await;
        Ok(())
    })
}

/// Serves forever.
pub(crate) async fn serve(listener: TcpListener, acceptor: PolicyAcceptor) {
    loop {
        let Ok((client, _)) = listener.accept().await else {
            // Neither a client that has gone nor a lack of file descriptors lasts. Keep serving.
            Timer::after(Duration::from_millis(100)).await;
            continue;
        };
        let acceptor = acceptor.clone();
        // An error means that the client is gone.
        smol::spawn(async move { answer_or_echo(client, &acceptor).await }).detach();
    }
}

/// Runs in the client's own task, because a client may take 10 s to send its first bytes.
async fn answer_or_echo(client: TcpStream, acceptor: &PolicyAcceptor) -> io::Result<()> {
    let accepted = acceptor.accept_async(client, Timer::after).await?;
    match accepted.into_stream() {
        Some(stream) => {
            // Reading starts with the client's first byte. Writing goes to the same socket.
            let writes = stream.get_ref().clone();
            io::copy(stream, writes).await.map(drop)
        }
        // It was a policy request. It is answered and closed.
        None => Ok(()),
    }
}
