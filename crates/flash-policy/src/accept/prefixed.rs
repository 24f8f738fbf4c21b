//! A stream that first returns the bytes that were already read.

use alloc::vec::Vec;
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

/// A stream whose first bytes have been read. Reading returns them again, then continues with the stream.
///
/// Writing goes directly to the stream. To read and write in two threads, write to a clone of the socket:
///
/// ```
/// use std::io::{self, Write as _};
/// use std::net::TcpStream;
/// use std::thread;
///
/// use flash_policy::accept::Prefixed;
///
/// fn serve(mut stream: Prefixed<TcpStream>) -> io::Result<()> {
///     let mut writes = stream.get_ref().try_clone()?;
///     thread::spawn(move || writes.write_all(b"welcome"));
///     io::copy(&mut stream, &mut io::sink())?; // starts with the client's first byte
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Prefixed<S> {
    stream: S,
    first: Vec<u8>,
    given: usize,
}

impl<S> Prefixed<S> {
    /// A stream that returns these bytes before its own.
    ///
    /// ```
    /// use std::io::Read as _;
    ///
    /// use flash_policy::accept::Prefixed;
    ///
    /// let mut stream = Prefixed::new("LOG", &b"IN guest"[..]);
    /// let mut text = String::new();
    /// stream.read_to_string(&mut text)?;
    /// assert_eq!(text, "LOGIN guest");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(first: impl Into<Vec<u8>>, stream: S) -> Self {
        Self {
            stream,
            first: first.into(),
            given: 0,
        }
    }

    /// The bytes that were already read from the stream, but not yet from this wrapper.
    ///
    /// ```
    /// use std::io::Read as _;
    ///
    /// use flash_policy::accept::Prefixed;
    ///
    /// let mut stream = Prefixed::new("LOGIN", std::io::empty());
    /// stream.read_exact(&mut [0; 2])?;
    /// assert_eq!(stream.unread(), b"GIN");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.first.get(self.given..).unwrap_or_default()
    }

    /// The underlying stream, for its address or its options. Reading from it would skip [`unread`](Self::unread).
    ///
    /// ```
    /// use std::net::{TcpListener, TcpStream};
    ///
    /// use flash_policy::accept::Prefixed;
    ///
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let socket = TcpStream::connect(listener.local_addr()?)?;
    /// let stream = Prefixed::new("LOGIN", socket);
    /// let address = stream.get_ref().peer_addr()?;
    /// # assert_eq!(address, listener.local_addr()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The underlying stream. Reading from it would skip [`unread`](Self::unread).
    ///
    /// ```
    /// use std::io::{Read as _, Write as _};
    ///
    /// use flash_policy::accept::Prefixed;
    ///
    /// let mut stream = Prefixed::new("LOGIN", Vec::new());
    /// stream.get_mut().write_all(b"welcome")?;
    /// assert_eq!(stream.get_ref(), b"welcome");
    /// assert_eq!(stream.unread(), b"LOGIN");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Returns the bytes to process first, and the underlying stream.
    ///
    /// ```
    /// use flash_policy::accept::Prefixed;
    ///
    /// let (first, stream) = Prefixed::new("LOGIN", "the stream").into_parts();
    /// assert_eq!((&first[..], stream), (&b"LOGIN"[..], "the stream"));
    /// ```
    pub fn into_parts(self) -> (Vec<u8>, S) {
        (self.unread().to_vec(), self.stream)
    }

    /// Copies unread bytes, and returns their number; `None` if all were read.
    pub(super) fn give(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let unread = self.first.get(self.given..).unwrap_or_default();
        let count = unread.len().min(buffer.len());
        let (from, to) = (unread.get(..count)?, buffer.get_mut(..count)?);
        to.copy_from_slice(from);
        let all_read = unread.is_empty();
        self.given += count;
        (!all_read).then_some(count)
    }
}

impl<S: Read> Read for Prefixed<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.give(buffer) {
            Some(count) => Ok(count),
            None => self.stream.read(buffer),
        }
    }
}

impl<S: Write> Write for Prefixed<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
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
