//! The WebSocket handshake as Chromium sends it, and the frames that follow it.

use std::time::Duration;

use flash_policy::player::Transport;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::super::answer::{HandshakeAnswer, Hop, HttpStatus, KEY, LARGEST_HEAD, NotHttp, read};
use super::super::clock::CheckClock;
use super::super::converse::{Call, DeadlineWatch, OwnedEvent, Speech, before, converse, fixed};
use super::super::dial::{DialledStream, dial};
use super::super::http;
use super::super::tls::{Secured, Stream, TlsFault, TlsJudge};
use super::super::trace::Trace;
use super::scene::{Greeting, HandshakeScene, Reached, Scene};
use crate::web::{ProxyUrl, WebOrigin};

/// How long to wait for frames after the handshake.
const WATCHED: Duration = Duration::from_millis(500);

/// How long to wait for TLS. Unlike the answer, TLS needs no server behind the one that was asked.
const TLS_PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait for an answer before sending a plain request, which shows whether the port speaks HTTP, and how
/// long to wait for its answer.
const PROMPT: Duration = Duration::from_millis(1_500);

/// Opens a WebSocket as the page would. Also returns the time until the verdict was clear.
pub(super) async fn open(mut scene: Scene, tls: &TlsJudge, clock: CheckClock) -> (Scene, Duration) {
    let mut trace = Trace::default();
    let url = &scene.entry.url;
    let stream = dial(&scene.addresses, url.port, clock.end(), clock, &mut trace).await;
    scene.attempts = trace.attempts;
    let stream = match stream {
        None => return (scene, clock.elapsed()),
        Some(DialledStream::AndReset) => {
            scene.reached = hung_up(url.secure, clock.elapsed());
            return (scene, clock.elapsed());
        }
        Some(DialledStream::Stream(stream)) => stream,
    };
    match secured(&scene, stream, tls, clock).await {
        Err(fault) => {
            scene.reached = Reached::NoTls(fault);
            (scene, clock.elapsed())
        }
        Ok(Secured { stream, overlooked }) => {
            scene.overlooked = overlooked;
            let (handshake, took) = shake_while_http(&scene, stream, tls, clock).await;
            scene.reached = Reached::Server(handshake);
            (scene, took)
        }
    }
}

fn hung_up(secure: bool, at: Duration) -> Reached {
    if secure {
        return Reached::NoTls(TlsFault::HungUp);
    }
    Reached::Server(HandshakeScene {
        sent_at: at,
        answered_at: Some(at),
        answer: HandshakeAnswer::HungUp,
        opening: Greeting::default(),
    })
}

async fn secured(
    scene: &Scene,
    stream: TcpStream,
    tls: &TlsJudge,
    clock: CheckClock,
) -> Result<Secured, TlsFault> {
    let url = &scene.entry.url;
    if !url.secure {
        return Ok(Secured::in_clear(stream));
    }
    let mut limit = fixed(clock.within(TLS_PATIENCE));
    let secured = before(&mut limit, tls.secure(stream, &url.host)).await;
    secured.unwrap_or(Err(TlsFault::Silence))
}

/// Does the handshake, with a short limit for a port that does not speak HTTP, which is usually the game itself.
async fn shake_while_http(
    scene: &Scene,
    stream: Stream,
    tls: &TlsJudge,
    clock: CheckClock,
) -> (HandshakeScene, Duration) {
    let (sooner, mut limit) = tokio::sync::watch::channel(clock.end());
    let shaking = shake(scene, stream, clock, &mut limit);
    let mut speaks_http = true;
    let patience = async {
        sleep(PROMPT).await;
        speaks_http = answers_http(scene, tls, clock).await;
        if !speaks_http {
            sooner.send_modify(|limit| *limit = Instant::now());
        }
        std::future::pending().await
    };
    let (mut handshake, took) = tokio::select! {
        done = shaking => done,
        done = patience => done,
    };
    if !speaks_http && handshake.answer == HandshakeAnswer::Silence {
        handshake.answer = HandshakeAnswer::NoHttpAtAll;
    }
    (handshake, took)
}

/// Whether the port answers a plain HTTP request.
async fn answers_http(scene: &Scene, tls: &TlsJudge, clock: CheckClock) -> bool {
    let url = &scene.entry.url;
    let call = Call {
        host: url.host.clone(),
        addresses: scene.addresses.clone(),
        port: url.port,
        transport: if url.secure {
            Transport::Tls
        } else {
            Transport::Tcp
        },
        tls: tls.clone(),
        speech: Speech::Text(http::request(&url.host.to_string(), "/")),
    };
    let (sooner, limit) = tokio::sync::watch::channel(clock.within(PROMPT));
    let tell = |said: OwnedEvent| {
        if matches!(said, OwnedEvent::Received(_)) {
            sooner.send_modify(|limit| *limit = Instant::now());
        }
    };
    http::is_response(&converse(&call, clock, limit, tell).await.bytes)
}

