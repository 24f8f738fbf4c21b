//! An echo server that supports Flash. Only the lines marked with `Flash` are needed for that.
//!
//! Run `cargo run -p tokio-flash-policy --example echo -- 127.0.0.1:9339`, and in another terminal `printf
//! '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `echo hello | nc 127.0.0.1 9339`.

use std::error::Error;
use std::time::Duration;

use flash_policy::{Policy, Port, Reply};
use tokio::io::{AsyncRead, AsyncWrite, copy, split};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_flash_policy::{Accepted, PolicyAcceptor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args_os().nth(1);
    let address = address.as_deref().and_then(|address| address.to_str());
    let address = address.unwrap_or("127.0.0.1:9339");
    let listener = TcpListener::bind(address).await?;
    let port = Port::new(u32::from(listener.local_addr()?.port()))?;
    serve(listener, reply(port)?).await;
    Ok(())
}

/// Allows movies from www.example.com to connect to this port.
pub(crate) fn reply(port: Port) -> Result<Reply, Box<dyn Error>> {
    let policy = Policy::new().allow("www.example.com", port)?;
    Ok(Reply::new(&policy)?)
}

/// Serves forever.
#[allow(clippy::print_stderr, reason = "an example's log")]
pub(crate) async fn serve(listener: TcpListener, reply: Reply) {
    let acceptor = PolicyAcceptor::new(reply); // Flash
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                // Neither a client that has gone nor a lack of file descriptors lasts. Keep serving.
                eprintln!("can't accept a connection: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        let acceptor = acceptor.clone(); // Flash
        tokio::spawn(async move {
            // Answers and closes policy requests. All other streams come out complete.
            if let Ok(Accepted::Stream(stream, _)) = acceptor.accept(socket).await {
                // Flash
                echo(stream).await;
            }
        });
    }
}

/// The pause before the next attempt. Without it, a lack of file descriptors would cause a busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// The server as it was without Flash. It receives all of the client's bytes, but no policy requests.
async fn echo(stream: impl AsyncRead + AsyncWrite) {
    let (mut from, mut to) = split(stream);
    // An error means that the client is gone.
    let _ = copy(&mut from, &mut to).await;
}
