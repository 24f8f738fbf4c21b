//! One read or write on a tokio stream, plain or inside TLS.

use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::turn::{TransferError, errno};

/// Reads once. Returns 0 at the end, even without `close_notify` in TLS, and `None` if there is nothing to read.
pub(super) fn read<S: AsyncRead + Unpin>(
    context: &mut Context<'_>,
    stream: &mut S,
    room: &mut [u8],
) -> Result<Option<usize>, TransferError> {
    let mut buffer = ReadBuf::new(room);
    match Pin::new(stream).poll_read(context, &mut buffer) {
        Poll::Pending => Ok(None),
        Poll::Ready(Ok(())) => Ok(Some(buffer.filled().len())),
        Poll::Ready(Err(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(Some(0)),
        Poll::Ready(Err(error)) => Err(TransferError::source(errno(&error))),
    }
}

/// Writes once. Returns `None` if there is no room.
pub(super) fn give<S: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    stream: &mut S,
    bytes: &[u8],
) -> Result<Option<usize>, TransferError> {
    match Pin::new(stream).poll_write(context, bytes) {
        Poll::Pending => Ok(None),
        Poll::Ready(written) => written
            .map(Some)
            .map_err(|error| TransferError::sink(errno(&error))),
    }
}
