//! Serves an axum app on the port of a game.

use std::io;
use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
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

/// A client's address, for axum's `ConnectInfo`.
///
/// ```no_run
/// use axum::Router;
/// use axum::extract::ConnectInfo;
/// use axum::routing::get;
/// use tokio_flash_policy::{Listener, PeerAddr};
///
/// async fn hello(ConnectInfo(PeerAddr(address)): ConnectInfo<PeerAddr>) -> String {
///     format!("hello {address}")
/// }
///
/// # async fn run(listener: Listener) -> std::io::Result<()> {
/// let app = Router::new().route("/", get(hello));
/// axum::serve(listener, app.into_make_service_with_connect_info::<PeerAddr>()).await
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "servers take the address with a pattern"
)]
pub struct PeerAddr(pub SocketAddr);

impl Connected<IncomingStream<'_, Listener>> for PeerAddr {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        Self(*stream.remote_addr())
    }
}
