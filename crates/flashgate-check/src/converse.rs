//! One connection: connects, sends what it should, and records everything that comes back.
//!
//! It also reports events as they happen. It continues to observe until its limit, even if no one receives the events.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use flash_policy::Host;
use flash_policy::player::Transport;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::clock::CheckClock;
use super::dial::{DialledStream, dial};
use super::http;
use super::tls::{Secured, Stream, TlsFault, TlsJudge};
use super::trace::{DialAttempt, DialOutcome, Ended, Trace};

/// What to send on a connection.
#[derive(Clone, Debug)]
pub(super) enum Speech {
    /// These bytes.
    Bytes(&'static [u8]),
    /// These bytes, then the end of the stream.
    Last(&'static [u8]),
    /// This text.
    Text(String),
    /// This request for a page. The conversation ends with the complete response.
    Page(String),
}

/// Where to connect, and what to send.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) host: Host,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) port: u16,
    pub(super) transport: Transport,
    pub(super) tls: TlsJudge,
    pub(super) speech: Speech,
}

/// An event on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnedEvent {
    Connected,
    Refused,
    TimedOut,
    TlsFailed,
    Received(Vec<u8>),
    Finished,
    Reset,
    Responded {
        content_type: Option<String>,
        meta_policy: Option<String>,
        redirects: usize,
    },
    NoDocument,
}

/// The time limit of a connection. It can be moved in either direction in the meantime.
pub(super) type DeadlineWatch = watch::Receiver<Instant>;

/// A limit that does not change.
pub(super) fn fixed(until: Instant) -> DeadlineWatch {
    watch::channel(until).1
}

/// Makes the connection.
pub(super) async fn converse(
    call: &Call,
    clock: CheckClock,
    mut limit: DeadlineWatch,
    mut tell: impl FnMut(OwnedEvent),
) -> Trace {
    let mut trace = Trace::default();
    let until = clock.end();
    let dialled = dial(&call.addresses, call.port, until, clock, &mut trace);
    let Some(dialled) = before(&mut limit, dialled).await else {
        abandoned(call, clock, &mut trace);
        return trace;
    };
    let Some(dialled) = dialled else {
        tell(match trace.attempts.last().map(|attempt| attempt.came) {
            Some(DialOutcome::Silence) => OwnedEvent::TimedOut,
            _ => OwnedEvent::Refused,
        });
        return trace;
    };
    let stream = match (call.transport, dialled) {
        (Transport::Tcp, DialledStream::Stream(stream)) => Some(Ok(Secured::in_clear(stream))),
        (Transport::Tls, DialledStream::Stream(stream)) => {
            before(&mut limit, call.tls.secure(stream, &call.host)).await
        }
        (Transport::Tcp, DialledStream::AndReset) => {
            tell(OwnedEvent::Connected);
            reset(clock, &mut trace, &mut tell);
            return trace;
        }
        (Transport::Tls, DialledStream::AndReset) => Some(Err(TlsFault::HungUp)),
    };
    match stream {
        None => trace.tls = Some(TlsFault::Silence),
        Some(Err(fault)) => {
            trace.tls = Some(fault);
            tell(OwnedEvent::TlsFailed);
        }
        Some(Ok(Secured { stream, overlooked })) => {
            trace.overlooked = overlooked;
            tell(OwnedEvent::Connected);
            let listening = OpenConversation {
                stream,
                clock,
                limit: &mut limit,
                trace: &mut trace,
            };
            listening.speak(call, tell).await;
        }
    }
    trace
}

/// Records the attempt that was under way when the limit passed.
fn abandoned(call: &Call, clock: CheckClock, trace: &mut Trace) {
    let tried = trace.attempts.len();
    let Some(address) = call.addresses.get(tried) else {
        return;
    };
    let started = trace
        .attempts
        .last()
        .map_or(Duration::ZERO, |last| last.started + last.took);
    trace.attempts.push(DialAttempt {
        address: (*address, call.port).into(),
        started,
        took: clock.elapsed().saturating_sub(started),
        came: DialOutcome::Silence,
    });
}

/// An established connection.
struct OpenConversation<'a> {
    stream: Stream,
    clock: CheckClock,
    limit: &'a mut DeadlineWatch,
    trace: &'a mut Trace,
}

impl OpenConversation<'_> {
    async fn speak(mut self, call: &Call, mut tell: impl FnMut(OwnedEvent)) {
        match &call.speech {
            Speech::Bytes(bytes) => {
                self.send(bytes).await;
                self.listen(&mut tell, |_| false).await;
            }
            Speech::Last(bytes) => {
                self.send(bytes).await;
                let _ = before(self.limit, self.stream.finish()).await;
                self.listen(&mut tell, |_| false).await;
            }
            Speech::Text(text) => {
                self.send(text.as_bytes()).await;
                self.listen(&mut tell, |_| false).await;
            }
            Speech::Page(request) => {
                self.send(request.as_bytes()).await;
                self.listen(&mut tell, http::is_whole).await;
            }
        }
    }

    /// Sends bytes. Errors are ignored: a server that has closed may have answered before.
    async fn send(&mut self, bytes: &[u8]) {
        let _ = before(self.limit, self.stream.send(bytes)).await;
    }

    /// Reads until the server closes, the limit passes, or the bytes are enough.
    async fn listen(&mut self, tell: &mut impl FnMut(OwnedEvent), is_enough: fn(&[u8]) -> bool) {
        let mut buffer = vec![0; 64 << 10];
        while !self.trace.is_full() {
            match before(self.limit, self.stream.read(&mut buffer)).await {
                None => return,
                Some(Ok(0)) => {
                    tell(OwnedEvent::Finished);
                    let at = self.clock.elapsed();
                    self.trace.end = Some((after_fin(&self.stream, self.limit).await, at));
                    return;
                }
                Some(Ok(count)) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    self.trace.keep(self.clock.elapsed(), bytes);
                    tell(OwnedEvent::Received(bytes.to_vec()));
                    if is_enough(&self.trace.bytes) {
                        return;
                    }
                }
                Some(Err(_)) => return reset(self.clock, self.trace, tell),
            }
        }
    }
}

fn reset(clock: CheckClock, trace: &mut Trace, tell: &mut impl FnMut(OwnedEvent)) {
    trace.end = Some((Ended::Reset, clock.elapsed()));
    tell(OwnedEvent::Reset);
}

/// How long to wait for the reset that follows a close with unread bytes.
const AFTERMATH: Duration = Duration::from_millis(50);

/// If a server closed before the request arrived, it answers the request with a reset.
async fn after_fin(stream: &Stream, limit: &mut DeadlineWatch) -> Ended {
    let _ = before(limit, sleep(AFTERMATH)).await;
    let error: io::Result<Option<io::Error>> = stream.tcp().take_error();
    match error {
        Ok(Some(_)) => Ended::FinThenReset,
        Ok(None) | Err(_) => Ended::Fin,
    }
}

/// Works until the limit, which may move in the meantime.
pub(super) async fn before<T>(
    limit: &mut DeadlineWatch,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    loop {
        let until = *limit.borrow_and_update();
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            () = sleep_until(until) => return None,
            () = moved(limit) => {}
        }
    }
}

/// Never returns if the limit can't move any more.
async fn moved(limit: &mut DeadlineWatch) {
    if limit.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
