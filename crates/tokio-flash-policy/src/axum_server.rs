//! Serves an axum app on the port of a game.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::listener::Listener;
use crate::prefixed::Prefixed;

/// Serves an axum app, and the policy on the same port.
///
/// ```no_run
/// use axum::Router;
/// use tokio_flash_policy::flash_policy::{Policy, Reply};
/// use tokio_flash_policy::{Listener, PolicyAcceptor};
///
/// # async fn run(policy: Policy, app: Router) -> Result<(), Box<dyn std::error::Error>> {
/// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
/// let listener = Listener::bind("0.0.0.0:8080", acceptor).await?;
/// axum::serve(listener, app).await?;
/// # Ok(())
/// # }
/// ```
///
/// axum gives handlers and middleware the client's address (`ConnectInfo<SocketAddr>`) only from tokio's own listener
/// and from any listener with `tap_io`:
///
/// ```no_run
/// use std::net::SocketAddr;
///
/// use axum::Router;
/// use axum::extract::ConnectInfo;
/// use axum::routing::get;
/// use axum::serve::ListenerExt as _;
/// use tokio_flash_policy::Listener;
///
/// async fn hello(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
///     format!("hello {client}")
/// }
///
/// # async fn run(listener: Listener) -> std::io::Result<()> {
/// let app = Router::new().route("/", get(hello));
/// let app = app.into_make_service_with_connect_info::<SocketAddr>();
/// axum::serve(listener.tap_io(|_| {}), app).await
/// # }
/// ```
impl axum::serve::Listener for Listener {
    type Io = Prefixed<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        Self::accept(self).await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }
}
