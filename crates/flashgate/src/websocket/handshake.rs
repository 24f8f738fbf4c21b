//! The request that begins a WebSocket, and the answer to it.

use base64ct::{Base64, Encoding as _};
use sha1_smol::Sha1;

use crate::http::{Method, Request, Response, StatusCode};

/// A request that may be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handshake {
    key: Vec<u8>,
}

/// Why a request to go on as a WebSocket can't be granted, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Method,
    HttpVersion,
    Connection,
    Version,
    Key,
}

/// Whether a request wants to go on as a WebSocket, well or badly said.
pub(crate) fn is_asked_for(request: &Request) -> bool {
    lists(request, "upgrade", "websocket")
}

/// Whether whoever sent a request wants this very connection upgraded; otherwise an `Upgrade` in it is to be ignored
/// (RFC 9110, 7.8), or a proxy has passed on only half of it.
pub(crate) fn is_for_this_connection(request: &Request) -> bool {
    lists(request, "connection", "upgrade")
}

impl Handshake {
    /// Reads it from a request that [asks for it](is_asked_for).
    pub(crate) fn read(request: &Request) -> Result<Self, Refusal> {
        if request.method != Method::Get {
            return Err(Refusal::Method);
        }
        // RFC 6455, 4.1: 1.1 or higher.
        if request.version == 0 {
            return Err(Refusal::HttpVersion);
        }
        if !is_for_this_connection(request) {
            return Err(Refusal::Connection);
        }
        if !matches!(request.only("sec-websocket-version"), Some(b"13")) {
            return Err(Refusal::Version);
        }
        let key = request.only("sec-websocket-key").filter(|key| is_key(key));
        let key = key.ok_or(Refusal::Key)?.to_vec();
        Ok(Self { key })
    }

    /// The head of the response that grants it: no subprotocol and no extension, for browsers refuse one they did not
    /// ask for.
    pub(crate) fn granted(&self) -> Vec<u8> {
        let accept = accepted(&self.key);
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        head.into_bytes()
    }
}

/// RFC 6455, 1.3: proof that the key was read by somebody who knows what it is for.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The answer to a key.
pub(super) fn accepted(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(GUID);
    Base64::encode_string(&hash.digest().bytes())
}

/// Sixteen bytes in base64.
fn is_key(text: &[u8]) -> bool {
    let mut bytes = [0; 18];
    Base64::decode(text, &mut bytes).is_ok_and(|bytes| bytes.len() == 16)
}

/// Whether a list, in one field or several, holds a word.
fn lists(request: &Request, name: &str, word: &str) -> bool {
    let items = request
        .values(name)
        .flat_map(|value| value.split(|byte| *byte == b','));
    items
        .map(<[u8]>::trim_ascii)
        .any(|item| item.eq_ignore_ascii_case(word.as_bytes()))
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Method => Self::plain(
                StatusCode::MethodNotAllowed,
                "expected GET for a WebSocket\n",
            )
            .with("Allow", "GET, HEAD"),
            Refusal::HttpVersion => Self::plain(
                StatusCode::BadRequest,
                "expected HTTP/1.1 for a WebSocket\n",
            ),
            Refusal::Connection => Self::plain(
                StatusCode::BadRequest,
                "expected `upgrade` in the Connection field; a proxy in between has to pass it on\n",
            ),
            Refusal::Version => Self::plain(
                StatusCode::UpgradeRequired,
                "expected Sec-WebSocket-Version 13, found another, none or several\n",
            )
            .with("Upgrade", "websocket")
            .with("Sec-WebSocket-Version", "13"),
            Refusal::Key => Self::plain(
                StatusCode::BadRequest,
                "expected one Sec-WebSocket-Key of 16 bytes in base64\n",
            ),
        }
    }
}
