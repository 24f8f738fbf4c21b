//! The four operations on a stream.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads once.
pub(crate) fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    room: &mut [u8],
) -> impl Future<Output = io::Result<usize>> {
    poll_fn(move |context| {
        let mut buffer = ReadBuf::new(room);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    })
}

/// Writes and flushes all bytes, and returns their number.
///
/// ```
/// use tokio::io::{AsyncReadExt as _, duplex};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let (mut client, mut server) = duplex(1024);
/// assert_eq!(tokio_flash_policy::write(&mut server, b"full").await?, 4);
/// let mut received = [0; 4];
/// client.read_exact(&mut received).await?;
/// assert_eq!(&received, b"full");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The stream's own, and `WriteZero` if it accepts no more bytes.
///
/// # Cancel safety
///
/// Not cancel-safe: if it is dropped before it returns, it may have written a part.
pub async fn write<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> io::Result<usize> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let count = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, rest)).await?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = rest.get(count..).unwrap_or_default();
    }
    poll_fn(|context| Pin::new(&mut *stream).poll_flush(context)).await?;
    Ok(bytes.len())
}

/// Ends our side of the stream.
pub(crate) async fn end<S: AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    poll_fn(|context| Pin::new(&mut *stream).poll_shutdown(context)).await
}

/// Reads once and discards the bytes.
pub(crate) fn discard<S: AsyncRead + Unpin>(
    stream: &mut S,
) -> impl Future<Output = io::Result<usize>> {
    poll_fn(move |context| poll_discard(stream, context))
}

/// Reads into a buffer on the stack. The buffer does not outlive the poll, so a lingering connection needs no memory
/// for it.
fn poll_discard<S: AsyncRead + Unpin>(
    stream: &mut S,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut space = [MaybeUninit::<u8>::uninit(); 16 * 1024];
    let mut buffer = ReadBuf::uninit(&mut space);
    ready!(Pin::new(stream).poll_read(context, &mut buffer))?;
    Poll::Ready(Ok(buffer.filled().len()))
}
