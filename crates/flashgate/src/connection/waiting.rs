//! A connection that could not be answered on the spot: its request is still coming, or it is none.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_flash_policy::{First, Opening, Timing};
use tracing::{debug, warn};

use super::fast::Progress;
use super::{Outcome, Shared, policy};
use crate::daemon::Permit;
use crate::log::escaped;

/// A connection on its way to a verdict.
///
/// Ten thousand may wait at a time, so what a task holds is held here once, and only borrowed where it is awaited.
pub(super) struct Waiting {
    pub(super) stream: TcpStream,
    pub(super) progress: Progress,
    pub(super) permit: Permit,
    pub(super) shared: Arc<Shared>,
}

impl Waiting {
    /// Reads on, answers or closes; the permit is returned at the end.
    pub(super) async fn serve(mut self) {
        let outcome = match self
            .progress
            .opening
            .read(&mut self.stream, Timing::default())
            .await
        {
            Err(_) => Outcome::PeerFailed,
            Ok(First::Policy(rest)) => {
                self.permit.answering();
                // On the heap, for it is larger than the wait before it, and far fewer answer than wait.
                let reply = &self.shared.reply;
                Box::pin(policy::answer(
                    &mut self.stream,
                    reply,
                    self.progress.sent,
                    rest,
                ))
                .await
            }
            Ok(First::Http) => Outcome::Http,
            Ok(First::Tls) => Outcome::Tls,
            Ok(First::End) => Outcome::EndedEarly,
            Ok(First::Deadline) => Outcome::Deadline,
            Ok(_) => Outcome::NotARequest,
        };
        self.shared.count(outcome);
        explain(outcome, &self.progress.opening, &self.stream, &self.shared);
    }
}

/// Tells the operator what somebody must have set up wrongly; everything else is for those who look closely.
fn explain(outcome: Outcome, opening: &Opening, stream: &TcpStream, shared: &Shared) {
    let sampler = match outcome {
        Outcome::Http => Some(&shared.hints.http),
        Outcome::Tls => Some(&shared.hints.tls),
        Outcome::Answered
        | Outcome::AnsweredThenCut
        | Outcome::WriteFailed
        | Outcome::NotARequest
        | Outcome::EndedEarly
        | Outcome::Deadline
        | Outcome::PeerFailed
        | Outcome::SystemFailed => None,
    };
    let peer = || {
        stream
            .peer_addr()
            .map_or("gone".to_owned(), |peer| peer.to_string())
    };
    let received = escaped(opening.bytes()).to_string();
    if let Some(suppressed) = sampler.and_then(crate::log::Sampler::admit) {
        let hint = if outcome == Outcome::Http {
            "a policy port speaks no HTTP: a movie or page probably names http://host:port/crossdomain.xml; \
             sockets need xmlsocket://host:port, or nothing at all for port 843"
        } else {
            "this port speaks no TLS"
        };
        warn!(
            peer = peer(),
            received, suppressed, hint, "closed a connection that is no policy request"
        );
    }
    debug!(
        peer = peer(),
        outcome = outcome.code(),
        received,
        "connection ended"
    );
}
