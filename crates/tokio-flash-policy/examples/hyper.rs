//! A hyper service and a Flash policy on one port.
//!
//! Run `cargo run -p tokio-flash-policy --example hyper`, and in another terminal `curl http://127.0.0.1:8080/`, or
//! `printf '<policy-file-request/>\0' | nc 127.0.0.1 8080`.

use std::convert::Infallible;
use std::error::Error;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_flash_policy::flash_policy::{Policy, Reply};
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Movies from www.example.com may connect to this port.
    let policy = Policy::new().allow("www.example.com", 8080)?;
    let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    serve(Listener::bind("127.0.0.1:8080", acceptor).await?).await;
    Ok(())
}

/// Serves forever. The listener answers policy requests itself.
pub(crate) async fn serve(mut listener: Listener) {
    loop {
        let (stream, client) = listener.accept().await;
        let service = service_fn(move |_: Request<Incoming>| async move {
            let hello = format!("hello {}\n", client.ip());
            Ok::<_, Infallible>(Response::new(hello))
        });
        // With a timer, hyper closes connections whose request does not arrive within 30 s.
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        // An error means that the client is gone or does not speak HTTP.
        tokio::spawn(async { connection.await.ok() });
    }
}
