//! A gate: a server's own port, where policy requests are answered on the way.

use std::fmt;
use std::time::Duration;

use flash_policy::{Policy, Port};
use flashgate_wire::proxy_header;
use tokio_flash_policy::HttpDetection;

/// A server's own port: what is no policy request goes to the server, and its answers come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its name, for logs and metrics.
    pub name: String,
    /// The server.
    pub backend: Backend,
    /// Another one for HTTP requests.
    pub http_backend: Option<Backend>,
    /// A client that has been silent for so long may wait for the server to speak.
    pub speaks_first_after: Duration,
    /// Whether the server is told who the client is, and how.
    pub send_proxy: Option<proxy_header::ProxyVersion>,
    /// Whether a client may go on as a WebSocket on the gate's own port.
    pub websocket: WebSocketMode,
    /// Which pages may open one, here or through the bridge.
    pub policy: Policy,
    /// The port that players dial; none where it is the one listened on and any free one was asked for.
    pub public_port: Option<Port>,
}

/// What HTTP is on a gate's own port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebSocketMode {
    /// A way to go on as a WebSocket.
    #[default]
    Upgrade,
    /// Bytes for a server.
    Off,
}

impl Gate {
    /// Without a server of its own, and without WebSockets, HTTP is bytes like all others.
    pub const fn http(&self) -> HttpDetection {
        match (&self.http_backend, self.websocket) {
            (None, WebSocketMode::Off) => HttpDetection::Off,
            (Some(_), _) | (None, WebSocketMode::Upgrade) => HttpDetection::On,
        }
    }
}

/// Where a server is; its name is looked up at each connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Backend {
    /// A host name, or an address without brackets.
    pub host: String,
    /// Not 0.
    pub port: u16,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}
