//! A connection from a trusted balancer: the PROXY header in front of everything else says who the client is.
//!
//! Nobody else's bytes are taken for one, and from a balancer the header is mandatory: the protocol forbids guessing.

use std::fmt;
use std::io;
use std::time::Duration;

use flashgate_wire::proxy_header::{LONGEST, ProxyHeader, ProxyReader, ProxyRefusal, ProxyVerdict};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::waiting::Waiting;

/// One retransmission of a SYN fits, as the protocol asks (PROXY protocol, section 2.2: at least 3 s).
const LIMIT: Duration = Duration::from_secs(5);

/// Why there is no header.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes are none.
    Refused(ProxyRefusal),
    /// They did not come in time.
    Late,
    /// The connection ended before they were whole.
    Ended,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Late => f.write_str("expected a PROXY header within five seconds, found none"),
            Self::Ended => f.write_str("expected a PROXY header, found the connection's end"),
        }
    }
}

/// Reads the header, and not a byte more.
pub(super) async fn read(waiting: &Waiting) -> Result<ProxyHeader, Fault> {
    timeout(LIMIT, read_on(waiting))
        .await
        .unwrap_or(Err(Fault::Late))
}

async fn read_on(waiting: &Waiting) -> Result<ProxyHeader, Fault> {
    let stream = waiting.stream.tcp();
    let (mut bytes, mut reader) = (Vec::new(), ProxyReader::default());
    loop {
        match reader.judge(&bytes) {
            ProxyVerdict::Header(header) => return Ok(header),
            ProxyVerdict::Refused(refusal) => return Err(Fault::Refused(refusal)),
            ProxyVerdict::NeedMore { at_least } => {
                let (start, end) = (bytes.len(), at_least.min(LONGEST));
                bytes.resize(end.max(start + 1), 0);
                waiting.hold(bytes.capacity());
                let room = bytes.get_mut(start..).unwrap_or_default();
                let count = receive(stream, room).await.map_err(|_| Fault::Ended)?;
                if count == 0 {
                    return Err(Fault::Ended);
                }
                bytes.truncate(start + count);
            }
        }
    }
}

async fn receive(stream: &TcpStream, room: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(room) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
    }
}
