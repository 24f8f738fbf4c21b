//! Drives a player over the sockets of the standard library, in the calling thread.
//!
//! It decides nothing: the machine does. It supports what current players do with a plain `Socket`, TCP.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};
use std::vec::Vec;

use core::fmt;

use super::{
    Action, Config, Event, Fetch, FetchId, Moment, Outcome, Player, Protocol, Step, Transport,
};

/// A finished attempt over real sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The outcome.
    pub outcome: Outcome,
    /// The connections, in order.
    pub steps: Vec<Step>,
}

/// Why an attempt could not be made.
#[non_exhaustive]
pub enum AttemptError {
    /// The host has no address, or the resolver failed.
    Resolve(io::Error),
    /// This system could not connect, for a reason that is neither the server's nor the network's.
    Connect(io::Error),
    /// The player wants TLS: see [`SocketClass::Secure`](super::SocketClass::Secure).
    Tls,
    /// The player wants a policy over HTTP, as players before 9.0.124 do.
    Http,
}

impl fmt::Display for AttemptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(error) => write!(f, "can't find the host: {error}"),
            Self::Connect(error) => write!(f, "can't connect: {error}"),
            Self::Tls => f.write_str("this player uses TLS, which is not supported here"),
            Self::Http => {
                f.write_str("this player fetches policies over HTTP, which is not supported here")
            }
        }
    }
}

impl core::error::Error for AttemptError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Resolve(error) | Self::Connect(error) => Some(error),
            Self::Tls | Self::Http => None,
        }
    }
}

debug_is_display!(AttemptError);

/// Makes an attempt as a player would, over real sockets. Blocks the calling thread until there is an outcome.
///
/// It takes no longer than [`Config::timeout`] (20 seconds), except if the system's resolver does. A target that can be
/// reached gets one connection on which nothing is sent. If a host has several addresses, each gets an equal share of
/// the time to connect.
///
/// Needs the features `player` and `std`. With an async runtime, with TLS, or for players that use HTTP, drive
/// [`Player`] yourself.
///
/// # Errors
///
/// If the host has no address, if this system can't connect at all, or if the player needs more than TCP. A server that
/// refuses, closes or resets connections, or does not answer, is an [`Outcome`].
///
/// ```
/// use std::net::TcpListener;
///
/// use flash_policy::Port;
/// use flash_policy::decide::Sandbox;
/// use flash_policy::player::{Config, Verdict, attempt};
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let port = Port::new(server.local_addr()?.port())?;
/// // AIR's own sandbox needs no policy, so a listener is enough.
/// let attempt = attempt(Config::new(Sandbox::Application, "127.0.0.1".parse()?, port))?;
/// assert_eq!(attempt.outcome.verdict, Verdict::Allowed);
/// assert_eq!(attempt.steps.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn attempt(config: Config) -> Result<Attempt, AttemptError> {
    let clock = AttemptClock(Instant::now());
    let mut player = Player::new(config, clock.now());
    // The player has at most one connection at a time.
    let mut open = None;
    loop {
        match player.poll(clock.now()) {
            Action::Connect(fetch) => open = start(&mut player, &fetch, clock)?,
            Action::Wait { until } => match &open {
                Some((id, stream)) => listen(&mut player, *id, stream, (clock, until)),
                None => std::thread::sleep(until.since(clock.now())),
            },
            Action::Close(_) => open = None,
            Action::Done(outcome) => {
                let steps = player.steps().to_vec();
                return Ok(Attempt { outcome, steps });
            }
        }
    }
}

/// The time since the start.
#[derive(Clone, Copy)]
struct AttemptClock(Instant);

impl AttemptClock {
    fn now(self) -> Moment {
        Moment::after(self.0.elapsed())
    }

    /// The time until then. At least 1 ms, because `std` does not accept 0.
    fn left(self, until: Moment) -> Duration {
        until.since(self.now()).max(Duration::from_millis(1))
    }
}

/// Opens a connection and sends what the player sends.
fn start(
    player: &mut Player,
    fetch: &Fetch,
    clock: AttemptClock,
) -> Result<Option<(FetchId, TcpStream)>, AttemptError> {
    let request = match (&fetch.protocol, fetch.transport) {
        (_, Transport::Tls) => return Err(AttemptError::Tls),
        (Protocol::Http { .. }, Transport::Tcp) => return Err(AttemptError::Http),
        (Protocol::Policy(request), Transport::Tcp) => *request,
        (Protocol::Nothing, Transport::Tcp) => &[],
    };
    let has_ipv6 = player.config().client.has_ipv6();
    let mut addresses = addresses(fetch)?;
    addresses.retain(|address| has_ipv6 || address.is_ipv4());
    let mut stream = match connect(&addresses, fetch.deadline, clock) {
        Ok(stream) => stream,
        Err(error) => {
            let event = event(error)?;
            player.handle(fetch.id, event, clock.now());
            return Ok(None);
        }
    };
    player.handle(fetch.id, Event::Connected, clock.now());
    // A few bytes always fit into the buffer of a new socket.
    if stream.write_all(request).is_err() {
        player.handle(fetch.id, Event::Reset, clock.now());
    }
    Ok(Some((fetch.id, stream)))
}

fn addresses(fetch: &Fetch) -> Result<Vec<SocketAddr>, AttemptError> {
    // As one text, because IPv6 addresses are in brackets.
    let target = std::format!("{}:{}", fetch.host, fetch.port);
    let addresses = target.to_socket_addrs().map_err(AttemptError::Resolve)?;
    Ok(addresses.collect())
}

/// Connects to the first address that accepts the connection. Otherwise returns the last error.
fn connect(addresses: &[SocketAddr], until: Moment, clock: AttemptClock) -> io::Result<TcpStream> {
    let mut last = io::Error::from(ErrorKind::HostUnreachable);
    for (untried, address) in (1..=addresses.len()).rev().zip(addresses) {
        let untried = u32::try_from(untried).unwrap_or(u32::MAX);
        let share = clock.left(until) / untried;
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What a failure to connect means to the player.
fn event(error: io::Error) -> Result<Event<'static>, AttemptError> {
    let is_refusal = matches!(
        error.kind(),
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable
    );
    if is_timeout(&error) {
        Ok(Event::TimedOut)
    } else if is_refusal {
        Ok(Event::Refused)
    } else {
        Err(AttemptError::Connect(error))
    }
}

/// Waits for bytes up to this moment, and reports what came.
fn listen(player: &mut Player, id: FetchId, mut stream: &TcpStream, wait: (AttemptClock, Moment)) {
    let (clock, until) = wait;
    let mut buffer = [0; 4096];
    let read = stream
        .set_read_timeout(Some(clock.left(until)))
        .and_then(|()| stream.read(&mut buffer));
    let event = match read {
        Ok(0) => Event::Finished,
        Ok(length) => Event::Received(buffer.get(..length).unwrap_or_default()),
        Err(error) if is_timeout(&error) => return,
        Err(_) => Event::Reset,
    };
    player.handle(id, event, clock.now());
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted
    )
}
