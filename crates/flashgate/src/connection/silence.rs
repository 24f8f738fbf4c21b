//! A silent client on a gate. It may be waiting for the server to speak, so the gate connects it to the server.
//!
//! Until one of them sends something, the gate waits for both without a time limit of its own, and still answers a
//! policy request. The client's deadline starts with its first byte. After a while, such a connection counts as what it
//! most likely is: a forwarded one. It must not cost much more than one, so it holds nothing large while it waits.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use flash_policy::accept::First;
use flashgate_config::snapshot::Gate;
use flashgate_relay::{HalfOpen, Patience, RelayEnd, Stopping, reset_on_close, send_now};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use super::backends::{Role, Whose};
use super::waiting::{Next, Waiting};
use super::{ConnectionOutcome, gate};
use crate::limits::OverLimit;

/// Connects to the backend, and waits for data from either side.
pub(super) async fn call(waiting: &mut Waiting, gate: &Gate) -> Next {
    waiting.accepting.wait();
    match Box::pin(dial(waiting, gate)).await {
        Ok(called) => Silence::new(waiting, gate, called).listen().await,
        Err(next) => next,
    }
}

/// Connects while the client stays silent. Returns the next step if the client sends something.
async fn dial(waiting: &mut Waiting, gate: &Gate) -> Result<Called, Next> {
    let (shared, service) = (Arc::clone(&waiting.shared), Arc::clone(&waiting.service));
    let (peer, origin) = (waiting.client(), None);
    let mut dialling = pin!(shared.reach(
        gate,
        Role::Game,
        &gate.backend,
        &service,
        Whose { peer, origin }
    ));
    let spoken = tokio::select! {
        biased;
        first = waiting.accepting.recognize(&mut waiting.stream) => Err(first),
        dialled = &mut dialling => Ok(dialled),
    };
    let (dialled, spoken) = match spoken {
        Ok(dialled) => (dialled, false),
        // Continue the connection attempt instead of starting another.
        Err(Ok(Some(first))) if goes_on(waiting, gate, first) => {
            waiting.note_mistake(first);
            (dialling.await, true)
        }
        Err(Ok(first)) => return Err(waiting.next(first)),
        Err(Err(_)) => return Err(Next::Refuse(ConnectionOutcome::PeerFailed)),
    };
    // The failure has been logged.
    let backend = dialled.map_err(|_| Next::LetGo(ConnectionOutcome::BackendUnreachable))?;
    let called = Called::introduce(backend, &gate::header(gate, waiting));
    if spoken {
        Err(called.pass_on(waiting, gate))
    } else {
        Ok(called)
    }
}

/// Whether a client that starts like this belongs to the server that is being connected.
fn goes_on(waiting: &Waiting, gate: &Gate, first: First) -> bool {
    match first {
        First::Policy(_) => false,
        First::Http => !waiting.service.speaks_http() && gate.http_backend.is_none(),
        First::Tls => waiting.offered_tls().is_none(),
        First::Other | First::Silent | First::Deadline | First::End | _ => true,
    }
}

/// A connected backend.
struct Called {
    stream: TcpStream,
    /// How many bytes of the PROXY header have been sent.
    introduced: usize,
}

impl Called {
    /// Sends the PROXY header. A backend that greets first waits for it.
    fn introduce(stream: TcpStream, header: &[u8]) -> Self {
        let introduced = if header.is_empty() {
            0
        } else {
            // The relay sends what did not fit, and notices errors.
            send_now(&stream, header)
        };
        Self { stream, introduced }
    }

    /// Hands both connections to the relay.
    fn pass_on(self, waiting: &mut Waiting, gate: &Gate) -> Next {
        let mut header = gate::header(gate, waiting);
        let unsent = header.split_off(self.introduced.min(header.len()));
        waiting.pass_on(self.stream, unsent)
    }
}

/// A client and a backend that both wait.
struct Silence<'a> {
    waiting: &'a mut Waiting,
    gate: &'a Gate,
    called: Called,
    patience: Patience,
    stopping: Stopping,
}

/// What ends the wait.
enum News {
    /// The client has sent something.
    Client,
    /// The backend has sent something.
    Backend,
    /// Neither has, and the time is over.
    Over(RelayEnd),
}

