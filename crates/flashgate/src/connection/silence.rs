//! A client on a gate that says nothing: it may wait for the server to speak, so it gets the server.
//!
//! Until one of the two has spoken both are listened to, without a limit of its own, and a policy request is answered.
//! The client's deadline begins with its first byte. After a while such a connection counts as what it most likely is:
//! one that is passed on. It must not cost much more than one, so that nothing large is held while it waits.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use flashgate_wire::proxy_header::Addresses;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_flash_policy::First;

use super::backends::{Role, Whose};
use super::relay::{End, Patience, Stopping, reset_on_close};
use super::waiting::Waiting;
use super::{Outcome, gate};
use crate::limits::OverLimit;
use crate::snapshot::Gate;

/// Has the backend dialled, and listens; a client that turns out to want something else is judged anew.
pub(super) async fn call(mut waiting: Waiting, told: Option<Addresses>, peer: Option<SocketAddr>) {
    let service = Arc::clone(&waiting.service);
    let Some(gate) = service.gate() else {
        return;
    };
    let shared = Arc::clone(&waiting.shared);
    let whose = Whose { peer, origin: None };
    let mut dialling = pin!(shared.reach(gate, Role::Game, &service, whose));
    let spoken = tokio::select! {
        biased;
        first = waiting.first_words() => Err(first),
        dialled = &mut dialling => Ok(dialled),
    };
    let (dialled, next) = match spoken {
        Ok(dialled) => (dialled, Next::Listen),
        // What was begun is not begun anew.
        Err(Ok(first)) if goes_on(&waiting, gate, first) => {
            waiting.note_mistake(first, peer);
            (dialling.await, Next::PassOn)
        }
        Err(Ok(first)) => return waiting.judge(first, told).await,
        Err(Err(_)) => return waiting.end(Outcome::PeerFailed, peer),
    };
    let Ok(backend) = dialled else {
        return gate::let_go(waiting, peer);
    };
    let header = gate::header(gate, told, &waiting);
    let silence = Silence::new(waiting, introduce(backend, &header), told, peer);
    match next {
        Next::Listen => {
            let unfinished = silence.waiting.permit.unrecognised();
            let task = tokio::spawn(silence.listen());
            if let Some(unfinished) = unfinished {
                unfinished.runs_in(task.abort_handle());
            }
        }
        Next::PassOn => silence.pass_on(),
    }
}

/// What follows once the backend was reached.
enum Next {
    Listen,
    PassOn,
}

/// Whether the server that was called is the one for a client that begins in this way.
fn goes_on(waiting: &Waiting, gate: &Gate, first: First) -> bool {
    match first {
        First::Policy(_) => false,
        First::Http => !waiting.service.speaks_http() && gate.http_backend.is_none(),
        First::Tls => !waiting.is_offered_tls(),
        First::Other | First::Silent | First::Deadline | First::End | _ => true,
    }
}

/// A backend that was called.
struct Called {
    stream: TcpStream,
    /// How much of the PROXY header it has got.
    introduced: usize,
}

/// Sends the PROXY header: a backend that greets first does not before it has read it.
fn introduce(backend: TcpStream, header: &[u8]) -> Called {
    // What finds no room, or fails, is left to the relay.
    let introduced = backend.try_write(header).unwrap_or_default();
    Called {
        stream: backend,
        introduced,
    }
}

/// Two that wait for each other.
struct Silence {
    waiting: Waiting,
    called: Called,
    told: Option<Addresses>,
    peer: Option<SocketAddr>,
    patience: Patience,
    stopping: Stopping,
}

/// What ends a silence.
enum News {
    /// The client stirs.
    Client,
    /// The backend does.
    Backend,
    /// Neither has, and that is enough.
    Over(End),
}

impl Silence {
    fn new(
        waiting: Waiting,
        called: Called,
        told: Option<Addresses>,
        peer: Option<SocketAddr>,
    ) -> Self {
        let deadlines = waiting.service.deadlines;
        let stopping = waiting.shared.stop.subscribe();
        Self {
            waiting,
            called,
            told,
            peer,
            patience: Patience::new(deadlines.half_open, deadlines.idle),
            stopping,
        }
    }

