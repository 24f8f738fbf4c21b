//! Sends the one response to a request, and closes the connection. The content of the response is decided elsewhere.

use std::io;
use std::time::SystemTime;

use flash_policy::accept::WRITE_LIMIT;
use flashgate_wire::http::{Body, Method, Response};
use tokio::time::timeout;

use super::exchange::Exchange;
use crate::connection::ConnectionOutcome;
use crate::connection::client::ClientStream;
use crate::connection::waiting::Next;

impl Exchange<'_> {
    /// Sends the response. The connection then closes.
    pub(super) async fn respond(self, response: Response, outcome: ConnectionOutcome) -> Next {
        let waiting = self.waiting;
        let status = response.status();
        let body = match self.method {
            Method::Get | Method::Options => Body::Sent,
            Method::Head => Body::LeftOut,
        };
        waiting.permit.answering();
        // The bytes read are no longer needed.
        waiting.early = Vec::new();
        let bytes = response.bytes(body, SystemTime::now());
        drop(response);
        let written = write(&mut waiting.stream, &bytes).await;
        if written.is_err() {
            return Next::Refuse(ConnectionOutcome::WriteFailed);
        }
        if let Some(asked) = &mut waiting.asked {
            asked.answered(status);
        }
        Next::LetGo(outcome)
    }
}

/// Writes everything. Returns an error if the client has failed or took too long.
pub(super) async fn write(stream: &mut ClientStream, bytes: &[u8]) -> io::Result<()> {
    // A new socket has room. Waiting for the event that says so would take longer.
    let sent = stream.send_now(bytes);
    let rest = bytes.get(sent..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(());
    }
    let written = timeout(WRITE_LIMIT, tokio_flash_policy::write(stream, rest)).await?;
    written.map(drop)
}
