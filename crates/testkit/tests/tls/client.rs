//! A TLS client under manual control, which reports exactly how its connection ended.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};
use testkit::client::TestClient;

use super::certificates::Issued;

/// A client after its handshake.
pub(super) struct Secure {
    stream: StreamOwned<ClientConnection, TcpStream>,
}

/// How the server's data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a `close_notify`.
    CloseNotify,
    /// The connection was closed without one, so the end is not authenticated.
    Truncated,
    Reset,
    /// It did not end in time.
    None,
}

impl Secure {
    /// Connects and does the handshake, trusting these certificates.
    #[track_caller]
    pub(super) fn connect(address: SocketAddr, name: &str, trusted: &[&Issued]) -> Self {
        Self::try_connect(address, name, trusted, &[&TLS13, &TLS12]).expect("a handshake")
    }

    pub(super) fn try_connect(
        address: SocketAddr,
        name: &str,
        trusted: &[&Issued],
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<Self> {
        let socket = TestClient::connect(address)
            .expect("a connection")
            .into_stream();
        Self::shake(socket, session(name, trusted, versions))
    }

    /// Does the handshake on a connection.
    pub(super) fn shake(
        mut socket: TcpStream,
        mut session: ClientConnection,
    ) -> std::io::Result<Self> {
        while session.is_handshaking() || session.wants_write() {
            session.complete_io(&mut socket)?;
        }
        Ok(Self {
            stream: StreamOwned::new(session, socket),
        })
    }

    pub(super) fn version(&self) -> Option<ProtocolVersion> {
        self.stream.conn.protocol_version()
    }

    /// Whether this is the server's certificate.
    pub(super) fn sees(&self, issued: &Issued) -> bool {
        let seen = self.stream.conn.peer_certificates();
        seen.is_some_and(|seen| seen[0] == issued.der)
    }

    #[track_caller]
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("room");
        self.stream.flush().expect("room");
    }

    #[track_caller]
    pub(super) fn read_exact(&mut self, bytes: &mut [u8]) {
        self.stream.read_exact(bytes).expect("bytes");
    }

    /// Sent data is echoed.
    #[track_caller]
    pub(super) fn echoes(&mut self, said: &[u8]) {
        self.send(said);
        let mut back = vec![0; said.len()];
        self.read_exact(&mut back);
        assert_eq!(
            back.escape_ascii().to_string(),
            said.escape_ascii().to_string()
        );
    }

    /// Whether sent data is echoed.
    pub(super) fn try_echoes(&mut self, said: &[u8]) -> bool {
        let mut back = vec![0; said.len()];
        let said_it = self
            .stream
            .write_all(said)
            .and_then(|()| self.stream.flush());
        let heard = said_it.and_then(|()| self.stream.read_exact(&mut back));
        heard.is_ok() && back == said
    }

    /// Sends a `close_notify`.
    pub(super) fn close_notify(&mut self) {
        self.stream.conn.send_close_notify();
        self.stream.flush().expect("room");
    }

    /// Closes the sending side of the connection.
    pub(super) fn fin(&self) {
        self.stream.sock.shutdown(Shutdown::Write).expect("an end");
    }

    /// Reads everything up to the end.
    pub(super) fn hear(&mut self) -> (Vec<u8>, Ended) {
        let mut bytes = Vec::new();
        let end = match self.stream.read_to_end(&mut bytes) {
            Ok(_) => Ended::CloseNotify,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ended::Truncated,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ended::None
            }
            Err(_) => Ended::Reset,
        };
        (bytes, end)
    }

    /// The session and the socket.
    pub(super) fn into_parts(self) -> (ClientConnection, TcpStream) {
        self.stream.into_parts()
    }

    /// The socket.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.stream.sock
    }
}

/// A session before its handshake.
pub(super) fn session(
    name: &str,
    trusted: &[&Issued],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConnection {
    session_of(name, client_config(trusted, versions))
}

/// The trusted certificates and the TLS versions of a client.
pub(super) fn client_config(
    trusted: &[&Issued],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for issued in trusted {
        roots.add(issued.der.clone()).expect("a certificate");
    }
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A session with this config before its handshake.
pub(super) fn session_of(name: &str, config: ClientConfig) -> ClientConnection {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    ClientConnection::new(Arc::new(config), name).expect("a session")
}
