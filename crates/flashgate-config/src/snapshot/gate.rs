//! A gate: the port of a server, where flashgate answers policy requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use flash_policy::{Policy, Port};
use flashgate_wire::proxy_header;
use tokio_flash_policy::HttpDetection;

/// The port of a server. Everything except policy requests is forwarded to the server, and its answers come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The name, for logs and metrics.
    pub name: String,
    /// The server.
    pub backend: Backend,
    /// Another server for HTTP requests.
    pub http_backend: Option<Backend>,
    /// How long a client may be silent before the gate connects to the server.
    pub speaks_first_after: Duration,
    /// The version of the PROXY header that is sent to the server, if any.
    pub send_proxy: Option<proxy_header::ProxyVersion>,
    /// Whether clients may open WebSockets on the gate's own port.
    pub websocket: WebSocketMode,
    /// Which pages may open one, here or through the bridge.
    pub policy: Arc<Policy>,
    /// The port that players connect to. None if it is the listening port and that is any free one.
    pub public_port: Option<Port>,
}

/// What happens with HTTP on a gate's own port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebSocketMode {
    /// It can become a WebSocket.
    #[default]
    Upgrade,
    /// It is forwarded to the server like other bytes.
    Off,
}

impl Gate {
    /// Without an HTTP server and WebSockets, HTTP is treated like other bytes.
    pub const fn http(&self) -> HttpDetection {
        match (&self.http_backend, self.websocket) {
            (None, WebSocketMode::Off) => HttpDetection::Off,
            (Some(_), _) | (None, WebSocketMode::Upgrade) => HttpDetection::On,
        }
    }
}

/// The address of a server. Its name is looked up for each connection.
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
