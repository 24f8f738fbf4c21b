//! The servers behind a gate: one that echoes, one that records, one that sends first, one that does only what the test
//! does, and some that are unreachable.
//!
//! They know nothing about policies. Each connection has its own thread, which ends with the connection.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use socket2::{Domain, Socket, Type};

use crate::client::StreamEnd;
use crate::listening::{self, Connections, Listening};

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// What a backend does with a connection.
#[derive(Clone, Debug)]
pub enum BackendBehaviour {
    /// Sends back what it receives, and closes when the client does.
    Echo,
    /// Keeps what it receives, and closes when the client does.
    Record,
    /// Sends these bytes after this time, whatever it receives; then echoes, and keeps what it receives.
    Greet(Vec<u8>, Duration),
    /// Does nothing: the test takes the connection with [`TestBackend::next`].
    Hold,
}

/// A connection that has ended.
#[derive(Clone, Debug)]
pub struct Record {
    /// The address of the peer, which is the gate.
    pub peer: SocketAddr,
    /// Every byte; empty for [`BackendBehaviour::Echo`].
    pub bytes: Vec<u8>,
    /// How the stream ended.
    pub end: StreamEnd,
}

/// A running backend; it stops listening when dropped.
#[derive(Debug)]
pub struct TestBackend {
    listening: Listening,
    held: Receiver<TcpStream>,
    records: Receiver<Record>,
}

impl TestBackend {
    /// Starts one on a free port of 127.0.0.1.
    pub fn start(manner: BackendBehaviour) -> Result<Self> {
        Absent::reserve(([127, 0, 0, 1], 0).into())?.appear(manner)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The next connection of [`BackendBehaviour::Hold`], with a limit for each read and write.
    pub fn next(&self, limit: Duration) -> Result<TcpStream> {
        let stream = self
            .held
            .recv_timeout(limit)
            .context("no connection to the backend in time")?;
        stream.set_read_timeout(Some(crate::client::TestClient::PATIENCE))?;
        stream.set_write_timeout(Some(crate::client::TestClient::PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Whether a connection of [`BackendBehaviour::Hold`] is waiting or arrives within a limit; it is accepted and
    /// closed.
    pub fn is_called_within(&self, limit: Duration) -> bool {
        self.held.recv_timeout(limit).is_ok()
    }

    /// The next connection that has ended.
    pub fn record(&self, limit: Duration) -> Result<Record> {
        self.records
            .recv_timeout(limit)
            .context("no connection to the backend ended in time")
    }

    /// All connections that have ended, up to the one with these bytes, which the test makes last.
    pub fn records_until(&self, last: &[u8], limit: Duration) -> Result<Vec<Record>> {
        let deadline = Instant::now() + limit;
        let mut records = Vec::new();
        loop {
            let record = self.record(deadline.saturating_duration_since(Instant::now()))?;
            if record.bytes == last {
                return Ok(records);
            }
            records.push(record);
        }
    }
}

/// A backend that is down: its port is reserved, and connections to it are refused.
#[derive(Debug)]
pub struct Absent {
    socket: Socket,
    address: SocketAddr,
}

impl Absent {
    /// Reserves this address; port 0 takes a free port.
    pub fn reserve(address: SocketAddr) -> Result<Self> {
        let socket = listening::bind(address).with_context(|| format!("can't bind {address}"))?;
        let address = socket.local_addr()?.as_socket().context("no IP address")?;
        Ok(Self { socket, address })
    }

    /// The address that it would listen on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the backend.
    pub fn appear(self, manner: BackendBehaviour) -> Result<TestBackend> {
        let (pass_on, held) = channel();
        let (tell, records) = channel();
        let listening = Listening::start(self.socket, move |connections| {
            serve(&manner, connections, &pass_on, &tell);
        })?;
        Ok(TestBackend {
            listening,
            held,
            records,
        })
    }

    /// Hangs instead: the queue is full, so the kernel drops SYNs and clients wait.
    pub fn hang(self) -> Result<BlackHole> {
        self.socket.listen(0)?;
        let mut queued = Vec::new();
        // A queue of length 0 takes one connection. The others cannot connect, which proves that the queue is full.
        for _ in 0..4 {
            let client = Socket::new(Domain::for_address(self.address), Type::STREAM, None)?;
            client.set_nonblocking(true)?;
            // The connect is in progress, or never completes.
            let _ = client.connect(&self.address.into());
            queued.push(client);
        }
        Ok(BlackHole {
            address: self.address,
            _socket: self.socket,
            _queued: queued,
        })
    }
}

/// A backend that hangs; see [`Absent::hang`].
#[derive(Debug)]
pub struct BlackHole {
    address: SocketAddr,
    _socket: Socket,
    _queued: Vec<Socket>,
}

impl BlackHole {
    /// The address, where connects hang.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn serve(
    manner: &BackendBehaviour,
    connections: Connections,
    pass_on: &Sender<TcpStream>,
    tell: &Sender<Record>,
) {
    for (stream, peer) in connections {
        if let BackendBehaviour::Hold = manner {
            // A test that has ended takes no more connections.
            let _ = pass_on.send(stream);
            continue;
        }
        let (manner, tell) = (manner.clone(), tell.clone());
        thread::spawn(move || {
            let (bytes, end) = converse(&manner, stream);
            let _ = tell.send(Record { peer, bytes, end });
        });
    }
}

/// Handles one connection to its end; returns the received bytes and how it ended.
fn converse(manner: &BackendBehaviour, mut stream: TcpStream) -> (Vec<u8>, StreamEnd) {
    let mut kept = Vec::new();
    let end = match speak(manner, &mut stream, &mut kept) {
        Ok(()) => StreamEnd::Fin,
        Err(error) if error.kind() == ErrorKind::WouldBlock => StreamEnd::None,
        Err(_) => StreamEnd::Reset,
    };
    (kept, end)
}

fn speak(manner: &BackendBehaviour, stream: &mut TcpStream, kept: &mut Vec<u8>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if let BackendBehaviour::Greet(greeting, after) = manner {
        thread::sleep(*after);
        stream.write_all(greeting)?;
    }
    let mut piece = vec![0; PIECE];
    loop {
        let count = stream.read(&mut piece)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            // Last of all; what the peer did before is what the test checks.
            let _ = stream.shutdown(Shutdown::Write);
            return Ok(());
        };
        if !matches!(manner, BackendBehaviour::Echo) {
            kept.extend_from_slice(read);
        }
        if !matches!(manner, BackendBehaviour::Record) {
            stream.write_all(read)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::TestClient;

    #[test]
    fn an_absent_one_refuses_and_may_appear() {
        let absent = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
        let address = absent.address();
        assert!(TestClient::connect(address).is_err());
        let backend = absent
            .appear(BackendBehaviour::Greet(b"hi".to_vec(), Duration::ZERO))
            .unwrap();
        let mut client = TestClient::connect(address).unwrap();
        client.send(b"x");
        client.half_close().unwrap();
        assert_eq!(client.hear().bytes, b"hix");
        let record = backend.record(Duration::from_secs(10)).unwrap();
        assert_eq!((&record.bytes[..], record.end), (&b"x"[..], StreamEnd::Fin));
    }

    #[test]
    fn nobody_gets_into_a_black_hole() {
        let absent = Absent::reserve(([127, 0, 0, 1], 0).into()).unwrap();
        let hole = absent.hang().unwrap();
        let limit = Duration::from_millis(300);
        let error = TcpStream::connect_timeout(&hole.address(), limit).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
