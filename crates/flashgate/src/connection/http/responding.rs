//! The one response that a request gets, and the close after it. Nothing here decides what the response is.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use flashgate_wire::http::{Body, Method, Response};
use tokio::io::AsyncWrite;
use tokio::time::timeout;

use super::{Exchange, asked};
use crate::connection::Outcome;
use crate::connection::letting_go::let_go;

/// How long a client may take to make room for a response.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

impl Exchange {
    /// Sends the one response, and closes.
    pub(super) async fn respond(self, response: Response, outcome: Outcome) {
        let Self {
            mut waiting,
            peer,
            method,
            asked,
            ..
        } = self;
        let status = response.status();
        let body = match method {
            Method::Get | Method::Options => Body::Sent,
            Method::Head => Body::LeftOut,
        };
        waiting.permit.answering();
        // What was read is no longer of use to anybody.
        waiting.early = Vec::new();
        let bytes = response.bytes(body, SystemTime::now());
        drop(response);
        let written = write(&mut waiting.stream, &bytes).await;
        drop(bytes);
        let (client, permit, ending) = waiting.into_parts();
        if written.is_err() {
            return asked::end(&ending, Outcome::WriteFailed, peer, asked);
        }
        let linger = ending.service.deadlines.linger;
        let asked = asked.map(|asked| asked.answered(status));
        let_go(client, permit, linger, move |_| {
            asked::end(&ending, outcome, peer, asked);
        });
    }
}

/// Writes everything; an error if the client has failed or took too long.
pub(super) async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    mut bytes: &[u8],
) -> io::Result<()> {
    let all = async {
        while !bytes.is_empty() {
            let stream = &mut *stream;
            let written = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, bytes));
            let count = written.await?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await
    };
    timeout(WRITE_LIMIT, all).await?
}
