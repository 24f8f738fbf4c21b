//! An axum app and a Flash policy on one port.
//!
//! Run `cargo run -p tokio-flash-policy --features axum --example axum`, and in another terminal `curl
//! http://127.0.0.1:8080/`, or `printf '<policy-file-request/>\0' | nc 127.0.0.1 8080`.

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio_flash_policy::flash_policy::{Policy, Reply};
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Movies from www.example.com may connect to this port.
    let policy = Policy::new().allow("www.example.com", 8080)?;
    let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    serve(Listener::bind("127.0.0.1:8080", acceptor).await?).await?;
    Ok(())
}

/// Serves the app. The listener answers policy requests itself.
pub(crate) async fn serve(listener: Listener) -> std::io::Result<()> {
    let app = Router::new().route("/", get(hello));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    // With `tap_io`, handlers can take the client's address.
    axum::serve(listener.tap_io(|_| {}), app).await
}

async fn hello(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
    format!("hello {}\n", client.ip())
}