impl<'a> Silence<'a> {
    fn new(waiting: &'a mut Waiting, gate: &'a Gate, called: Called) -> Self {
        let deadlines = waiting.service.deadlines;
        let stopping = waiting.shared.stop.subscribe();
        Self {
            waiting,
            gate,
            called,
            patience: Patience::new(deadlines.half_open, deadlines.idle),
            stopping,
        }
    }

    /// Waits for either side, and returns the next step.
    async fn listen(mut self) -> Next {
        match self.first_news().await {
            Err(over) => self.waiting.turn_away(over),
            Ok(News::Over(end)) => self.cut(ConnectionOutcome::from(end)),
            Ok(News::Backend) => self.called.pass_on(self.waiting, self.gate),
            // On the heap while it lasts.
            Ok(News::Client) => Box::pin(self.hear()).await,
        }
    }

    /// Waits for the first event. A client that is silent for as long as a request may take counts as forwarded from
    /// then.
    async fn first_news(&mut self) -> Result<News, OverLimit> {
        if self.waiting.has_spoken() {
            return Ok(News::Client);
        }
        let until = self.waiting.accepting.deadline();
        if let Ok(news) = Box::pin(timeout_at(until, self.news())).await {
            return Ok(news);
        }
        self.waiting.permit.silent()?;
        Ok(self.news().await)
    }

    /// Waits until something happens. Reads nothing.
    fn news(&mut self) -> impl Future<Output = News> {
        poll_fn(|context| self.poll_news(context))
    }

    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<News> {
        if let Poll::Ready(end) = poll_over(&mut self.stopping, &mut self.patience, context) {
            return Poll::Ready(News::Over(end));
        }
        // An error is left for the code that reads.
        if self.called.stream.poll_read_ready(context).is_ready() {
            return Poll::Ready(News::Backend);
        }
        let client = self.waiting.stream.tcp();
        if client.poll_read_ready(context).is_ready() {
            return Poll::Ready(News::Client);
        }
        Poll::Pending
    }

    /// Reads the client's first bytes, which may turn out to be for another server.
    async fn hear(mut self) -> Next {
        let mut is_silent = true;
        let first = loop {
            let waiting = &mut *self.waiting;
            let (stopping, patience) = (&mut self.stopping, &mut self.patience);
            let over = poll_fn(|context| poll_over(stopping, patience, context));
            let end = tokio::select! {
                biased;
                first = waiting.accepting.recognize(&mut waiting.stream) => break first,
                _ = self.called.stream.readable() => break Ok(Some(First::Silent)),
                end = over, if is_silent => end,
            };
            // Perhaps only TLS records have come. The client's deadline starts with its first decrypted byte.
            if !self.waiting.has_spoken() {
                return self.cut(ConnectionOutcome::from(end));
            }
            is_silent = false;
        };
        match first {
            Ok(Some(first)) if goes_on(self.waiting, self.gate, first) => {
                self.waiting.note_mistake(first);
                self.called.pass_on(self.waiting, self.gate)
            }
            Ok(first) => {
                // The client may linger, but the backend connection is no longer needed.
                let peer = self.waiting.client();
                self.waiting.permit.not_relaying(peer);
                self.waiting.next(first)
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                self.cut(ConnectionOutcome::ClientReset)
            }
            Err(_) => self.cut(ConnectionOutcome::ClientLost),
        }
    }

    /// Resets both sides, as at the end of a relay. A plain close would look like the other side's own end.
    fn cut(&self, outcome: ConnectionOutcome) -> Next {
        reset_on_close(self.waiting.stream.tcp());
        reset_on_close(&self.called.stream);
        Next::Refuse(outcome)
    }
}

/// Ends the silence at a stop or when `idle` is over. Neither side has closed yet, because that would be an event.
fn poll_over(
    stopping: &mut Stopping,
    patience: &mut Patience,
    context: &mut Context<'_>,
) -> Poll<RelayEnd> {
    if stopping.poll(context).is_ready() {
        return Poll::Ready(RelayEnd::Stopped);
    }
    match patience.poll(context, HalfOpen::No) {
        Some(end) => Poll::Ready(end),
        None => Poll::Pending,
    }
}

impl Waiting {
    fn has_spoken(&self) -> bool {
        !self.accepting.opening().bytes().is_empty()
    }
}
