//! An ordinary echo server, made ready for Flash: the lines marked with `Flash` are all that it takes.
//!
//! `cargo run -p tokio-flash-policy --example echo -- 127.0.0.1:9339`, and in another window
//! `printf '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `echo hello | nc 127.0.0.1 9339`.

use std::error::Error;
use std::time::Duration;

use flash_policy::{Policy, Port, Reply, Rule, Secure};
use tokio::io::{AsyncRead, AsyncWrite, copy, split};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_flash_policy::{Accepted, HttpDetection, PolicyAcceptor, Timing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args_os().nth(1);
    let address = address.as_deref().and_then(|address| address.to_str());
    let address = address.unwrap_or("127.0.0.1:9339");
    let listener = TcpListener::bind(address).await?;
    let port = Port::new(u32::from(listener.local_addr()?.port()))?;
    serve(listener, policy(port)?).await;
    Ok(())
}

/// Movies of www.example.com may connect to this very port.
pub(crate) fn policy(port: Port) -> Result<Policy, Box<dyn Error>> {
    let rule = Rule {
        domain: "www.example.com".parse()?,
        ports: port.into(),
        secure: Secure::Any,
    };
    Ok(Policy {
        site_control: None,
        rules: vec![rule],
    })
}

/// Serves for ever.
#[allow(clippy::print_stderr, reason = "an example's log")]
pub(crate) async fn serve(listener: TcpListener, policy: Policy) {
    // HTTP is nothing special to an echo server, so that nobody waits to know whether a `G` becomes a `GET`.
    let timing = Timing::default().http(HttpDetection::Off); // Flash
    let acceptor = PolicyAcceptor::new(Reply::from(&policy)).timing(timing); // Flash
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                // A client that has gone meanwhile, or no descriptor left for it: both pass, and the server stays.
                eprintln!("can't accept a connection: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        let acceptor = acceptor.clone(); // Flash
        tokio::spawn(async move {
            // A policy request is answered and closed here; everything else comes out whole.
            if let Ok(Accepted::Stream(stream, _)) = acceptor.accept(socket).await {
                // Flash
                echo(stream).await;
            }
        });
    }
}

/// Until the next attempt, so that a lack of descriptors does not become a busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// The server as it was before: it sees the client's bytes from the first one on, and no policy request.
async fn echo(stream: impl AsyncRead + AsyncWrite) {
    let (mut from, mut to) = split(stream);
    // A client that has failed needs no farewell.
    let _ = copy(&mut from, &mut to).await;
}
