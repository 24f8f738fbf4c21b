//! Asks a running daemon: one GET of its `[admin]`, within a time limit.
//!
//! It uses blocking sockets of `std`, and must work where nothing but this program exists: without files, in a
//! container without privileges. It must never take longer than the limit, whatever the other side does.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use flashgate_wire::http::ReceivedHead;

mod url;

pub(crate) use url::AdminUrl;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AdminAnswer {
    /// The status code.
    pub(crate) status: u16,
    /// The text after the status code.
    pub(crate) reason: String,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The name has no address.
    Unknown(io::Error),
    /// No address accepts connections. With the last one that was tried.
    NotConnected(SocketAddr, io::Error),
    /// The connection failed.
    Broken(io::Error),
    /// It was closed before the answer was complete.
    Closed,
    /// The answer was incomplete when the time was up.
    TooSlow,
    /// The answer is not HTTP, or too long.
    NotAdmin,
}

/// More than `/status.json` of a daemon with a thousand listeners.
const LARGEST: usize = 4 << 20;

/// The answer to a GET of this path, unless the URL has one.
pub(crate) fn get(url: &AdminUrl, path: &str, limit: Duration) -> Result<AdminAnswer, NoAnswer> {
    let deadline = Instant::now() + limit;
    let addresses = url
        .addresses(left(deadline)?)
        .map_err(|error| timed(error, NoAnswer::Unknown))?;
    let mut stream = connect(&addresses, deadline)?;
    let (path, host) = (url.path().unwrap_or(path), url.host());
    // With HTTP/1.0, no server answers in chunks.
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    stream
        .set_write_timeout(Some(left(deadline)?))
        .and_then(|()| stream.write_all(request.as_bytes()))
        .map_err(|error| timed(error, NoAnswer::Broken))?;
    receive(&mut stream, deadline)
}

/// Tries each address until one accepts.
fn connect(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, NoAnswer> {
    let mut refused = NoAnswer::Unknown(io::ErrorKind::NotFound.into());
    for address in addresses {
        match TcpStream::connect_timeout(address, left(deadline)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = NoAnswer::NotConnected(*address, error),
        }
    }
    Err(refused)
}

/// Reads until the body is complete.
fn receive(stream: &mut TcpStream, deadline: Instant) -> Result<AdminAnswer, NoAnswer> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 16 << 10]);
    let mut head = None;
    loop {
        if head.is_none() {
            head = ReceivedHead::read(&bytes).map_err(|_| NoAnswer::NotAdmin)?;
        }
        if let Some(head) = &head
            && let Some(answer) = complete(head, &bytes)
        {
            return Ok(answer);
        }
        stream
            .set_read_timeout(Some(left(deadline)?))
            .map_err(NoAnswer::Broken)?;
        match stream.read(&mut piece) {
            Ok(0) => return at_end(head, &bytes),
            Ok(length) => bytes.extend_from_slice(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(timed(error, NoAnswer::Broken)),
        }
        if bytes.len() > LARGEST {
            return Err(NoAnswer::NotAdmin);
        }
    }
}

/// The answer, if the head says how long the body is and it has arrived.
fn complete(head: &ReceivedHead, bytes: &[u8]) -> Option<AdminAnswer> {
    let body = bytes.get(head.length..)?.get(..head.body?)?;
    Some(answer(head, body))
}

/// The answer, if the body may end with the connection.
fn at_end(head: Option<ReceivedHead>, bytes: &[u8]) -> Result<AdminAnswer, NoAnswer> {
    let head = head
        .filter(|head| head.body.is_none())
        .ok_or(NoAnswer::Closed)?;
    Ok(answer(&head, bytes.get(head.length..).unwrap_or_default()))
}

fn answer(head: &ReceivedHead, body: &[u8]) -> AdminAnswer {
    AdminAnswer {
        status: head.status,
        reason: head.reason.clone(),
        body: body.to_vec(),
    }
}

/// The time that is left. The system takes zero as no limit.
fn left(deadline: Instant) -> Result<Duration, NoAnswer> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(NoAnswer::TooSlow);
    }
    Ok(left)
}

/// A timeout of the socket is not an error of the connection.
fn timed(error: io::Error, other: impl Fn(io::Error) -> NoAnswer) -> NoAnswer {
    if [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut].contains(&error.kind()) {
        NoAnswer::TooSlow
    } else {
        other(error)
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = flashgate_config::reason;
        match self {
            Self::Unknown(error) => write!(f, "the name can't be resolved: {}", reason(error)),
            Self::NotConnected(address, error) => {
                write!(f, "can't connect to {address}: {}", reason(error))
            }
            Self::Broken(error) => write!(f, "the connection failed: {}", reason(error)),
            Self::Closed => f.write_str("the connection was closed before the answer was complete"),
            Self::TooSlow => f.write_str("no complete answer in time"),
            Self::NotAdmin => {
                f.write_str("expected an answer of flashgate's `[admin]`, found something else")
            }
        }
    }
}

impl NoAnswer {
    /// What the operator can do.
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotConnected(..) => Some(
                "start flashgate with `[admin]` in its config file; or, without a config file, with `--admin 127.0.0.1:9843`",
            ),
            Self::NotAdmin => Some("pass the address of `[admin]`, not that of a gate or listener"),
            Self::Unknown(_) | Self::Broken(_) | Self::Closed | Self::TooSlow => None,
        }
    }
}
