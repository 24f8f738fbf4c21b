//! What was seen of one entry's bridge: data only.

use std::net::IpAddr;
use std::time::Duration;

use super::super::answer::HandshakeAnswer;
use super::super::names::LookupFault;
use super::super::tls::TlsFault;
use super::super::trace::DialAttempt;
use super::entry::ProxyEntry;

/// What was seen of one entry's bridge.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) entry: ProxyEntry,
    pub(crate) started: Duration,
    /// Empty where the name has none.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) attempts: Vec<DialAttempt>,
    pub(crate) reached: Reached,
    /// The Origin that the browser sends.
    pub(crate) origin: String,
    /// What is wrong with the certificate, where `--insecure` accepts it all the same.
    pub(crate) overlooked: Option<TlsFault>,
}

/// How far a page gets.
#[derive(Debug)]
pub(crate) enum Reached {
    /// The bridge's name has no address.
    Nobody(LookupFault),
    /// No address lets it connect.
    NoConnection,
    /// A connection stands, and no TLS on it.
    NoTls(TlsFault),
    /// The bridge was asked for a WebSocket.
    Server(HandshakeScene),
}

impl Scene {
    /// The WebSocket's handshake, where it came to one.
    pub(crate) const fn handshake(&self) -> Option<&HandshakeScene> {
        match &self.reached {
            Reached::Server(handshake) => Some(handshake),
            Reached::Nobody(_) | Reached::NoConnection | Reached::NoTls(_) => None,
        }
    }
}

/// A handshake, from the request on.
#[derive(Debug)]
pub(crate) struct HandshakeScene {
    pub(crate) sent_at: Duration,
    pub(crate) answered_at: Option<Duration>,
    pub(crate) answer: HandshakeAnswer,
    pub(crate) opening: Greeting,
}

/// What the bridge does once the connection is open, unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) text_frame: bool,
    pub(crate) binary_frame: bool,
    /// A close frame: its code, if it has one, and its reason.
    pub(crate) close: Option<(Option<u16>, String)>,
    /// The TCP connection ended.
    pub(crate) ended: bool,
}
