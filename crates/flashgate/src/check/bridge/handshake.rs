//! The WebSocket's handshake as Chromium sends it, and the frames that come unasked.

use std::time::Duration;

use tokio::time::Instant;

use super::super::Clock;
use super::super::converse::{Limit, before, fixed};
use super::super::dial::dial;
use super::super::secure::{Stream, TlsFault, secure};
use super::super::trace::Trace;
use super::{Page, ProxyUrl, Reached, Scene};

/// A handshake, from the request on.
#[derive(Debug)]
pub(crate) struct Handshake {
    pub(crate) sent_at: Duration,
    pub(crate) answered_at: Option<Duration>,
    pub(crate) answer: Answer,
    pub(crate) opening: Opening,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing while it was waited for.
    Silence,
    /// An end or a reset before an answer.
    HungUp,
    /// Bytes that are no HTTP.
    NotHttp(Vec<u8>),
    /// A status other than 101.
    Status {
        code: u16,
        reason: String,
        location: Option<String>,
    },
    /// 101, and not what RFC 6455 wants with it: browsers fail the connection.
    Lacks(Lack),
    /// 101.
    Open {
        protocol: Option<String>,
        extensions: Option<String>,
    },
}

/// What makes a 101 none that opens a WebSocket (RFC 6455, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// No `Upgrade: websocket`.
    Upgrade,
    /// No `upgrade` among the tokens of `Connection`.
    Connection,
    /// The proof in `Sec-WebSocket-Accept` is another, or missing.
    Proof,
}

/// What the bridge does once the connection is open, unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) text_frame: bool,
    pub(crate) binary_frame: bool,
    /// A close frame: its code, if it has one, and its reason.
    pub(crate) close: Option<(Option<u16>, String)>,
    /// The TCP connection ended.
    pub(crate) ended: bool,
}

/// The sample of RFC 6455. A probe needs no fresh nonce: it is there against caches that replay an old answer.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// What RFC 6455 says must be answered to it.
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// How long frames are waited for that nobody asked for.
const WATCHED: Duration = Duration::from_millis(500);

/// More of a response's head than this nobody sends.
const LARGEST_HEAD: usize = 16 << 10;

/// Opens a WebSocket as the page would; also how long it took until the verdict was clear.
pub(super) async fn open(mut scene: Scene, clock: Clock) -> (Scene, Duration) {
    let mut limit = fixed(clock.end());
    let mut trace = Trace::default();
    let url = scene.entry.url.clone();
    let addresses = &scene.addresses;
    let dialled = dial(addresses, url.port, clock.end(), clock, &mut trace).await;
    scene.attempts = trace.attempts;
    let Some(stream) = dialled else {
        return (scene, clock.elapsed());
    };
    let secured = if url.secure {
        let secured = before(&mut limit, secure(stream, &url.host)).await;
        secured.unwrap_or(Err(TlsFault::Silence))
    } else {
        Ok(Stream::Clear(stream))
    };
    match secured {
        Err(fault) => {
            scene.reached = Reached::NoTls(fault);
            (scene, clock.elapsed())
        }
        Ok(stream) => {
            let (handshake, took) = shake(&scene, stream, clock, &mut limit).await;
            scene.reached = Reached::Server(handshake);
            (scene, took)
        }
    }
}

/// The Origin that a page's browser sends; where no page is given, the bridge's own host stands for it.
pub(super) fn origin(page: Option<&Page>, url: &ProxyUrl) -> String {
    let scheme = if url.secure { "https" } else { "http" };
    page.map_or_else(
        || format!("{scheme}://{}", url.authority()),
        ToString::to_string,
    )
}

async fn shake(
    scene: &Scene,
    mut stream: Stream,
    clock: Clock,
    limit: &mut Limit,
) -> (Handshake, Duration) {
    let sent_at = clock.elapsed();
    let _ = before(limit, stream.send(request(scene).as_bytes())).await;
    let (answer, rest) = answer(&mut stream, limit).await;
    let took = clock.elapsed();
    let mut handshake = Handshake {
        sent_at,
        answered_at: (answer != Answer::Silence).then_some(took),
        answer,
        opening: Opening::default(),
    };
    if matches!(handshake.answer, Answer::Open { .. }) {
        let mut limit = fixed((Instant::now() + WATCHED).min(clock.end()));
        handshake.opening = watch(&mut stream, rest, &mut limit).await;
        // A close frame, masked with zeros: 1000, as when the movie closes.
        let _ = before(&mut limit, stream.send(b"\x88\x82\0\0\0\0\x03\xe8")).await;
    }
    (handshake, took)
}

fn request(scene: &Scene) -> String {
    let url = &scene.entry.url;
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\
         User-Agent: flashgate-check\r\nUpgrade: websocket\r\nOrigin: {origin}\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
        path = url.path,
        host = url.authority(),
        origin = scene.origin,
    )
}

/// The answer, and what came after its head.
async fn answer(stream: &mut Stream, limit: &mut Limit) -> (Answer, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match before(limit, stream.read(&mut buffer)).await {
            None if bytes.is_empty() => return (Answer::Silence, bytes),
            Some(Ok(0) | Err(_)) if bytes.is_empty() => return (Answer::HungUp, bytes),
            None | Some(Ok(0) | Err(_)) => return (Answer::NotHttp(bytes), Vec::new()),
            Some(Ok(count)) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
        match read(&bytes) {
            Ok(None) if bytes.len() < LARGEST_HEAD => {}
            Ok(Some((answer, head))) => return (answer, bytes.split_off(head)),
            Ok(None) | Err(()) => return (Answer::NotHttp(bytes), Vec::new()),
        }
    }
}

