//! A connection that could not be answered on the spot: its request is still coming, or it is none.

use std::future::ready;
use std::net::SocketAddr;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use flashgate_wire::proxy_header::{Addresses, ProxyHeader};
use tokio::time::Instant;
use tokio_flash_policy::{First, Rest, Timing};
use tracing::debug;
use tracing::field::display;

use super::client::Client;
use super::fast::Progress;
use super::handshake::{self, Bounds, Failure};
use super::letting_go::let_go;
use super::policy::{self, Answered};
use super::{Outcome, Shared, balancer, gate, http, peer, silence, some};
use crate::fault;
use crate::limits::Permit;
use crate::log::escaped;
use crate::ruffle::Doors;
use crate::snapshot::Service;

/// A connection on its way to a verdict.
///
/// Ten thousand may wait at a time, so what a task holds is held here once, and only borrowed where it is awaited.
pub(super) struct Waiting {
    pub(super) stream: Client,
    pub(super) progress: Progress,
    pub(super) permit: Permit,
    pub(super) service: Arc<Service>,
    pub(super) doors: Arc<Doors>,
    pub(super) shared: Witness,
    pub(super) from: From,
    /// Whose it is, as far as that is known: the peer it was accepted from, until a header names another.
    pub(super) peer: Option<SocketAddr>,
    /// When its client's first bytes began to be waited for.
    pub(super) begun: Instant,
    /// What was read behind its first bytes to understand HTTP.
    pub(super) early: Vec<u8>,
}

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A client's.
    Client,
    /// A balancer's, which says whose in front of everything else.
    Balancer,
    /// That of a proxy, which says whose in each request.
    Proxy,
}

