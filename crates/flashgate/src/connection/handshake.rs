//! A TLS handshake with a client whose first byte says that it wants one.
//!
//! The bytes that told so are a part of it, and are given to it first. It is bounded by the deadline of the connection's
//! first bytes, and by 64 KiB of messages; nothing of it reaches a backend.

use std::fmt;
use std::io::{self, Read as _};
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

/// What a session keeps of what a client has no room for: one record. rustls would keep four.
const UNSENT: usize = 16 * 1024;

/// Why there is no session.
#[derive(Debug)]
pub(super) enum Failure {
    /// Both sides do not agree, or what came is no TLS.
    Refused(TlsError),
    /// The client ended the connection.
    Ended,
    /// The connection failed.
    Lost,
    /// It took too long.
    Deadline,
}

/// How handshakes ended.
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

    /// How many there were, by their result.
    pub(super) fn totals(&self) -> [(&'static str, u64); 5] {
        [
            ("success", &self.succeeded),
            ("tls-failed", &self.refused),
            ("ended-early", &self.ended),
            ("peer-failed", &self.lost),
            ("deadline", &self.deadline),
        ]
        .map(|(result, counter)| (result, counter.load(Ordering::Relaxed)))
    }
}

/// Shakes hands, given what was read already. Where that fails and the client is told so, the socket comes back, for the
/// alert must arrive.
pub(super) async fn shake(
    stream: TcpStream,
    read: &[u8],
    server: &Arc<ServerConfig>,
    deadline: Instant,
    counts: &Handshakes,
) -> Result<Box<TlsStream<TcpStream>>, (Failure, Option<TcpStream>)> {
    let done = attempt(stream, read, server, deadline).await;
    counts.count(done.as_ref().err().map(|(failure, _)| failure));
    done
}

async fn attempt(
    stream: TcpStream,
    read: &[u8],
    server: &Arc<ServerConfig>,
    deadline: Instant,
) -> Result<Box<TlsStream<TcpStream>>, (Failure, Option<TcpStream>)> {
    // A session ticket that is on its way would hold the reply up until it is acknowledged.
    let _ = stream.set_nodelay(true);
    let session = match begin(read, server) {
        Ok(session) => session,
        Err((error, alert)) => {
            // A new connection has room for it, of which nothing was announced yet.
            let _ = send(&stream, &alert, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
            return Err((Failure::Refused(error), Some(stream)));
        }
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

/// A session that has got the first bytes; or why not, and what to say to the client.
fn begin(
    mut read: &[u8],
    server: &Arc<ServerConfig>,
) -> Result<ServerConnection, (TlsError, Vec<u8>)> {
    let mut session =
        ServerConnection::new(Arc::clone(server)).map_err(|error| (error, Vec::new()))?;
    session.set_buffer_limit(Some(UNSENT));
    while !read.is_empty() {
        // Reading from memory does not fail, and a new session has room for so little.
        let taken = session.read_tls(&mut read.by_ref()).unwrap_or_default();
        if let Err(error) = session.process_new_packets() {
            let mut alert = Vec::new();
            let _ = session.write_tls(&mut alert);
            return Err((error, alert));
        }
        if taken == 0 {
            break;
        }
    }
    Ok(session)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Ended;
        }
        error
            .downcast::<TlsError>()
            .map_or(Self::Lost, Self::Refused)
    }
}

/// What an operator can do about a handshake that failed.
pub(super) fn hint(error: &TlsError) -> &'static str {
    if let TlsError::AlertReceived(alert) = error
        && DISTRUST.contains(alert)
    {
        "the client does not take the certificate: is it of an authority that clients know, complete with its chain, for \
         this name, and not expired?"
    } else if let TlsError::PeerIncompatible(reason) = error {
        if TOO_OLD.contains(reason) {
            "the client is too old: it speaks no TLS 1.2, and nothing older is spoken here"
        } else {
            "the client and flashgate have no algorithm in common"
        }
    } else if let TlsError::InvalidMessage(_) = error {
        "what came is no TLS, though it begins like TLS; where `[tls]` is given, a gate takes every such client for one"
    } else {
        "scanners cause this too; if a player does, see what it runs on"
    }
}

const DISTRUST: [AlertDescription; 5] = [
    AlertDescription::UnknownCA,
    AlertDescription::BadCertificate,
    AlertDescription::CertificateUnknown,
    AlertDescription::CertificateExpired,
    AlertDescription::UnrecognisedName,
];

/// The last one is what a hello of TLS 1.1 runs into first: it has no such extension.
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
            Self::Ended => f.write_str("the client ended the connection"),
            Self::Lost => f.write_str("the connection failed"),
            Self::Deadline => f.write_str("it took too long"),
        }
    }
}
