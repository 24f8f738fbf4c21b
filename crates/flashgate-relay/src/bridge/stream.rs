//! One read and one write on a stream of tokio's, in clear or inside TLS.

use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::turn::{TransferError, errno};

/// Reads once; 0 at the end, be it one without the farewell that TLS has. `None` if there is nothing.
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

/// Writes once; `None` if there is no room.
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
