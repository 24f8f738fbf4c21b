//! A connection from a trusted load balancer. It starts with a PROXY header, which has the client's address.
//!
//! Only listed peers can send a header, and from them it is mandatory: the protocol forbids guessing.

use std::fmt;
use std::io;
use std::time::Duration;

use flashgate_wire::proxy_header::{LONGEST, ProxyHeader, ProxyReader, ProxyRefusal, ProxyVerdict};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::waiting::Waiting;

/// Leaves time for one retransmission of a SYN, as the protocol asks (PROXY protocol, section 2.2: at least 3 s).
const LIMIT: Duration = Duration::from_secs(5);

/// Why there is no valid header.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes are not a header.
    Refused(ProxyRefusal),
    /// The header did not arrive in time.
    Late,
    /// The connection ended before the header was complete.
    Ended,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Late => f.write_str("expected a PROXY header within 5 seconds, found none"),
            Self::Ended => f.write_str("expected a PROXY header, found the end of the connection"),
        }
    }
}

/// Reads the header, and nothing after it.
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