    /// Listens, as a task of its own that holds nothing else.
    ///
    /// What follows may lead to a silence once more, and a future that held itself would have no size.
    fn listen(mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let news = match self.first_news().await {
                Ok(news) => news,
                Err(over) => {
                    let Self { waiting, peer, .. } = self;
                    return gate::turn_away(waiting, peer, over);
                }
            };
            let told = self.told;
            // On the heap, for as long as it lasts.
            if let Some((waiting, first)) = Box::pin(self.hear(news)).await {
                waiting.judge(first, told).await;
            }
        })
    }

    /// What happens first. A client that is silent for as long as a request may take counts as passed on meanwhile.
    async fn first_news(&mut self) -> Result<News, OverLimit> {
        if self.waiting.has_spoken() {
            return Ok(News::Client);
        }
        let until = self.waiting.deadline();
        if let Ok(news) = timeout_at(until, self.news()).await {
            return Ok(news);
        }
        self.waiting.permit.silent()?;
        Ok(self.news().await)
    }

    /// Waits until something happens; nothing is read.
    fn news(&mut self) -> impl Future<Output = News> {
        poll_fn(|context| self.poll_news(context))
    }

    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<News> {
        if self.stopping.poll(context).is_ready() {
            return Poll::Ready(News::Over(End::Stopped));
        }
        // An error is for whoever reads to find.
        if self.called.stream.poll_read_ready(context).is_ready() {
            return Poll::Ready(News::Backend);
        }
        let client = self.waiting.stream.tcp();
        if client.poll_read_ready(context).is_ready() {
            return Poll::Ready(News::Client);
        }
        // Neither side has ended, for that would be news.
        match self.patience.poll(context, false, true) {
            Some(end) => Poll::Ready(News::Over(end)),
            None => Poll::Pending,
        }
    }

    /// Does what the news asks for; comes back with a client that is for somebody else.
    async fn hear(mut self, news: News) -> Option<(Waiting, First)> {
        match news {
            News::Client => {}
            News::Backend => {
                self.pass_on();
                return None;
            }
            News::Over(end) => {
                self.cut(Outcome::from(end));
                return None;
            }
        }
        let first = tokio::select! {
            biased;
            first = self.waiting.first_words() => first,
            _ = self.called.stream.readable() => Ok(First::Silent),
        };
        let service = Arc::clone(&self.waiting.service);
        let gate = service.gate()?;
        match first {
            Ok(first) if goes_on(&self.waiting, gate, first) => {
                self.waiting.note_mistake(first, self.peer);
                self.pass_on();
            }
            Ok(first) => {
                // The client may linger; the backend has nothing to wait for.
                let Self {
                    mut waiting, peer, ..
                } = self;
                waiting.permit.not_relaying(peer);
                return Some((waiting, first));
            }
            Err(error) => {
                let reset = error.kind() == io::ErrorKind::ConnectionReset;
                self.cut(if reset {
                    Outcome::ClientReset
                } else {
                    Outcome::ClientLost
                });
            }
        }
        None
    }

    /// Has the relay go on from here.
    fn pass_on(self) {
        let Some(gate) = self.waiting.service.gate() else {
            return;
        };
        let header = gate::header(gate, self.told, &self.waiting);
        let unsent = header.get(self.called.introduced..).unwrap_or_default();
        gate::relay(self.waiting, self.called.stream, unsent, self.peer);
    }

    /// Resets both sides, as the end of a relay would: a plain close would pass for the other side's own end.
    fn cut(&self, outcome: Outcome) {
        reset_on_close(self.waiting.stream.tcp());
        reset_on_close(&self.called.stream);
        self.waiting.end(outcome, self.peer);
    }
}

impl Waiting {
    /// What the client begins with, once it does begin; its time starts with the first byte.
    ///
    /// It may be dropped and called again, and loses nothing.
    async fn first_words(&mut self) -> io::Result<First> {
        loop {
            if !self.has_spoken() {
                self.stream.tcp().readable().await?;
                self.begun = Instant::now();
            }
            let timing = self.timing_of_speech();
            match self.progress.opening.read(&mut self.stream, timing).await {
                // Woken by what TLS has to say for itself.
                Ok(First::Deadline) if !self.has_spoken() => {}
                first => return first,
            }
        }
    }

    fn has_spoken(&self) -> bool {
        !self.progress.opening.bytes().is_empty()
    }
}
