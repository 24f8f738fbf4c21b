//! HTTP on a gate or on the bridge: one request, which becomes a WebSocket, or goes to a server of its own, or is
//! answered here.
//!
//! There is one response at most, and then the close. Nothing of a request reaches a game's server.

mod asked;
mod dialling;
mod forwarded;
mod paths;
mod upgrade;

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{timeout, timeout_at};
use tokio_flash_policy::{First, close};

use super::waiting::{From, Waiting};
use super::{Outcome, gate};
use crate::http::{Body, HeadReader, Method, Request, Response, StatusCode, Verdict};
use crate::limits::OverLimit;
use crate::proxy_header::Addresses;
use crate::websocket::{is_asked_for, is_for_this_connection};
use asked::Asked;

/// How long a client may take to make room for a response.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How much of a head is read at once; what stands behind it is kept.
const PIECE: usize = 1024;

/// A connection that speaks HTTP, and what is known of it.
struct Exchange {
    waiting: Waiting,
    told: Option<Addresses>,
    peer: Option<SocketAddr>,
    method: Method,
    /// Where in what was read the head ends.
    head: usize,
    /// What is logged of the request at the end.
    asked: Option<Asked>,
}

/// Reads the request, and does what it asks for.
pub(super) async fn serve(mut waiting: Waiting, told: Option<Addresses>, peer: Option<SocketAddr>) {
    let deadline = waiting.begun + waiting.service.deadlines.request;
    let mut reader = HeadReader::with_options();
    let read = timeout_at(deadline, read(&mut waiting, &mut reader)).await;
    let gate = waiting.service.gate.as_deref();
    let goes_on = gate.is_some_and(|gate| gate.http_backend.is_some());
    let (verdict, head) = match read {
        Ok(Ok(Some(read))) => read,
        // What is not whole is for the server to judge.
        _ if goes_on => return pass(waiting, told, peer).await,
        Ok(Ok(None)) => return waiting.end(Outcome::EndedEarly, peer),
        Ok(Err(_)) => return waiting.end(Outcome::PeerFailed, peer),
        Err(_) => return waiting.end(Outcome::Deadline, peer),
    };
    let method = reader.method();
    drop(reader);
    let mut exchange = Exchange {
        waiting,
        told,
        peer,
        method,
        head,
        asked: None,
    };
    if let Verdict::Request(request) = &verdict {
        exchange.note(request, goes_on);
    }
    match verdict {
        // Where nobody else could answer it, half of a handshake is worth a word.
        Verdict::Request(request)
            if is_asked_for(&request) && (is_for_this_connection(&request) || !goes_on) =>
        {
            exchange.upgrade(&request).await;
        }
        _ if goes_on => {
            let Exchange { waiting, .. } = exchange;
            pass(waiting, told, peer).await;
        }
        Verdict::Request(request) => exchange.answer(&request).await,
        Verdict::Refused(refusal) => {
            let response = Response::from(refusal).for_everybody();
            exchange.respond(response, Outcome::HttpAnswered).await;
        }
        Verdict::NeedMore => {}
    }
}

/// Passes the request on to the server that the gate has for them.
async fn pass(waiting: Waiting, told: Option<Addresses>, peer: Option<SocketAddr>) {
    // Only a silent client comes back, and this one has spoken.
    let _ = gate::pass(waiting, First::Http, told, peer).await;
}

/// Reads until there is a verdict, and where its head ends; none if the client ends before.
async fn read(
    waiting: &mut Waiting,
    reader: &mut HeadReader,
) -> io::Result<Option<(Verdict, usize)>> {
    let opening = waiting.progress.opening.bytes();
    let (verdict, rest) = reader.feed(opening);
    if verdict != Verdict::NeedMore {
        return Ok(Some((verdict, opening.len() - rest.len())));
    }
    let before = opening.len();
    loop {
        let start = waiting.early.len();
        if receive(&mut waiting.stream, &mut waiting.early).await? == 0 {
            return Ok(None);
        }
        let (verdict, rest) = reader.feed(waiting.early.get(start..).unwrap_or_default());
        if verdict != Verdict::NeedMore {
            let end = before + waiting.early.len() - rest.len();
            return Ok(Some((verdict, end)));
        }
    }
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

/// Writes everything; an error where the client has failed or took too long.
async fn write<S: AsyncWrite + Unpin>(stream: &mut S, mut bytes: &[u8]) -> io::Result<()> {
    let all = async {
        while !bytes.is_empty() {
            let stream = &mut *stream;
            let written = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, bytes));
            let count = written.await?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await
    };
    timeout(WRITE_LIMIT, all).await?
}

impl Exchange {
    /// Answers what asks for no WebSocket.
    async fn answer(mut self, request: &Request) {
        if let Err(refused) = self.admit(request) {
            return self.respond(refused, Outcome::OverLimit).await;
        }
        let response = paths::answer(request, &self.waiting.service);
        self.respond(response, Outcome::HttpAnswered).await;
    }

    /// Finds out whom a proxy asks for, and whether that client may have one more connection.
    fn admit(&mut self, request: &Request) -> Result<(), Response> {
        let waiting = &mut self.waiting;
        let Some(bridge) = &waiting.service.bridge else {
            return Ok(());
        };
        let peer = self.peer.map(|peer| peer.ip());
        if peer.is_some_and(|peer| bridge.trusts(peer)) {
            let client = forwarded::client(request, |address| bridge.trusts(address));
            if let (Some(client), Ok(local)) = (client, waiting.stream.tcp().local_addr()) {
                // Its port is not told.
                let source = SocketAddr::new(client, 0);
                let destination = self.told.map_or(local, |told| told.destination);
                self.told = Some(Addresses {
                    source,
                    destination,
                });
                self.peer = Some(source);
            }
        }
        if waiting.from == From::Client {
            return Ok(());
        }
        let client = self.peer.map(|peer| peer.ip());
        // A balancer's connection was admitted for whom its header names; a proxy's was for nobody yet.
        if waiting.from == From::Balancer && client == peer {
            return Ok(());
        }
        match client.map_or(Ok(None), |client| waiting.shared.permits.admit(client)) {
            Ok(subscriber) => {
                waiting.permit.assign(subscriber);
                Ok(())
            }
            Err(over) => Err(self.over_limit(over)),
        }
    }

    /// The response where there are too many connections; it is told to the operator too.
    fn over_limit(&self, over: OverLimit) -> Response {
        self.waiting.shared.tell_over_limit(self.peer, over);
        let (holder, key) = (over.holder(), over.key());
        let text = format!("{holder} has too many connections: the limit `{key}` is reached\n");
        Response::plain(StatusCode::Unavailable, text).for_everybody()
    }

    /// Sends the one response, and lets go.
    async fn respond(self, response: Response, outcome: Outcome) {
        let Self {
            mut waiting,
            peer,
            method,
            asked,
            ..
        } = self;
        let status = response.status();
        let body = match method {
            Method::Get | Method::Options => Body::Sent,
            Method::Head => Body::LeftOut,
        };
        waiting.permit.answering();
        let bytes = response.bytes(body, SystemTime::now());
        if write(&mut waiting.stream, &bytes).await.is_err() {
            return asked::end(&waiting, Outcome::WriteFailed, peer, asked);
        }
        waiting.permit.lingering();
        let linger = waiting.service.deadlines.linger;
        tokio::select! {
            _ = close(&mut waiting.stream, linger) => {}
            () = waiting.permit.wanted() => {}
        }
        let asked = asked.map(|asked| asked.answered(status));
        asked::end(&waiting, outcome, peer, asked);
    }
}
