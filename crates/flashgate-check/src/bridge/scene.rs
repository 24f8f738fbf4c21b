//! The observations of one entry's bridge, as data only.

use std::net::IpAddr;
use std::time::Duration;

use super::super::answer::HandshakeAnswer;
use super::super::names::LookupFault;
use super::super::tls::TlsFault;
use super::super::trace::DialAttempt;
use super::entry::ProxyEntry;

/// The observations of one entry's bridge.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) entry: ProxyEntry,
    pub(crate) started: Duration,
    /// Empty if the name has no address.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) attempts: Vec<DialAttempt>,
    pub(crate) reached: Reached,
    /// The Origin that the browser sends.
    pub(crate) origin: String,
    /// What is wrong with the certificate, if `--insecure` accepted it.
    pub(crate) overlooked: Option<TlsFault>,
}

/// How far a page got.
#[derive(Debug)]
pub(crate) enum Reached {
    /// The time of the check was over before the result was clear.
    OutOfTime,
    /// The bridge's name has no address.
    Nobody(LookupFault),
    /// No address accepts a connection.
    NoConnection,
    /// The connection was accepted, but TLS failed.
    NoTls(TlsFault),
    /// The bridge received the request for a WebSocket.
    Server(HandshakeScene),
}

impl Scene {
    /// The WebSocket handshake, if there was one.
    pub(crate) const fn handshake(&self) -> Option<&HandshakeScene> {
        match &self.reached {
            Reached::Server(handshake) => Some(handshake),
            Reached::OutOfTime | Reached::Nobody(_) | Reached::NoConnection | Reached::NoTls(_) => {
                None
            }
        }
    }
}

/// A handshake, from the request onwards.
#[derive(Debug)]
pub(crate) struct HandshakeScene {
    pub(crate) sent_at: Duration,
    pub(crate) answered_at: Option<Duration>,
    pub(crate) answer: HandshakeAnswer,
    pub(crate) opening: Greeting,
}

/// What the bridge sends on its own once the connection is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) text_frame: bool,
    pub(crate) binary_frame: bool,
    /// A close frame: its code, if it has one, and its reason.
    pub(crate) close: Option<(Option<u16>, String)>,
    /// The TCP connection ended.
    pub(crate) ended: bool,
}
