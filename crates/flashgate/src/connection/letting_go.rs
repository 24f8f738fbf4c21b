//! The end of a connection that was answered: the client must have ended it too before it is closed, or bytes are lost.
//!
//! Many connections can be in here at a time, for as long as their clients like, so each is a task of its own that holds
//! nothing else: no buffer, no session, and nothing of what led here.

use tokio_flash_policy::Closed;

use super::ConnectionOutcome;
use super::client::ClientStream;
use super::waiting::{Accepting, Ending, Waiting};
use crate::limits::Permit;

impl Waiting {
    /// Closes it once its client has ended it too, so that nothing is lost of what it was sent.
    pub(super) fn let_go(mut self, outcome: ConnectionOutcome) {
        self.accepting.let_go();
        let (client, permit, ending) = self.into_parts();
        let_go(client, permit, ending, move |_| outcome);
    }
}

/// Ends the stream, waits for its client to do so too, and counts it then; how that went is said to `outcome`: none if its
/// place was needed before.
pub(super) fn let_go(
    client: ClientStream,
    mut permit: Permit,
    mut ending: Ending,
    outcome: impl FnOnce(Option<Closed>) -> ConnectionOutcome + Send + 'static,
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

/// Ends it on both sides. What comes meanwhile is not deciphered, so that a session is needed for its own end only.
async fn ended(mut client: ClientStream, accepting: &mut Accepting) -> Closed {
    match accepting.send(&mut client).await {
        Ok(()) => accepting.close(&mut client.into_tcp()).await,
        Err(error) => Closed::Failed(error.kind()),
    }
}