impl Waiting {
    /// Reads on, and does what the first bytes ask for; the permit is returned at the end.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold `self` twice"
    )]
    pub(super) fn serve(mut self) -> impl Future<Output = ()> + Send {
        async move {
            fault::point(fault::Point::Task);
            // On the heap, for it is larger than the wait for a client's first bytes.
            if self.from == From::Balancer {
                return Box::pin(self.behind_balancer()).await;
            }
            let timing = self.timing();
            match self.progress.opening.read(&mut self.stream, timing).await {
                Err(_) => self.end(Outcome::PeerFailed, self.peer),
                Ok(first) => self.judge(first, None).await,
            }
        }
    }

    /// The same for a connection that has a PROXY header in front.
    async fn behind_balancer(mut self) {
        let peer = self.peer;
        let told = match balancer::read(&self).await {
            Ok(ProxyHeader { addresses, .. }) => addresses,
            Err(fault) => {
                self.shared.tell_proxy_fault(peer, &fault);
                return self.end(Outcome::ProxyRefused, peer);
            }
        };
        let client = told.map(source).or(peer);
        match client.map_or(Ok(None), |client| self.shared.permits.admit(client.ip())) {
            Ok(subscriber) => self.permit.assign(subscriber, client),
            Err(over) => return self.shared.refuse(client, over),
        }
        self.hold(0);
        self.begun = Instant::now();
        let timing = self.timing();
        match self.progress.opening.read(&mut self.stream, timing).await {
            Err(_) => self.end(Outcome::PeerFailed, client),
            Ok(first) => self.judge(first, told).await,
        }
    }

    /// Says how much of an unfinished request is in memory; the oldest such requests make room for it.
    ///
    /// To be said before anything is waited for; a request that is whole at once costs nothing.
    pub(super) fn hold(&self, bytes: usize) {
        let session = if self.stream.is_secure() {
            handshake::SESSION
        } else {
            0
        };
        for evicted in self.permit.hold(session + bytes) {
            self.shared.count_evicted(evicted);
        }
    }

    /// Until when the first bytes must be there, a handshake included.
    pub(super) fn deadline(&self) -> Instant {
        self.begun + self.service.deadlines.request
    }

    fn timing(&self) -> Timing {
        match self.service.gate() {
            Some(gate) => self.timing_of_speech().silence(gate.speaks_first_after),
            None => self.timing_of_speech(),
        }
    }

    /// The same, where silence means nothing any more.
    pub(super) fn timing_of_speech(&self) -> Timing {
        let left = self.deadline().saturating_duration_since(Instant::now());
        let timing = Timing::default().request(left);
        let gate = self.service.gate();
        gate.map_or(timing, |gate| timing.http(gate.http()))
    }

    /// Answers a policy request; every other connection goes through the gate, or has nothing to expect here.
    ///
    /// What follows is on the heap, and only as large as its kind of connection needs: a client that sends the beginning
    /// of something must not cost much more than a silent one.
    pub(super) fn judge(
        self,
        first: First,
        told: Option<Addresses>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let peer = told.map(source).or(self.peer);
        match first {
            First::Tls if self.is_offered_tls() => Box::pin(self.inside_tls(told, peer)),
            First::Policy(rest) => Box::pin(self.answer(rest, peer)),
            First::Http if self.service.speaks_http() => Box::pin(http::serve(self, told, peer)),
            First::Silent if self.service.gate().is_some() => {
                Box::pin(silence::call(self, told, peer))
            }
            _ if self.service.gate().is_some() => Box::pin(gate::pass(self, first, told, peer)),
            First::Tls
            | First::Http
            | First::Other
            | First::Silent
            | First::Deadline
            | First::End
            | _ => {
                self.refuse(first, peer);
                Box::pin(ready(()))
            }
        }
    }

    /// Lets a connection go that has nothing to expect on a policy port.
    fn refuse(&self, first: First, peer: Option<SocketAddr>) {
        let outcome = match first {
            // A game's client, which the gate would have passed on before the stop: no mistake of its operator's.
            _ if self.service.stopping => Outcome::NotARequest,
            First::Http => Outcome::Http,
            First::Tls if !self.stream.is_secure() => Outcome::Tls,
            First::End => Outcome::EndedEarly,
            First::Silent | First::Deadline => Outcome::Deadline,
            First::Other | _ => Outcome::NotARequest,
        };
        self.end(outcome, peer);
    }

    /// Whether a TLS handshake would be answered with one. TLS inside TLS is bytes like all others.
    pub(super) fn is_offered_tls(&self) -> bool {
        self.service.tls.is_some() && !self.stream.is_secure()
    }

    /// Shakes hands, and does what the client wants inside.
    async fn inside_tls(self, told: Option<Addresses>, peer: Option<SocketAddr>) {
        let Some(mut secure) = Box::pin(self.shake(peer)).await else {
            return;
        };
        secure.progress = Progress::default();
        secure.hold(0);
        let timing = secure.timing();
        match secure
            .progress
            .opening
            .read(&mut secure.stream, timing)
            .await
        {
            Ok(first) => secure.judge(first, told).await,
            Err(_) => secure.end(Outcome::PeerFailed, peer),
        }
    }

    /// Shakes hands; where that fails, it says why and lets the client go.
    async fn shake(mut self, peer: Option<SocketAddr>) -> Option<Self> {
        let server = self.service.tls.clone()?;
        let (permit, shared) = (&self.permit, &self.shared);
        let hold = |bytes| {
            for evicted in permit.hold(bytes) {
                shared.count_evicted(evicted);
            }
        };
        let bounds = Bounds {
            deadline: self.deadline(),
            hold: &hold,
        };
        let (stream, read) = (self.stream.into_tcp(), self.progress.opening.bytes());
        let counts = &self.shared.handshakes;
        let failure = match handshake::shake(stream, read, &server, bounds, counts).await {
            Ok(stream) => {
                self.stream = Client::Secure(stream);
                return Some(self);
            }
            Err(failure) => failure,
        };
        let (failure, stream) = failure;
        if let Failure::Refused(error) = &failure {
            self.shared.tell_handshake_fault(peer, error);
        }
        let outcome = Outcome::from(&failure);
        let ending = Ending {
            shared: self.shared,
            service: self.service,
            progress: self.progress,
        };
        match stream {
            // So that the alert arrives.
            Some(stream) => {
                let linger = ending.service.deadlines.linger;
                let done = move |_| ending.end(outcome, peer);
                let_go(Client::Plain(stream), self.permit, linger, done);
            }
            None => ending.end(outcome, peer),
        }
        None
    }

    /// Answers a policy request.
    pub(super) async fn answer(self, rest: Rest, peer: Option<SocketAddr>) {
        let (stream, mut permit, ending) = self.into_parts();
        let Some(policy) = ending.service.policy() else {
            return ending.end(Outcome::NotARequest, peer);
        };
        let (reply, sent) = (policy.reply.as_bytes(), ending.progress.sent);
        match policy::answer(stream, &mut permit, reply, sent, rest).await {
            Answered::Ended(outcome) => ending.end(outcome, peer),
            Answered::LetGo(stream) => {
                let linger = ending.service.deadlines.linger;
                let_go(Client::Plain(stream), permit, linger, move |closed| {
                    ending.end(Outcome::answered(closed), peer);
                });
            }
        }
    }

    /// What is needed to answer it, its place, and what its end takes.
    pub(super) fn into_parts(self) -> (Client, Permit, Ending) {
        let Self {
            stream,
            permit,
            progress,
            service,
            shared,
            ..
        } = self;
        let ending = Ending {
            shared,
            service,
            progress,
        };
        (stream, permit, ending)
    }

    pub(super) fn end(&self, outcome: Outcome, peer: Option<SocketAddr>) {
        let received = self.progress.opening.bytes();
        end(&self.shared, &self.service, outcome, (peer, received));
    }
}

/// What is counted and logged of a connection at its end.
pub(super) struct Ending {
    pub(super) shared: Witness,
    pub(super) service: Arc<Service>,
    progress: Progress,
}

impl Ending {
    pub(super) fn end(&self, outcome: Outcome, peer: Option<SocketAddr>) {
        let received = self.progress.opening.bytes();
        end(&self.shared, &self.service, outcome, (peer, received));
    }
}

/// The client that a PROXY header names.
fn source(told: Addresses) -> SocketAddr {
    peer::canonical(told.source)
}

/// What connections share, in the hands of one whose panic would otherwise go untold: tokio takes it with the task.
pub(super) struct Witness(pub(super) Arc<Shared>);

impl Deref for Witness {
    type Target = Arc<Shared>;

    fn deref(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.tell_panic();
        }
    }
}

/// Counts a connection, and logs what is worth it.
fn end(
    shared: &Shared,
    service: &Service,
    outcome: Outcome,
    (peer, received): (Option<SocketAddr>, &[u8]),
) {
    shared.count(outcome);
    shared.explain_close(outcome, peer, received, service);
    if let Some(suppressed) = shared.wants_line(outcome) {
        let (peer, suppressed) = (peer.map(display), some(suppressed));
        let received = escaped(received);
        debug!(peer, outcome = outcome.code(), %received, suppressed, "connection ended");
    }
}
