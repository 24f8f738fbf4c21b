//! The servers that a gate stands before: one that echoes, one that records, one that speaks first, one that does nothing
//! unless the test does it, and some that can't be reached.
//!
//! They know nothing of policies. Each connection has a thread of its own, which ends with the connection.

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
    /// Sends back what it gets, and ends when the client does.
    Echo,
    /// Keeps what it gets, and ends when the client does.
    Record,
    /// Says this after so long, whatever comes; then echoes, and keeps what it gets.
    Greet(Vec<u8>, Duration),
    /// Does nothing: the test takes the connection with [`TestBackend::next`].
    Hold,
}

/// One connection, once it is over.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who connected: the gate.
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
    /// On a free port of 127.0.0.1.
    pub fn start(manner: BackendBehaviour) -> Result<Self> {
        Absent::reserve(([127, 0, 0, 1], 0).into())?.appear(manner)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The next connection of [`BackendBehaviour::Hold`], with a limit on each read and write.
    pub fn next(&self, limit: Duration) -> Result<TcpStream> {
        let stream = self
            .held
            .recv_timeout(limit)
            .context("expected a connection to the backend, found none in time")?;
        stream.set_read_timeout(Some(crate::client::TestClient::PATIENCE))?;
        stream.set_write_timeout(Some(crate::client::TestClient::PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Whether a connection of [`BackendBehaviour::Hold`] is there already or comes within a limit; it is taken and closed.
    pub fn is_called_within(&self, limit: Duration) -> bool {
        self.held.recv_timeout(limit).is_ok()
    }

    /// The next connection that is over.
    pub fn record(&self, limit: Duration) -> Result<Record> {
        self.records
            .recv_timeout(limit)
            .context("expected a connection to the backend to end, found none in time")
    }

    /// All connections that are over, up to one with these bytes, which the test makes as its last.
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

/// A backend that is down: its port is kept from others, and whoever connects is refused.
#[derive(Debug)]
pub struct Absent {
    socket: Socket,
    address: SocketAddr,
}

impl Absent {
    /// One at this address; port 0 takes a free one.
    pub fn reserve(address: SocketAddr) -> Result<Self> {
        let socket = listening::bind(address).with_context(|| format!("can't bind {address}"))?;
        let address = socket.local_addr()?.as_socket().context("no IP address")?;
        Ok(Self { socket, address })
    }

    /// Where it would listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// It comes up.
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

    /// It hangs instead: its queue is full, so that the kernel drops what is sent to connect. Whoever connects waits.
    pub fn hang(self) -> Result<BlackHole> {
        self.socket.listen(0)?;
        let mut queued = Vec::new();
        // A queue of length 0 takes one; the others are in vain, and prove that it is full.
        for _ in 0..4 {
            let client = Socket::new(Domain::for_address(self.address), Type::STREAM, None)?;
            client.set_nonblocking(true)?;
            // It is under way, or never will be.
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

/// See [`Absent::hang`].
#[derive(Debug)]
pub struct BlackHole {
    address: SocketAddr,
    _socket: Socket,
    _queued: Vec<Socket>,
}

impl BlackHole {
    /// Where one connects in vain.
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
            // A test that has ended takes no more of them.
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

/// One connection to its end; what came, and how it ended.
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
            // The last to end; what the peer did before is what counts.
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
