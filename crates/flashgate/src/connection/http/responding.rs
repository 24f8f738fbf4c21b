//! The one response that a request gets, and the close after it. Nothing here decides what the response is.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use flashgate_wire::http::{Body, Method, Response};
use tokio::io::AsyncWrite;
use tokio::time::timeout;

use super::exchange::Exchange;
use crate::connection::Outcome;
use crate::connection::waiting::Next;

/// How long a client may take to make room for a response.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

impl Exchange<'_> {
    /// Sends the one response; the connection then closes.
    pub(super) async fn respond(self, response: Response, outcome: Outcome) -> Next {
        let waiting = self.waiting;
        let status = response.status();
        let body = match self.method {
            Method::Get | Method::Options => Body::Sent,
            Method::Head => Body::LeftOut,
        };
        waiting.permit.answering();
        // What was read is no longer of use to anybody.
        waiting.early = Vec::new();
        let bytes = response.bytes(body, SystemTime::now());
        drop(response);
        let written = write(&mut waiting.stream, &bytes).await;
        if written.is_err() {
            return Next::Refuse(Outcome::WriteFailed);
        }
        if let Some(asked) = &mut waiting.asked {
            asked.answered(status);
        }
        Next::LetGo(outcome)
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
