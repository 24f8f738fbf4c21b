//! The end of an answered connection. It is closed only after the client has closed its side. Otherwise the client
//! could lose bytes.
//!
//! Many connections can be in this state at a time, for as long as their clients like. So each has its own task, which
//! holds no buffer, no TLS session and no earlier state.

use tokio_flash_policy::CloseReason;

use super::ConnectionOutcome;
use super::client::ClientStream;
use super::waiting::{Accepting, Ending, Waiting};
use crate::limits::Permit;

impl Waiting {
    /// Closes the connection after the client has closed its side, so that the client receives everything.
    pub(super) fn let_go(mut self, outcome: ConnectionOutcome) {
        self.accepting.let_go();
        let (client, permit, ending) = self.into_parts();
        let_go(client, permit, ending, move |_| outcome);
    }
}

/// Shuts down the sending side, waits for the client to do so too, and then counts the connection. `outcome` gets how
/// the client closed, or `None` if the connection was closed early to make room.
pub(super) fn let_go(
    client: ClientStream,
    mut permit: Permit,
    mut ending: Ending,
    outcome: impl FnOnce(Option<CloseReason>) -> ConnectionOutcome + Send + 'static,
) {
    permit.lingering();
    tokio::spawn(async move {
        let closed = tokio::select! {
            closed = ended(client, &mut ending.accepting) => Some(closed),
            () = permit.wanted() => None,
        };
        ending.end(outcome(closed));
        drop(permit);
    });
}

/// Closes both sides. Data received in the meantime is not decrypted, so the TLS session is needed only for its own
/// end.
async fn ended(mut client: ClientStream, accepting: &mut Accepting) -> CloseReason {
    match accepting.send(&mut client).await {
        Ok(()) => accepting.close(&mut client.into_tcp()).await,
        Err(_) => CloseReason::Failed,
    }
}
