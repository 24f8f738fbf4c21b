//! Reads the head of a request, and what follows if that decides where the request goes.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Poll, ready};

use flashgate_config::snapshot::ServiceKind;
use flashgate_wire::http::{HeadReader, HeadVerdict, may_ask_for_upgrade};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::timeout_at;

use crate::connection::ConnectionOutcome;
use crate::connection::client::ClientStream;
use crate::connection::waiting::Waiting;

/// How many bytes are read of an invalid head, to see whether more follows.
const LONGEST: usize = 8 * 1024;

/// How much of a head is read at once. What follows the head is kept.
const PIECE: usize = 1024;

/// The result of reading a head.
pub(super) struct Received {
    /// Why there is no verdict, if the connection failed.
    pub(super) end: Option<ConnectionOutcome>,
    pub(super) read: Read,
    /// Whether the client has closed its side after an invalid head.
    pub(super) whole: bool,
}

/// Reads a head. If the gate has an HTTP server, also reads what follows an invalid head.
pub(super) async fn receive_head(waiting: &mut Waiting, goes_on: bool) -> Received {
    let deadline = waiting.accepting.deadline();
    let reader = HeadReader::with_options();
    let mut reader = match waiting.service.kind {
        // The files are the same for every host.
        ServiceKind::Http => reader.for_any_host(),
        ServiceKind::Policy(_)
        | ServiceKind::Gate { .. }
        | ServiceKind::Bridge(_)
        | ServiceKind::Closed => reader,
    };
    let read = timeout_at(deadline, read(waiting, &mut reader)).await;
    let (end, mut read) = match read {
        Ok(Ok(Some(read))) => (None, read),
        Ok(Ok(None)) => (
            Some(ConnectionOutcome::EndedEarly),
            Read::unfinished(reader),
        ),
        Ok(Err(_)) => (
            Some(ConnectionOutcome::PeerFailed),
            Read::unfinished(reader),
        ),
        Err(_) => (Some(ConnectionOutcome::Deadline), Read::unfinished(reader)),
    };
    let mut whole = false;
    if goes_on && end.is_none() && !read.is_closed() {
        let rest = to_the_end(waiting, &mut read.bytes);
        whole = timeout_at(deadline, rest).await.is_ok_and(|ended| ended);
        if whole {
            read.head = read.bytes.len();
        }
    }
    Received { end, read, whole }
}

/// Reads on after an invalid head. Returns whether the client has closed its side, so that nothing else follows.
async fn to_the_end(waiting: &mut Waiting, bytes: &mut Vec<u8>) -> bool {
    while bytes.len() < LONGEST && !may_ask_for_upgrade(bytes) {
        waiting.hold(bytes.capacity());
        match receive(&mut waiting.stream, bytes).await {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// The bytes read of a request.
pub(super) struct Read {
    pub(super) verdict: HeadVerdict,
    /// All bytes, including those after the head.
    pub(super) bytes: Vec<u8>,
    /// The length of the head.
    pub(super) head: usize,
}

impl Read {
    /// The bytes without a verdict.
    fn unfinished(reader: HeadReader) -> Self {
        let head = reader.taken();
        Self {
            verdict: HeadVerdict::NeedMore,
            bytes: reader.into_bytes(head, &[]),
            head,
        }
    }

    /// Whether the head ends with an empty line.
    fn is_closed(&self) -> bool {
        let head = self.bytes.get(..self.head);
        head.unwrap_or_default().ends_with(b"\r\n\r\n")
    }
}

/// Reads until there is a verdict. `None` if the client closes first.
///
/// Cancel-safe: the received bytes are in the reader.
async fn read(waiting: &mut Waiting, reader: &mut HeadReader) -> io::Result<Option<Read>> {
    let opening = waiting.accepting.opening().bytes();
    if let Some(read) = take(reader, opening) {
        return Ok(Some(read));
    }
    if let Some(read) = arrived(&waiting.stream, reader)? {
        return Ok(Some(read));
    }
    loop {
        waiting.hold(reader.held());
        let stream = &mut waiting.stream;
        let piece = poll_fn(|context| {
            let mut space = [MaybeUninit::<u8>::uninit(); PIECE];
            let mut buffer = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            Poll::Ready(Ok::<_, io::Error>((count, take(reader, buffer.filled()))))
        });
        match piece.await? {
            (0, _) => return Ok(None),
            (_, Some(read)) => return Ok(Some(read)),
            (_, None) => {}
        }
    }
}

/// Reads what arrived together with the opening, which is usually the rest of the head. Waiting for its event would
/// take longer.
fn arrived(stream: &ClientStream, reader: &mut HeadReader) -> io::Result<Option<Read>> {
    let mut space = [0; PIECE];
    let count = stream.read_now(&mut space)?.unwrap_or(0);
    Ok(take(reader, space.get(..count).unwrap_or_default()))
}

/// Feeds a piece to the reader. With the verdict, returns all bytes read.
fn take(reader: &mut HeadReader, piece: &[u8]) -> Option<Read> {
    let before = reader.taken();
    let (verdict, rest) = reader.feed(piece);
    (verdict != HeadVerdict::NeedMore).then(|| Read {
        verdict,
        head: before + piece.len() - rest.len(),
        bytes: std::mem::take(reader).into_bytes(before, piece),
    })
}

/// Reads once, and appends to the bytes read before. Cancel-safe: a canceled call has changed nothing.
pub(super) async fn receive<S: AsyncRead + Unpin>(
    stream: &mut S,
    early: &mut Vec<u8>,
) -> io::Result<usize> {
    poll_fn(|context| {
        let mut space = [MaybeUninit::<u8>::uninit(); PIECE];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        early.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
    .await
}
