//! The request for a WebSocket, and the answer to it.

use base64ct::{Base64, Encoding as _};
use sha1_smol::Sha1;

use crate::http::{HttpRequest, Method, Methods, Response, StatusCode};

/// A valid request for a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    key: Vec<u8>,
}

/// Why a request for a WebSocket is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeRefusal {
    /// A method other than GET.
    Method,
    /// HTTP/1.0.
    HttpVersion,
    /// No `upgrade` in the `Connection` field, because a proxy removed it.
    Connection,
    /// A `Sec-WebSocket-Version` other than 13.
    Version,
    /// No `Sec-WebSocket-Key`, several, or one that is not 16 bytes in base64.
    Key,
}

/// Whether a request asks for a WebSocket, valid or not.
pub fn is_asked_for(request: &HttpRequest) -> bool {
    lists(request, "upgrade", "websocket")
}

/// Whether the request asks to upgrade this connection. Otherwise its `Upgrade` must be ignored (RFC 9110, 7.8), or a
/// proxy has forwarded only half of the request.
fn is_for_this_connection(request: &HttpRequest) -> bool {
    lists(request, "connection", "upgrade")
}

/// Whether a browser asked for a WebSocket but a proxy removed the fields that ask for it.
pub fn lacks_upgrade(request: &HttpRequest) -> bool {
    request.values("sec-websocket-key").next().is_some()
        && !(is_asked_for(request) && is_for_this_connection(request))
}

impl HandshakeRefusal {
    /// What was expected and not found.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Method => "expected GET for a WebSocket",
            Self::HttpVersion => "expected HTTP/1.1 for a WebSocket, found HTTP/1.0",
            Self::Connection => "expected `upgrade` in the Connection field",
            Self::Version => "expected Sec-WebSocket-Version 13, found none, several or another",
            Self::Key => "expected one Sec-WebSocket-Key of 16 bytes in base64",
        }
    }

    /// What to change, if that is known.
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::HttpVersion | Self::Connection => Some(DROPPED),
            Self::Method | Self::Version | Self::Key => None,
        }
    }
}

/// What an operator can do if a proxy forwards a WebSocket request as an ordinary one.
pub const DROPPED: &str = "a proxy in between must forward the Upgrade and Connection fields and use HTTP/1.1 \
                                  (nginx: `proxy_http_version 1.1` and two `proxy_set_header` lines)";

impl Handshake {
    /// Reads it from a request that [asks for a WebSocket](is_asked_for).
    pub fn read(request: &HttpRequest) -> Result<Self, HandshakeRefusal> {
        if request.method != Method::Get {
            return Err(HandshakeRefusal::Method);
        }
        // RFC 6455, 4.1: 1.1 or higher.
        if request.version == 0 {
            return Err(HandshakeRefusal::HttpVersion);
        }
        if !is_for_this_connection(request) {
            return Err(HandshakeRefusal::Connection);
        }
        if !matches!(request.only("sec-websocket-version"), Some(b"13")) {
            return Err(HandshakeRefusal::Version);
        }
        let key = request.only("sec-websocket-key").filter(|key| is_key(key));
        let key = key.ok_or(HandshakeRefusal::Key)?.to_vec();
        Ok(Self { key })
    }

    /// The head of the response that accepts it. It has no subprotocol and no extension, because browsers reject those
    /// that they did not ask for.
    pub fn granted(&self) -> Vec<u8> {
        let accept = accepted(&self.key);
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        head.into_bytes()
    }
}

/// RFC 6455, 1.3: proves that the server understands the key.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The answer to a key.
pub(super) fn accepted(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(GUID);
    Base64::encode_string(&hash.digest().bytes())
}

/// Whether this is 16 bytes in base64.
fn is_key(text: &[u8]) -> bool {
    let mut bytes = [0; 18];
    Base64::decode(text, &mut bytes).is_ok_and(|bytes| bytes.len() == 16)
}

/// Whether a list, in one or several fields, contains a word.
fn lists(request: &HttpRequest, name: &str, word: &str) -> bool {
    let items = request
        .values(name)
        .flat_map(|value| value.split(|byte| *byte == b','));
    items
        .map(<[u8]>::trim_ascii)
        .any(|item| item.eq_ignore_ascii_case(word.as_bytes()))
}

impl From<HandshakeRefusal> for Response {
    fn from(refusal: HandshakeRefusal) -> Self {
        match refusal {
            HandshakeRefusal::Method => refused(StatusCode::MethodNotAllowed, refusal)
                // Without a WebSocket, the path accepts the other methods too.
                .with("Allow", Methods::WithOptions.listed()),
            HandshakeRefusal::Version => refused(StatusCode::UpgradeRequired, refusal)
                .with("Upgrade", "websocket")
                .with("Sec-WebSocket-Version", "13"),
            HandshakeRefusal::HttpVersion
            | HandshakeRefusal::Connection
            | HandshakeRefusal::Key => refused(StatusCode::BadRequest, refusal),
        }
    }
}

/// A response with the same text as the log.
fn refused(status: StatusCode, refusal: HandshakeRefusal) -> Response {
    let text = match refusal.hint() {
        Some(hint) => format!("{}; {hint}\n", refusal.expected()),
        None => format!("{}\n", refusal.expected()),
    };
    Response::plain(status, text)
}
