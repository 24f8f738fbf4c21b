//! A stream that first returns the bytes that were already read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use flash_policy::accept::Opening;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pin_project! {
    /// A stream whose first bytes have been read. Reading returns them again, then continues with the stream.
    ///
    /// Writing goes directly to the stream.
    #[derive(Debug)]
    pub struct Prefixed<S> {
        #[pin]
        stream: S,
        opening: Opening,
        given: usize,
    }
}

impl<S> Prefixed<S> {
    pub(crate) fn new(stream: S, opening: Opening) -> Self {
        Self {
            stream,
            opening,
            given: 0,
        }
    }

    /// The bytes that were already read from the stream, but not yet from this wrapper.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.opening.bytes().get(self.given..).unwrap_or_default()
    }

    /// The underlying stream, for its address or its options. Reading from it would skip [`unread`](Self::unread).
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Returns the bytes to process first, and the underlying stream.
    pub fn into_parts(self) -> (Vec<u8>, S) {
        (self.unread().to_vec(), self.stream)
    }
}

impl<S: AsyncRead> AsyncRead for Prefixed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let unread = this.opening.bytes().get(*this.given..).unwrap_or_default();
        if unread.is_empty() {
            return this.stream.poll_read(context, buffer);
        }
        let count = unread.len().min(buffer.remaining());
        buffer.put_slice(unread.get(..count).unwrap_or_default());
        *this.given += count;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite> AsyncWrite for Prefixed<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