/// A head, once it is whole.
fn read(bytes: &[u8]) -> Result<Option<(Answer, usize)>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes).map_err(|_| ())? else {
        return Ok(None);
    };
    let code = response.code.unwrap_or(0);
    let answer = if code == 101 {
        switching(response.headers)
    } else {
        Answer::Status {
            code,
            reason: response.reason.unwrap_or_default().to_owned(),
            location: all(response.headers, "location"),
        }
    };
    Ok(Some((answer, head)))
}

/// A 101, as a browser looks at it.
fn switching(headers: &[httparse::Header<'_>]) -> Answer {
    let (upgrade, connection) = (all(headers, "upgrade"), all(headers, "connection"));
    let upgrade = upgrade.unwrap_or_default();
    let connection = connection.unwrap_or_default();
    let mut tokens = connection.split(',');
    if !upgrade.eq_ignore_ascii_case("websocket") {
        Answer::Lacks(Lack::Upgrade)
    } else if !tokens.any(|token| token.trim().eq_ignore_ascii_case("upgrade")) {
        Answer::Lacks(Lack::Connection)
    } else if all(headers, "sec-websocket-accept").as_deref() != Some(ACCEPT) {
        Answer::Lacks(Lack::Proof)
    } else {
        Answer::Open {
            protocol: all(headers, "sec-websocket-protocol"),
            extensions: all(headers, "sec-websocket-extensions"),
        }
    }
}

/// The values of a header, joined as HTTP joins them; none where there is no such header.
fn all(headers: &[httparse::Header<'_>], name: &str) -> Option<String> {
    let found: Vec<_> = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| String::from_utf8_lossy(header.value.trim_ascii()).into_owned())
        .collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Reads the frames that come within the limit.
async fn watch(stream: &mut Stream, mut bytes: Vec<u8>, limit: &mut Limit) -> Opening {
    let mut opening = Opening::default();
    let mut buffer = [0; 4096];
    loop {
        while let Some(length) = frame(&bytes, &mut opening) {
            bytes.drain(..length.min(bytes.len()));
        }
        if opening.close.is_some() || bytes.len() > LARGEST_HEAD {
            return opening;
        }
        match before(limit, stream.read(&mut buffer)).await {
            None => return opening,
            Some(Ok(0) | Err(_)) => {
                opening.ended = true;
                return opening;
            }
            Some(Ok(count)) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// Looks at one frame and says how long it is; none while it is not whole (of a long one the head is enough).
fn frame(bytes: &[u8], opening: &mut Opening) -> Option<usize> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    match first & 0x0f {
        0x1 => opening.text_frame = true,
        0x2 => opening.binary_frame = true,
        _ => {}
    }
    let (head, length) = match (second & 0x7f, rest) {
        (126, [a, b, ..]) => (4, usize::from(u16::from_be_bytes([*a, *b]))),
        // Nobody greets with 64 KiB or more.
        (126 | 127, _) => return None,
        (short, _) => (2, usize::from(short)),
    };
    let payload = bytes.get(head..head + length)?;
    if first & 0x0f == 0x8 {
        let code = match payload {
            [a, b, ..] => Some(u16::from_be_bytes([*a, *b])),
            _ => None,
        };
        let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default());
        opening.close = Some((code, reason.into_owned()));
    }
    Some(head + length)
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT, Answer, Lack, Opening, frame, read};

    #[test]
    fn a_head_in_pieces() {
        let head = b"HTTP/1.1 403 Forbidden\r\nLocation: /x\r\n\r\nbody";
        for cut in 0..head.len() - 4 {
            assert_eq!(read(&head[..cut]), Ok(None), "{cut}");
        }
        let expected = Answer::Status {
            code: 403,
            reason: "Forbidden".to_owned(),
            location: Some("/x".to_owned()),
        };
        assert_eq!(read(head), Ok(Some((expected, head.len() - 4))));
    }

    /// What browsers insist on, in any case and among other tokens.
    #[test]
    fn what_a_101_must_have() {
        let check = |headers: &str, expected: Option<Lack>| {
            let head = format!("HTTP/1.1 101 Switching Protocols\r\n{headers}\r\n\r\n");
            let (answer, _) = read(head.as_bytes()).unwrap().unwrap();
            let open = matches!(answer, Answer::Open { .. });
            assert_eq!(open, expected.is_none(), "{headers}");
            if let Some(lack) = expected {
                assert_eq!(answer, Answer::Lacks(lack), "{headers}");
            }
        };
        let proof = format!("Sec-WebSocket-Accept: {ACCEPT}");
        let whole = format!("upgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n{proof}");
        check(&whole, None);
        check(&proof, Some(Lack::Upgrade));
        check(
            &format!("Upgrade: websocket2\r\nConnection: upgrade\r\n{proof}"),
            Some(Lack::Upgrade),
        );
        check(
            &format!("Upgrade: websocket\r\nConnection: close\r\n{proof}"),
            Some(Lack::Connection),
        );
        check(
            "Upgrade: websocket\r\nConnection: close\r\nConnection: upgrade",
            Some(Lack::Proof),
        );
    }

    #[test]
    fn frames() {
        let mut opening = Opening::default();
        assert_eq!(frame(b"\x82\x03ab", &mut opening), None);
        assert_eq!(frame(b"\x81\x02ab\x88", &mut opening), Some(4));
        assert!(opening.text_frame);
        assert_eq!(frame(b"\x88\x06\x03\xf5dnx", &mut opening), None);
        assert_eq!(frame(b"\x88\x04\x03\xf5dn", &mut opening), Some(6));
        assert_eq!(opening.close, Some((Some(1013), "dn".to_owned())));
    }
}