/// The Origin that the page's browser sends. Without a page, it is the bridge's own host.
pub(super) fn origin(page: Option<&WebOrigin>, url: &ProxyUrl) -> String {
    let scheme = if url.secure { "https" } else { "http" };
    page.map_or_else(
        || format!("{scheme}://{}", url.authority()),
        ToString::to_string,
    )
}

async fn shake(
    scene: &Scene,
    mut stream: Stream,
    clock: CheckClock,
    limit: &mut DeadlineWatch,
) -> (HandshakeScene, Duration) {
    let sent_at = clock.elapsed();
    let _ = before(limit, stream.send(request(scene).as_bytes())).await;
    let (answer, rest) = answer(&mut stream, limit).await;
    let took = clock.elapsed();
    let mut handshake = HandshakeScene {
        sent_at,
        answered_at: (answer != HandshakeAnswer::Silence).then_some(took),
        answer,
        opening: Greeting::default(),
    };
    if matches!(handshake.answer, HandshakeAnswer::Open { .. }) {
        let mut limit = fixed((Instant::now() + WATCHED).min(clock.end()));
        handshake.opening = watch(&mut stream, rest, &mut limit).await;
        // A close frame, masked with zeros, with code 1000, as when the movie closes.
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

/// The answer, and the bytes after its head.
async fn answer(stream: &mut Stream, limit: &mut DeadlineWatch) -> (HandshakeAnswer, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match before(limit, stream.read(&mut buffer)).await {
            None if bytes.is_empty() => return (HandshakeAnswer::Silence, bytes),
            Some(Ok(0) | Err(_)) if bytes.is_empty() => return (HandshakeAnswer::HungUp, bytes),
            None | Some(Ok(0) | Err(_)) => return (HandshakeAnswer::NotHttp(bytes), Vec::new()),
            Some(Ok(count)) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
        match read(&bytes) {
            Ok(None) if bytes.len() < LARGEST_HEAD => {}
            Ok(Some((HandshakeAnswer::Status(status), _))) => {
                return (
                    HandshakeAnswer::Status(whole(stream, limit, status, bytes).await),
                    Vec::new(),
                );
            }
            Ok(Some((answer, head))) => return (answer, bytes.split_off(head)),
            Ok(None) | Err(NotHttp) => return (HandshakeAnswer::NotHttp(bytes), Vec::new()),
        }
    }
}

/// How long to wait for the reason that follows a head.
const BODY: Duration = Duration::from_millis(300);

/// Reads the reason, if flashgate answered and the reason did not arrive with the head.
async fn whole(
    stream: &mut Stream,
    limit: &DeadlineWatch,
    status: HttpStatus,
    mut bytes: Vec<u8>,
) -> HttpStatus {
    if status.by != Hop::Flashgate || status.said.is_some() {
        return status;
    }
    let mut limit = fixed((Instant::now() + BODY).min(*limit.borrow()));
    let mut buffer = [0; 1024];
    let count = before(&mut limit, stream.read(&mut buffer)).await;
    let count = count.and_then(Result::ok).unwrap_or_default();
    bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    match read(&bytes) {
        Ok(Some((HandshakeAnswer::Status(status), _))) => status,
        Ok(_) | Err(NotHttp) => status,
    }
}

/// Reads frames until the limit.
async fn watch(stream: &mut Stream, mut bytes: Vec<u8>, limit: &mut DeadlineWatch) -> Greeting {
    let mut opening = Greeting::default();
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

/// Records a frame and returns its length, or nothing if it is incomplete. For a long frame, the head is enough.
fn frame(bytes: &[u8], opening: &mut Greeting) -> Option<usize> {
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
        // A greeting is shorter than 64 KiB.
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
    use super::{Greeting, frame};

    #[test]
    fn frames() {
        let mut opening = Greeting::default();
        assert_eq!(frame(b"\x82\x03ab", &mut opening), None);
        assert_eq!(frame(b"\x81\x02ab\x88", &mut opening), Some(4));
        assert!(opening.text_frame);
        assert_eq!(frame(b"\x88\x06\x03\xf5dnx", &mut opening), None);
        assert_eq!(frame(b"\x88\x04\x03\xf5dn", &mut opening), Some(6));
        assert_eq!(opening.close, Some((Some(1013), "dn".to_owned())));
    }
}
