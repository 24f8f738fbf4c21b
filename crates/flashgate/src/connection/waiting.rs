//! A connection that could not be answered on the spot: its request is still coming, or it is none.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_flash_policy::{First, Opening};
use tracing::field::display;
use tracing::{debug, warn};

use super::fast::Progress;
use super::{Outcome, Shared, policy, some};
use crate::daemon::Permit;
use crate::fault;
use crate::log::{Sampler, escaped};
use crate::snapshot::Service;

/// A connection on its way to a verdict.
///
/// Ten thousand may wait at a time, so what a task holds is held here once, and only borrowed where it is awaited.
pub(super) struct Waiting {
    pub(super) stream: TcpStream,
    pub(super) progress: Progress,
    pub(super) permit: Permit,
    pub(super) service: Arc<Service>,
    pub(super) shared: Arc<Shared>,
}

impl Waiting {
    /// Reads on, answers or closes; the permit is returned at the end.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold `self` twice"
    )]
    pub(super) fn serve(mut self) -> impl Future<Output = ()> + Send {
        async move {
            fault::point(fault::Point::Task);
            let timing = self.shared.deadlines().timing;
            match self.progress.opening.read(&mut self.stream, timing).await {
                Err(_) => self.end(Outcome::PeerFailed, None),
                // On the heap, for it is larger than the wait before it, and far fewer answer than wait.
                Ok(first) => Box::pin(self.judge(first)).await,
            }
        }
    }

    /// Answers a policy request; every other connection has nothing to expect here.
    async fn judge(&mut self, first: First) {
        // A failed connection has no peer any more, so its name is asked for before.
        let peer = self.stream.peer_addr().ok();
        let outcome = match first {
            First::Policy(rest) => {
                let (reply, sent) = (self.service.reply.as_bytes(), self.progress.sent);
                policy::answer(
                    &mut self.stream,
                    &mut self.permit,
                    reply,
                    sent,
                    rest,
                    self.shared.deadlines().linger,
                )
                .await
            }
            First::Http => Outcome::Http,
            First::Tls => Outcome::Tls,
            First::End => Outcome::EndedEarly,
            First::Silent | First::Deadline => Outcome::Deadline,
            First::Other | _ => Outcome::NotARequest,
        };
        self.end(outcome, peer);
    }

    fn end(&self, outcome: Outcome, peer: Option<SocketAddr>) {
        self.shared.count(outcome);
        explain(outcome, peer, &self.progress.opening, &self.shared);
    }
}

impl Drop for Waiting {
    /// A panic ends its task and no other; tokio takes it, and would tell nobody.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shared.tell_panic();
        }
    }
}

/// Tells the operator what somebody must have set up wrongly; everything else is for those who look closely.
fn explain(outcome: Outcome, peer: Option<SocketAddr>, opening: &Opening, shared: &Shared) {
    let peer = peer.map(display);
    let received = escaped(opening.bytes());
    if let Some((sampler, hint)) = hint(outcome, shared)
        && let Some(suppressed) = sampler.admit()
    {
        warn!(peer, %received, suppressed, hint, "closed a connection that is no policy request");
    }
    if let Some(suppressed) = shared.wants_line(outcome) {
        let suppressed = some(suppressed);
        debug!(peer, outcome = outcome.code(), %received, suppressed, "connection ended");
    }
}

/// What to say about a connection that somebody meant for another kind of server, and how often it was said.
fn hint(outcome: Outcome, shared: &Shared) -> Option<(&Sampler, &'static str)> {
    match outcome {
        Outcome::Http => Some((&shared.hints.http, HTTP_HINT)),
        Outcome::Tls => Some((&shared.hints.tls, "this port speaks no TLS")),
        Outcome::Answered
        | Outcome::AnsweredThenCut
        | Outcome::WriteFailed
        | Outcome::NotARequest
        | Outcome::EndedEarly
        | Outcome::Deadline
        | Outcome::PeerFailed
        | Outcome::SystemFailed
        | Outcome::OverLimit => None,
    }
}

const HTTP_HINT: &str = "a policy port speaks no HTTP: a movie or page probably names \
                         http://host:port/crossdomain.xml; sockets need xmlsocket://host:port, \
                         or nothing at all for port 843";
