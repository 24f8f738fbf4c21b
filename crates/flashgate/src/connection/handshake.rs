//! A TLS handshake with a client whose first byte asks for one.
//!
//! The bytes read so far are part of the handshake, so the session gets them first. The limits are the deadline for the
//! connection's first bytes, and [`MOST`] bytes from the client. Nothing of the handshake reaches a backend.

use std::fmt;
use std::io::{self, ErrorKind, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::net::{SendFlags, send};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{
    AlertDescription, Error as TlsError, PeerIncompatible, ServerConfig, ServerConnection,
};
use tokio_rustls::server::TlsStream;

/// How many bytes a session buffers for a slow client: one record. The default of rustls is four.
const UNSENT: usize = 16 * 1024;

/// How many bytes a client may send before it has a session: a hello, perhaps a second one, and the finish. Browsers
/// send 2 KiB in all. rustls alone would accept a hello of 64 KiB.
const MOST: usize = 16 * 1024;

/// The maximum memory of a session before anything inside it is understood: its keys and state, with one record or an
/// incomplete hello.
pub(super) const SESSION: usize = 24 * 1024;

/// The memory of a handshake after this many bytes: its state, and the hello in raw and parsed form.
fn cost(read: usize) -> usize {
    (STATE + 2 * read).min(SESSION)
}

/// The memory of a handshake without the bytes read.
const STATE: usize = 8 * 1024;

/// Why there is no session.
#[derive(Debug)]
pub(super) enum Failure {
    /// The two sides have no algorithm in common, or the data is not TLS.
    Refused(TlsError),
    /// The client closed the connection.
    Ended,
    /// The connection failed.
    Lost,
    /// The deadline passed.
    Deadline,
}

/// Counts handshakes by result.
#[derive(Debug, Default)]
pub(super) struct Handshakes {
    succeeded: AtomicU64,
    refused: AtomicU64,
    ended: AtomicU64,
    lost: AtomicU64,
    deadline: AtomicU64,
}

impl Handshakes {
    fn count(&self, failure: Option<&Failure>) {
        let counter = match failure {
            None => &self.succeeded,
            Some(Failure::Refused(_)) => &self.refused,
            Some(Failure::Ended) => &self.ended,
            Some(Failure::Lost) => &self.lost,
            Some(Failure::Deadline) => &self.deadline,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How many handshakes there were, by result.
    pub(super) fn totals(&self) -> [(&'static str, u64); 5] {
        [
            ("success", &self.succeeded),
            ("tls-failed", &self.refused),
            ("closed-early", &self.ended),
            ("connection-error", &self.lost),
            ("deadline", &self.deadline),
        ]
        .map(|(result, counter)| (result, counter.load(Ordering::Relaxed)))
    }
}

/// The limits of a handshake.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub(super) deadline: Instant,
    /// Called with the number of bytes in memory, whenever it changes.
    pub(super) hold: &'a (dyn Fn(usize) + Sync),
}

/// Does a handshake, given the bytes read so far. If it fails with an alert, the socket is returned, so that the alert
/// can arrive.
pub(super) async fn shake(
    stream: TcpStream,
    read: &[u8],
    server: &Arc<ServerConfig>,
    bounds: Bounds<'_>,
    counts: &Handshakes,
) -> Result<Box<TlsStream<TcpStream>>, (Failure, Option<TcpStream>)> {
    let done = match first_record(&stream, read.to_vec(), bounds).await {
        Ok(read) => Box::pin(attempt(stream, &read, server, bounds)).await,
        Err(failure) => Err((failure, None)),
    };
    counts.count(done.as_ref().err().map(|(failure, _)| failure));
    done
}

/// Reads until the record with the start of the hello is complete. Until then, a session would only cost memory.
async fn first_record(
    stream: &TcpStream,
    mut read: Vec<u8>,
    Bounds { deadline, hold }: Bounds<'_>,
) -> Result<Vec<u8>, Failure> {
    while awaits_more(&read) {
        hold(read.capacity());
        match timeout_at(deadline, stream.readable()).await {
            Ok(readable) => readable?,
            Err(_) => return Err(Failure::Deadline),
        }
        let mut room = [0; PIECE];
        match stream.try_read(&mut room) {
            Ok(0) => return Err(Failure::Ended),
            Ok(count) => read.extend_from_slice(room.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if read.len() > MOST {
            return Err(too_long());
        }
    }
    Ok(read)
}

fn too_long() -> Failure {
    Failure::Refused(TlsError::General(TOO_LONG.to_owned()))
}

/// Whether a session would wait for more bytes of this record (RFC 8446, 5.1).
fn awaits_more(read: &[u8]) -> bool {
    match read {
        [_, 3, _, high, low, fragment @ ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            fragment.len() < length && length <= MOST && read.len() < MOST
        }
        [_, 3, ..] | [_] => read.len() < HEADER,
        _ => false,
    }
}

/// The length of a record's header: kind, version and length.
const HEADER: usize = 5;

async fn attempt(
    stream: TcpStream,
    read: &[u8],
    server: &Arc<ServerConfig>,
    Bounds { deadline, hold }: Bounds<'_>,
) -> Result<Box<TlsStream<TcpStream>>, (Failure, Option<TcpStream>)> {
    // Otherwise the reply would wait until a session ticket is acknowledged.
    let _ = stream.set_nodelay(true);
    let agreed = async {
        hold(cost(read.len()));
        let mut session = begin(read, server)?;
        agree(&stream, &mut session, read.len(), hold).await?;
        Ok::<_, (Failure, Vec<u8>)>(session)
    };
    let session = match timeout_at(deadline, agreed).await {
        Ok(Ok(session)) => session,
        Ok(Err((failure @ Failure::Refused(_), alert))) => {
            // It fits, because little has been sent so far.
            let _ = send(&stream, &alert, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
            return Err((failure, Some(stream)));
        }
        Ok(Err((failure, _))) => return Err((failure, None)),
        Err(_) => return Err((Failure::Deadline, None)),
    };
    let acceptor = TlsAcceptor::from(Arc::clone(server));
    let accept = acceptor.accept_with(stream, |fresh| *fresh = session);
    match timeout_at(deadline, accept.into_fallible()).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err((error, stream))) => {
            let failure = Failure::from(error);
            let told = matches!(failure, Failure::Refused(_)).then_some(stream);
            Err((failure, told))
        }
        Err(_) => Err((Failure::Deadline, None)),
    }
}

/// Creates a session that has processed the first bytes. On error, returns the reason and the alert for the client.
fn begin(read: &[u8], server: &Arc<ServerConfig>) -> Result<ServerConnection, (Failure, Vec<u8>)> {
    let session = ServerConnection::new(Arc::clone(server));
    let mut session = session.map_err(|error| (Failure::Refused(error), Vec::new()))?;
    session.set_buffer_limit(Some(UNSENT));
    feed(&mut session, read)?;
    Ok(session)
}

/// Passes received bytes to a session. On error, returns the reason and the alert for the client.
fn feed(session: &mut ServerConnection, mut read: &[u8]) -> Result<(), (Failure, Vec<u8>)> {
    while !read.is_empty() {
        // Reading from memory does not fail, and a session without application data has room.
        let taken = session.read_tls(&mut read.by_ref()).unwrap_or_default();
        if let Err(error) = session.process_new_packets() {
            let mut alert = Vec::new();
            let _ = session.write_tls(&mut alert);
            return Err((Failure::Refused(error), alert));
        }
        if taken == 0 {
            break;
        }
    }
    Ok(())
}

/// Completes the handshake. It is done here, in small pieces, because the library sets no limit for the client.
async fn agree(
    stream: &TcpStream,
    session: &mut ServerConnection,
    mut read: usize,
    hold: &(dyn Fn(usize) + Sync),
) -> Result<(), (Failure, Vec<u8>)> {
    let lost = |error: io::Error| (Failure::from(error), Vec::new());
    loop {
        write(stream, session).await.map_err(lost)?;
        if !session.is_handshaking() {
            return Ok(());
        }
        stream.readable().await.map_err(lost)?;
        let mut room = [0; PIECE];
        match stream.try_read(&mut room) {
            Ok(0) => return Err((Failure::Ended, Vec::new())),
            Ok(count) if read + count > MOST => {
                return Err((too_long(), Vec::new()));
            }
            Ok(count) => {
                read += count;
                hold(cost(read));
                feed(session, room.get(..count).unwrap_or_default())?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(lost(error)),
        }
    }
}

/// Sends the session's pending output.
async fn write(stream: &TcpStream, session: &mut ServerConnection) -> io::Result<()> {
    while session.wants_write() {
        match session.write_tls(&mut Now(stream)) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await?,
            done => drop(done?),
        }
    }
    Ok(())
}

/// A socket that never blocks.
struct Now<'a>(&'a TcpStream);

impl io::Write for Now<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How much of a handshake is read at once.
const PIECE: usize = 1024;

const TOO_LONG: &str = "expected a handshake of at most 16 KiB";

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::UnexpectedEof {
            return Self::Ended;
        }
        error
            .downcast::<TlsError>()
            .map_or(Self::Lost, Self::Refused)
    }
}

/// What an operator can do about a failed handshake.
pub(super) fn hint(error: &TlsError) -> &'static str {
    if let TlsError::AlertReceived(alert) = error
        && DISTRUST.contains(alert)
    {
        "the client rejects the certificate: check that it comes from an authority that clients trust, includes its \
         chain, is for this name, and has not expired"
    } else if let TlsError::PeerIncompatible(reason) = error {
        if TOO_OLD.contains(reason) {
            "the client is too old: it does not support TLS 1.2 or later"
        } else {
            "the client and flashgate have no TLS algorithm in common"
        }
    } else if let TlsError::InvalidMessage(_) = error {
        "the data begins like TLS but is not; with `[tls]`, a gate treats every such connection as TLS"
    } else {
        "scanners cause this too; if a player does, check its operating system and browser"
    }
}

const DISTRUST: [AlertDescription; 5] = [
    AlertDescription::UnknownCA,
    AlertDescription::BadCertificate,
    AlertDescription::CertificateUnknown,
    AlertDescription::CertificateExpired,
    AlertDescription::UnrecognisedName,
];

/// The last one is what a TLS 1.1 hello fails with first, because it lacks the extension.
const TOO_OLD: [PeerIncompatible; 4] = [
    PeerIncompatible::Tls12NotOffered,
    PeerIncompatible::Tls12NotOfferedOrEnabled,
    PeerIncompatible::SupportedVersionsExtensionRequired,
    PeerIncompatible::SignatureAlgorithmsExtensionRequired,
];

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Ended => f.write_str("the client closed the connection"),
            Self::Lost => f.write_str("the connection failed"),
            Self::Deadline => f.write_str("the handshake took too long"),
        }
    }
}
