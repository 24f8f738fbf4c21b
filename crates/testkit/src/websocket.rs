//! A WebSocket client under manual control: it sends what a test says, well-formed or not, and reports exactly what it
//! received.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use socket2::SockRef;

use crate::client::TestClient;

/// The key that every client here sends, and the answer to it (RFC 6455, 1.3).
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// The answer to [`KEY`].
pub const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Any mask works.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The first byte of a whole binary message.
pub const BINARY: u8 = 0x82;
/// The first byte of a close frame.
pub const CLOSE: u8 = 0x88;
/// The first byte of a ping.
pub const PING: u8 = 0x89;
/// The first byte of a pong.
pub const PONG: u8 = 0x8a;

/// A request for a WebSocket, as Chromium makes it, from a page of this origin if there is one.
pub fn request(path: &str, origin: Option<&str>) -> String {
    let origin = origin.map_or_else(String::new, |origin| format!("Origin: {origin}\r\n"));
    with_fields(path, &origin)
}

/// The same request with any header fields, each with its line end.
pub fn with_fields(path: &str, fields: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: play.test:9339\r\nConnection: Upgrade\r\nPragma: no-cache\r\n\
         Cache-Control: no-cache\r\nUpgrade: websocket\r\n{fields}Sec-WebSocket-Version: 13\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\nSec-WebSocket-Key: {KEY}\r\n\
         Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    )
}

/// The head of a response, and the received part of its body.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    /// For example `101`.
    pub status: u16,
    /// Everything up to the empty line.
    pub head: String,
    /// Up to the end of the connection; empty after a 101.
    pub body: String,
}

impl ResponseHead {
    /// The value of a header field, if it exists.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// FIN, reserved bits, opcode.
    pub first: u8,
    /// The payload as received.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code of a close frame.
    pub fn code(&self) -> Option<u16> {
        match (self.first, &self.payload[..]) {
            (CLOSE, [high, low, ..]) => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }
}

/// A masked frame with this first byte.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(first, payload.len() as u64);
    frame.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    frame
}

/// The header of a frame that announces this many bytes.
pub fn header(first: u8, length: u64) -> Vec<u8> {
    let mut header = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => header.push(0x80 | short),
        (_, Ok(middle)) => {
            header.push(0xfe);
            header.extend(middle.to_be_bytes());
        }
        _ => {
            header.push(0xff);
            header.extend(length.to_be_bytes());
        }
    }
    header.extend(MASK);
    header
}

/// Masks bytes at a position of a payload.
pub fn mask(at: u64, bytes: &mut [u8]) {
    let skipped = usize::try_from(at % 4).unwrap_or_default();
    for (byte, key) in bytes.iter_mut().zip(MASK.iter().cycle().skip(skipped)) {
        *byte ^= key;
    }
}

/// Sends a request and reads the response, to its end unless it is a 101.
pub fn ask(address: SocketAddr, request: &str) -> Result<(ResponseHead, TcpStream)> {
    let mut client = TestClient::connect(address)?;
    client.send(request.as_bytes());
    let mut stream = client.into_stream();
    let response = hear(&mut stream)?;
    Ok((response, stream))
}

/// Reads a response.
pub fn hear(stream: &mut TcpStream) -> Result<ResponseHead> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        // Byte by byte, because what follows a 101 does not belong to the head.
        if stream.read(&mut byte).context("no response")? == 0 {
            bail!(
                "expected a response, found {:?}",
                String::from_utf8_lossy(&head)
            );
        }
        head.extend(byte);
    }
    let head = String::from_utf8(head)?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    let mut body = String::new();
    if status != 101 {
        stream
            .read_to_string(&mut body)
            .context("the connection does not end after the response")?;
    }
    Ok(ResponseHead { status, head, body })
}

/// An open WebSocket.
#[derive(Debug)]
pub struct WebSocketClient {
    stream: TcpStream,
}

impl WebSocketClient {
    /// Opens one at a path, from a page of an origin.
    pub fn open(address: SocketAddr, path: &str, origin: Option<&str>) -> Result<Self> {
        let (response, stream) = ask(address, &request(path, origin))?;
        Self::of(&response, stream)
    }

    /// Turns the stream of a response into a WebSocket.
    pub fn of(response: &ResponseHead, stream: TcpStream) -> Result<Self> {
        if response.status != 101 {
            bail!("expected a WebSocket, found {response:?}");
        }
        Ok(Self { stream })
    }

    /// The local address.
    pub fn address(&self) -> Result<SocketAddr> {
        self.stream.local_addr().context("can't get the address")
    }

    /// Sends raw bytes.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends a whole message.
    pub fn say(&mut self, payload: &[u8]) -> bool {
        self.send(&frame(BINARY, payload))
    }

    /// The next frame; `None` at the end of the stream.
    pub fn frame(&mut self) -> Result<Option<Frame>> {
        let mut start = [0; 2];
        if self.stream.read(&mut start[..1]).context("no frame")? == 0 {
            return Ok(None);
        }
        self.stream.read_exact(&mut start[1..])?;
        let [first, length] = start;
        let length = match length {
            126 => {
                let mut bytes = [0; 2];
                self.stream.read_exact(&mut bytes)?;
                u64::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                self.stream.read_exact(&mut bytes)?;
                u64::from_be_bytes(bytes)
            }
            128.. => bail!("the server masked its frame"),
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length)?];
        self.stream.read_exact(&mut payload)?;
        Ok(Some(Frame { first, payload }))
    }

    /// The next frame that is not a ping.
    pub fn next_frame(&mut self) -> Result<Frame> {
        loop {
            let frame = self.frame()?.context("expected a frame, found the end")?;
            if frame.first != PING {
                return Ok(frame);
            }
        }
    }

    /// This many bytes, from unfragmented binary frames that are not empty.
    pub fn read(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let frame = self.next_frame()?;
            if frame.first != BINARY || frame.payload.is_empty() {
                bail!("expected a binary frame that is not empty, found {frame:?}");
            }
            bytes.extend(frame.payload);
        }
        Ok(bytes)
    }

    /// Reads a close frame with this code, answers it, and reads the end of the stream.
    pub fn is_closed_with(&mut self, code: u16) -> Result<()> {
        let found = self.next_frame()?;
        if found.code() != Some(code) {
            bail!("expected a close frame with {code}, found {found:?}");
        }
        self.send(&frame(CLOSE, &code.to_be_bytes()));
        match self.frame()? {
            None => Ok(()),
            Some(frame) => bail!("expected the end, found {frame:?}"),
        }
    }

    /// Whether nothing arrives within this time.
    pub fn is_silent_for(&self, limit: Duration) -> bool {
        let silent = self.stream.set_read_timeout(Some(limit)).is_ok()
            && self.stream.peek(&mut [0]).is_err();
        let restored = self.stream.set_read_timeout(Some(TestClient::PATIENCE));
        silent && restored.is_ok()
    }

    /// Closes its side of the stream, without a close frame.
    pub fn half_close(&self) -> Result<()> {
        self.stream
            .shutdown(Shutdown::Write)
            .context("can't half-close")
    }

    /// Resets the connection.
    pub fn reset(self) -> Result<()> {
        SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .context("can't reset")
    }

    /// The socket itself.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}
