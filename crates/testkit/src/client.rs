//! One connection under manual control: it sends what a test says, and reports exactly how the connection ended.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use socket2::{Domain, SockRef, Socket, Type};

use crate::load::REQUEST;

/// A connected client.
#[derive(Debug)]
pub struct TestClient {
    stream: TcpStream,
    start: Instant,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The server closed the stream.
    Fin,
    /// The connection was reset.
    Reset,
    /// The server did neither within [`TestClient::PATIENCE`].
    None,
}

/// What the client received.
#[derive(Clone, Debug)]
pub struct ReceivedBytes {
    /// Every byte.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub end: StreamEnd,
    /// When it ended, counted from the connect.
    pub after: Duration,
}

impl TestClient {
    /// The time limit for receiving anything.
    pub const PATIENCE: Duration = Duration::from_secs(45);

    /// Connects.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let start = Instant::now();
        let stream =
            TcpStream::connect(address).with_context(|| format!("can't connect to {address}"))?;
        Self::of(stream, start)
    }

    /// Connects from one of this machine's addresses.
    pub fn connect_from(source: Ipv4Addr, address: SocketAddr) -> Result<Self> {
        let start = Instant::now();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddrV4::new(source, 0).into())?;
        socket
            .connect(&address.into())
            .with_context(|| format!("can't connect from {source} to {address}"))?;
        Self::of(socket.into(), start)
    }

    /// The connection that a backend accepted, examined in the same way.
    pub fn from_stream(stream: TcpStream) -> Result<Self> {
        Self::of(stream, Instant::now())
    }

    fn of(stream: TcpStream, start: Instant) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Self::PATIENCE))?;
        stream.set_write_timeout(Some(Self::PATIENCE))?;
        Ok(Self { stream, start })
    }

    /// Resets the connection.
    pub fn reset(self) -> Result<()> {
        SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .context("can't reset")
    }

    /// The socket itself.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Sends; false if the server no longer accepts data.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Closes the sending side.
    pub fn half_close(&self) -> Result<()> {
        self.stream
            .shutdown(Shutdown::Write)
            .context("can't half-close")
    }

    /// Reads exactly this many bytes.
    pub fn read_exact(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.stream.read_exact(bytes).context("can't read")
    }

    /// The time since it connected.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The local address.
    pub fn address(&self) -> Result<SocketAddr> {
        self.stream.local_addr().context("can't get the address")
    }

    /// Whether the server closes, or sends anything, within a limit. It does not consume what the server sends.
    pub fn stirs_within(&mut self, limit: Duration) -> bool {
        let stirred = self.stream.set_read_timeout(Some(limit)).is_ok()
            && {
                let peeked = self.stream.peek(&mut [0]);
                !matches!(peeked, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
            };
        let restored = self.stream.set_read_timeout(Some(Self::PATIENCE));
        stirred || restored.is_err()
    }

    /// Reads until the server closes.
    pub fn hear(&mut self) -> ReceivedBytes {
        let mut bytes = Vec::new();
        let end = match self.stream.read_to_end(&mut bytes) {
            Ok(_) => StreamEnd::Fin,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                StreamEnd::None
            }
            Err(_) => StreamEnd::Reset,
        };
        ReceivedBytes {
            bytes,
            end,
            after: self.start.elapsed(),
        }
    }
}

/// Fetches a policy as a player does.
pub fn fetch(address: SocketAddr) -> Result<ReceivedBytes> {
    let mut client = TestClient::connect(address)?;
    client.send(REQUEST);
    Ok(client.hear())
}
