//! The steps of a connection, from its first bytes to the task or close that ends it.
//!
//! A step borrows the connection and returns the [next](Next) one. Only the last step consumes it.

use std::sync::Arc;

use flash_policy::accept::{Closing, IfDropped, Operation};
use flashgate_wire::proxy_header::ProxyHeader;
use tokio_rustls::rustls::ServerConfig;

use super::backends::Role;
use super::client::ClientStream;
use super::handshake::{self, Bounds, Failure};
use super::letting_go::let_go;
use super::waiting::{Ending, Next, Sender, Waiting, accepting};
use super::{ConnectionOutcome, balancer, gate, http, policy, silence};
use crate::fault;
use crate::limits::Answering;

impl Waiting {
    /// Runs the steps until the connection ends.
    ///
    /// Each step is on the heap while it lasts, and only as large as its kind of connection needs. A client that sends
    /// an incomplete request must not cost much more than a silent one.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold `self` twice"
    )]
    pub(super) fn run(mut self) -> impl Future<Output = ()> + Send {
        async move {
            fault::point(fault::Point::Task);
            let mut next = match self.sender {
                Sender::Balancer => Box::pin(self.behind_balancer()).await,
                Sender::Client | Sender::Proxy => Next::Listen,
            };
            loop {
                next = match next {
                    Next::Listen => Box::pin(self.listen()).await,
                    Next::Shake(server) => match Box::pin(self.shake(server)).await {
                        // Reading here would reserve space for a second connection in every task.
                        Some(secure) => {
                            self = secure;
                            Next::Listen
                        }
                        None => return,
                    },
                    Next::Http => Box::pin(http::serve(&mut self)).await,
                    Next::Call(gate) => Box::pin(silence::call(&mut self, &gate)).await,
                    Next::Dial(gate) => {
                        Box::pin(gate::dial(&mut self, &gate, Role::Game, &gate.backend)).await
                    }
                    Next::DialHttp(gate, backend) => {
                        Box::pin(gate::dial(&mut self, &gate, Role::Http, &backend)).await
                    }
                    Next::Answer => return Box::pin(self.answer()).await,
                    Next::Relay(backend) => return gate::relay(self, *backend),
                    Next::Bridge(gate, backend) => return http::bridge(self, gate, *backend),
                    Next::LetGo(outcome) => return self.let_go(outcome),
                    Next::Refuse(outcome) => return self.end(outcome),
                    Next::Done => return,
                }
            }
        }
    }

    /// Reads until the kind of connection is known.
    async fn listen(&mut self) -> Next {
        match self.accepting.recognize(&mut self.stream).await {
            Err(_) => Next::Refuse(ConnectionOutcome::PeerFailed),
            Ok(recognized) => self.next(recognized),
        }
    }

    /// Reads the PROXY header first, and then the kind of connection.
    async fn behind_balancer(&mut self) -> Next {
        match balancer::read(self).await {
            Ok(ProxyHeader { addresses, .. }) => self.told = addresses.map(Box::new),
            Err(fault) => {
                self.shared.tell_proxy_fault(self.peer, &fault);
                return Next::Refuse(ConnectionOutcome::ProxyRefused);
            }
        }
        let client = self.client();
        match client.map_or(Ok(None), |client| self.shared.permits.admit(client.ip())) {
            Ok(subscriber) => self.permit.assign(subscriber, client),
            Err(over) => {
                self.shared.refuse(client, over);
                return Next::Done;
            }
        }
        self.hold(0);
        self.accepting = accepting(&self.service);
        Next::Listen
    }

    /// Does the TLS handshake. If it fails, logs the reason and closes the connection.
    async fn shake(mut self, server: Arc<ServerConfig>) -> Option<Self> {
        let peer = self.client();
        let (permit, shared) = (&self.permit, &self.shared);
        let hold = |bytes| {
            for evicted in permit.hold(bytes) {
                shared.count_evicted(evicted);
            }
        };
        let bounds = Bounds {
            deadline: self.accepting.deadline(),
            hold: &hold,
        };
        let (stream, read) = (self.stream.into_tcp(), self.accepting.opening().bytes());
        let counts = &self.shared.handshakes;
        let (failure, stream) = match handshake::shake(stream, read, &server, bounds, counts).await
        {
            Ok(stream) => {
                self.stream = ClientStream::Secure(stream);
                self.accepting.restart_inside_tls();
                self.hold(0);
                return Some(self);
            }
            Err(failed) => failed,
        };
        if let Failure::Refused(error) = &failure {
            self.shared.tell_handshake_fault(peer, error);
        }
        let outcome = ConnectionOutcome::from(&failure);
        if let Some(stream) = stream {
            // Close slowly, so that the client receives the alert.
            self.stream = ClientStream::Plain(stream);
            self.let_go(outcome);
        } else {
            let ending = Ending {
                shared: self.shared,
                service: self.service,
                accepting: self.accepting,
                peer,
                asked: None,
            };
            ending.end(outcome);
        }
        None
    }

    /// Answers a policy request.
    async fn answer(self) {
        let (mut client, mut permit, mut ending) = self.into_parts();
        // If part of the reply was sent earlier, `go_on` has already set how the socket ends.
        let if_dropped = match permit.answering() {
            Answering::Begins => IfDropped::End,
            Answering::GoesOn => ending.accepting.if_dropped(),
        };
        policy::answer(&mut client, &mut ending.accepting, if_dropped).await;
        let received = ending.accepting.opening().bytes();
        (ending.shared).explain_answer(ending.peer, received, &ending.service);
        let outcome = match ending.accepting.poll() {
            Operation::Close(Closing::Done(_)) => ConnectionOutcome::Answered,
            Operation::Close(_) => {
                return let_go(client, permit, ending, ConnectionOutcome::answered);
            }
            Operation::Read { .. }
            | Operation::Write { .. }
            | Operation::HandOn(_)
            | Operation::Abort(_) => ConnectionOutcome::WriteFailed,
        };
        drop(client);
        ending.end(outcome);
    }
}
