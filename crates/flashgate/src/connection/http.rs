//! HTTP on a gate or on the bridge: one request, which becomes a WebSocket, or goes to a server of its own, or is
//! answered here.
//!
//! There is one response at most, and then the close. Nothing of a request reaches a game's server.

mod dialling;
mod forwarded;
mod paths;
mod responding;
mod upgrade;

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use flashgate_wire::http::{
    HeadReader, HeadVerdict, Method, Request, Response, StatusCode, may_ask_for_upgrade,
    may_ask_for_websocket,
};
use flashgate_wire::proxy_header::Addresses;
use flashgate_wire::websocket::is_asked_for;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::timeout_at;

use super::Outcome;
use super::backends::Role;
use super::waiting::{Next, Sender, Waiting};
use crate::limits::OverLimit;
use crate::snapshot::Gate;
use responding::write;
pub(super) use upgrade::bridge;

const UNCLEAR: &str =
    "expected either a whole handshake for a WebSocket or nothing of one; found a part\n";

const LATE: &str = "expected the whole head of the request sooner\n";

/// How much is read of what is no head, to know whether it goes on.
const LONGEST: usize = 8 * 1024;

/// How much of a head is read at once; what stands behind it is kept.
const PIECE: usize = 1024;

/// A connection that speaks HTTP, and what is known of it.
struct Exchange<'a> {
    waiting: &'a mut Waiting,
    method: Method,
    /// Where in what was read the head ends; what stands behind it is a WebSocket's.
    head: usize,
}

/// Reads the request, and does what it asks for.
pub(super) async fn serve(waiting: &mut Waiting) -> Next {
    let gate = waiting.service.gate().cloned();
    let gate = gate.filter(|gate| gate.http_backend.is_some());
    let received = receive_head(waiting, gate.is_some()).await;
    Box::pin(go_on(waiting, received, gate)).await
}

/// Does what a request asks for; `gate` is the one that has a server for it, if it has.
async fn go_on(
    waiting: &mut Waiting,
    Received { end, read, whole }: Received,
    gate: Option<Arc<Gate>>,
) -> Next {
    let Read {
        verdict,
        mut bytes,
        head,
    } = read;
    let method = Method::of(&bytes);
    let opening = waiting.progress.opening.bytes().len();
    let passes = end != Some(Outcome::Deadline) && passes(&verdict, &bytes, (head, whole));
    bytes.drain(..opening.min(bytes.len()));
    waiting.early = bytes;
    let mut exchange = Exchange {
        waiting,
        method,
        head,
    };
    let goes_on = gate.is_some();
    if let HeadVerdict::Request(request) = &verdict {
        exchange.note(request, goes_on);
    }
    match gate.filter(|_| passes) {
        Some(gate) => pass(exchange.waiting, gate),
        None => exchange.settle(verdict, end, goes_on).await,
    }
}

/// What came of reading a head.
struct Received {
    /// Why there is no verdict, if there is none.
    end: Option<Outcome>,
    read: Read,
    /// Whether the client has ended behind a head that was given up half way.
    whole: bool,
}

/// Reads a head; if the gate has a server for HTTP, also what follows one that was given up half way.
async fn receive_head(waiting: &mut Waiting, goes_on: bool) -> Received {
    let deadline = waiting.begun + waiting.service.deadlines.request;
    let mut reader = HeadReader::with_options();
    let read = timeout_at(deadline, read(waiting, &mut reader)).await;
    let (end, mut read) = match read {
        Ok(Ok(Some(read))) => (None, read),
        Ok(Ok(None)) => (Some(Outcome::EndedEarly), Read::unfinished(reader)),
        Ok(Err(_)) => (Some(Outcome::PeerFailed), Read::unfinished(reader)),
        Err(_) => (Some(Outcome::Deadline), Read::unfinished(reader)),
    };
    let mut whole = false;
    if goes_on && end.is_none() && !read.is_closed() {
        let rest = to_the_end(waiting, &mut read.bytes);
        whole = timeout_at(deadline, rest).await.is_ok_and(|ended| ended);
        if whole {
            read.head = read.bytes.len();
        }
    }
    Received { end, read, whole }
}

