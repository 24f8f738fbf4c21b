//! The first bytes of a connection, and what kind of connection they show. The deadlines are in
//! [`OpeningTimer`](super::OpeningTimer).

use crate::{REQUEST, Recognition, Recognizer};

/// A request is at most 25 bytes. Reading a few more shows whether anything follows it.
const CAPACITY: usize = 64;

/// What kind of connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum First {
    /// A policy request.
    Policy(Rest),
    /// A TLS handshake.
    Tls,
    /// An HTTP request.
    Http,
    /// Anything else.
    Other,
    /// No byte within [`Timing::silence`](super::Timing::silence), if that is set.
    Silent,
    /// [`Timing::request`](super::Timing::request) passed after nothing or only the start of a request.
    Deadline,
    /// The stream ended after nothing or only the start of a request.
    End,
}

/// Whether more input may follow a policy request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "more may follow, or not")]
pub enum Rest {
    /// Exactly the 23 bytes that a player sends were read. A player sends no more.
    Nothing,
    /// More was read, or the request differs from a player's. Closing at once could reset the connection.
    Perhaps,
}

/// The bytes read so far, at most 64, and what kind of connection they show.
///
/// ```
/// use std::io::Read as _;
///
/// use flash_policy::accept::{First, Opening, Rest};
///
/// let mut stream: &[u8] = b"<policy-file-request/>\0";
/// let mut opening = Opening::new();
/// let first = loop {
///     let count = stream.read(opening.room())?;
///     opening.advance(count);
///     match opening.first() {
///         Some(first) => break first,
///         None if count == 0 => break opening.first_at_end(),
///         None => {}
///     }
/// };
/// assert_eq!(first, First::Policy(Rest::Nothing));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Opening {
    recognizer: Recognizer,
    bytes: [u8; CAPACITY],
    filled: u8,
}

impl Default for Opening {
    fn default() -> Self {
        Self::new()
    }
}

impl Opening {
    /// Starts with no bytes read.
    ///
    /// ```
    /// use flash_policy::accept::Opening;
    ///
    /// let opening = Opening::new();
    /// assert!(opening.bytes().is_empty());
    /// assert_eq!(opening.first(), None);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            recognizer: Recognizer::new(),
            bytes: [0; CAPACITY],
            filled: 0,
        }
    }

    /// The buffer for the next bytes. Report their number with [`advance`](Self::advance).
    ///
    /// It is never empty while [`first`](Self::first) is `None`.
    ///
    /// ```
    /// use std::io::Read as _;
    ///
    /// use flash_policy::accept::Opening;
    ///
    /// let mut stream: &[u8] = b"LOGIN guest";
    /// let mut opening = Opening::new();
    /// let count = stream.read(opening.room())?;
    /// opening.advance(count);
    /// assert_eq!(opening.bytes(), b"LOGIN guest");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn room(&mut self) -> &mut [u8] {
        let filled = usize::from(self.filled);
        self.bytes.get_mut(filled..).unwrap_or_default()
    }

    /// Marks the first `count` bytes of [`room`](Self::room) as read.
    ///
    /// ```
    /// use flash_policy::accept::{First, Opening};
    ///
    /// let mut opening = Opening::new();
    /// opening.room()[..3].copy_from_slice(b"<po");
    /// opening.advance(3);
    /// assert_eq!(opening.first(), None);
    /// opening.room()[..4].copy_from_slice(b"em/>");
    /// opening.advance(4);
    /// assert_eq!(opening.first(), Some(First::Other));
    /// ```
    pub fn advance(&mut self, count: usize) {
        let filled = usize::from(self.filled);
        let room = self.bytes.get(filled..).unwrap_or_default();
        let count = count.min(room.len());
        self.recognizer.feed(room.get(..count).unwrap_or_default());
        self.filled = u8::try_from(filled + count).unwrap_or(u8::MAX);
    }

    /// The bytes read so far.
    ///
    /// ```
    /// use flash_policy::accept::Opening;
    ///
    /// let mut opening = Opening::new();
    /// opening.room()[..5].copy_from_slice(b"LOGIN");
    /// opening.advance(5);
    /// assert_eq!(opening.bytes(), b"LOGIN"); // for the code that serves the connection
    /// ```
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let filled = usize::from(self.filled);
        self.bytes.get(..filled).unwrap_or_default()
    }

    /// What the bytes alone show, or `None` if more bytes are needed.
    ///
    /// ```
    /// use flash_policy::accept::{First, Opening, Rest};
    ///
    /// let mut opening = Opening::new();
    /// assert_eq!(opening.first(), None);
    /// opening.room()[..23].copy_from_slice(flash_policy::REQUEST);
    /// opening.advance(23);
    /// assert_eq!(opening.first(), Some(First::Policy(Rest::Nothing)));
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<First> {
        match self.recognizer.verdict() {
            Recognition::NeedMore => None,
            Recognition::Policy => Some(First::Policy(self.rest())),
            Recognition::Tls => Some(First::Tls),
            Recognition::Http => Some(First::Http),
            Recognition::Other => Some(First::Other),
        }
    }

    /// What it is if the peer ends the stream now.
    ///
    /// ```
    /// use flash_policy::accept::{First, Opening, Rest};
    ///
    /// let mut opening = Opening::new();
    /// assert_eq!(opening.first_at_end(), First::End);
    /// // Some clients end the stream instead of sending the NUL.
    /// opening.room()[..22].copy_from_slice(b"<policy-file-request/>");
    /// opening.advance(22);
    /// assert_eq!(opening.first_at_end(), First::Policy(Rest::Perhaps));
    /// ```
    #[must_use]
    pub fn first_at_end(&self) -> First {
        self.first()
            .unwrap_or_else(|| self.without_more(First::End))
    }

    /// What it is without more bytes: a request without its terminator counts as a request, everything else as
    /// `otherwise`.
    pub(super) const fn without_more(&self, otherwise: First) -> First {
        if self.is_bare_request() {
            First::Policy(Rest::Perhaps)
        } else {
            otherwise
        }
    }

    pub(super) const fn is_bare_request(&self) -> bool {
        self.recognizer.is_bare_request()
    }

    /// Whether a request, without regard to its terminator, comes first.
    pub(super) fn begins_with_request(&self) -> bool {
        let bytes = self.bytes();
        [&b"<policy-file-request/>"[..], b"<policy-file-request />"]
            .iter()
            .any(|request| bytes.starts_with(request))
    }

    pub(super) const fn may_be_http(&self) -> bool {
        self.recognizer.may_be_http()
    }

    fn rest(&self) -> Rest {
        if self.bytes() == REQUEST {
            Rest::Nothing
        } else {
            Rest::Perhaps
        }
    }
}
