//! A stream that first returns the bytes that were already read.
//!
//! `flash_policy::accept` has one for `std` and `futures-io`. Only the crate that defines a type can implement tokio's
//! traits for it, and `flash-policy` does not depend on tokio.

use std::io;
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use flash_policy::accept::Opening;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(feature = "net")]
use tokio::net::TcpStream;
#[cfg(feature = "net")]
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

pin_project! {
    /// A stream whose first bytes have been read. Reading returns them again, then continues with the stream.
    ///
    /// Writing goes directly to the stream.
    ///
    /// ```
    /// use tokio::io::AsyncReadExt as _;
    /// use tokio_flash_policy::Prefixed;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut stream = Prefixed::new(b"LOG".to_vec(), &b"IN guest"[..]);
    /// let mut text = String::new();
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "LOGIN guest");
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct Prefixed<S> {
        #[pin]
        stream: S,
        first: FirstBytes,
        given: usize,
    }
}

/// The bytes that come before the stream.
#[derive(Debug)]
enum FirstBytes {
    /// Without an allocation.
    Opening(Opening),
    Owned(Vec<u8>),
}

impl FirstBytes {
    fn after(&self, given: usize) -> &[u8] {
        let bytes = match self {
            Self::Opening(opening) => opening.bytes(),
            Self::Owned(bytes) => bytes,
        };
        bytes.get(given..).unwrap_or_default()
    }
}

impl<S> Prefixed<S> {
    /// A stream that returns these bytes before its own.
    ///
    /// ```
    /// use tokio::io::AsyncReadExt as _;
    /// use tokio_flash_policy::Prefixed;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut stream = Prefixed::new("LOG", &b"IN"[..]);
    /// let mut text = String::new();
    /// stream.read_to_string(&mut text).await?;
    /// assert_eq!(text, "LOGIN");
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(first: impl Into<Vec<u8>>, stream: S) -> Self {
        Self {
            stream,
            first: FirstBytes::Owned(first.into()),
            given: 0,
        }
    }

    pub(crate) const fn from_opening(stream: S, opening: Opening) -> Self {
        Self {
            stream,
            first: FirstBytes::Opening(opening),
            given: 0,
        }
    }

    /// The bytes that were already read from the stream, but not yet from this wrapper.
    ///
    /// ```
    /// use tokio::io::AsyncReadExt as _;
    /// use tokio_flash_policy::Prefixed;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut stream = Prefixed::new("LOGIN", tokio::io::empty());
    /// stream.read_exact(&mut [0; 2]).await?;
    /// assert_eq!(stream.unread(), b"GIN");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.first.after(self.given)
    }

    /// The underlying stream, for its address or its options. Reading from it would skip [`unread`](Self::unread).
    ///
    /// ```
    /// use tokio_flash_policy::Prefixed;
    ///
    /// let stream = Prefixed::new("LOGIN", "the stream");
    /// assert_eq!(*stream.get_ref(), "the stream");
    /// ```
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The underlying stream. Reading from it would skip [`unread`](Self::unread).
    ///
    /// ```
    /// use tokio::io::AsyncWriteExt as _;
    /// use tokio_flash_policy::Prefixed;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mut stream = Prefixed::new("LOGIN", Vec::new());
    /// stream.get_mut().write_all(b"welcome").await?;
    /// assert_eq!(stream.get_ref(), b"welcome");
    /// assert_eq!(stream.unread(), b"LOGIN");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Returns the bytes to process first, and the underlying stream.
    ///
    /// ```
    /// use tokio_flash_policy::Prefixed;
    ///
    /// let (first, stream) = Prefixed::new("LOGIN", "the stream").into_parts();
    /// assert_eq!((&first[..], stream), (&b"LOGIN"[..], "the stream"));
    /// ```
    pub fn into_parts(self) -> (Vec<u8>, S) {
        (self.unread().to_vec(), self.stream)
    }
}

#[cfg(feature = "net")]
impl Prefixed<TcpStream> {
    /// Splits it, as [`TcpStream::into_split`] does. The read half returns the first bytes first.
    ///
    /// ```
    /// use tokio::io::AsyncReadExt as _;
    /// use tokio::net::{TcpListener, TcpStream};
    /// use tokio_flash_policy::Prefixed;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let stream = TcpStream::connect(listener.local_addr()?).await?;
    /// let (mut reads, _writes) = Prefixed::new("LOGIN", stream).into_split();
    /// let mut text = [0; 5];
    /// reads.read_exact(&mut text).await?;
    /// assert_eq!(&text, b"LOGIN");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn into_split(self) -> (Prefixed<OwnedReadHalf>, OwnedWriteHalf) {
        let (stream, writes) = self.stream.into_split();
        let reads = Prefixed {
            stream,
            first: self.first,
            given: self.given,
        };
        (reads, writes)
    }
}

#[cfg(unix)]
impl<S: AsFd> AsFd for Prefixed<S> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(unix)]
impl<S: AsRawFd> AsRawFd for Prefixed<S> {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }
}

impl<S: AsyncRead> AsyncRead for Prefixed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let unread = this.first.after(*this.given);
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