/// Reads on where a head was given up half way; whether its client has ended, so that nothing else follows.
async fn to_the_end(waiting: &mut Waiting, bytes: &mut Vec<u8>) -> bool {
    while bytes.len() < LONGEST && !may_ask_for_upgrade(bytes) {
        waiting.hold(bytes.capacity());
        match receive(&mut waiting.stream, bytes).await {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// Whether a request goes to the server that the gate has for HTTP: only what can't be read as one for a WebSocket.
fn passes(verdict: &HeadVerdict, bytes: &[u8], (head, whole): (usize, bool)) -> bool {
    let head = bytes.get(..head).unwrap_or_default();
    match verdict {
        HeadVerdict::Request(_) => !may_ask_for_websocket(head),
        // It has ended before its head was whole, so there will not be more.
        HeadVerdict::NeedMore => !may_ask_for_upgrade(bytes),
        HeadVerdict::Refused(refusal) if refusal.is_readable() => !may_ask_for_websocket(head),
        HeadVerdict::Refused(_) => {
            // Of what was given up half way, nobody knows what follows.
            (whole || head.ends_with(b"\r\n\r\n")) && !may_ask_for_upgrade(head)
        }
    }
}

/// Passes the request on to the server that the gate has for them.
fn pass(waiting: &mut Waiting, gate: Arc<Gate>) -> Next {
    waiting.hold(waiting.early.capacity());
    waiting.asked = None;
    Next::Dial(gate, Role::Http)
}

/// What was read of a request.
struct Read {
    verdict: HeadVerdict,
    /// All of it, with what stands behind the head.
    bytes: Vec<u8>,
    /// Where in it the head ends.
    head: usize,
}

impl Read {
    /// What there is without a verdict.
    fn unfinished(reader: HeadReader) -> Self {
        let head = reader.taken();
        Self {
            verdict: HeadVerdict::NeedMore,
            bytes: reader.into_bytes(head, &[]),
            head,
        }
    }

    /// Whether the head ends with the empty line that closes one.
    fn is_closed(&self) -> bool {
        let head = self.bytes.get(..self.head);
        head.unwrap_or_default().ends_with(b"\r\n\r\n")
    }
}

/// Reads until there is a verdict; none if the client ends before.
///
/// Given up while it waits, it has lost nothing: what has come is in the reader, and nowhere else.
async fn read(waiting: &mut Waiting, reader: &mut HeadReader) -> io::Result<Option<Read>> {
    let opening = waiting.progress.opening.bytes();
    if let Some(read) = take(reader, opening) {
        return Ok(Some(read));
    }
    loop {
        waiting.hold(reader.held());
        let stream = &mut waiting.stream;
        let piece = poll_fn(|context| {
            let mut space = [MaybeUninit::<u8>::uninit(); PIECE];
            let mut buffer = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            Poll::Ready(Ok::<_, io::Error>((count, take(reader, buffer.filled()))))
        });
        match piece.await? {
            (0, _) => return Ok(None),
            (_, Some(read)) => return Ok(Some(read)),
            (_, None) => {}
        }
    }
}

/// Takes a piece; where that brings the verdict, all that was read comes back.
fn take(reader: &mut HeadReader, piece: &[u8]) -> Option<Read> {
    let before = reader.taken();
    let (verdict, rest) = reader.feed(piece);
    (verdict != HeadVerdict::NeedMore).then(|| Read {
        verdict,
        head: before + piece.len() - rest.len(),
        bytes: std::mem::take(reader).into_bytes(before, piece),
    })
}

/// Reads once, behind what was read before. Given up while it waits, it has changed nothing.
async fn receive<S: AsyncRead + Unpin>(stream: &mut S, early: &mut Vec<u8>) -> io::Result<usize> {
    poll_fn(|context| {
        let mut space = [MaybeUninit::<u8>::uninit(); PIECE];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        early.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
    .await
}

impl Exchange<'_> {
    /// Does what the request asks for, or says why not.
    async fn settle(self, verdict: HeadVerdict, end: Option<Outcome>, goes_on: bool) -> Next {
        match (verdict, end) {
            (HeadVerdict::Request(request), _) if is_asked_for(&request) => {
                self.upgrade(&request).await
            }
            (HeadVerdict::Request(_), _) if goes_on => self.refuse(UNCLEAR).await,
            (HeadVerdict::Request(request), _) => self.answer(&request).await,
            (HeadVerdict::Refused(refusal), _) => {
                let response = Response::from(refusal).for_everybody();
                self.respond(response, Outcome::HttpAnswered).await
            }
            // To a browser it is an answer; without a server there is nobody to tell what was asked.
            (HeadVerdict::NeedMore, Some(Outcome::Deadline)) if goes_on => {
                let response = Response::plain(StatusCode::RequestTimeout, LATE).for_everybody();
                self.respond(response, Outcome::Deadline).await
            }
            (HeadVerdict::NeedMore, end) => Next::Refuse(end.unwrap_or(Outcome::EndedEarly)),
        }
    }

    /// Refuses what a server might take for a request for a WebSocket.
    async fn refuse(self, text: &'static str) -> Next {
        let response = Response::plain(StatusCode::BadRequest, text).for_everybody();
        self.respond(response, Outcome::HttpAnswered).await
    }

    /// Answers what asks for no WebSocket.
    async fn answer(mut self, request: &Request) -> Next {
        if let Err(refused) = self.admit(request) {
            return self.respond(refused, Outcome::OverLimit).await;
        }
        let response = paths::answer(request, &self.waiting.service, &self.waiting.doors);
        self.respond(response, Outcome::HttpAnswered).await
    }

    /// Finds out whom a proxy asks for, and whether that client may have one more connection.
    fn admit(&mut self, request: &Request) -> Result<(), Response> {
        let waiting = &mut *self.waiting;
        let Some(bridge) = waiting.service.bridge() else {
            return Ok(());
        };
        let peer = waiting.client().map(|peer| peer.ip());
        if peer.is_some_and(|peer| bridge.trusts(peer)) {
            let client = forwarded::client(request, |address| bridge.trusts(address));
            if let (Some(client), Ok(local)) = (client, waiting.stream.tcp().local_addr()) {
                // Its port is not told.
                let source = SocketAddr::new(client, 0);
                let told = waiting.told.as_ref();
                let destination = told.map_or(local, |told| told.destination);
                waiting.told = Some(Box::new(Addresses {
                    source,
                    destination,
                }));
            }
        }
        if waiting.sender == Sender::Client {
            return Ok(());
        }
        let whose = waiting.client();
        let client = whose.map(|client| client.ip());
        // A balancer's connection was admitted for whom its header names; a proxy's was for nobody yet.
        if waiting.sender == Sender::Balancer && client == peer {
            return Ok(());
        }
        match client.map_or(Ok(None), |client| waiting.shared.permits.admit(client)) {
            Ok(subscriber) => {
                waiting.permit.assign(subscriber, whose);
                Ok(())
            }
            Err(over) => Err(self.over_limit(over)),
        }
    }

    /// The response where there are too many connections; it is told to the operator too.
    fn over_limit(&self, over: OverLimit) -> Response {
        let waiting = &self.waiting;
        waiting.shared.tell_over_limit(waiting.client(), over);
        let (holder, key) = (over.holder(), over.key());
        let text = format!("{holder} has too many connections: the limit `{key}` is reached\n");
        Response::plain(StatusCode::Unavailable, text).for_everybody()
    }
}
