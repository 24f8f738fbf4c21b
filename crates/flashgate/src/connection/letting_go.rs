//! The end of a connection that was answered: the client must have ended it too before it is closed, or bytes are lost.
//!
//! Many connections can be in here at a time, for as long as their clients like, so each is a task of its own that holds
//! nothing else: no buffer, no session, and nothing of what led here.

use std::future::poll_fn;
use std::pin::Pin;

use tokio::io::AsyncWrite as _;
use tokio::time::timeout;
use tokio_flash_policy::{Closed, Linger, close};

use super::client::Client;
use crate::limits::Permit;

/// Ends the stream, waits for its client to do so too, and says then how that went: none if its place was needed before.
pub(super) fn let_go(
    client: Client,
    mut permit: Permit,
    limit: Linger,
    done: impl FnOnce(Option<Closed>) + Send + 'static,
) {
    permit.lingering();
    tokio::spawn(async move {
        let closed = tokio::select! {
            closed = ended(client, limit) => Some(closed),
            () = permit.wanted() => None,
        };
        done(closed);
        drop(permit);
    });
}

/// Ends it on both sides. What comes meanwhile is not deciphered, so that a session is needed for its own end only.
async fn ended(client: Client, limit: Linger) -> Closed {
    let mut stream = match client {
        Client::Plain(stream) => stream,
        Client::Secure(mut session) => {
            let told = poll_fn(|context| Pin::new(&mut *session).poll_shutdown(context));
            match timeout(limit.total, told).await {
                Ok(Ok(())) => session.into_inner().0,
                Ok(Err(error)) => return Closed::Failed(error.kind()),
                Err(_) => return Closed::TimeUp,
            }
        }
    };
    close(&mut stream, limit).await
}
